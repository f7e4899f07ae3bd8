//! Link a new person to a customer.

use crate::bookings::party::PersonInput;
use crate::bookings::place::{BookingContext, BookingError, ChangeScope, PersonPlace};
use crate::context::Write;
use crate::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::LinkedPerson;

/// Links a new person to a customer, which is a change of the customer.
///
/// # Errors
/// [`BookingError::NoCustomer`], [`BookingError::NotYours`], [`BookingError::TooManyLinked`], [`BookingError::Person`].
pub fn create(
    cx: &mut Write<'_, WriteCustomers>,
    customer: &CustomerId,
    input: &PersonInput,
) -> Result<LinkedPerson, BookingError> {
    let catalogue = cx.catalogue()?;
    let (tx, unit) = cx.tx();
    let context = BookingContext::of(unit, false)?;
    let known = customers::lock(tx, unit.account_id(), customer)?.ok_or(BookingError::NoCustomer)?;
    ChangeScope::of::<ReadCustomers>(unit).check(known.application.as_ref(), BookingError::NoCustomer)?;
    let linked = context.link(tx, &catalogue, customer, (input, PersonPlace::LinkedPerson))?;
    cx.record(Subject::customer(customer, known.application.as_ref()), Kind::Updated);
    Ok(linked)
}
