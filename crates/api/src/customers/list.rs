//! `GET /customers`: the customers, by creation.

use super::person::Customer;
use crate::answer::Shown;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::list::list as find;
use slotkeeper_app::customers::rights::ReadCustomers;

/// Most customers on a page.
const MOST: u32 = 100;

/// The customers that the key may read.
pub(crate) async fn list(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
) -> Result<Shown<List<Customer>>, ApiError> {
    let account = caller.may().account();
    let paging = Paging::read(&app, &account.id, "GET /customers", &page, MOST, || Ok(()))?;
    let (total, found) = find(&app, caller.may(), paging.page.limit(), paging.page.offset()).await?;
    let catalogue = read(&app, caller.may()).await?;
    let data = found.iter().map(|shown| Customer::of(shown, account, &catalogue, caller.language())).collect();
    Ok(Shown(paging.list(u64::try_from(total).unwrap_or(0), data)))
}
