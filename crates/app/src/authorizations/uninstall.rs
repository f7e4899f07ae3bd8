//! Uninstall an application: all keys it has in the account end.

use super::end::end;
use super::installed::MOST_AUTHORIZATIONS;
use crate::App;
use crate::caller::Owner;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_store::tables::{accounts, authorizations};
use slotkeeper_store::{StoreError, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Now,
    /// It had ended already, for example because the form was sent twice.
    Before,
    /// The account never had such an authorization.
    Never,
}

/// Ends every authorization of the application in the owner's account, and those that it made with them in subaccounts.
/// The keys do not work any more when this returns.
pub async fn uninstall(app: &App, owner: &Owner, application: ApplicationId) -> Result<Ended, StoreError> {
    end_those(app, owner, move |tx, account| {
        // A consent under way commits before this lock, and its authorization is ended here, or comes after it.
        accounts::lock(tx, account)?;
        let live = authorizations::live_of_application(tx, account, &application, MOST_AUTHORIZATIONS)?;
        let before = authorizations::was_installed(tx, account, &application)?;
        Ok((live.into_iter().map(|authorization| authorization.id).collect(), before))
    })
    .await
}

/// Ends one authorization of the owner's account, and those that its application made with it in subaccounts. Other
/// keys of the application go on working.
pub async fn end_one(app: &App, owner: &Owner, id: AuthorizationId) -> Result<Ended, StoreError> {
    end_those(app, owner, move |tx, account| Ok((vec![id.clone()], authorizations::existed(tx, account, &id)?))).await
}

/// Ends those of the authorizations from `pick` that are live. `pick` also says whether there ever was one.
async fn end_those(
    app: &App,
    owner: &Owner,
    pick: impl Fn(&mut Tx, &AccountId) -> Result<(Vec<AuthorizationId>, bool), StoreError> + Send + 'static,
) -> Result<Ended, StoreError> {
    let now = app.now();
    let owner = owner.clone();
    app.store()
        .write(move |tx| {
            let account = &owner.account.id;
            let (ids, ever) = pick(tx, account)?;
            Ok(match end(tx, account, &ids, &owner.actor(), now)? {
                0 if ever => Ended::Before,
                0 => Ended::Never,
                _ => Ended::Now,
            })
        })
        .await
}
