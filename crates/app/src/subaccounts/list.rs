//! List the subaccounts of a portal.

use super::rights::ManageSubaccounts;
use crate::App;
use crate::access::Access;
use crate::caller::AccountMember;
use slotkeeper_domain::id::AccountId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::subaccounts::{self, AccountName};

/// The subaccounts of the portal that the key opens, oldest first: how many there are, and at most `limit` of those after
/// the first `offset`.
pub async fn list(
    app: &App,
    access: &Access<ManageSubaccounts>,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<AccountName>), StoreError> {
    of(app, access.account().id.clone(), limit, offset).await
}

/// The same for somebody of the portal. Another account has none.
pub async fn of_colleague(
    app: &App,
    colleague: &AccountMember,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<AccountName>), StoreError> {
    of(app, colleague.account.id.clone(), limit, offset).await
}

async fn of(app: &App, portal: AccountId, limit: i64, offset: i64) -> Result<(i64, Vec<AccountName>), StoreError> {
    app.store()
        .read(move |db| Ok((subaccounts::count(db, &portal)?, subaccounts::list(db, &portal, limit, offset)?)))
        .await
}

/// The portal that manages the colleague's account, if one does.
pub async fn portal_of(app: &App, colleague: &AccountMember) -> Result<Option<AccountName>, StoreError> {
    let account = colleague.account.id.clone();
    app.store().read(move |db| subaccounts::portal_of(db, &account)).await
}
