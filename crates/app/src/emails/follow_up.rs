//! Letters that are written because of a time: reminders, and thanks.

use super::input::{BookingParties, attended_by};
use super::{language_of, write};
use crate::App;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::follow_up::{BookingTimes, DueAction, FollowUp, FollowUps};
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::EmailKind;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::bookings::{self, Booking};
use slotkeeper_store::tables::due_follow_ups::{self, DueFollowUp};
use slotkeeper_store::{StoreError, Tx};
use std::time::Duration;

/// How many letters one round writes.
const ROUND: i64 = 50;

/// When one that could not be written is tried again.
const AGAIN: Duration = Duration::from_secs(3_600);

const ALL: [FollowUp; 2] = [FollowUp::Reminder, FollowUp::ThankYou];

fn kind(email: FollowUp) -> EmailKind {
    match email {
        FollowUp::Reminder => EmailKind::Reminder,
        FollowUp::ThankYou => EmailKind::ThankYou,
    }
}

fn booking_times(account: &Account, catalogue: &Catalogue, booking: &Booking) -> BookingTimes {
    let times = attended_by(&account.zone, catalogue.product(&booking.product), booking);
    BookingTimes {
        starts_at: booking.span.from,
        ends_at: times.last().map_or(booking.span.to, |last| last.to),
        reminder: booking.details.reminders,
        thank_you: booking.details.thank_you,
        takes_place: booking.cancelled.is_none() && booking.accepted && !booking.no_show,
    }
}

fn rules(catalogue: &Catalogue, booking: &Booking) -> FollowUps {
    let off = catalogue.product(&booking.product).is_some_and(|product| product.without_follow_ups);
    if off { FollowUps { reminder_hours: None, thank_you_hours: None } } else { catalogue.settings.follow_ups }
}

/// Has the letters about a booking written when it is time, in the transaction that made it or changed it; `before` is as it
/// was. A letter whose time stays is left alone: it may be written already. One whose time is past is not written, so that
/// nobody is reminded of what was booked a moment ago, and nobody is thanked for what others bring in of the past.
pub(crate) fn plan(
    tx: &mut Tx,
    app: &App,
    (account, catalogue): (&Account, &Catalogue),
    booking: &Booking,
    before: Option<&Booking>,
) -> Result<(), StoreError> {
    if booking.cancelled.is_some() {
        return due_follow_ups::remove_all(tx, &account.id, &booking.number);
    }
    let due =
        |email, booking: &Booking| rules(catalogue, booking).due(email, &booking_times(account, catalogue, booking));
    for email in ALL {
        let at = due(email, booking);
        if before.is_some_and(|before| due(email, before) == at) {
            continue;
        }
        let word = kind(email).as_str();
        match at.filter(|at| *at > app.now()) {
            Some(at) => due_follow_ups::put(tx, &account.id, &booking.number, word, at)?,
            None if before.is_some() => due_follow_ups::remove(tx, &account.id, &booking.number, word)?,
            None => {}
        }
    }
    Ok(())
}

/// Has what still waits of the letters about a booking written when it is time by a clock that is set otherwise than before.
/// What was written stays written: on the clock, nothing has changed.
pub(crate) fn shift(
    tx: &mut Tx,
    (account, catalogue): (&Account, &Catalogue),
    booking: &Booking,
) -> Result<(), StoreError> {
    for email in ALL {
        let word = kind(email).as_str();
        let waits = DueFollowUp {
            account: account.id.clone(),
            booking: booking.number.clone(),
            email: word.to_owned(),
            // Whenever it was to be written.
            due_at: booking.span.from,
        };
        if due_follow_ups::lock(tx, &waits)?.is_some() {
            match rules(catalogue, booking).due(email, &booking_times(account, catalogue, booking)) {
                Some(at) => due_follow_ups::put(tx, &account.id, &booking.number, word, at)?,
                None => due_follow_ups::remove(tx, &account.id, &booking.number, word)?,
            }
        }
    }
    Ok(())
}

/// Writes some of the letters that are due; how many it had in hand. Each is written once, on however many servers.
///
/// # Errors
/// When the store fails. A letter that cannot be written holds the others up no longer than this round.
pub async fn write_due(app: &App) -> Result<usize, StoreError> {
    let now = app.now();
    let due = app.store().read(move |db| due_follow_ups::due(db, now, ROUND)).await?;
    let mut done = 0;
    let mut failed = None;
    for email in &due {
        let (unit, one) = (app.clone(), email.clone());
        match app.store().write_unlogged(move |tx| write_one(tx, &unit, &one, now)).await {
            Ok(true) => done += 1,
            Ok(false) => {}
            // Nothing is wrong with the letter: it stays due, and the next round tries it. Put off, a reminder of an hour
            // before would come too late to be written at all.
            Err(error) if error.is_transient() => {
                failed = Some(error);
                break;
            }
            Err(error) => {
                let one = email.clone();
                let postponed = move |tx: &mut Tx| match due_follow_ups::lock(tx, &one)? {
                    Some(_) => due_follow_ups::put(tx, &one.account, &one.booking, &one.email, now.after(AGAIN)),
                    None => Ok(()),
                };
                app.store().write_unlogged(postponed).await?;
                failed = Some(error);
            }
        }
    }
    if done > 0 {
        app.mail_waiting().notify_one();
    }
    failed.map_or(Ok(done), Err)
}

/// Does what is to be done about a letter; false if there is nothing: it was written, moved or cancelled since it was found,
/// or another server has it in hand.
fn write_one(tx: &mut Tx, app: &App, email: &DueFollowUp, now: Instant) -> Result<bool, StoreError> {
    if due_follow_ups::lock(tx, email)?.is_none_or(|due_at| due_at > now) {
        return Ok(false);
    }
    due_follow_ups::remove(tx, &email.account, &email.booking, &email.email)?;
    let known = ALL.into_iter().find(|known| kind(*known).as_str() == email.email);
    let account = accounts::find(tx, &email.account)?;
    let booking = bookings::find(tx, &email.account, &email.booking)?;
    let (Some(known), Some(account), Some(booking)) = (known, account, booking) else { return Ok(true) };
    let catalogue = app.catalogues().of(tx, &account.id)?;
    let visit = booking_times(&account, &catalogue, &booking);
    match rules(&catalogue, &booking).due_action(known, &visit, now) {
        DueAction::Never => {}
        DueAction::Later(at) => due_follow_ups::put(tx, &account.id, &booking.number, &email.email, at)?,
        DueAction::Now => {
            let Some(story) = BookingParties::read(tx, app, &account, &booking)? else { return Ok(true) };
            let Some(address) = story.customer.email_address.clone() else { return Ok(true) };
            // A reminder that waits for the mail server is of no use once it has begun.
            let (occasion, not_after) = match known {
                FollowUp::Reminder => (visit.starts_at, Some(visit.starts_at)),
                FollowUp::ThankYou => (visit.ends_at, None),
            };
            let email = (kind(known), language_of(&story, &account));
            write(tx, app, &story, (&catalogue, &booking), email, &[address], (occasion.as_millis(), not_after))?;
        }
    }
    Ok(true)
}
