//! Cancel a booking or mark it as a no-show. The row stays.

use super::place::{BookingContext, BookingError, ChangeScope};
use super::rights::{CancelBookings, ReadBookings};
use super::wanted::rules_of;
use crate::allocation::release;
use crate::context::{Wake, Write, WriteContext};
use crate::discounts;
use crate::emails::{BookingEvent, Notify, follow_up, queue_booking_emails};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::booking_rules::BookingAction;
use slotkeeper_domain::catalogue::{CancellationFee, CancellationPolicy};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::{customers, outbox};
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    /// Whether the business's cancellation policy applies, which may charge a fee.
    pub apply_policy: bool,
    /// Whether it is counted in the customer's history.
    pub track: bool,
    pub reason: Option<String>,
    /// Whether the booking rules are ignored, as for staff: also after the start.
    pub relaxed: bool,
    /// The recipients of the e-mail about it.
    pub notify: Notify,
}

/// Cancels a booking and releases what it claims.
///
/// # Errors
/// [`BookingError::NoBooking`], [`BookingError::NotYours`], [`BookingError::Cancelled`], [`BookingError::TooLate`].
pub fn cancel(
    cx: &mut Write<'_, CancelBookings>,
    number: &BookingNumber,
    cancellation: &Cancellation,
) -> Result<(), BookingError> {
    let catalogue = cx.catalogue()?;
    let (tx, unit) = cx.tx();
    let booking = bookings::lock(tx, unit.account_id(), number)?.ok_or(BookingError::NoBooking)?;
    ChangeScope::of::<ReadBookings>(unit).check(booking.application.as_ref(), BookingError::NoBooking)?;
    if booking.cancelled.is_some() {
        return Err(BookingError::Cancelled);
    }
    if !cancellation.relaxed {
        rules_of(&catalogue, &booking.product).allow(BookingAction::Cancel, booking.span.from, unit.now())?;
    }
    write(cx, booking, cancellation)
}

/// Marks a booking whose customer did not come. It counts as cancelled (wire reference, section 6.10).
///
/// # Errors
/// [`BookingError::NoBooking`], [`BookingError::NotYours`], [`BookingError::Cancelled`].
pub fn mark_no_show(cx: &mut Write<'_, CancelBookings>, number: &BookingNumber) -> Result<(), BookingError> {
    let (tx, unit) = cx.tx();
    let booking = bookings::lock(tx, unit.account_id(), number)?.ok_or(BookingError::NoBooking)?;
    ChangeScope::of::<ReadBookings>(unit).check(booking.application.as_ref(), BookingError::NoBooking)?;
    if booking.cancelled.is_some() {
        return Err(BookingError::Cancelled);
    }
    write(cx, Booking { no_show: true, ..booking }, &Cancellation::default())
}

pub(super) fn write(
    cx: &mut WriteContext<'_>,
    booking: Booking,
    cancellation: &Cancellation,
) -> Result<(), BookingError> {
    let catalogue = cx.catalogue()?;
    if cancellation.notify.is_anyone() {
        cx.after_commit(Wake::Outbox);
    }
    let (tx, unit) = cx.tx();
    let (app, context) = (unit.app(), &BookingContext::of(unit, cancellation.relaxed)?);
    let account = &context.account.id;
    release(tx, account, &ClaimOwner::Booking(booking.number.clone()), context.now)?;
    // All use cases lock the customer before promotions. A counted cancellation also changes the customer.
    customers::lock(tx, account, &booking.customer)?;
    discounts::release(tx, account, &booking)?;
    let policy = catalogue.settings.cancellation;
    let stamp = Stamp { at: context.now, agent: context.agent(tx)? };
    let changes = booking.changes + 1;
    let mut cancelled = Booking { changed: Some(stamp.clone()), cancelled: Some(stamp), changes, ..booking };
    cancelled.cancellation_tracked = cancellation.track;
    cancelled.details.cancellation_reason.clone_from(&cancellation.reason);
    if let Some(policy) = policy.filter(|_| cancellation.apply_policy) {
        let fee = fee(&policy, cancelled.details.price.gross, cancelled.span.from, context.now);
        cancelled.details.cancellation_fee = Some(fee);
    }
    bookings::update(tx, account, &cancelled)?;
    tx.record(context.actor.change(
        account,
        context.now,
        Subject::booking(&cancelled.number, cancelled.application.as_ref()),
        Kind::Deleted,
    ));
    // Pending e-mails about the booking are out of date now.
    outbox::discard_of_booking(tx, account, &cancelled.number, context.now)?;
    follow_up::plan(tx, app, (&context.account, &catalogue), &cancelled, None)?;
    queue_booking_emails(
        tx,
        app,
        (&context.account, &catalogue),
        &cancelled,
        (BookingEvent::Cancelled, cancellation.notify),
    )?;
    Ok(())
}

/// The cancellation fee at `now`: zero until the policy's deadline before the start.
fn fee(policy: &CancellationPolicy, price: Money, starts_at: Instant, now: Instant) -> Money {
    let free = Duration::from_secs(60 * u64::from(policy.free_until_minutes));
    if now.after(free) <= starts_at {
        return Money::zero(price.currency());
    }
    // A fixed fee is never more than the price.
    match policy.fee {
        CancellationFee::Fixed(minor) => Money::new(i64::from(minor).min(price.minor().max(0)), price.currency()),
        CancellationFee::Part(rate) => rate.of(price),
    }
}
