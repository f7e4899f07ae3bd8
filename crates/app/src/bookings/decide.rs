//! Accept or deny a booking request, for products whose bookings staff decide on.

use super::cancel::{Cancellation, write};
use super::place::{BookingContext, BookingError, ChangeScope};
use super::rights::{CancelBookings, ReadBookings, WriteBookings};
use crate::context::{Wake, Write, WriteContext};
use crate::emails::{BookingEvent, Notify, follow_up, queue_booking_emails};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};

/// Accepts a request: the booking is confirmed, and its follow-ups are planned. An accepted booking is returned
/// unchanged.
///
/// # Errors
/// [`BookingError::NoBooking`], [`BookingError::NotYours`], [`BookingError::Cancelled`].
pub fn accept(
    cx: &mut Write<'_, WriteBookings>,
    number: &BookingNumber,
    notify: Notify,
) -> Result<Booking, BookingError> {
    let booking = pending(cx, number)?;
    if booking.accepted {
        return Ok(booking);
    }
    let catalogue = cx.catalogue()?;
    if notify.is_anyone() {
        cx.after_commit(Wake::Outbox);
    }
    let (tx, unit) = cx.tx();
    let context = BookingContext::of(unit, true)?;
    let changed = Some(Stamp { at: unit.now(), agent: context.agent(tx)? });
    let mut accepted = Booking { accepted: true, changed, changes: booking.changes + 1, ..booking };
    bookings::update(tx, unit.account_id(), &accepted)?;
    let subject = Subject::booking(number, accepted.application.as_ref());
    tx.record(context.actor.change(unit.account_id(), unit.now(), subject, Kind::Updated));
    follow_up::plan(tx, unit.app(), (unit.account(), &catalogue), &accepted, None)?;
    let event = (BookingEvent::Booked, notify);
    queue_booking_emails(tx, unit.app(), (unit.account(), &catalogue), &accepted, event)?;
    let at = cx.change_time()?;
    accepted.changed.iter_mut().for_each(|stamp| stamp.at = at);
    Ok(accepted)
}

/// Denies a request: cancels it without a fee and releases its claims.
///
/// # Errors
/// As [`accept`]; also [`BookingError::Cancelled`] when the booking was accepted before.
pub fn deny(
    cx: &mut Write<'_, CancelBookings>,
    number: &BookingNumber,
    reason: Option<String>,
    notify: Notify,
) -> Result<(), BookingError> {
    let booking = pending(cx, number)?;
    if booking.accepted {
        return Err(BookingError::Cancelled);
    }
    let denial = Cancellation { apply_policy: false, track: false, reason, relaxed: true, notify };
    write(cx, booking, &denial)
}

/// Locks the booking, if the principal may change it and it is not cancelled.
fn pending(cx: &mut WriteContext<'_>, number: &BookingNumber) -> Result<Booking, BookingError> {
    let (tx, unit) = cx.tx();
    let booking = bookings::lock(tx, unit.account_id(), number)?.ok_or(BookingError::NoBooking)?;
    ChangeScope::of::<ReadBookings>(unit).check(booking.application.as_ref(), BookingError::NoBooking)?;
    if booking.cancelled.is_some() { Err(BookingError::Cancelled) } else { Ok(booking) }
}
