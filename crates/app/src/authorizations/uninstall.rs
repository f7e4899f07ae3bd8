//! Uninstall an application: every key it has in the account ends.

use super::end::end;
use super::installed::MOST_AUTHORIZATIONS;
use crate::App;
use crate::caller::Owner;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_store::tables::{accounts, authorizations};
use slotkeeper_store::{StoreError, Tx};

/// What came of ending something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It has ended now.
    Now,
    /// It had ended before: the button was pressed twice.
    Before,
    /// The account never had it.
    Never,
}

/// Ends every authorization of the application in the owner's account, and those that it made with them in subaccounts. The
/// keys are dead once this returns.
pub async fn uninstall(app: &App, owner: &Owner, application: ApplicationId) -> Result<Ended, StoreError> {
    end_those(app, owner, move |tx, account| {
        // Whoever is just allowing it goes first or comes after; what went first is ended here.
        accounts::lock(tx, account)?;
        let live = authorizations::live_of_application(tx, account, &application, MOST_AUTHORIZATIONS)?;
        let before = authorizations::was_installed(tx, account, &application)?;
        Ok((live.into_iter().map(|authorization| authorization.id).collect(), before))
    })
    .await
}

/// Ends one authorization of the owner's account, and those that its application made with it in subaccounts; the
/// application's other keys go on.
pub async fn end_one(app: &App, owner: &Owner, id: AuthorizationId) -> Result<Ended, StoreError> {
    end_those(app, owner, move |tx, account| Ok((vec![id.clone()], authorizations::existed(tx, account, &id)?))).await
}

/// Ends those that `pick` names, if they live; `pick` also says whether there ever were any.
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
