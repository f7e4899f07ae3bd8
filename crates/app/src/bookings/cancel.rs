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
    access: &Access<CancelBookings>,
    sees: Option<&Access<ReadBookings>>,
    number: BookingNumber,
    cancellation: Cancellation,
) -> Result<(), BookingError> {
    let context = BookingContext::new(app, access, cancellation.relaxed)?;
    let reach = ChangeScope::of(access, sees);
    let (unit, notify) = (app.clone(), cancellation.notify);
    let cancelled = app
        .store()
        .write(move |tx| {
            let account = &context.account.id;
            let booking = bookings::lock(tx, account, &number)?.ok_or(BookingError::NoBooking)?;
            reach.check(booking.application.as_ref(), BookingError::NoBooking)?;
            if booking.cancelled.is_some() {
                return Err(BookingError::Cancelled);
            }
            if !context.relaxed {
                let catalogue = unit.catalogues().of(tx, account)?;
                rules_of(&catalogue, &booking.product).allow(BookingAction::Cancel, booking.span.from, context.now)?;
            }
            write(tx, &unit, &context, booking, &cancellation)
        })
        .await;
    if notify.is_anyone() {
        app.mail_waiting().notify_one();
    }
    cancelled
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
    (booking, cancellation): (Booking, &Cancellation),
) -> Result<(), BookingError> {
    let context = BookingContext::within(account, actor, at, true)?;
    write(tx, app, &context, booking, cancellation)
}

fn write(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    booking: Booking,
    cancellation: &Cancellation,
) -> Result<(), BookingError> {
    let account = &context.account.id;
    release(tx, account, &ClaimOwner::Booking(booking.number.clone()), context.now)?;
    // The customer comes before promotions for everybody, and is what a cancellation that is counted changes.
    customers::lock(tx, account, &booking.customer)?;
    discounts::release(tx, account, &booking)?;
    let catalogue = app.catalogues().of(tx, account)?;
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
