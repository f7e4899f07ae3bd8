//! A developer ends one authorization of an application, for example because its key was lost.

use crate::App;
use crate::authorizations::end::end;
use crate::caller::Developer;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_store::tables::accounts;
use slotkeeper_store::tables::authorizations::{self, Authorization, Installation};
use slotkeeper_store::{Snapshot, StoreError};

/// The live authorization; `None` when the developer's application has no such one.
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

/// Ends the authorization, and those that the application made with it in subaccounts. False when the developer's
/// application has no such live authorization.
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
            Ok(ours && end(tx, &account, std::slice::from_ref(&id), &developer.actor(), now)? > 0)
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
