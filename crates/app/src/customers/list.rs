//! List customers.

use super::rights::ReadCustomers;
use super::show::CustomerView;
use crate::App;
use crate::access::Access;
use crate::changes::settle::{Settled, settle};
use crate::context::Read;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::customer_search::{self, CustomerSearch};
use slotkeeper_store::tables::list_pages::{ListPage, PageRequest, page};
use slotkeeper_store::{Snapshot, StoreError};

/// The search, once it can be answered completely up to now, if it asks since when customers were created.
pub async fn settled(
    app: &App,
    access: &Access<ReadCustomers>,
    search: CustomerSearch,
) -> Result<Settled<CustomerSearch>, StoreError> {
    let is_range = search.since > Instant::from_millis(0);
    settle(app, access, is_range.then(|| app.now()), search).await
}

/// A page of the customers that the search finds, by creation.
pub fn list(
    cx: &mut Read<'_, ReadCustomers>,
    search: &Settled<CustomerSearch>,
    wanted: PageRequest,
) -> Result<ListPage<CustomerView>, StoreError> {
    let (db, unit) = cx.db();
    let (account, visibility, now) = (unit.account_id(), unit.visibility(), unit.now());
    let count = |db: &mut Snapshot| customer_search::count(db, account, visibility, search);
    page(db, account, wanted, count, |db, cut| customer_search::list(db, account, visibility, search, now, cut))
}
