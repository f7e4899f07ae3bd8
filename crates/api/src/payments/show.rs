//! `GET /payments/{id}`: one payment.

use super::payment::{Payment, currency_of};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::payments::rights::ReadPayments;
use slotkeeper_app::payments::show::show as find;
use slotkeeper_domain::id::PaymentId;

/// The payment, if the key may know of it.
pub(crate) async fn show(
    caller: Caller<ReadPayments>,
    State(app): State<App>,
    Id(id): Id<PaymentId>,
) -> Result<OkJson<Payment>, ApiError> {
    let found = app.read(caller.access(), move |cx| find(cx, &id)).await?;
    let found = found.ok_or_else(ApiError::absent::<PaymentId>)?;
    let account = caller.access().account();
    Ok(OkJson(Payment::of(&found, &account.zone, currency_of(account)?)))
}
