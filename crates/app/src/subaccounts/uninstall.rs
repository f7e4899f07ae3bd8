//! Uninstall: an application of a portal ends a key it has of a subaccount.

use super::rights::ManageSubaccounts;
use crate::App;
use crate::access::Access;
use crate::authorizations::end::end;
use crate::secrets::Usage;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::secret::ApiKey;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{authorizations, subaccounts};

/// What came of ending a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uninstalled {
    Done,
    /// The portal has no such subaccount.
    NoSubaccount,
    /// The application has no such key in the subaccount.
    NoKey,
}

/// Ends the key of the subaccount, if it is one of the calling application's.
pub async fn uninstall(
    app: &App,
    access: &Access<ManageSubaccounts>,
    subaccount: AccountId,
    api_key: &ApiKey,
) -> Result<Uninstalled, StoreError> {
    let key_hash = app.vault().hash(Usage::ApiKey, api_key.expose());
    let (portal, actor, now) = (access.account().id.clone(), access.actor().clone(), app.now());
    app.store()
        .write(move |tx| {
            if !subaccounts::lock(tx, &portal, &subaccount)? {
                return Ok(Uninstalled::NoSubaccount);
            }
            let found = authorizations::find_by_key(tx, &subaccount, &key_hash)?;
            let ours = found.filter(|found| Some(&found.application) == actor.application());
            let Some(authorization) = ours else { return Ok(Uninstalled::NoKey) };
            let ended = end(tx, &subaccount, &[authorization.id], &actor, now)?;
            Ok(if ended > 0 { Uninstalled::Done } else { Uninstalled::NoKey })
        })
        .await
}
