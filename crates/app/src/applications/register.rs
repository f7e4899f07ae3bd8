//! Register an application.

use crate::caller::Developer;
use crate::secrets::Usage;
use crate::{App, random};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::callback::CallbackUrl;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{ApplicationId, SecretKeyId, UserId};
use slotkeeper_domain::secret::SecretKey;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts;
use slotkeeper_store::tables::applications::{self, Application};
use slotkeeper_store::tables::secret_keys::{self, StoredSecretKey};
use slotkeeper_store::{StoreError, Tx};

pub const MOST_APPLICATIONS: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The developer has [`MOST_APPLICATIONS`].
    #[error("too many applications")]
    TooMany,
    /// The developer has another application of this name.
    #[error("the name is taken")]
    NameTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new application with its secret key, which is shown only this once.
#[derive(Debug)]
pub struct Registered {
    pub application: Application,
    pub secret_key: SecretKey,
}

/// Creates an application with its first secret key.
pub async fn register(
    app: &App,
    developer: &Developer,
    name: Name,
    description: String,
    callback_url: Option<CallbackUrl>,
) -> Result<Registered, RegisterError> {
    let application = Application {
        account: developer.account.id.clone(),
        id: random::id(),
        name,
        description,
        callback_url,
        created_at: app.now(),
    };
    let secret_key = new_secret_key();
    let registered = Registered { application: application.clone(), secret_key: secret_key.clone() };
    let (unit, user) = (app.clone(), developer.user.id.clone());
    app.store()
        .write(move |tx| {
            // Locks the account, so that two registrations cannot both take the last place.
            accounts::lock(tx, &application.account)?;
            if applications::count(tx, &application.account)? >= MOST_APPLICATIONS {
                return Err(RegisterError::TooMany);
            }
            Ok(create(tx, &unit, &user, &application, &secret_key)?)
        })
        .await
        .map_err(|error| match error {
            RegisterError::Store(error) if applications::is_name_taken(&error) => RegisterError::NameTaken,
            other => other,
        })?;
    Ok(registered)
}

/// Writes an application and its secret key, and records the change.
pub fn create(
    tx: &mut Tx,
    app: &App,
    by: &UserId,
    application: &Application,
    secret_key: &SecretKey,
) -> Result<(), StoreError> {
    applications::insert(tx, application)?;
    let (account, at) = (&application.account, application.created_at);
    tx.record(Actor::User(account.clone(), by.clone()).change(
        account,
        at,
        Subject::application(&application.id),
        Kind::Created,
    ));
    store_secret_key(tx, app, application, secret_key, application.created_at)?;
    Ok(())
}

/// A new secret key of 32 letters and digits (wire reference, section 2.1), about 190 bits.
#[must_use]
pub fn new_secret_key() -> SecretKey {
    SecretKey::new(random::token(32))
}

/// Writes a secret key, hashed and sealed, and returns the id of its row.
pub(super) fn store_secret_key(
    tx: &mut Tx,
    app: &App,
    application: &Application,
    secret_key: &SecretKey,
    now: Instant,
) -> Result<SecretKeyId, StoreError> {
    let stored = StoredSecretKey {
        id: random::id(),
        hash: app.vault().hash(Usage::SecretKey, secret_key.expose()).to_vec(),
        created_at: now,
        ends_at: None,
    };
    let sealed = app.vault().seal(Usage::SecretKey, secret_key.expose());
    secret_keys::insert(tx, &application.account, &application.id, &stored, &sealed)?;
    Ok(stored.id)
}

/// The application's Authorization URL without the parameters it adds.
#[must_use]
pub fn authorization_address(app: &App, id: &ApplicationId) -> String {
    app.address_of(&format!("/?authappid={id}"))
}
