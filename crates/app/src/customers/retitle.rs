//! Bookings show the name of their customer. When that changes, those of the customer follow in small pieces: some with the
//! name, the rest by a job.
//!
//! Locks come in the order in which everybody takes them: bookings, the customer. The customer's lock is also that of what is
//! to be done, so a name that changes again meanwhile wins.

use super::piece::Piece;
use crate::App;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings::{self, Stamp};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::renamed_customers::{self, Renamed};
use slotkeeper_store::{StoreError, Tx};

/// How many customers one round looks at.
const ROUND: i64 = 50;

/// Has a customer's bookings follow the name: those of `piece` now, and the others later. Whoever calls has locked the piece,
/// or none, and then the customer.
pub(super) fn follow(
    tx: &mut Tx,
    (account, customer): (&AccountId, &CustomerId),
    title: &str,
    (actor, changed): (&Actor, &Stamp),
    piece: Option<Piece>,
) -> Result<(), StoreError> {
    let piece = piece.unwrap_or_else(Piece::unknown);
    for booking in piece.bookings.iter().filter(|booking| booking.title != title) {
        bookings::retitle(tx, account, &booking.number, title, changed)?;
        let subject = Subject::booking(&booking.number, booking.application.as_ref());
        tx.record(actor.change(account, changed.at, subject, Kind::Updated));
    }
    if !piece.more {
        return renamed_customers::remove(tx, account, customer);
    }
    let (account, customer, actor, agent) = (account.clone(), customer.clone(), actor.clone(), changed.agent.clone());
    let (starts_at, number) = piece.last().unwrap_or(Piece::BEGINNING);
    let number = number.to_owned();
    renamed_customers::put(tx, &Renamed { account, customer, actor, agent, starts_at, number })
}

/// Has some bookings follow the names of their customers; whether there may be more. Each follows once, on however many
/// servers.
pub async fn follow_some(app: &App) -> Result<bool, StoreError> {
    let found = app.store().read(|db| renamed_customers::some(db, ROUND)).await?;
    let (any, mut failed) = (!found.is_empty(), None);
    for renamed in found {
        let now = app.now();
        // What cannot be done for one customer now is tried in the next round, and holds no other one up.
        if let Err(error) = app.store().write(move |tx| follow_one(tx, &renamed, now)).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(any), Err)
}

fn follow_one(tx: &mut Tx, renamed: &Renamed, now: Instant) -> Result<(), StoreError> {
    let Renamed { account, customer, actor, agent, starts_at, number } = renamed;
    let piece = Piece::after(tx, account, customer, (*starts_at, number))?;
    let Some(known) = customers::lock(tx, account, customer)? else { return Ok(()) };
    // Another server has done this piece, or the name has changed again: the next round does what is left.
    if renamed_customers::find(tx, account, customer)?.as_ref() != Some(renamed) {
        return Ok(());
    }
    let changed = Stamp { at: now, agent: agent.clone() };
    follow(tx, (account, customer), &known.person.display_name(), (actor, &changed), Some(piece))
}

/// Whether bookings show another name for one than for the other.
pub(super) fn differs(one: &Person, other: &Person) -> bool {
    one.display_name() != other.display_name()
}
