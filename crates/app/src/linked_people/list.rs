//! List the people linked to a customer.

use crate::App;
use crate::customers::rights::ReadCustomers;
use crate::right::May;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};

/// The people linked to a customer, by creation: how many there are, and at most `limit` of those after the first `offset`.
/// Nothing if the key may not know of the customer.
///
/// # Errors
/// When the store fails.
pub async fn list(
    app: &App,
    may: &May<ReadCustomers>,
    customer: CustomerId,
    page: (i64, i64),
) -> Result<Option<(i64, Vec<LinkedPerson>)>, StoreError> {
    let (account, sight, now) = (may.account().id.clone(), may.sight().clone(), app.now());
    app.store()
        .read(move |db| {
            let known = customers::find(db, &account, &customer)?;
            if !known.is_some_and(|customer| sight.shows(customer.application.as_ref())) {
                return Ok(None);
            }
            let count = linked_people::count(db, &account, &customer)?;
            Ok(Some((count, linked_people::list(db, &account, &customer, now, page)?)))
        })
        .await
}
