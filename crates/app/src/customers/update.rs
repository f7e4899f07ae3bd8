//! Change a customer. What is not said stays as it was. Bookings show the name, and are changed with it.

use super::piece::Piece;
use super::retitle::{differs, follow};
use super::rights::{ReadCustomers, WriteCustomers};
use super::show::CustomerView;
use crate::App;
use crate::access::Access;
use crate::bookings::place::{BookingContext, BookingError, ChangeScope, PersonPlace};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::customer::{About, FieldInput, Person, answers};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::bookings::Stamp;
use slotkeeper_store::tables::customers;

/// Changes a customer: `change` makes of what was known what is known now.
///
/// # Errors
/// [`PlaceError::NoCustomer`], [`PlaceError::NotYours`]; when what is said of the person is not taken, or the store fails.
pub async fn update(
    app: &App,
    access: &Access<WriteCustomers>,
    sees: Option<&Access<ReadCustomers>>,
    id: CustomerId,
    fields: Option<Vec<FieldInput>>,
    change: impl Fn(Person) -> Person + Send + 'static,
) -> Result<CustomerView, BookingError> {
    let context = BookingContext::new(app, access, false)?;
    let reach = ChangeScope::of(access, sees);
    let unit = app.clone();
    app.store()
        .write(move |tx| {
            let account = &context.account.id;
            let before = customers::find(tx, account, &id)?.ok_or(BookingError::NoCustomer)?;
            reach.check(before.application.as_ref(), BookingError::NoCustomer)?;
            // Bookings are locked before their customer.
            let renames = differs(&before.person, &change(before.person.clone()));
            let piece = if renames { Some(Piece::after(tx, account, &id, Piece::BEGINNING)?) } else { None };
            let known = customers::lock(tx, account, &id)?.ok_or(BookingError::NoCustomer)?;
            reach.check(known.application.as_ref(), BookingError::NoCustomer)?;
            let mut person = change(known.person.clone());
            let refused = |why| BookingError::Person { place: PersonPlace::Customer, why };
            if let Some(fields) = &fields {
                let catalogue = unit.catalogues().of(tx, account)?;
                person.custom_fields = answers(&catalogue.custom_fields, About::Customer, fields).map_err(refused)?;
            }
            person.check(Some(&known.person)).map_err(refused)?;
            customers::update(tx, account, &id, &person)?;
            if differs(&known.person, &person) {
                let changed = Stamp { at: context.now, agent: context.agent(tx)? };
                // Looked at once more: who booked or moved something with the old name has done so by now, and whoever does
                // later takes the new one.
                let piece = match piece {
                    Some(_) => Some(Piece::after(tx, account, &id, Piece::BEGINNING)?),
                    None => None,
                };
                follow(tx, (account, &id), &person.display_name(), (&context.actor, &changed), piece)?;
            }
            tx.record(context.actor.change(
                account,
                context.now,
                Subject::customer(&id, known.application.as_ref()),
                Kind::Updated,
            ));
            customers::show(tx, account, &id, context.now)?.ok_or(BookingError::NoCustomer)
        })
        .await
}
