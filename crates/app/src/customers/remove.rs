//! Delete a customer, and for good what the customer has booked (wire reference, section 3.3). Payments stay.
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
use slotkeeper_store::tables::{bookings, claims, customers, mails};
use std::collections::HashSet;

/// How many bookings are read at a time.
const ROUND: i64 = 500;

/// How many bookings are locked before the customer is. Of those of a customer who has more, and of one that is booked in
/// that very moment, events are locked later: should another transaction wait for one that waits for this, one of them
/// runs again.
const LOCKED: i64 = 10_000;

/// What became of the wish to delete a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The customer is gone.
    Removed,
    /// The customer has bookings ahead, and stays.
    HasFutureBookings,
}

/// Deletes a customer.
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
    let unit = app.clone();
    app.store()
        .write(move |tx| {
            let account = &placing.account.id;
            let known = customers::find(tx, account, &id)?.ok_or(PlaceError::NoCustomer)?;
            reach.check(known.application.as_ref(), PlaceError::NoCustomer)?;
            if bookings::has_future(tx, account, &id, placing.now)? {
                return Ok(Removal::HasFutureBookings);
            }
            let locked: HashSet<Holder> =
                bookings::lock_of_customer(tx, account, &id, LOCKED)?.into_iter().map(Holder::Booking).collect();
            take::lock_what_they_have(tx, account, &locked)?;
            customers::lock(tx, account, &id)?.ok_or(PlaceError::NoCustomer)?;
            // Whoever books for the customer has booked by now, or finds nobody.
            if bookings::has_future(tx, account, &id, placing.now)? {
                return Ok(Removal::HasFutureBookings);
            }
            let gone = (Thing::Customer, id.as_str(), known.application.as_ref());
            keep_last(tx, &unit, &placing.account, gone, placing.now)?;
            loop {
                let numbers = bookings::of_customer(tx, account, &id, ROUND)?;
                if numbers.is_empty() {
                    break;
                }
                for (number, creator) in numbers {
                    let subject = Subject::booking(&number, creator.as_ref());
                    let change = placing.actor.change(account, placing.now, subject, Kind::Deleted);
                    let gone = (Thing::Booking, number.as_str(), creator.as_ref());
                    keep_last(tx, &unit, &placing.account, gone, placing.now)?;
                    let holder = Holder::Booking(number.clone());
                    if locked.contains(&holder) {
                        claims::release(tx, account, &holder, placing.now)?;
                    } else {
                        take::give_back(tx, account, &holder, placing.now)?;
                    }
                    mails::forget_booking(tx, account, &number, placing.now)?;
                    bookings::delete(tx, account, &number)?;
                    tx.record(change);
                }
            }
            customers::delete(tx, account, &id)?;
            tx.record(placing.actor.change(
                account,
                placing.now,
                Subject::customer(&id, known.application.as_ref()),
                Kind::Deleted,
            ));
            Ok(Removal::Removed)
        })
        .await
}
