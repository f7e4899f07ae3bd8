//! A developer ends one authorization of an application: the developer has no more use for the key, or lost it.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::change::{Actor, Change, Kind, Thing};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::authorizations;

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
            let ours = authorizations::find(tx, &account, &id)?
                .is_some_and(|found| found.developer == developer.account.id && found.application == application);
            if !ours || !authorizations::revoke(tx, &account, &id, now)? {
                return Ok(false);
            }
            tx.record(Change {
                account: account.clone(),
                at: now,
                actor: Actor::User(developer.account.id.clone(), developer.user.id.clone()),
                thing: Thing::Authorization,
                thing_id: id.to_string(),
                kind: Kind::Deleted,
            });
            Ok(true)
        })
        .await
}
