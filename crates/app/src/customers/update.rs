//! Change a customer. Bookings show the customer's name, so a new name is a change of each of them.

use super::piece::Piece;
use super::retitle::{differs, follow};
use super::rights::{ReadCustomers, WriteCustomers};
use super::show::CustomerView;
use crate::bookings::place::{BookingContext, BookingError, ChangeScope, PersonPlace};
use crate::context::Write;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::customer::{About, FieldInput, Person, answers};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::bookings::Stamp;
use slotkeeper_store::tables::customers;

/// Makes of a customer what `change` makes of what was known; with `fields` the answers to custom fields are these. Of a
/// customer with many bookings only the first are renamed here; a job renames the others.
///
/// # Errors
/// [`BookingError::NoCustomer`], [`BookingError::NotYours`], [`BookingError::Person`].
pub fn update(
    cx: &mut Write<'_, WriteCustomers>,
    id: &CustomerId,
    fields: Option<&[FieldInput]>,
    change: impl Fn(Person) -> Person,
) -> Result<CustomerView, BookingError> {
    let catalogue = cx.catalogue()?;
    let (tx, unit) = cx.tx();
    let (account, scope) = (unit.account_id(), ChangeScope::of::<ReadCustomers>(unit));
    let before = customers::find(tx, account, id)?.ok_or(BookingError::NoCustomer)?;
    scope.check(before.application.as_ref(), BookingError::NoCustomer)?;
    // Bookings are locked before their customer, here as everywhere.
    let renames = differs(&before.person, &change(before.person.clone()));
    let piece = if renames { Some(Piece::after(tx, account, id, Piece::BEGINNING)?) } else { None };
    let known = customers::lock(tx, account, id)?.ok_or(BookingError::NoCustomer)?;
    scope.check(known.application.as_ref(), BookingError::NoCustomer)?;
    let mut person = change(known.person.clone());
    let refused = |why| BookingError::Person { place: PersonPlace::Customer, why };
    if let Some(fields) = fields {
        person.custom_fields = answers(&catalogue.custom_fields, About::Customer, fields).map_err(refused)?;
    }
    person.check(Some(&known.person)).map_err(refused)?;
    customers::update(tx, account, id, &person)?;
    if differs(&known.person, &person) {
        let context = BookingContext::of(unit, false)?;
        let changed = Stamp { at: unit.now(), agent: context.agent(tx)? };
        // Read once more: a booking that was made or moved with the old name before the customer was locked is among them
        // now, and a later one takes the new name.
        let piece = match piece {
            Some(_) => Some(Piece::after(tx, account, id, Piece::BEGINNING)?),
            None => None,
        };
        follow(tx, (account, id), &person.display_name(), (&context.actor, &changed), piece)?;
    }
    cx.record(Subject::customer(id, known.application.as_ref()), Kind::Updated);
    let (tx, unit) = cx.tx();
    customers::show(tx, unit.account_id(), id, unit.now())?.ok_or(BookingError::NoCustomer)
}
