//! Cancel a booking. Nothing is erased.

use super::place::{PlaceError, Placing, Reach};
use super::rights::{CancelBookings, ReadBookings};
use super::wanted::rules_of;
use crate::App;
use crate::benefits;
use crate::letters::{News, Notify, follow_up, tell};
use crate::right::May;
use crate::take::give_back;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::booking_rules::Deed;
use slotkeeper_domain::catalogue::{CancelationFee, CancelationPolicy};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::inventory::Holder;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::{customers, mails};
use std::time::Duration;

/// How a booking is cancelled.
#[derive(Debug, Clone, Default)]
pub struct Cancelation {
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
    may: &May<CancelBookings>,
    sees: Option<&May<ReadBookings>>,
    number: BookingNumber,
    cancelation: Cancelation,
) -> Result<(), PlaceError> {
    let placing = Placing::new(app, may, cancelation.relaxed)?;
    let reach = Reach::of(may, sees);
    let (unit, notify) = (app.clone(), cancelation.notify);
    let canceled = app
        .store()
        .write(move |tx| {
            let account = &placing.account.id;
            let booking = bookings::lock(tx, account, &number)?.ok_or(PlaceError::NoBooking)?;
            reach.check(booking.application.as_ref(), PlaceError::NoBooking)?;
            if booking.canceled.is_some() {
                return Err(PlaceError::Canceled);
            }
            if !placing.relaxed {
                let catalogue = unit.catalogues().of(tx, account)?;
                rules_of(&catalogue, &booking.product).allow(Deed::Cancel, booking.span.from, placing.now)?;
            }
            write(tx, &unit, &placing, booking, &cancelation)
        })
        .await;
    if notify.anybody() {
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
    (booking, cancelation): (Booking, &Cancelation),
) -> Result<(), PlaceError> {
    let placing = Placing::within(account, actor, at, true)?;
    write(tx, app, &placing, booking, cancelation)
}

fn write(
    tx: &mut Tx,
    app: &App,
    placing: &Placing,
    booking: Booking,
    cancelation: &Cancelation,
) -> Result<(), PlaceError> {
    let account = &placing.account.id;
    give_back(tx, account, &Holder::Booking(booking.number.clone()), placing.now)?;
    // The customer comes before promotions for everybody, and is what a cancellation that is counted changes.
    customers::lock(tx, account, &booking.customer)?;
    benefits::give_back(tx, account, &booking)?;
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
    mails::end_of_booking(tx, account, &canceled.number, placing.now)?;
    follow_up::plan(tx, app, (&placing.account, &catalogue), &canceled, None)?;
    tell(tx, app, (&placing.account, &catalogue), &canceled, (News::Canceled, cancelation.notify))?;
    Ok(())
}

/// What cancelling costs now.
fn fee(policy: &CancelationPolicy, price: Money, starts_at: Instant, now: Instant) -> Money {
    let free = Duration::from_secs(60 * u64::from(policy.free_until_minutes));
    if now.after(free) <= starts_at {
        return Money::zero(price.currency());
    }
    match policy.fee {
        CancelationFee::Fixed(minor) => Money::new(i64::from(minor).min(price.minor().max(0)), price.currency()),
        CancelationFee::Part(rate) => rate.of(price),
    }
}
