//! Give store credit to a customer.

use crate::bookings::place::BookingError;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::credit::Credit;
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::{credits, customers};

/// Gives a customer so many minor units of the account's currency, within a transaction that others write in as well.
///
/// # Errors
/// [`BookingError::NoCustomer`]; [`BookingError::TooMuch`] when it comes to more than can be counted; when the store fails.
pub fn grant(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    (customer, minor): (&CustomerId, u32),
) -> Result<(), BookingError> {
    let creator = customers::lock(tx, account, customer)?.ok_or(BookingError::NoCustomer)?.application;
    let known = credits::find(tx, account, customer)?;
    let granted = known.granted.checked_add(minor.into()).ok_or(BookingError::TooMuch)?;
    granted.checked_add(known.of_vouchers).ok_or(BookingError::TooMuch)?;
    credits::set(tx, account, customer, Credit { granted, ..known })?;
    tx.record(actor.change(account, at, Subject::customer(customer, creator.as_ref()), Kind::Updated));
    Ok(())
}
