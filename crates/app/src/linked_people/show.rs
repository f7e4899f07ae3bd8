//! Show somebody linked to a customer.

use crate::App;
use crate::access::Access;
use crate::bookings::place::BookingError;
use crate::customers::rights::ReadCustomers;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};

/// The person with this id who is linked to the customer.
///
/// # Errors
/// [`PlaceError::NoCustomer`] if the key may not know of the customer, [`PlaceError::NoLinkedPerson`]; when the store fails.
pub async fn show(
    app: &App,
    access: &Access<ReadCustomers>,
    customer: CustomerId,
    id: LinkedPersonId,
) -> Result<LinkedPerson, BookingError> {
    let (account, visibility, now) = (access.account().id.clone(), access.visibility().clone(), app.now());
    app.store()
        .read(move |db| {
            let known = customers::find(db, &account, &customer)?.ok_or(BookingError::NoCustomer)?;
            if !visibility.shows(known.application.as_ref()) {
                return Err(BookingError::NoCustomer);
            }
            linked_people::show(db, &account, &customer, &id, now)?.ok_or(BookingError::NoLinkedPerson)
        })
        .await
}
