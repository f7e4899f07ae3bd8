//! Install: an application of a portal gives itself a key of a subaccount.

use super::rights::ManageSubaccounts;
use crate::access::Access;
use crate::authorizations::end::end;
use crate::authorizations::installed::MOST_AUTHORIZATIONS;
use crate::consent::grant::{grant, new_api_key};
use crate::idempotency::{Answering, KeyReused, StoredResponse};
use crate::secrets::Usage;
use crate::{App, random};
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::secret::ApiKey;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::authorizations::{self, Authorization, GrantedBy, ThroughPortal};
use slotkeeper_store::tables::subaccounts;
use slotkeeper_store::{StoreError, Tx};

/// Why an application does not get a key of a subaccount.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The portal has no such subaccount.
    #[error("there is no such subaccount")]
    NoSubaccount,
    /// The key of the portal has ended since the call began.
    #[error("the authorization of the portal has ended")]
    Ended,
    /// The subaccount has as many authorizations as it can have.
    #[error("too many authorizations")]
    TooMany,
    /// The request was answered before, with a key that has ended since. It makes no other: that would end the one which the
    /// application has now.
    #[error("the API key of the stored response has ended")]
    KeyEnded,
    /// The request's own key belongs to another request.
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoredResponse for ApiKey {
    fn to_text(&self) -> String {
        self.expose().to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}

/// Gives the application a key of the subaccount with what the portal's authorization `with` allows, that of the key the
/// application calls with; and ends whatever other keys it has in the subaccount (wire reference, section 3.8).
///
/// # Errors
/// [`InstallError`].
pub async fn install<A: StoredResponse>(
    app: &App,
    access: &Access<ManageSubaccounts>,
    with: AuthorizationId,
    subaccount: AccountId,
    answering: Answering<ApiKey, A>,
) -> Result<A, InstallError> {
    let (unit, portal, actor, now) = (app.clone(), access.account().id.clone(), access.actor().clone(), app.now());
    let answering = answering.of_what();
    let install = move |tx: &mut Tx| {
        let whose = (&portal, actor.application());
        let (api_key, answer) = answering.run(tx, &unit, whose, now, |tx| {
            // Whoever is just ending it goes first, or comes after and ends what is made here too.
            let granted = authorizations::find_locked(tx, &portal, &with)?.ok_or(InstallError::Ended)?;
            if !subaccounts::lock(tx, &portal, &subaccount)? {
                return Err(InstallError::NoSubaccount);
            }
            let earlier =
                authorizations::live_of_application(tx, &subaccount, &granted.application, MOST_AUTHORIZATIONS)?;
            let earlier: Vec<_> = earlier.into_iter().map(|authorization| authorization.id).collect();
            end(tx, &subaccount, &earlier, &actor, now)?;
            if authorizations::count(tx, &subaccount)? >= MOST_AUTHORIZATIONS {
                return Err(InstallError::TooMany);
            }
            let authorization = through(&granted, &subaccount, now);
            let api_key = new_api_key(&granted.application, &subaccount);
            grant(tx, &unit, &authorization, &api_key)?;
            Ok::<_, InstallError>(api_key)
        })?;
        let key_hash = unit.vault().hash(Usage::ApiKey, api_key.expose());
        authorizations::find_by_key(tx, &subaccount, &key_hash)?.ok_or(InstallError::KeyEnded)?;
        Ok(answer)
    };
    app.store().write(install).await
}

/// The authorization in a subaccount that follows from the one in its portal: the same application and permissions.
fn through(granted: &Authorization, subaccount: &AccountId, now: Instant) -> Authorization {
    let owner = match &granted.granted_by {
        GrantedBy::Owner(owner) | GrantedBy::Portal(ThroughPortal { owner, .. }) => owner.clone(),
    };
    let granted_by =
        GrantedBy::Portal(ThroughPortal { portal: granted.account.clone(), authorization: granted.id.clone(), owner });
    Authorization {
        account: subaccount.clone(),
        id: random::id(),
        granted_by,
        created_at: now,
        last_used_at: None,
        ..granted.clone()
    }
}
