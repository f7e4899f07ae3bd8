//! Record a payment for a booking.

use super::rights::WritePayments;
use crate::bookings::place::{BookingContext, BookingError};
use crate::bookings::rights::ReadBookings;
use crate::context::{Unit, Write};
use crate::random;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::money::{Money, SumError};
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::payments::{self, Payment};
use slotkeeper_store::{StoreError, Tx};

/// Money that was received or, if negative, given back.
#[derive(Debug, Clone)]
pub struct PaymentInput {
    /// When; now, if it is not said.
    pub received_at: Option<Instant>,
    pub amount: Money,
    pub method: PaymentMethod,
    /// The name of another method.
    pub method_other: Option<String>,
    /// Why; the customer sees it.
    pub reason: String,
    /// For the business alone.
    pub comment: Option<String>,
    /// The gateway that processed it.
    pub gateway_name: Option<String>,
    /// What the gateway calls it.
    pub transaction_id: Option<String>,
}

/// The bookings whose payments the principal works with: those it may read, and all when it works with all payments.
pub(super) fn payable_bookings(unit: &Unit) -> Option<Visibility> {
    match unit.visibility() {
        Visibility::All => Some(Visibility::All),
        Visibility::Own(_) => unit.grant().access::<ReadBookings>().map(|access| access.visibility().clone()),
    }
}

/// Records a payment and adds it to what the booking says is paid, which is a change of the booking. A cancelled booking takes
/// payments, too: a refund is one.
///
/// # Errors
/// [`BookingError::NoBooking`] when the principal may see no such booking, [`BookingError::Currency`],
/// [`BookingError::TooMuch`].
pub fn record(
    cx: &mut Write<'_, WritePayments>,
    number: &BookingNumber,
    input: &PaymentInput,
) -> Result<Payment, BookingError> {
    let (tx, unit) = cx.tx();
    let (account, context) = (unit.account_id(), BookingContext::of(unit, true)?);
    let visible = payable_bookings(unit).ok_or(BookingError::NoBooking)?;
    let booking = bookings::lock(tx, account, number)?;
    let booking = booking.filter(|booking| visible.shows(booking.application.as_ref()));
    let mut booking = booking.ok_or(BookingError::NoBooking)?;
    booking.paid = total(&context, booking.paid, [input.amount])?;
    let agent = context.agent(tx)?;
    booking.changed = Some(Stamp { at: unit.now(), agent: agent.clone() });
    bookings::update(tx, account, &booking)?;
    let mut payment = write(tx, &context, &booking, input, agent)?;
    cx.record(Subject::booking(number, booking.application.as_ref()), Kind::Updated);
    payment.created_at = cx.change_time()?;
    payment.received_at = input.received_at.unwrap_or(payment.created_at);
    Ok(payment)
}

/// What is paid with these payments, in minor units of the account's currency.
pub(crate) fn total(
    context: &BookingContext,
    before: i64,
    amounts: impl IntoIterator<Item = Money>,
) -> Result<i64, BookingError> {
    let before = Money::new(before, context.currency);
    let sum = amounts.into_iter().try_fold(before, Money::plus).map_err(|error| match error {
        SumError::Currencies => BookingError::Currency(context.currency),
        SumError::TooLarge => BookingError::TooMuch,
    })?;
    Ok(sum.minor())
}

/// Writes a payment for a booking, and its change. What the booking says is paid is the caller's to keep.
pub(crate) fn write(
    tx: &mut Tx,
    context: &BookingContext,
    booking: &Booking,
    input: &PaymentInput,
    agent: Option<String>,
) -> Result<Payment, StoreError> {
    let payment = Payment {
        id: random::id(),
        application: context.application().cloned(),
        booking: Some(booking.number.clone()),
        customer: Some(booking.customer.clone()),
        received_at: input.received_at.unwrap_or(context.now),
        created_at: context.now,
        amount: input.amount.minor(),
        method: input.method,
        method_other: input.method_other.clone(),
        reason: input.reason.clone(),
        description: Some(format!("{} ({})", booking.details.product_name, booking.number)),
        comment: input.comment.clone(),
        agent,
        gateway_name: input.gateway_name.clone(),
        transaction_id: input.transaction_id.clone(),
    };
    let account = &context.account.id;
    payments::insert(tx, account, &payment)?;
    tx.record(context.actor.change(
        account,
        context.now,
        Subject::payment(&payment.id, payment.application.as_ref()),
        Kind::Created,
    ));
    Ok(payment)
}
