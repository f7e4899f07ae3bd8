//! Applications, and the directory from their ids to the developers' accounts.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::callback::CallbackUrl;
use slotkeeper_domain::id::{AccountId, ApplicationId, SecretKeyId};
use slotkeeper_domain::time::Instant;

/// The columns of an [`Application`].
macro_rules! columns {
    () => {
        "account_id, id, name, description, callback_url, created_at"
    };
}

statements! {
    INSERT = "INSERT INTO application (account_id, id, name, description, callback_url, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    INSERT_DIRECTORY = "INSERT INTO application_directory (application_id, account_id) VALUES (?1, ?2)";
    LOCATE = "SELECT account_id FROM application_directory WHERE application_id = ?1";
    FIND = concat!("SELECT ", columns!(), " FROM application WHERE account_id = ?1 AND id = ?2");
    LIST = concat!("SELECT ", columns!(), " FROM application WHERE account_id = ?1 ORDER BY created_at, id LIMIT ?2");
    COUNT = "SELECT COUNT(*) FROM application WHERE account_id = ?1";
    SET_DESCRIPTION = "UPDATE application SET description = ?3 WHERE account_id = ?1 AND id = ?2";
    SIGNING_KEY = "SELECT signing_key_id FROM application WHERE account_id = ?1 AND id = ?2";
    SET_SIGNING_KEY = "UPDATE application SET signing_key_id = ?3 WHERE account_id = ?1 AND id = ?2";
    SET_CALLBACK = "UPDATE application SET callback_url = ?3 WHERE account_id = ?1 AND id = ?2";
}

#[derive(Debug, Clone)]
pub struct Application {
    pub account: AccountId,
    /// The public id, `authappid` on the wire.
    pub id: ApplicationId,
    /// Never changes.
    pub name: Name,
    /// Shown to owners.
    pub description: String,
    /// Where the answer to a consent request goes. Without one the developer gets an e-mail.
    pub callback_url: Option<CallbackUrl>,
    pub created_at: Instant,
}

pub fn insert(tx: &mut Tx, application: &Application) -> Result<(), StoreError> {
    tx.run(INSERT_DIRECTORY, &[&application.id, &application.account])?;
    tx.run(
        INSERT,
        &[
            &application.account,
            &application.id,
            &application.name,
            &application.description,
            &application.callback_url,
            &application.created_at,
        ],
    )?;
    Ok(())
}

/// Whether [`insert`] failed because the developer has an application of this name.
#[must_use]
pub fn is_name_taken(error: &StoreError) -> bool {
    error.broke("application_by_name")
}

fn application(row: &Row) -> Result<Application, StoreError> {
    Ok(Application {
        account: row.next()?,
        id: row.next()?,
        name: row.next()?,
        description: row.next()?,
        callback_url: row.next()?,
        created_at: row.next()?,
    })
}

/// The application with this public id, of any developer. For the consent page, which knows only the id.
pub fn find_public(db: &mut Snapshot, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
    match db.one(LOCATE, &[id], |row| row.next::<AccountId>())? {
        Some(account) => find(db, &account, id),
        None => Ok(None),
    }
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
    db.one(FIND, &[account, id], application)
}

/// At most `limit` applications of the developer, oldest first.
pub fn list(db: &mut Snapshot, account: &AccountId, limit: i64) -> Result<Vec<Application>, StoreError> {
    db.all(LIST, &[account, &limit], application)
}

pub fn count(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[account], |row| row.next())?.unwrap_or(0))
}

/// Whether the application exists.
pub fn set_description(
    tx: &mut Tx,
    account: &AccountId,
    id: &ApplicationId,
    description: &str,
) -> Result<bool, StoreError> {
    Ok(tx.run(SET_DESCRIPTION, &[account, id, &description])? > 0)
}

/// Sets or removes the callback URL; whether the application exists.
pub fn set_callback_url(
    tx: &mut Tx,
    account: &AccountId,
    id: &ApplicationId,
    callback_url: Option<&CallbackUrl>,
) -> Result<bool, StoreError> {
    Ok(tx.run(SET_CALLBACK, &[account, id, &callback_url])? > 0)
}

/// The secret key that signs where only one signature is possible; `None` if the developer has chosen none.
pub fn signing_key(
    db: &mut Snapshot,
    account: &AccountId,
    id: &ApplicationId,
) -> Result<Option<SecretKeyId>, StoreError> {
    Ok(db.one(SIGNING_KEY, &[account, id], |row| row.next::<Option<SecretKeyId>>())?.flatten())
}

pub fn set_signing_key(
    tx: &mut Tx,
    account: &AccountId,
    id: &ApplicationId,
    key: &SecretKeyId,
) -> Result<(), StoreError> {
    tx.run(SET_SIGNING_KEY, &[account, id, key])?;
    Ok(())
}
