//! Accounts and their contact details.

use super::account_zones;
use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::account::{AccountKind, ContactDetails, Country, Currency, Languages, Name};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::{Instant, Zone};

statements! {
    ANY = "SELECT id FROM account ORDER BY id LIMIT 1";
    ZONES = "SELECT DISTINCT time_zone FROM account LIMIT 2000";
    INSERT = "INSERT INTO account (id, kind, name, country, time_zone, currency, languages, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    FIND = "SELECT id, kind, name, country, time_zone, currency, languages, created_at FROM account WHERE id = ?1";
    LOCK = "SELECT id FROM account WHERE id = ?1 {FOR UPDATE}";
    CONTACT = "SELECT email_address, phone_number, phone_kind, website_url, legal_identifiers, address1, address2, city,
                      state, postcode, description, logo_url
               FROM account WHERE id = ?1";
    SET_ZONE = "UPDATE account SET time_zone = ?2 WHERE id = ?1";
    SET_CONTACT = "UPDATE account SET name = ?2, email_address = ?3, phone_number = ?4, phone_kind = ?5, website_url = ?6,
                          legal_identifiers = ?7, address1 = ?8, address2 = ?9, city = ?10, state = ?11, postcode = ?12,
                          description = ?13, logo_url = ?14
                   WHERE id = ?1";
}

/// An account without its contact details.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: AccountId,
    pub kind: AccountKind,
    pub name: Name,
    /// Optional for developers.
    pub country: Option<Country>,
    /// The time zone in which its times are shown.
    pub zone: Zone,
    /// Absent for developers.
    pub currency: Option<Currency>,
    pub languages: Languages,
    pub created_at: Instant,
}

/// Adds an account, and records the current rules of its time zone.
pub fn insert(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    tx.run(
        INSERT,
        &[
            &account.id,
            &account.kind,
            &account.name,
            &account.country,
            &account.zone,
            &account.currency,
            &account.languages,
            &account.created_at,
        ],
    )?;
    account_zones::record_rules(tx, &account.id, &account.zone)
}

pub fn find(db: &mut Snapshot, id: &AccountId) -> Result<Option<Account>, StoreError> {
    db.one(FIND, &[id], account)
}

/// Whether the database has any account.
pub fn any(db: &mut Snapshot) -> Result<bool, StoreError> {
    Ok(db.one(ANY, &[], |row| row.next::<AccountId>())?.is_some())
}

/// The names of the time zones of all accounts, also unknown ones. Reads every account.
pub fn zones(db: &mut Snapshot) -> Result<Vec<String>, StoreError> {
    db.all(ZONES, &[], |row| row.next())
}

/// Locks the account's row until the transaction ends, for counts that are checked before a row is added.
pub fn lock(tx: &mut Tx, id: &AccountId) -> Result<(), StoreError> {
    tx.one(LOCK, &[id], |row| row.next::<AccountId>())?;
    Ok(())
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.next()?,
        kind: row.next()?,
        name: row.next()?,
        country: row.next()?,
        zone: row.next()?,
        currency: row.next()?,
        languages: row.next()?,
        created_at: row.next()?,
    })
}

/// The contact details; `None` if the account does not exist.
pub fn contact_details(db: &mut Snapshot, id: &AccountId) -> Result<Option<ContactDetails>, StoreError> {
    db.one(CONTACT, &[id], |row| {
        Ok(ContactDetails {
            email_address: row.next()?,
            phone_number: row.next()?,
            phone_kind: row.next()?,
            website_url: row.next()?,
            legal_identifiers: row.next()?,
            address1: row.next()?,
            address2: row.next()?,
            city: row.next()?,
            state: row.next()?,
            postcode: row.next()?,
            description: row.next()?,
            logo_url: row.next()?,
        })
    })
}

/// Sets the account's name and contact details.
pub fn set_details(tx: &mut Tx, id: &AccountId, name: &Name, contact: &ContactDetails) -> Result<(), StoreError> {
    tx.run(
        SET_CONTACT,
        &[
            id,
            name,
            &contact.email_address,
            &contact.phone_number,
            &contact.phone_kind,
            &contact.website_url,
            &contact.legal_identifiers,
            &contact.address1,
            &contact.address2,
            &contact.city,
            &contact.state,
            &contact.postcode,
            &contact.description,
            &contact.logo_url,
        ],
    )?;
    Ok(())
}

/// Sets the account's time zone. Does not move its bookings.
pub fn set_zone(tx: &mut Tx, id: &AccountId, zone: &Zone) -> Result<(), StoreError> {
    tx.run(SET_ZONE, &[id, zone]).map(drop)
}
