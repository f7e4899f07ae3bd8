//! Cancel a booking. Nothing is erased.

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

/// How a booking is cancelled.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    /// Whether the business's policy applies, which may make it cost something.
    pub apply_policy: bool,
    /// Whether it counts in the customer's history.
    pub track: bool,
    pub reason: Option<String>,
    /// Whether it is cancelled as staff would: also when it has begun.
    pub relaxed: bool,
    /// Who is told by e-mail.
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

/// Marks a booking as one to which nobody came. It counts as cancelled (wire reference, section 6.10).
///
/// # Errors
/// As [`cancel`].
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
    // The customer comes before promotions for everybody, and is what a cancellation that is counted changes.
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
    // What waits of letters about it says what is no longer so.
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

/// What cancelling costs now.
fn fee(policy: &CancellationPolicy, price: Money, starts_at: Instant, now: Instant) -> Money {
    let free = Duration::from_secs(60 * u64::from(policy.free_until_minutes));
    if now.after(free) <= starts_at {
        return Money::zero(price.currency());
    }
    match policy.fee {
        CancellationFee::Fixed(minor) => Money::new(i64::from(minor).min(price.minor().max(0)), price.currency()),
        CancellationFee::Part(rate) => rate.of(price),
    }
}
