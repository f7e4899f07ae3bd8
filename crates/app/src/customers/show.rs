//! Show a customer.

use super::rights::ReadCustomers;
use crate::App;
use crate::access::Access;
use slotkeeper_domain::id::{AccountId, CustomerId, LinkedPersonId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::customers;
pub use slotkeeper_store::tables::customers::CustomerView;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};
use slotkeeper_store::{Snapshot, StoreError};
use std::collections::HashMap;

/// The customer with this id; nothing if the key may not know of it.
pub async fn show(
    app: &App,
    access: &Access<ReadCustomers>,
    id: CustomerId,
) -> Result<Option<CustomerView>, StoreError> {
    let (account, visibility, now) = (access.account().id.clone(), access.visibility().clone(), app.now());
    let found = app.store().read(move |db| customers::show(db, &account, &id, now)).await?;
    Ok(found.filter(|shown| visibility.shows(shown.customer.application.as_ref())))
}

/// Customers, and people linked to them, by their ids.
#[derive(Debug, Default)]
pub struct People {
    pub customers: HashMap<CustomerId, CustomerView>,
    pub linked: HashMap<LinkedPersonId, LinkedPerson>,
}

/// The customers with these ids that the key may know of, and of the people with those ids the ones who are linked to them:
/// for bookings that are shown with the people in them.
pub async fn show_people(
    app: &App,
    access: &Access<ReadCustomers>,
    ids: Vec<CustomerId>,
    linked: Vec<LinkedPersonId>,
) -> Result<People, StoreError> {
    let (account, visibility, now) = (access.account().id.clone(), access.visibility().clone(), app.now());
    app.store().read(move |db| people_within(db, (&account, &visibility), &ids, &linked, now)).await
}

/// The same, as a snapshot or transaction sees it.
pub fn people_within(
    db: &mut Snapshot,
    (account, visibility): (&AccountId, &Visibility),
    ids: &[CustomerId],
    linked: &[LinkedPersonId],
    now: Instant,
) -> Result<People, StoreError> {
    let seen = customers::show_many(db, account, ids, now)?.into_iter();
    let seen = seen.filter(|shown| visibility.shows(shown.customer.application.as_ref()));
    let customers: HashMap<_, _> = seen.map(|shown| (shown.customer.id.clone(), shown)).collect();
    let linked = linked_people::show_many(db, account, linked, now)?.into_iter();
    let linked = linked.filter(|person| customers.contains_key(&person.customer));
    let linked = linked.map(|person| (person.id.clone(), person)).collect();
    Ok(People { customers, linked })
}
