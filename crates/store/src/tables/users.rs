//! Users, and the directory of their e-mail addresses.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::{Name, Role};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::{AccountId, UserId};
use slotkeeper_domain::secret::HashedPassword;
use slotkeeper_domain::time::Instant;

/// The columns of a [`User`].
macro_rules! columns {
    () => {
        "account_id, id, email_address, name, role, password_hash, email_confirmed_at, created_at"
    };
}

statements! {
    INSERT = r#"INSERT INTO "user" (account_id, id, email_address, name, role, password_hash, email_confirmed_at, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"#;
    INSERT_ADDRESS = "INSERT INTO email_directory (email_address, account_id, user_id) VALUES (?1, ?2, ?3)";
    LOCATE = "SELECT account_id, user_id FROM email_directory WHERE email_address = ?1";
    FIND = concat!("SELECT ", columns!(), r#" FROM "user" WHERE account_id = ?1 AND id = ?2"#);
    FIND_LOCKED = concat!("SELECT ", columns!(), r#" FROM "user" WHERE account_id = ?1 AND id = ?2 {FOR SHARE}"#);
    LIST = concat!("SELECT ", columns!(), r#" FROM "user" WHERE account_id = ?1 ORDER BY created_at, id LIMIT ?2"#);
    COUNT = r#"SELECT COUNT(*) FROM "user" WHERE account_id = ?1"#;
    FIRST_OWNER = concat!("SELECT ", columns!(), r#"
        FROM "user" WHERE account_id = ?1 AND role = 'owner' ORDER BY created_at, id LIMIT 1"#);
    CONFIRMED_OWNERS = r#"SELECT COUNT(*) FROM (
        SELECT 1 FROM "user" WHERE account_id = ?1 AND role = 'owner' AND email_confirmed_at IS NOT NULL LIMIT 1) found"#;
    SET_PASSWORD = r#"UPDATE "user" SET password_hash = ?3 WHERE account_id = ?1 AND id = ?2"#;
    CONFIRM = r#"UPDATE "user" SET email_confirmed_at = ?3
                 WHERE account_id = ?1 AND id = ?2 AND email_confirmed_at IS NULL"#;
    DELETE = r#"DELETE FROM "user" WHERE account_id = ?1 AND id = ?2"#;
    DELETE_ADDRESS = "DELETE FROM email_directory WHERE email_address = ?1 AND account_id = ?2 AND user_id = ?3";
}

#[derive(Debug, Clone)]
pub struct User {
    pub account: AccountId,
    pub id: UserId,
    /// Also the name to sign in with.
    pub email_address: EmailAddress,
    pub name: Name,
    pub role: Role,
    /// Absent until an invited user has chosen a password.
    pub password_hash: Option<HashedPassword>,
    /// When the user proved to receive e-mail at the address.
    pub email_confirmed_at: Option<Instant>,
    pub created_at: Instant,
}

/// Adds a user and reserves the e-mail address.
///
/// # Errors
/// [`StoreError::Unique`] if another user has the address.
pub fn insert(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    // The directory first: its key decides which of two concurrent sign-ups gets the address.
    tx.run(INSERT_ADDRESS, &[&user.email_address, &user.account, &user.id])?;
    tx.run(
        INSERT,
        &[
            &user.account,
            &user.id,
            &user.email_address,
            &user.name,
            &user.role,
            &user.password_hash,
            &user.email_confirmed_at,
            &user.created_at,
        ],
    )?;
    Ok(())
}

/// Whether [`insert`] failed because another user has the address.
#[must_use]
pub fn is_address_taken(error: &StoreError) -> bool {
    error.broke("email_directory_pkey")
}

fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        account: row.next()?,
        id: row.next()?,
        email_address: row.next()?,
        name: row.next()?,
        role: row.next()?,
        password_hash: row.next()?,
        email_confirmed_at: row.next()?,
        created_at: row.next()?,
    })
}

/// The user who signs in with this address.
pub fn find_by_email(db: &mut Snapshot, address: &EmailAddress) -> Result<Option<User>, StoreError> {
    let place = db.one(LOCATE, &[address], |row| Ok((row.next::<AccountId>()?, row.next::<UserId>()?)))?;
    match place {
        Some((account, id)) => find(db, &account, &id),
        None => Ok(None),
    }
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &UserId) -> Result<Option<User>, StoreError> {
    db.one(FIND, &[account, id], user)
}

/// As [`find`]; the user cannot be changed or removed before the transaction ends.
pub fn find_locked(tx: &mut Tx, account: &AccountId, id: &UserId) -> Result<Option<User>, StoreError> {
    tx.one(FIND_LOCKED, &[account, id], user)
}

/// At most `limit` users of the account, in the order they were added.
pub fn list(db: &mut Snapshot, account: &AccountId, limit: i64) -> Result<Vec<User>, StoreError> {
    db.all(LIST, &[account, &limit], user)
}

pub fn count(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[account], |row| row.next())?.unwrap_or(0))
}

pub fn first_owner(db: &mut Snapshot, account: &AccountId) -> Result<Option<User>, StoreError> {
    db.one(FIRST_OWNER, &[account], user)
}

/// Whether an owner of the account has a confirmed e-mail address.
pub fn has_confirmed_owner(db: &mut Snapshot, account: &AccountId) -> Result<bool, StoreError> {
    Ok(db.one(CONFIRMED_OWNERS, &[account], |row| row.next::<i64>())?.is_some_and(|found| found > 0))
}

/// Whether the user exists.
pub fn set_password(tx: &mut Tx, account: &AccountId, id: &UserId, hash: &HashedPassword) -> Result<bool, StoreError> {
    Ok(tx.run(SET_PASSWORD, &[account, id, &hash])? > 0)
}

/// Records that the user receives e-mail at the address; whether this is new.
pub fn confirm_email(tx: &mut Tx, account: &AccountId, id: &UserId, at: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(CONFIRM, &[account, id, &at])? > 0)
}

/// Deletes a user and frees the e-mail address; whether the user existed.
pub fn delete(tx: &mut Tx, user: &User) -> Result<bool, StoreError> {
    tx.run(DELETE_ADDRESS, &[&user.email_address, &user.account, &user.id])?;
    Ok(tx.run(DELETE, &[&user.account, &user.id])? > 0)
}
