//! Authorizations: the permissions that owners granted to applications, one key each.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, UserId};
use slotkeeper_domain::permission::PermissionSet;
use slotkeeper_domain::time::Instant;

/// The columns of an [`Authorization`], optionally with a table alias.
#[rustfmt::skip]
macro_rules! columns {
    () => { columns!("") };
    ($of:literal) => {
        concat!(
            $of, "account_id, ", $of, "id, ", $of, "developer_account_id, ", $of, "application_id, ", $of, "permissions, ",
            $of, "granted_by, ", $of, "portal_id, ", $of, "portal_authorization_id, ", $of, "created_at, ", $of, "last_used_at"
        )
    };
}

statements! {
    INSERT = r#"INSERT INTO "authorization" (account_id, id, developer_account_id, application_id, key_hash, permissions,
                                             granted_by, portal_id, portal_authorization_id, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"#;
    FIND_BY_KEY = concat!("SELECT ", columns!(), r#"
        FROM "authorization" WHERE account_id = ?1 AND key_hash = ?2 AND ended_at IS NULL"#);
    FIND = concat!("SELECT ", columns!(), r#"
        FROM "authorization" WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL"#);
    FIND_LOCKED = concat!("SELECT ", columns!(), r#"
        FROM "authorization" WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL {FOR UPDATE}"#);
    LIVE_OF_APPLICATION = concat!("SELECT ", columns!(), r#"
        FROM "authorization" WHERE account_id = ?1 AND application_id = ?2 AND ended_at IS NULL
        ORDER BY created_at, id LIMIT ?3"#);
    INSTALLED = concat!("SELECT ", columns!("g."), r#", a.name, a.description,
            (SELECT o.email_address FROM "user" o WHERE o.account_id = g.developer_account_id AND o.role = 'owner'
             ORDER BY o.created_at, o.id LIMIT 1),
            w.name, p.name
        FROM "authorization" g
        JOIN application a ON a.account_id = g.developer_account_id AND a.id = g.application_id
        LEFT JOIN "user" w ON w.account_id = g.account_id AND w.id = g.granted_by AND g.portal_id IS NULL
        LEFT JOIN account p ON p.id = g.portal_id
        WHERE g.account_id = ?1 AND g.ended_at IS NULL
        ORDER BY a.name, g.application_id, g.created_at DESC, g.id LIMIT ?2"#);
    INSTALLATIONS = concat!("SELECT ", columns!("g."), r#", b.name
        FROM "authorization" g JOIN account b ON b.id = g.account_id
        WHERE g.application_id = ?1 AND g.developer_account_id = ?2 AND g.ended_at IS NULL
              AND (g.account_id > ?3 OR (g.account_id = ?3 AND g.id > ?4))
        ORDER BY g.account_id, g.id LIMIT ?5"#);
    INSTALLED_WITH = r#"SELECT account_id, id FROM "authorization"
        WHERE portal_id = ?1 AND portal_authorization_id = ?2 AND ended_at IS NULL ORDER BY account_id, id LIMIT ?3"#;
    EXISTED = r#"SELECT id FROM "authorization" WHERE account_id = ?1 AND id = ?2"#;
    WAS_INSTALLED = r#"SELECT id FROM "authorization" WHERE account_id = ?1 AND application_id = ?2 LIMIT 1"#;
    COUNT = r#"SELECT COUNT(*) FROM "authorization" WHERE account_id = ?1 AND ended_at IS NULL"#;
    END = r#"UPDATE "authorization" SET ended_at = ?3 WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL"#;
    SET_LAST_USED = r#"UPDATE "authorization" SET last_used_at = ?3
               WHERE account_id = ?1 AND id = ?2 AND (last_used_at IS NULL OR last_used_at < ?3)"#;
}

/// Whose consent an authorization rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantedBy {
    /// An owner of the account.
    Owner(UserId),
    /// An owner of the portal that manages the account; the application installed itself there.
    Portal(ThroughPortal),
}

/// The authorization in a portal with which an application installed itself in a subaccount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThroughPortal {
    pub portal: AccountId,
    /// When it ends, the authorizations made with it end too.
    pub authorization: AuthorizationId,
    /// The owner of the portal who granted it.
    pub owner: UserId,
}

/// One key of an application with one set of permissions.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// The account that it gives access to.
    pub account: AccountId,
    pub id: AuthorizationId,
    pub developer: AccountId,
    pub application: ApplicationId,
    pub permissions: PermissionSet,
    pub granted_by: GrantedBy,
    pub created_at: Instant,
    /// Within a few seconds.
    pub last_used_at: Option<Instant>,
}

/// An authorization with what the owner's page shows of it.
#[derive(Debug, Clone)]
pub struct Installed {
    pub authorization: Authorization,
    pub application_name: Name,
    /// The application's description.
    pub description: String,
    pub developer_email: EmailAddress,
    /// The name of the owner who granted it; absent if the user was removed since, and for a grant through a portal.
    pub granted_by_name: Option<Name>,
    /// The name of the portal through which it was granted.
    pub portal_name: Option<Name>,
}

/// An authorization with what the developer's page shows of it.
#[derive(Debug, Clone)]
pub struct Installation {
    pub authorization: Authorization,
    /// The name of the business or portal.
    pub account_name: Name,
}

fn authorization(row: &Row) -> Result<Authorization, StoreError> {
    Ok(Authorization {
        account: row.next()?,
        id: row.next()?,
        developer: row.next()?,
        application: row.next()?,
        permissions: row.next()?,
        granted_by: granted_by(row)?,
        created_at: row.next()?,
        last_used_at: row.next()?,
    })
}

fn granted_by(row: &Row) -> Result<GrantedBy, StoreError> {
    let (by, portal, authorization): (_, Option<_>, Option<_>) = (row.next()?, row.next()?, row.next()?);
    Ok(match portal.zip(authorization) {
        Some((portal, authorization)) => GrantedBy::Portal(ThroughPortal { portal, authorization, owner: by }),
        None => GrantedBy::Owner(by),
    })
}

pub fn insert(tx: &mut Tx, authorization: &Authorization, key_hash: &[u8]) -> Result<(), StoreError> {
    let (by, through) = match &authorization.granted_by {
        GrantedBy::Owner(owner) => (owner, None),
        GrantedBy::Portal(through) => (&through.owner, Some(through)),
    };
    tx.run(
        INSERT,
        &[
            &authorization.account,
            &authorization.id,
            &authorization.developer,
            &authorization.application,
            &key_hash,
            &authorization.permissions,
            by,
            &through.map(|through| &through.portal),
            &through.map(|through| &through.authorization),
            &authorization.created_at,
        ],
    )?;
    Ok(())
}

/// The authorization with this key, unless it has ended.
pub fn find_by_key(
    db: &mut Snapshot,
    account: &AccountId,
    key_hash: &[u8],
) -> Result<Option<Authorization>, StoreError> {
    db.one(FIND_BY_KEY, &[account, &key_hash], authorization)
}

/// The authorization with this id, unless it has ended.
pub fn find(db: &mut Snapshot, account: &AccountId, id: &AuthorizationId) -> Result<Option<Authorization>, StoreError> {
    db.one(FIND, &[account, id], authorization)
}

/// As [`find`]; it cannot end before this transaction does.
pub fn find_locked(
    tx: &mut Tx,
    account: &AccountId,
    id: &AuthorizationId,
) -> Result<Option<Authorization>, StoreError> {
    tx.one(FIND_LOCKED, &[account, id], authorization)
}

/// At most `limit` live authorizations in subaccounts that were made with this one of the portal, by account.
pub fn installed_with(
    db: &mut Snapshot,
    portal: &AccountId,
    id: &AuthorizationId,
    limit: i64,
) -> Result<Vec<(AccountId, AuthorizationId)>, StoreError> {
    db.all(INSTALLED_WITH, &[portal, id, &limit], |row| Ok((row.next()?, row.next()?)))
}

/// At most `limit` live authorizations of an application in the account, oldest first.
pub fn live_of_application(
    db: &mut Snapshot,
    account: &AccountId,
    application: &ApplicationId,
    limit: i64,
) -> Result<Vec<Authorization>, StoreError> {
    db.all(LIVE_OF_APPLICATION, &[account, application, &limit], authorization)
}

/// At most `limit` live authorizations of the account, by the application's name, newest first.
pub fn installed(db: &mut Snapshot, account: &AccountId, limit: i64) -> Result<Vec<Installed>, StoreError> {
    db.all(INSTALLED, &[account, &limit], |row| {
        Ok(Installed {
            authorization: authorization(row)?,
            application_name: row.next()?,
            description: row.next()?,
            developer_email: row.next()?,
            granted_by_name: row.next()?,
            portal_name: row.next()?,
        })
    })
}

/// Whether the account has or had this authorization.
pub fn existed(db: &mut Snapshot, account: &AccountId, id: &AuthorizationId) -> Result<bool, StoreError> {
    Ok(db.one(EXISTED, &[account, id], |row| row.next::<AuthorizationId>())?.is_some())
}

/// Whether the application is or was installed in the account.
pub fn was_installed(db: &mut Snapshot, account: &AccountId, application: &ApplicationId) -> Result<bool, StoreError> {
    Ok(db.one(WAS_INSTALLED, &[account, application], |row| row.next::<AuthorizationId>())?.is_some())
}

/// How many live authorizations the account has.
pub fn count(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[account], |row| row.next())?.unwrap_or(0))
}

/// At most `limit` live authorizations of the developer's application, after the given one.
pub fn installations(
    db: &mut Snapshot,
    developer: &AccountId,
    application: &ApplicationId,
    after: Option<(&AccountId, &AuthorizationId)>,
    limit: i64,
) -> Result<Vec<Installation>, StoreError> {
    let (account, id) = after.map_or(("", ""), |(account, id)| (account.as_str(), id.as_str()));
    db.all(INSTALLATIONS, &[application, developer, &account, &id, &limit], |row| {
        Ok(Installation { authorization: authorization(row)?, account_name: row.next()? })
    })
}

/// Ends an authorization at COMMIT; whether it was live.
pub fn end(tx: &mut Tx, account: &AccountId, id: &AuthorizationId, now: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(END, &[account, id, &now])? > 0)
}

/// Sets when the key was last used, unless a later use is recorded.
pub fn set_last_used(tx: &mut Tx, account: &AccountId, id: &AuthorizationId, at: Instant) -> Result<(), StoreError> {
    tx.run(SET_LAST_USED, &[account, id, &at])?;
    Ok(())
}
