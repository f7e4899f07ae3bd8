//! Cancel a booking. Nothing is erased.

use super::place::{BookingContext, BookingError, ChangeScope};
use super::rights::{CancelBookings, ReadBookings};
use super::wanted::rules_of;
use crate::App;
use crate::access::Access;
use crate::allocation::release;
use crate::discounts;
use crate::emails::{BookingEvent, Notify, follow_up, queue_booking_emails};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::booking_rules::BookingAction;
use slotkeeper_domain::catalogue::{CancellationFee, CancellationPolicy};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
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

/// Cancels a booking and gives back what it has.
///
/// # Errors
/// [`PlaceError::NoBooking`], [`PlaceError::NotYours`], [`PlaceError::Canceled`], [`PlaceError::TooLate`]; when the store
/// fails.
pub async fn cancel(
    app: &App,
    may: &Access<CancelBookings>,
    sees: Option<&Access<ReadBookings>>,
    number: BookingNumber,
    cancelation: Cancellation,
) -> Result<(), BookingError> {
    let placing = BookingContext::new(app, may, cancelation.relaxed)?;
    let reach = ChangeScope::of(may, sees);
    let (unit, notify) = (app.clone(), cancelation.notify);
    let canceled = app
        .store()
        .write(move |tx| {
            let account = &placing.account.id;
            let booking = bookings::lock(tx, account, &number)?.ok_or(BookingError::NoBooking)?;
            reach.check(booking.application.as_ref(), BookingError::NoBooking)?;
            if booking.canceled.is_some() {
                return Err(BookingError::Canceled);
            }
            if !placing.relaxed {
                let catalogue = unit.catalogues().of(tx, account)?;
                rules_of(&catalogue, &booking.product).allow(BookingAction::Cancel, booking.span.from, placing.now)?;
            }
            write(tx, &unit, &placing, booking, &cancelation)
        })
        .await;
    if notify.is_anyone() {
        app.mail_waiting().notify_one();
    }
    canceled
}

/// Cancels a booking within a transaction that others write in as well, as this actor and at this instant: for data that
/// comes from elsewhere, with the past in it.
///
/// # Errors
/// [`PlaceError`].
pub fn cancel_within(
    tx: &mut Tx,
    app: &App,
    account: &Account,
    actor: &Actor,
    at: Instant,
    (booking, cancelation): (Booking, &Cancellation),
) -> Result<(), BookingError> {
    let placing = BookingContext::within(account, actor, at, true)?;
    write(tx, app, &placing, booking, cancelation)
}

fn write(
    tx: &mut Tx,
    app: &App,
    placing: &BookingContext,
    booking: Booking,
    cancelation: &Cancellation,
) -> Result<(), BookingError> {
    let account = &placing.account.id;
    release(tx, account, &ClaimOwner::Booking(booking.number.clone()), placing.now)?;
    // The customer comes before promotions for everybody, and is what a cancellation that is counted changes.
    customers::lock(tx, account, &booking.customer)?;
    discounts::release(tx, account, &booking)?;
    let catalogue = app.catalogues().of(tx, account)?;
    let policy = catalogue.settings.cancelation;
    let stamp = Stamp { at: placing.now, agent: placing.agent(tx)? };
    let changes = booking.changes + 1;
    let mut canceled = Booking { changed: Some(stamp.clone()), canceled: Some(stamp), changes, ..booking };
    canceled.cancelation_tracked = cancelation.track;
    canceled.details.cancelation_reason.clone_from(&cancelation.reason);
    if let Some(policy) = policy.filter(|_| cancelation.apply_policy) {
        let fee = fee(&policy, canceled.details.price.gross, canceled.span.from, placing.now);
        canceled.details.cancelation_fee = Some(fee);
    }
    bookings::update(tx, account, &canceled)?;
    tx.record(placing.actor.change(
        account,
        placing.now,
        Subject::booking(&canceled.number, canceled.application.as_ref()),
        Kind::Deleted,
    ));
    // What waits of letters about it says what is no longer so.
    outbox::discard_of_booking(tx, account, &canceled.number, placing.now)?;
    follow_up::plan(tx, app, (&placing.account, &catalogue), &canceled, None)?;
    queue_booking_emails(
        tx,
        app,
        (&placing.account, &catalogue),
        &canceled,
        (BookingEvent::Canceled, cancelation.notify),
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
