//! Sign in with e-mail address and password.

use super::device::Device;
use crate::passwords::{Asker, PasswordError};
use crate::secrets::Usage;
use crate::throttle::{self, Bucket, Origin};
use crate::{App, random};
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::secret::{HashedPassword, Password, SessionToken};
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_store::tables::accounts;
use slotkeeper_store::tables::sessions;
use slotkeeper_store::tables::users::{self, User};
use slotkeeper_store::{StoreError, Tx};
use std::time::Duration;

/// How long a session lasts: people work in the back office all day, every day.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(14 * 24 * 3_600);

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    pub token: SessionToken,
    /// What kind of account it is for, so that the person lands on the right page.
    pub kind: AccountKind,
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such user, or not the password. Nobody is told which.
    #[error("wrong e-mail address or password")]
    Wrong,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The password pool is full.
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks the password and opens a session. On a device on which the person signed in before, attempts elsewhere neither
/// count nor come first.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(
    app: &App,
    address: EmailAddress,
    password: Password,
    from: Origin,
    device: Option<Device>,
) -> Result<Opened, SignInError> {
    let name = address.as_str();
    // Those that a success empties, and one that it does not.
    let (own, general) = match &device {
        Some(device) => (vec![Bucket::SignInOn(name, device.as_str())], None),
        None => (vec![Bucket::SignInHere(name, from), Bucket::SignInAnywhere(name)], Some(Bucket::SignInFrom(from))),
    };
    throttle::take::<SignInError>(app, own.iter().chain(&general)).await?;
    let wanted = address.clone();
    let user = app.store().read(move |db| users::find_by_email(db, &wanted)).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let asker = if device.is_some() { Asker::Known(&address) } else { Asker::Stranger(from) };
    let matches = app.passwords().verify(asker, hash, password).await?;
    let Some(user) = user.filter(|_| matches) else { return Err(SignInError::Wrong) };

    throttle::forgive(app, &own).await?;
    let unit = app.clone();
    app.store()
        .write_unlogged(move |tx| {
            // The user may have been removed, or the password changed, while it was being checked. Locked, so that
            // whoever does either now finds this session and ends it.
            let current = users::find_locked(tx, &user.account, &user.id)?;
            let unchanged = current.is_some_and(|current| exposed(&current) == exposed(&user));
            if unchanged { Ok(open(tx, &unit, &user)?) } else { Err(SignInError::Wrong) }
        })
        .await
}

fn exposed(user: &User) -> Option<&str> {
    user.password_hash.as_ref().map(HashedPassword::expose)
}

/// Opens a session, within a transaction.
pub(crate) fn open(tx: &mut Tx, app: &App, user: &User) -> Result<Opened, StoreError> {
    let token = SessionToken::compose(&user.account, &random::token(32));
    let hash = app.vault().hash(Usage::Session, token.expose());
    let now = app.now();
    sessions::insert(tx, &user.account, &hash, &user.id, now, now.after(SESSION_LIFETIME))?;
    let kind = accounts::find(tx, &user.account)?.map_or(AccountKind::Business, |account| account.kind);
    Ok(Opened { token, kind })
}
