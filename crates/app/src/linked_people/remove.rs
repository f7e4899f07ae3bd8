//! Remove a person linked to a customer. Bookings that named the person stay, and name nobody there.

use crate::bookings::place::{BookingError, ChangeScope};
use crate::context::Write;
use crate::customers::rights::{DeleteCustomers, ReadCustomers};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_store::tables::{customers, linked_people};

/// Removes a person linked to a customer, which is a change of the customer.
///
/// # Errors
/// [`BookingError::NoCustomer`], [`BookingError::NotYours`], [`BookingError::NoLinkedPerson`].
pub fn remove(
    cx: &mut Write<'_, DeleteCustomers>,
    customer: &CustomerId,
    id: &LinkedPersonId,
) -> Result<(), BookingError> {
    let (tx, unit) = cx.tx();
    let known = customers::lock(tx, unit.account_id(), customer)?.ok_or(BookingError::NoCustomer)?;
    ChangeScope::of::<ReadCustomers>(unit).check(known.application.as_ref(), BookingError::NoCustomer)?;
    if !linked_people::delete(tx, unit.account_id(), customer, id)? {
        return Err(BookingError::NoLinkedPerson);
    }
    cx.record(Subject::linked_person(id), Kind::Deleted);
    cx.record(Subject::customer(customer, known.application.as_ref()), Kind::Updated);
    Ok(())
}
