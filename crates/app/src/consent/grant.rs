//! Write a new authorization and make its API key.

use crate::secrets::Usage;
use crate::{App, random};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::secret::{API_KEY_RANDOM_LENGTH, ApiKey};
use slotkeeper_store::tables::authorizations::{self, Authorization, GrantedBy};
use slotkeeper_store::{StoreError, Tx};

/// Writes an authorization with the hash of its key, and records the change.
pub fn grant(tx: &mut Tx, app: &App, authorization: &Authorization, api_key: &ApiKey) -> Result<(), StoreError> {
    let key_hash = app.vault().hash(Usage::ApiKey, api_key.expose());
    authorizations::insert(tx, authorization, &key_hash)?;
    let (account, at) = (&authorization.account, authorization.created_at);
    let by = match &authorization.granted_by {
        GrantedBy::Owner(owner) => Actor::User(account.clone(), owner.clone()),
        GrantedBy::Portal(_) => Actor::Application(authorization.developer.clone(), authorization.application.clone()),
    };
    tx.record(by.change(account, at, Subject::authorization(&authorization.id), Kind::Created));
    Ok(())
}

#[must_use]
pub fn new_api_key(application: &ApplicationId, account: &AccountId) -> ApiKey {
    ApiKey::compose(&random::id_characters(API_KEY_RANDOM_LENGTH), application, account)
}
