//! Check the API key and the secret key of an API call.

use crate::App;
use crate::access::{Access, Action, Grant};
use crate::authorizations::known_keys::Opens;
use crate::call_limit::{Allowance, TooManyCalls};
use crate::secrets::{Hash, Usage, same};
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::secret::{ApiKey, SecretKey};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::authorizations::{self, Authorization};
use slotkeeper_store::tables::secret_keys;
use slotkeeper_store::{Snapshot, StoreError};
use std::sync::Arc;

/// A checked pair of keys: what the API key is allowed, and how many calls it has left.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    grant: Arc<Grant>,
    authorization: Arc<Authorization>,
    allowance: Option<Allowance>,
}

impl KeyHolder {
    /// The grant of an authorization without its key, for what the server sends to the application itself, as in
    /// webhooks. `None` when the authorization has ended.
    pub(crate) fn of(
        db: &mut Snapshot,
        account: Arc<Account>,
        authorization: &AuthorizationId,
    ) -> Result<Option<Self>, StoreError> {
        let found = authorizations::find(db, &account.id, authorization)?;
        Ok(found.map(|found| {
            let authorization = Arc::new(found);
            Self { grant: Grant::of_key(account, Arc::clone(&authorization)), authorization, allowance: None }
        }))
    }

    #[must_use]
    pub fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }

    #[must_use]
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    #[must_use]
    pub fn account(&self) -> &Account {
        self.grant.account()
    }

    /// How many calls the key can make after this one; `None` without a limit.
    #[must_use]
    pub fn allowance(&self) -> Option<Allowance> {
        self.allowance
    }

    /// The proof that the key may do `A`; `None` when it may not.
    #[must_use]
    pub fn access<A: Action>(&self) -> Option<Access<A>> {
        self.grant.access()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A key is unknown or has ended, or the two do not belong together. Clients do not learn which.
    #[error("the keys do not open anything")]
    Refused,
    /// The keys are valid, but the limit of calls is reached.
    #[error(transparent)]
    TooMany(#[from] TooManyCalls),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds the authorization of the API key, checks that the secret key belongs to its application (wire reference,
/// sections 1.1 and 1.5), counts the call, and notes that the key was used.
pub async fn check(app: &App, api_key: &ApiKey, secret_key: &SecretKey) -> Result<KeyHolder, CheckError> {
    let account_id = api_key.account().ok_or(CheckError::Refused)?;
    let key_hash = app.vault().hash(Usage::ApiKey, api_key.expose());
    let secret_hash = app.vault().hash(Usage::SecretKey, secret_key.expose());
    let now = app.now();
    let version = app.store().keys_version();
    // The cache may lack a secret key that another node made a moment ago, so a refusal takes a fresh read.
    let known = app.known_keys().get(&key_hash, version, now).filter(|known| belongs(known, &secret_hash, now));
    let known = match known {
        Some(known) => known,
        None => {
            let opens = app.store().read(move |db| opens(db, &account_id, &key_hash, now)).await?;
            let read = app.known_keys().keep(key_hash, version, now, opens.ok_or(CheckError::Refused)?);
            if !belongs(&read, &secret_hash, now) {
                return Err(CheckError::Refused);
            }
            read
        }
    };
    let allowance = app.call_limit().count(&known.authorization, now)?;
    app.last_use().note(&known.authorization, now);
    let (grant, authorization) = (Arc::clone(&known.grant), Arc::clone(&known.authorization));
    Ok(KeyHolder { grant, authorization, allowance })
}

/// Whether the secret key is the application's. Every key is compared, so that the duration does not reveal which
/// matched.
fn belongs(opens: &Opens, secret_hash: &Hash, now: Instant) -> bool {
    opens.secret_keys.iter().fold(false, |found, key| {
        let works = key.ends_at.is_none_or(|end| end > now);
        (same(&key.hash, secret_hash) & works) | found
    })
}

fn opens(
    db: &mut Snapshot,
    account_id: &AccountId,
    key_hash: &Hash,
    now: Instant,
) -> Result<Option<Opens>, StoreError> {
    let Some(authorization) = authorizations::find_by_key(db, account_id, key_hash)? else { return Ok(None) };
    let secret_keys = secret_keys::working(db, &authorization.developer, &authorization.application, now)?;
    let account = accounts::find(db, account_id)?;
    let authorization = Arc::new(authorization);
    Ok(account.map(|account| {
        let grant = Grant::of_key(Arc::new(account), Arc::clone(&authorization));
        Opens { grant, authorization, secret_keys }
    }))
}
