//! Delete a customer who has booked nothing.

use super::rights::{DeleteCustomers, ReadCustomers};
use crate::App;
use crate::bookings::place::{PlaceError, Placing, Reach};
use crate::right::May;
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::customers;

/// What became of the wish to delete a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The customer is gone.
    Removed,
    /// The customer has bookings, and stays.
    HasBookings,
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
    app.store()
        .write(move |tx| {
            let account = &placing.account.id;
            let known = customers::lock(tx, account, &id)?.ok_or(PlaceError::NoCustomer)?;
            reach.check(known.application.as_ref(), PlaceError::NoCustomer)?;
            if customers::statistics(tx, account, &id, placing.now)?.bookings > 0 {
                return Ok(Removal::HasBookings);
            }
            customers::delete(tx, account, &id)?;
            tx.record(placing.actor.change(account, placing.now, Thing::Customer, id.as_str(), Kind::Deleted));
            Ok(Removal::Removed)
        })
        .await
}
