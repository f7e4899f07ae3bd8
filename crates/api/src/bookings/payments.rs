//! `GET` and `POST /bookings/{bookingNumber}/payments`: what was paid for a booking.

use crate::answer::{Created, Shown};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::path::Id;
use crate::payments::body::PaymentBody;
use crate::payments::list::present;
use crate::payments::payment::Payment;
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_app::payments::list::list_of_booking;
use slotkeeper_app::payments::record::record;
use slotkeeper_app::payments::rights::{ReadPayments, WritePayments};
use slotkeeper_domain::booking::BookingNumber;

/// Most payments on a page.
const MOST: u32 = 100;

/// The payments for the booking that the key may read.
pub(crate) async fn list(
    caller: Caller<ReadPayments>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    Query(page): Query<PageParameters>,
) -> Result<Shown<List<Payment>>, ApiError> {
    let account = caller.may().account();
    let operation = format!("GET /bookings/{number}/payments");
    let paging = Paging::read(&app, &account.id, &operation, &page, MOST, || Ok(()))?;
    let sees = caller.holder().may::<ReadBookings>();
    let (limit, offset) = (paging.page.limit(), paging.page.offset());
    let found = list_of_booking(&app, caller.may(), sees.as_ref(), number, limit, offset).await?;
    let (total, found) = found.ok_or_else(ApiError::absent::<BookingNumber>)?;
    Ok(Shown(paging.list(u64::try_from(total).unwrap_or(0), present(found, account)?)))
}

/// Records a payment, or with a negative amount a refund.
pub(crate) async fn create(
    caller: Caller<WritePayments>,
    State(app): State<App>,
    Id(number): Id<BookingNumber>,
    JsonBody(body): JsonBody<PaymentBody>,
) -> Result<Created<Payment>, ApiError> {
    let account = caller.may().account();
    let input = body.input(&account.zone, "")?;
    let sees = caller.holder().may::<ReadBookings>();
    let recorded = record(&app, caller.may(), sees.as_ref(), number, input).await;
    let payment = recorded.map_err(ApiError::placing::<BookingNumber>)?;
    let path = format!("/payments/{}", payment.id);
    Ok(Created::new(&app, &path, Payment::of(payment, account)?))
}
