//! Delete a customer, and for good what the customer has booked (wire reference, section 3.3). Payments stay.
//!
//! What is deleted in pieces can be interrupted: then some of the bookings are gone and the customer is there with the others,
//! and deleting the customer again goes on where it ended. The customer goes with the last piece.
//!
//! Locks come in the order in which everybody takes them: bookings, events, the customer.

use super::rights::{DeleteCustomers, ReadCustomers};
use crate::App;
use crate::bookings::place::{PlaceError, Placing, Reach};
use crate::right::May;
use crate::take;
use crate::webhooks::items::keep_last;
use slotkeeper_domain::change::{Kind, Subject, Thing};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::inventory::Holder;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::{bookings, claims, customers, mails};
use std::collections::HashSet;

/// How many bookings one transaction deletes: of a customer who has more, they go in pieces, or one customer would hold up
/// whoever else writes.
const PIECE: i64 = 100;

/// What became of the wish to delete a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The customer is gone.
    Removed,
    /// The customer has bookings ahead, and stays.
    HasFutureBookings,
}

/// Deletes a customer. A booking ahead that is made meanwhile keeps the customer, and what was not deleted by then.
///
/// # Errors
/// [`PlaceError::NoCustomer`], [`PlaceError::NotYours`]; when the store fails.
pub async fn remove(
    app: &App,
    may: &May<DeleteCustomers>,
    sees: Option<&May<ReadCustomers>>,
    id: CustomerId,
) -> Result<Removal, PlaceError> {
    let placing = Placing::new(app, may, false)?;
    let reach = Reach::of(may, sees);
    loop {
        let (unit, placing, reach, id) = (app.clone(), placing.clone(), reach.clone(), id.clone());
        if let Some(removal) = app.store().write(move |tx| remove_piece(tx, &unit, &placing, &reach, &id)).await? {
            return Ok(removal);
        }
    }
}

/// Deletes some of the customer's bookings, and with the last of them the customer; nothing when there may be more.
fn remove_piece(
    tx: &mut Tx,
    app: &App,
    placing: &Placing,
    reach: &Reach,
    id: &CustomerId,
) -> Result<Option<Removal>, PlaceError> {
    let account = &placing.account.id;
    let known = customers::find(tx, account, id)?.ok_or(PlaceError::NoCustomer)?;
    reach.check(known.application.as_ref(), PlaceError::NoCustomer)?;
    if bookings::has_future(tx, account, id, placing.now)? {
        return Ok(Some(Removal::HasFutureBookings));
    }
    let locked: HashSet<Holder> =
        bookings::lock_of_customer(tx, account, id, PIECE)?.into_iter().map(Holder::Booking).collect();
    take::lock_what_they_have(tx, account, &locked)?;
    customers::lock(tx, account, id)?.ok_or(PlaceError::NoCustomer)?;
    // Whoever books for the customer has booked by now, or finds nobody once the last piece is gone.
    if bookings::has_future(tx, account, id, placing.now)? {
        return Ok(Some(Removal::HasFutureBookings));
    }
    let numbers = bookings::of_customer(tx, account, id, PIECE)?;
    let is_last = i64::try_from(numbers.len()).unwrap_or(i64::MAX) < PIECE;
    if is_last {
        keep_last(tx, app, &placing.account, (Thing::Customer, id.as_str()), placing.now)?;
    }
    for (number, creator) in numbers {
        let subject = Subject::booking(&number, creator.as_ref());
        let change = placing.actor.change(account, placing.now, subject, Kind::Deleted);
        keep_last(tx, app, &placing.account, (Thing::Booking, number.as_str()), placing.now)?;
        let holder = Holder::Booking(number.clone());
        // One that was booked in this very moment was not locked with the others. Should another transaction wait for one
        // that waits for this, one of them runs again.
        if locked.contains(&holder) {
            claims::release(tx, account, &holder)?;
        } else {
            take::give_back(tx, account, &holder)?;
        }
        mails::forget_booking(tx, account, &number, placing.now)?;
        bookings::delete(tx, account, &number)?;
        tx.record(change);
    }
    if !is_last {
        return Ok(None);
    }
    customers::delete(tx, account, id)?;
    let customer = Subject::customer(id, known.application.as_ref());
    tx.record(placing.actor.change(account, placing.now, customer, Kind::Deleted));
    Ok(Some(Removal::Removed))
}
