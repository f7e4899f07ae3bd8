//! `GET /bookings`: the bookings that start, or were last changed, within a range of time.

use super::booking::{Booking, Expansion, present};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::customers::person::Viewer;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, UnreadQuery};
use crate::span::{TimePairs, Within};
use crate::wording::orders::NO_PRODUCT;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::bookings::list::{list as find, settled};
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_domain::id::ProductId;
use slotkeeper_store::tables::booking_search::BookingSearch;

/// Most bookings on a page.
const MOST: u32 = 100;

crate::parameters! {
    /// Which bookings are wanted, beside when.
    pub(crate) struct ListBookings {
        /// Of which product.
        product_id: Option<String> = "productId",
        /// Cancelled ones, too.
        include_canceled: bool = "includeCanceled",
        /// With their customers.
        expand_customer: bool = "expandCustomer",
        /// With everybody who comes.
        expand_participants: bool = "expandParticipants",
    }
}

/// The search as the page token holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BookingsToken {
    within: Within,
    product: Option<ProductId>,
    canceled: bool,
    customer: bool,
    participants: bool,
}

/// Lists the bookings visible to the key, ordered by start and number.
pub(crate) async fn list(
    caller: Caller<ReadBookings>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    times: UnreadQuery<TimePairs>,
    wanted: UnreadQuery<ListBookings>,
) -> Result<OkJson<List<Booking>>, ApiError> {
    let account = caller.access().account();
    // Held until the response is made: it bounds how many large lists are in memory at once.
    let _turn = caller.turn(&app).await;
    let paging = Paging::read(&app, &account.id, "GET /bookings", &page, MOST, || {
        let (times, wanted) = (times.read()?, wanted.read()?);
        let product = wanted.product_id.map(|id| id.parse()).transpose();
        Ok(BookingsToken {
            within: times.within("bookings", &account.zone)?,
            product: product.map_err(|_| ApiError::bad_request(NO_PRODUCT))?,
            canceled: wanted.include_canceled,
            customer: wanted.expand_customer,
            participants: wanted.expand_participants,
        })
    })?;
    let BookingsToken { within: Within { starts, touched }, product, canceled, customer, participants } =
        &paging.search;
    let search = BookingSearch { starts: *starts, touched: *touched, product: product.clone(), cancelled: *canceled };
    let expansion = Expansion { customer: *customer, participants: *participants };
    let visibility = caller.access().visibility();
    // Waits until no commit can add a change to the range, so that the list is complete (decision 29).
    let search = settled(&app, caller.access(), search).await?;
    let (page, viewer) = (paging.wanted(visibility), Viewer::of(&app, &caller));
    let found = app.read(caller.access(), move |cx| {
        let found = find(cx, &search, page)?;
        Ok::<_, ApiError>((found.fixed, present(cx, &viewer, &found.rows, expansion)?))
    });
    let (fixed, data) = found.await?;
    Ok(OkJson(paging.fixed_list(fixed, visibility, data)))
}
