//! Give a customer a password, or take it away. The API checks passwords and has no way to set one (wire reference, section
//! 3.3).

use crate::App;
use crate::caller::AccountMember;
use crate::passwords::{Asker, PasswordError};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::secret::{HashedPassword, Password, WeakPassword};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::customers;
use slotkeeper_store::{StoreError, Tx};

/// Why a customer has no new password.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// The password breaks a rule for chosen passwords.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// There is no such customer.
    #[error("there is no such customer")]
    NoCustomer,
    /// The password pool is full.
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a customer of the colleague's business a password that follows the rules for everybody's, or with none takes away
/// the one there is.
///
/// # Errors
/// [`SetPasswordError`].
pub async fn set(
    app: &App,
    colleague: &AccountMember,
    id: CustomerId,
    password: Option<Password>,
) -> Result<(), SetPasswordError> {
    let account = colleague.account.id.clone();
    let hash = match password {
        Some(password) => {
            let (of, wanted) = (account.clone(), id.clone());
            let customer = app.store().read(move |db| customers::find(db, &of, &wanted)).await?;
            let person = customer.ok_or(SetPasswordError::NoCustomer)?.person;
            let address = person.email_address.map(|address| address.to_string()).unwrap_or_default();
            password.check_choice(&address)?;
            Some(app.passwords().hash(Asker::Within(&account, None), password).await?)
        }
        None => None,
    };
    let (actor, now) = (colleague.actor(), app.now());
    app.store()
        .write(move |tx| {
            let found = set_within(tx, &account, &actor, now, &id, hash.as_ref())?;
            if found { Ok(()) } else { Err(SetPasswordError::NoCustomer) }
        })
        .await
}

/// Writes the hash within a transaction that others write in as well, as this actor and at this instant. Whether there is
/// such a customer.
pub fn set_within(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    id: &CustomerId,
    hash: Option<&HashedPassword>,
) -> Result<bool, StoreError> {
    let Some(known) = customers::lock(tx, account, id)? else { return Ok(false) };
    let found = customers::set_password(tx, account, id, hash)?;
    if found {
        tx.record(actor.change(account, at, Subject::customer(id, known.application.as_ref()), Kind::Updated));
    }
    Ok(found)
}
