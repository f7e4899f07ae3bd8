//! List customers.

use super::rights::ReadCustomers;
use super::show::Shown;
use crate::App;
use crate::changes::settle::settle;
use crate::right::May;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::customer_search::{self, CustomerSearch};

/// The customers that a search finds and the key may know of, by creation: how many there are, and at most `limit` of those
/// after the first `offset`.
///
/// # Errors
/// When the store fails.
pub async fn list(
    app: &App,
    may: &May<ReadCustomers>,
    search: CustomerSearch,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Shown>), StoreError> {
    let (account, sight, now) = (may.account().id.clone(), may.sight().clone(), app.now());
    if search.since > Instant::from_millis(0) {
        settle(app, &account, now).await?;
    }
    app.store()
        .read(move |db| {
            let count = customer_search::count(db, &account, &sight, &search)?;
            Ok((count, customer_search::list(db, &account, &sight, &search, now, (limit, offset))?))
        })
        .await
}
