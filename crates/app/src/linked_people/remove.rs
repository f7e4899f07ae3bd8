//! Remove somebody linked to a customer. Where the person was named in a booking, nobody is known to come any more.

use crate::App;
use crate::access::Access;
use crate::bookings::place::{BookingContext, BookingError, ChangeScope};
use crate::customers::rights::{DeleteCustomers, ReadCustomers};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_store::tables::{customers, linked_people};

/// Removes somebody linked to a customer.
///
/// # Errors
/// [`PlaceError::NoCustomer`], [`PlaceError::NotYours`], [`PlaceError::NoLinkedPerson`]; when the store fails.
pub async fn remove(
    app: &App,
    access: &Access<DeleteCustomers>,
    sees: Option<&Access<ReadCustomers>>,
    (customer, id): (CustomerId, LinkedPersonId),
) -> Result<(), BookingError> {
    let context = BookingContext::new(app, access, false)?;
    let reach = ChangeScope::of(access, sees);
    app.store()
        .write(move |tx| {
            let account = &context.account.id;
            let known = customers::lock(tx, account, &customer)?.ok_or(BookingError::NoCustomer)?;
            reach.check(known.application.as_ref(), BookingError::NoCustomer)?;
            if !linked_people::delete(tx, account, &customer, &id)? {
                return Err(BookingError::NoLinkedPerson);
            }
            tx.record(context.actor.change(account, context.now, Subject::linked_person(&id), Kind::Deleted));
            let owner = Subject::customer(&customer, known.application.as_ref());
            tx.record(context.actor.change(account, context.now, owner, Kind::Updated));
            Ok(())
        })
        .await
}
