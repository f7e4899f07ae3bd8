//! A developer ends one authorization of an application: the developer has no more use for the key, or lost it.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_store::tables::accounts;
use slotkeeper_store::tables::authorizations::{self, Authorization, Installation};
use slotkeeper_store::{Snapshot, StoreError};

/// The live authorization, if the developer's application has such a one.
///
/// # Errors
/// When the store fails.
pub async fn look(
    app: &App,
    developer: &Developer,
    application: ApplicationId,
    account: AccountId,
    id: AuthorizationId,
) -> Result<Option<Installation>, StoreError> {
    let developer = developer.clone();
    app.store()
        .read(move |db| {
            let authorization = find(db, &developer, &application, &account, &id)?;
            let account_name = accounts::find(db, &account)?.map(|account| account.name);
            Ok(authorization
                .zip(account_name)
                .map(|(authorization, account_name)| Installation { authorization, account_name }))
        })
        .await
}

/// Ends the authorization. Whether the developer's application had such a live one.
///
/// # Errors
/// When the store fails.
pub async fn end_authorization(
    app: &App,
    developer: &Developer,
    application: ApplicationId,
    account: AccountId,
    id: AuthorizationId,
) -> Result<bool, StoreError> {
    let now = app.now();
    let developer = developer.clone();
    app.store()
        .write(move |tx| {
            let ours = find(tx, &developer, &application, &account, &id)?.is_some();
            if !ours || !authorizations::end(tx, &account, &id, now)? {
                return Ok(false);
            }
            // In the log of the account that loses an installed application.
            tx.record(developer.actor().change(&account, now, Thing::Authorization, id.as_str(), Kind::Deleted));
            Ok(true)
        })
        .await
}

fn find(
    db: &mut Snapshot,
    developer: &Developer,
    application: &ApplicationId,
    account: &AccountId,
    id: &AuthorizationId,
) -> Result<Option<Authorization>, StoreError> {
    let found = authorizations::find(db, account, id)?;
    Ok(found.filter(|found| found.developer == developer.account.id && found.application == *application))
}
