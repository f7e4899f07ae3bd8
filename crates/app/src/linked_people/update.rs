//! Change what is known of somebody linked to a customer. What is not said stays as it was.

use crate::App;
use crate::access::Access;
use crate::bookings::place::{BookingContext, BookingError, ChangeScope, PersonPlace};
use crate::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::customer::{About, FieldInput, Person, answers};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};

/// Changes somebody linked to a customer: `change` makes of what was known what is known now.
///
/// # Errors
/// [`PlaceError::NoCustomer`], [`PlaceError::NotYours`], [`PlaceError::NoLinkedPerson`]; when what is said of the person is
/// not taken, or the store fails.
pub async fn update(
    app: &App,
    access: &Access<WriteCustomers>,
    sees: Option<&Access<ReadCustomers>>,
    (customer, id): (CustomerId, LinkedPersonId),
    fields: Option<Vec<FieldInput>>,
    change: impl Fn(Person) -> Person + Send + 'static,
) -> Result<LinkedPerson, BookingError> {
    let context = BookingContext::new(app, access, false)?;
    let reach = ChangeScope::of(access, sees);
    let unit = app.clone();
    app.store()
        .write(move |tx| {
            let account = &context.account.id;
            // Whoever changes people of a customer locks the customer, so that two changes follow one another.
            let known = customers::lock(tx, account, &customer)?.ok_or(BookingError::NoCustomer)?;
            reach.check(known.application.as_ref(), BookingError::NoCustomer)?;
            let linked = linked_people::show(tx, account, &customer, &id, context.now)?;
            let linked = linked.ok_or(BookingError::NoLinkedPerson)?;
            let mut person = change(linked.person.clone()).as_linked();
            let refused = |why| BookingError::Person { place: PersonPlace::LinkedPerson, why };
            if let Some(fields) = &fields {
                let catalogue = unit.catalogues().of(tx, account)?;
                person.custom_fields =
                    answers(&catalogue.custom_fields, About::Participant, fields).map_err(refused)?;
            }
            person.check(Some(&linked.person)).map_err(refused)?;
            linked_people::update(tx, account, &customer, &id, &person)?;
            tx.record(context.actor.change(account, context.now, Subject::linked_person(&id), Kind::Updated));
            let owner = Subject::customer(&customer, known.application.as_ref());
            tx.record(context.actor.change(account, context.now, owner, Kind::Updated));
            Ok(LinkedPerson { person, ..linked })
        })
        .await
}
