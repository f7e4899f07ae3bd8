//! Delete a customer, and for good what the customer has booked (wire reference, section 3.3). Payments stay.
//!
//! Where much was booked it goes piece by piece. The first transaction says that the customer leaves: from then on nobody
//! books for the customer, and nobody can call it off. What the request does not come to do, a job does.
//!
//! Locks come in the order in which everybody takes them: bookings, events, the customer.

use super::piece::Piece;
use super::rights::{DeleteCustomers, ReadCustomers};
use crate::App;
use crate::access::Access;
use crate::allocation;
use crate::bookings::place::{BookingError, ChangeScope};
use crate::context::Write;
use crate::webhooks::items::keep_last;
use slotkeeper_domain::change::{Actor, Kind, Subject, Thing};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::customers::{self, Customer};
use slotkeeper_store::tables::leaving_customers::{self, Leaving};
use slotkeeper_store::tables::{bookings, claims, outbox};
use slotkeeper_store::{StoreError, Tx};

/// How many customers one round of the job looks at.
const ROUND: i64 = 50;

/// What became of the wish to delete a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The customer is gone.
    Removed,
    /// The customer has bookings ahead, and stays.
    HasFutureBookings,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Done(Removal),
    More,
}

/// Deletes a customer. What the first transaction leaves goes in further ones, before this returns.
///
/// # Errors
/// [`BookingError::NoCustomer`], [`BookingError::NotYours`].
pub async fn remove(
    app: &App,
    access: &Access<DeleteCustomers>,
    customer: CustomerId,
) -> Result<Removal, BookingError> {
    let leaving = Leaving { account: access.account().id.clone(), customer, actor: access.actor().clone() };
    let first = leaving.clone();
    let mut step = app.write(access, move |cx| begin(cx, &first)).await?;
    loop {
        match step {
            Step::Done(removal) => return Ok(removal),
            Step::More => step = go_on(app, leaving.clone()).await?,
        }
    }
}

/// Deletes some bookings of customers who leave; whether there may be more.
pub async fn remove_some(app: &App) -> Result<bool, StoreError> {
    let found = app.store().read(|db| leaving_customers::some(db, ROUND)).await?;
    let (any, mut failed) = (!found.is_empty(), None);
    for leaving in found {
        // What cannot be done for one customer now is tried in the next round, and holds no other one up.
        if let Err(error) = go_on(app, leaving).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(any), Err)
}

fn begin(cx: &mut Write<'_, DeleteCustomers>, leaving: &Leaving) -> Result<Step, BookingError> {
    let (tx, unit) = cx.tx();
    let (account, id, now) = (unit.account_id(), &leaving.customer, unit.now());
    let known = customers::find(tx, account, id)?.ok_or(BookingError::NoCustomer)?;
    ChangeScope::of::<ReadCustomers>(unit).check(known.application.as_ref(), BookingError::NoCustomer)?;
    if bookings::has_future(tx, account, id, now)? {
        return Ok(Step::Done(Removal::HasFutureBookings));
    }
    let piece = lock(tx, leaving)?;
    let known = customers::lock(tx, account, id)?.ok_or(BookingError::NoCustomer)?;
    // A booking for the customer has been made by now, or finds no customer.
    if bookings::has_future(tx, account, id, now)? {
        return Ok(Step::Done(Removal::HasFutureBookings));
    }
    // Before the bookings go, which are in it.
    let gone = (Thing::Customer, id.as_str(), known.application.as_ref());
    keep_last(tx, unit.app(), unit.account(), gone, now)?;
    Ok(erase(tx, unit.app(), (unit.account(), now), (leaving, &known), piece)?)
}

async fn go_on(app: &App, leaving: Leaving) -> Result<Step, StoreError> {
    let unit = app.clone();
    let now = app.now();
    app.store()
        .write(move |tx| {
            let piece = lock(tx, &leaving)?;
            // Another server has done the rest.
            let Some(known) = customers::lock_leaving(tx, &leaving.account, &leaving.customer)? else {
                return Ok(Step::Done(Removal::Removed));
            };
            let account = accounts::find(tx, &leaving.account)?;
            let account = account.ok_or_else(|| StoreError::inconsistent("a customer of no account"))?;
            erase(tx, &unit, (&account, now), (&leaving, &known), piece)
        })
        .await
}

/// Locks some of the customer's bookings, and the events that they have seats of.
fn lock(tx: &mut Tx, leaving: &Leaving) -> Result<Piece, StoreError> {
    let piece = Piece::after(tx, &leaving.account, &leaving.customer, Piece::BEGINNING)?;
    let holders: Vec<ClaimOwner> =
        piece.bookings.iter().map(|booking| ClaimOwner::Booking(booking.number.clone())).collect();
    allocation::lock_claimed_events(tx, &leaving.account, &holders)?;
    Ok(piece)
}

/// Deletes these bookings, and the customer if they were the last.
fn erase(
    tx: &mut Tx,
    app: &App,
    (account, now): (&Account, Instant),
    (leaving, known): (&Leaving, &Customer),
    piece: Piece,
) -> Result<Step, StoreError> {
    let (id, actor): (_, &Actor) = (&leaving.customer, &leaving.actor);
    // One that was booked in this very moment is locked now. Should another transaction wait for one that waits for this, one
    // of them runs again.
    let piece = if piece.bookings.is_empty() { lock(tx, leaving)? } else { piece };
    for booking in piece.bookings {
        let number = booking.number;
        keep_last(tx, app, account, (Thing::Booking, number.as_str(), booking.application.as_ref()), now)?;
        claims::release(tx, &account.id, &ClaimOwner::Booking(number.clone()), now)?;
        outbox::wipe_of_booking(tx, &account.id, &number, now)?;
        bookings::delete(tx, &account.id, &number)?;
        let subject = Subject::booking(&number, booking.application.as_ref());
        tx.record(actor.change(&account.id, now, subject, Kind::Deleted));
    }
    if bookings::has_more_of_customer(tx, &account.id, id, Piece::BEGINNING)? {
        customers::mark_leaving(tx, &account.id, id)?;
        leaving_customers::put(tx, leaving)?;
        return Ok(Step::More);
    }
    customers::delete(tx, &account.id, id)?;
    tx.record(actor.change(&account.id, now, Subject::customer(id, known.application.as_ref()), Kind::Deleted));
    Ok(Step::Done(Removal::Removed))
}
