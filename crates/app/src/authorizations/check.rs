//! Check the two keys of an API call.

use crate::App;
use crate::right::{May, Right};
use crate::secrets::{Usage, same};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::secret::{ApiKey, SecretKey};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::authorizations::{self, Authorization};
use slotkeeper_store::tables::secret_keys;
use std::sync::Arc;

/// Who calls the API: an application with one of its authorizations. Made by [`check`] alone.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    authorization: Authorization,
    account: Arc<Account>,
}

impl KeyHolder {
    /// What the key was granted.
    #[must_use]
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// The account it opens.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The right `R`, if the key has what it needs.
    #[must_use]
    pub fn may<R: Right>(&self) -> Option<May<R>> {
        let Authorization { permissions, application, developer, .. } = &self.authorization;
        let sight = R::NEEDS.sight(permissions, application)?;
        let actor = Actor::Application(developer.clone(), application.clone());
        Some(May::new(Arc::clone(&self.account), sight, actor))
    }
}

/// Why a pair of keys does not open anything.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Unknown, ended, or the two do not belong together. Nobody is told which.
    #[error("the keys do not open anything")]
    Refused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds the authorization of the API key and checks that the secret key is its application's (wire reference,
/// sections 1.1 and 1.5). Notes that the key was used.
///
/// # Errors
/// [`CheckError`].
pub async fn check(app: &App, api_key: &ApiKey, secret_key: &SecretKey) -> Result<KeyHolder, CheckError> {
    let account_id = api_key.account().ok_or(CheckError::Refused)?;
    let key_hash = app.vault().hash(Usage::ApiKey, api_key.expose());
    let secret_hash = app.vault().hash(Usage::SecretKey, secret_key.expose());
    let now = app.now();
    let holder = app
        .store()
        .read(move |db| {
            let authorization = authorizations::find_by_key(db, &account_id, &key_hash)?.ok_or(CheckError::Refused)?;
            let keys = secret_keys::working(db, &authorization.developer, &authorization.application, now)?;
            // Every key is compared, so that the time does not tell which one matched.
            let matches = keys.iter().fold(false, |found, key| same(&key.hash, &secret_hash) | found);
            let account = accounts::find(db, &account_id)?.filter(|_| matches).ok_or(CheckError::Refused)?;
            Ok::<_, CheckError>(KeyHolder { authorization, account: Arc::new(account) })
        })
        .await?;
    app.last_use().note(&holder.authorization, now);
    Ok(holder)
}
