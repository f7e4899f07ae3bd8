//! List the people linked to a customer.

use crate::App;
use crate::access::Access;
use crate::customers::rights::ReadCustomers;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// The people linked to a customer, by creation: those that are wanted. Nothing if the key may not know of the customer.
pub async fn list(
    app: &App,
    access: &Access<ReadCustomers>,
    customer: CustomerId,
    wanted: PageRequest,
) -> Result<Option<ListPage<LinkedPerson>>, StoreError> {
    let (account, visibility, now) = (access.account().id.clone(), access.visibility().clone(), app.now());
    app.store()
        .read(move |db| {
            let known = customers::find(db, &account, &customer)?;
            if !known.is_some_and(|customer| visibility.shows(customer.application.as_ref())) {
                return Ok(None);
            }
            let count = |db: &mut Snapshot| linked_people::count(db, &account, &customer);
            let found =
                page(db, &account, wanted, count, |db, cut| linked_people::list(db, &account, &customer, now, cut));
            found.map(Some)
        })
        .await
}
