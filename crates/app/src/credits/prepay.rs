//! Give a customer credits that were paid for before.

use crate::bookings::place::BookingError;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::credits::{self, PrepaidCredit};
use slotkeeper_store::tables::customers;

/// Gives a customer prepaid credits, good until `expires_at` if they end, within a transaction that others write in as well.
///
/// # Errors
/// [`BookingError::NoCustomer`]; when the store fails.
pub fn prepay(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    (customer, prepaid, expires_at): (&CustomerId, &PrepaidCredit, Option<Instant>),
) -> Result<(), BookingError> {
    let creator = customers::lock(tx, account, customer)?.ok_or(BookingError::NoCustomer)?.application;
    credits::insert_prepaid(tx, account, customer, prepaid, expires_at, at)?;
    tx.record(actor.change(account, at, Subject::customer(customer, creator.as_ref()), Kind::Updated));
    Ok(())
}
