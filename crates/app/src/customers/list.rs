//! List customers.

use super::rights::ReadCustomers;
use super::show::CustomerView;
use crate::App;
use crate::access::Access;
use crate::changes::settle::settle_account;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::customer_search::{self, CustomerSearch};
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// The customers that a search finds and the key may know of, by creation: those that are wanted.
pub async fn list(
    app: &App,
    access: &Access<ReadCustomers>,
    search: CustomerSearch,
    wanted: PageRequest,
) -> Result<ListPage<CustomerView>, StoreError> {
    let (account, visibility, now) = (access.account().id.clone(), access.visibility().clone(), app.now());
    if search.since > Instant::from_millis(0) {
        settle_account(app, &account, now).await?;
    }
    app.store()
        .read(move |db| {
            let count = |db: &mut Snapshot| customer_search::count(db, &account, &visibility, &search);
            page(db, &account, wanted, count, |db, cut| {
                customer_search::list(db, &account, &visibility, &search, now, cut)
            })
        })
        .await
}
