//! Link somebody new to a customer.

use crate::App;
use crate::access::Access;
use crate::bookings::party::PersonInput;
use crate::bookings::place::{BookingContext, BookingError, ChangeScope, PersonPlace};
use crate::customers::rights::{ReadCustomers, WriteCustomers};
use crate::idempotency::{Answering, StoredResponse};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::LinkedPerson;

/// Links somebody new to a customer.
///
/// # Errors
/// [`PlaceError::NoCustomer`], [`PlaceError::NotYours`], [`PlaceError::TooManyLinked`]; when what is said of the person is not
/// taken, or the store fails.
pub async fn create<A: StoredResponse>(
    app: &App,
    access: &Access<WriteCustomers>,
    sees: Option<&Access<ReadCustomers>>,
    customer: CustomerId,
    input: PersonInput,
    answering: Answering<LinkedPerson, A>,
) -> Result<A, BookingError> {
    let context = BookingContext::new(app, access, false)?;
    let reach = ChangeScope::of(access, sees);
    let unit = app.clone();
    let create = move |tx: &mut Tx| {
        answering.run(tx, &unit, context.whose(), context.now, |tx| {
            let account = &context.account.id;
            let known = customers::lock(tx, account, &customer)?.ok_or(BookingError::NoCustomer)?;
            reach.check(known.application.as_ref(), BookingError::NoCustomer)?;
            let catalogue = unit.catalogues().of(tx, account)?;
            let linked = context.link(tx, &catalogue, &customer, (&input, PersonPlace::LinkedPerson))?;
            let owner = Subject::customer(&customer, known.application.as_ref());
            tx.record(context.actor.change(account, context.now, owner, Kind::Updated));
            Ok(linked)
        })
    };
    app.store().write(create).await
}
