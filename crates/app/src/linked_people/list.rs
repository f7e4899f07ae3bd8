//! List the people linked to a customer.

use crate::context::Read;
use crate::customers::rights::ReadCustomers;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// A page of the people linked to a customer, by creation; `None` when the principal may not see the customer.
pub fn list(
    cx: &mut Read<'_, ReadCustomers>,
    customer: &CustomerId,
    wanted: PageRequest,
) -> Result<Option<ListPage<LinkedPerson>>, StoreError> {
    let (db, unit) = cx.db();
    let (account, now) = (unit.account_id(), unit.now());
    let known = customers::find(db, account, customer)?;
    if !known.is_some_and(|customer| unit.visibility().shows(customer.application.as_ref())) {
        return Ok(None);
    }
    let count = |db: &mut Snapshot| linked_people::count(db, account, customer);
    page(db, account, wanted, count, |db, cut| linked_people::list(db, account, customer, now, cut)).map(Some)
}
