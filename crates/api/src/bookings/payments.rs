//! `GET` and `POST /bookings/{bookingNumber}/payments`: list and record the payments of a booking.

use crate::answer::{Created, OkJson};
use crate::body::NewBody;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::path::Id;
use crate::payments::body::PaymentBody;
use crate::payments::payment::{Payment, currency_of};
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::payments::list::list_of_booking;
use slotkeeper_app::payments::record::record;
use slotkeeper_app::payments::rights::{ReadPayments, WritePayments};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_store::tables::payments;

/// Most payments on a page.
const MOST: u32 = 100;

/// Lists the payments visible to the key. 404 when there is no such booking or the key may not see it.
pub(crate) async fn list(
    caller: Caller<ReadPayments>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<Payment>>, ApiError> {
    let account = caller.access().account();
    // The number is part of the token's operation, so a token does not work for another booking.
    let operation = format!("GET /bookings/{number}/payments");
    let _turn = caller.turn(&app).await;
    let paging = Paging::<()>::read(&app, &account.id, &operation, &page, MOST, || Ok(()))?;
    let visibility = caller.access().visibility();
    let page = paging.wanted(visibility);
    let found = app.read(caller.access(), move |cx| list_of_booking(cx, &number, page)).await?;
    let found = found.ok_or_else(ApiError::absent::<BookingNumber>)?;
    Ok(OkJson(paging.fixed_list(found.fixed, visibility, Payment::all_of(&found.rows, account)?)))
}

/// Records a payment or, with a negative amount, a refund.
pub(crate) async fn create(
    caller: Caller<WritePayments>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    NewBody { body, key }: NewBody<PaymentBody>,
) -> Result<Created<Payment>, ApiError> {
    let account = caller.access().account();
    let input = body.input(&account.zone, "")?;
    // Taken before the unit: an account without a currency takes no bookings and is refused with 403.
    let (zone, currency) = (account.zone.clone(), currency_of(account)?);
    let answers = app.clone();
    let respond = move |payment: &payments::Payment| {
        Created::new(&answers, &format!("/payments/{}", payment.id), &Payment::of(payment, &zone, currency))
    };
    let recorded = app.write_once(caller.access(), key, move |cx| record(cx, &number, &input), respond).await;
    recorded.map_err(ApiError::context::<BookingNumber>)
}
