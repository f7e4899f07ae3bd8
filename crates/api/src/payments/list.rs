//! `GET /payments`: the payments, by when the money was received.

use super::payment::Payment;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, UnreadQuery};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::payments::list::{list as find, settled};
use slotkeeper_app::payments::rights::ReadPayments;
use slotkeeper_domain::normal_form::composed;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::{Instant, WireTime};
use slotkeeper_store::tables::payments::PaymentSearch;

/// Most payments on a page.
const MOST: u32 = 300;

crate::parameters! {
    /// Which payments are wanted.
    pub(crate) struct ListPayments {
        /// Received from then on.
        start_time: Option<WireTime> = "startTime",
        /// Received until then.
        end_time: Option<WireTime> = "endTime",
        /// Paid in this way.
        payment_method: Option<PaymentMethod> = "paymentMethod",
        /// Paid in another way with this name.
        payment_method_other: Option<String> = "paymentMethodOther",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PaymentsToken {
    received: (Instant, Instant),
    method: Option<PaymentMethod>,
    other: Option<String>,
}

/// The payments that the key may read. Both times can be left out (wire reference, section 3.5).
pub(crate) async fn list(
    caller: Caller<ReadPayments>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: UnreadQuery<ListPayments>,
) -> Result<OkJson<List<Payment>>, ApiError> {
    let account = caller.access().account();
    let _turn = caller.turn(&app).await;
    let paging = Paging::read(&app, &account.id, "GET /payments", &page, MOST, || {
        let wanted = wanted.read()?;
        let first = wanted.start_time.map_or(Instant::from_millis(i64::MIN), |time| time.at(&account.zone));
        let last = wanted.end_time.map_or(Instant::from_millis(i64::MAX), |time| time.at(&account.zone));
        if last < first {
            return Err(ApiError::bad_request("endTime must not be before startTime."));
        }
        // The name of another method says which of the others are meant.
        let other = wanted.payment_method_other.map(|name| composed(&name).into_owned());
        let method = wanted.payment_method.or(other.as_ref().map(|_| PaymentMethod::Other));
        Ok(PaymentsToken {
            received: (first, last),
            method,
            other: other.filter(|_| method == Some(PaymentMethod::Other)),
        })
    })?;
    let PaymentsToken { received, method, other } = &paging.search;
    let search = PaymentSearch { received: *received, method: *method, method_other: other.clone() };
    let visibility = caller.access().visibility();
    let search = settled(&app, caller.access(), search).await?;
    let page = paging.wanted(visibility);
    let found = app.read(caller.access(), move |cx| find(cx, &search, page)).await?;
    Ok(OkJson(paging.fixed_list(found.fixed, visibility, Payment::all_of(&found.rows, account)?)))
}
