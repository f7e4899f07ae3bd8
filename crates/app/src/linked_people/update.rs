//! Change what is known of a person linked to a customer.

use crate::bookings::place::{BookingError, ChangeScope, PersonPlace};
use crate::context::Write;
use crate::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::customer::{About, FieldInput, Person, answers};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};

/// Makes of a person linked to a customer what `change` makes of what was known; with `fields` the answers to custom fields
/// are these. It is a change of the customer, too.
///
/// # Errors
/// [`BookingError::NoCustomer`], [`BookingError::NotYours`], [`BookingError::NoLinkedPerson`], [`BookingError::Person`].
pub fn update(
    cx: &mut Write<'_, WriteCustomers>,
    customer: &CustomerId,
    id: &LinkedPersonId,
    fields: Option<&[FieldInput]>,
    change: impl Fn(Person) -> Person,
) -> Result<LinkedPerson, BookingError> {
    let catalogue = cx.catalogue()?;
    let (tx, unit) = cx.tx();
    let account = unit.account_id();
    // The customer is locked by every change of its people, so that they follow one another.
    let known = customers::lock(tx, account, customer)?.ok_or(BookingError::NoCustomer)?;
    ChangeScope::of::<ReadCustomers>(unit).check(known.application.as_ref(), BookingError::NoCustomer)?;
    let linked = linked_people::show(tx, account, customer, id, unit.now())?;
    let linked = linked.ok_or(BookingError::NoLinkedPerson)?;
    let mut person = change(linked.person.clone()).as_linked();
    let refused = |why| BookingError::Person { place: PersonPlace::LinkedPerson, why };
    if let Some(fields) = fields {
        person.custom_fields = answers(&catalogue.custom_fields, About::Participant, fields).map_err(refused)?;
    }
    person.check(Some(&linked.person)).map_err(refused)?;
    linked_people::update(tx, account, customer, id, &person)?;
    cx.record(Subject::linked_person(id), Kind::Updated);
    cx.record(Subject::customer(customer, known.application.as_ref()), Kind::Updated);
    Ok(LinkedPerson { person, ..linked })
}
