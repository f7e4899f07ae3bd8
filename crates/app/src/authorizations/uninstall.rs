//! Uninstall an application: every key it has in the account ends.

use super::installed::MOST_AUTHORIZATIONS;
use crate::App;
use crate::caller::Owner;
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::{ApplicationId, AuthorizationId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{accounts, authorizations};

/// Ends every authorization of the application in the owner's account. The keys are dead once this returns. How many
/// there were.
///
/// # Errors
/// When the store fails.
pub async fn uninstall(app: &App, owner: &Owner, application: ApplicationId) -> Result<usize, StoreError> {
    end(app, owner, move |tx, owner| {
        // Whoever is just allowing it goes first or comes after; what went first is ended here.
        accounts::lock(tx, &owner.account.id)?;
        let live = authorizations::live_of_application(tx, &owner.account.id, &application, MOST_AUTHORIZATIONS)?;
        Ok(live.into_iter().map(|authorization| authorization.id).collect())
    })
    .await
}

/// Ends one authorization of the owner's account; the application's other keys go on. Whether there was such a live
/// one.
///
/// # Errors
/// When the store fails.
pub async fn end_one(app: &App, owner: &Owner, id: AuthorizationId) -> Result<bool, StoreError> {
    Ok(end(app, owner, move |_, _| Ok(vec![id.clone()])).await? > 0)
}

async fn end(
    app: &App,
    owner: &Owner,
    pick: impl Fn(&mut slotkeeper_store::Tx, &Owner) -> Result<Vec<AuthorizationId>, StoreError> + Send + 'static,
) -> Result<usize, StoreError> {
    let now = app.now();
    let owner = owner.clone();
    app.store()
        .write(move |tx| {
            let mut ended = 0;
            for id in pick(tx, &owner)? {
                if authorizations::end(tx, &owner.account.id, &id, now)? {
                    tx.record(owner.change(now, Thing::Authorization, id.as_str(), Kind::Deleted));
                    ended += 1;
                }
            }
            Ok(ended)
        })
        .await
}
