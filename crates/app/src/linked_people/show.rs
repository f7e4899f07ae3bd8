//! Read one person linked to a customer.

use crate::bookings::place::BookingError;
use crate::context::Read;
use crate::customers::rights::ReadCustomers;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};

/// The person with this id who is linked to the customer.
///
/// # Errors
/// [`BookingError::NoCustomer`] when the principal may not see the customer, [`BookingError::NoLinkedPerson`].
pub fn show(
    cx: &mut Read<'_, ReadCustomers>,
    customer: &CustomerId,
    id: &LinkedPersonId,
) -> Result<LinkedPerson, BookingError> {
    let (db, unit) = cx.db();
    let known = customers::find(db, unit.account_id(), customer)?.ok_or(BookingError::NoCustomer)?;
    if !unit.visibility().shows(known.application.as_ref()) {
        return Err(BookingError::NoCustomer);
    }
    linked_people::show(db, unit.account_id(), customer, id, unit.now())?.ok_or(BookingError::NoLinkedPerson)
}
