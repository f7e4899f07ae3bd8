//! Delete a customer, and for good what the customer has booked (wire reference, section 3.3). Payments stay.

use super::rights::{DeleteCustomers, ReadCustomers};
use crate::App;
use crate::bookings::place::{PlaceError, Placing, Reach};
use crate::right::May;
use crate::take::give_back;
use crate::webhooks::items::keep_last;
use slotkeeper_domain::change::{Kind, Subject, Thing};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::inventory::Holder;
use slotkeeper_store::tables::{bookings, customers};

/// How many bookings are read at a time.
const ROUND: i64 = 500;

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
            let known = customers::lock(tx, account, &id)?.ok_or(PlaceError::NoCustomer)?;
            reach.check(known.application.as_ref(), PlaceError::NoCustomer)?;
            if bookings::has_future(tx, account, &id, placing.now)? {
                return Ok(Removal::HasFutureBookings);
            }
            keep_last(tx, &unit, &placing.account, (Thing::Customer, id.as_str()), placing.now)?;
            loop {
                let numbers = bookings::of_customer(tx, account, &id, ROUND)?;
                if numbers.is_empty() {
                    break;
                }
                for (number, creator) in numbers {
                    let change = placing.actor.change(
                        account,
                        placing.now,
                        Subject::booking(&number, creator.as_ref()),
                        Kind::Deleted,
                    );
                    keep_last(tx, &unit, &placing.account, (Thing::Booking, number.as_str()), placing.now)?;
                    give_back(tx, account, &Holder::Booking(number.clone()))?;
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
