//! Customers and the people linked to them.

use crate::{Json, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId, LinkedPersonId};
use slotkeeper_domain::right::Sight;
use slotkeeper_domain::time::Instant;

#[rustfmt::skip]
macro_rules! columns {
    () => { "id, application_id, person, created_at" };
}

statements! {
    INSERT = "INSERT INTO customer (account_id, id, application_id, person, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    FIND = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2");
    LOCK = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}");
    LIST = concat!("SELECT ", columns!(), " FROM customer
        WHERE account_id = ?1 AND (CAST(?2 AS TEXT) IS NULL OR application_id = ?2)
        ORDER BY created_at, id LIMIT ?3 OFFSET ?4");
    COUNT = "SELECT COUNT(*) FROM customer WHERE account_id = ?1 AND (CAST(?2 AS TEXT) IS NULL OR application_id = ?2)";
    UPDATE = "UPDATE customer SET person = ?3 WHERE account_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM customer WHERE account_id = ?1 AND id = ?2";
    INSERT_LINKED = "INSERT INTO linked_person (account_id, customer_id, id, person, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    LINKED = "SELECT id, person, created_at FROM linked_person WHERE account_id = ?1 AND customer_id = ?2
              ORDER BY created_at, id LIMIT 1000";
    STATISTICS = "SELECT COUNT(*),
               COALESCE(CAST(SUM(CASE WHEN cancelation_tracked THEN 1 ELSE 0 END) AS BIGINT), 0),
               COALESCE(CAST(SUM(CASE WHEN no_show THEN 1 ELSE 0 END) AS BIGINT), 0),
               MIN(CASE WHEN canceled_at IS NULL AND starts_at > ?3 THEN starts_at END),
               MAX(CASE WHEN canceled_at IS NULL AND ends_at <= ?3 THEN starts_at END)
        FROM booking WHERE account_id = ?1 AND customer_id = ?2";
}

/// A customer.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The application that created it; absent when somebody else did.
    pub application: Option<ApplicationId>,
    /// What is known of the person.
    pub person: Person,
    /// When it was created.
    pub created_at: Instant,
}

/// Somebody linked to a customer.
#[derive(Debug, Clone)]
pub struct LinkedPerson {
    /// Its id.
    pub id: LinkedPersonId,
    /// What is known of the person.
    pub person: Person,
    /// When it was created.
    pub created_at: Instant,
}

/// What a customer has booked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// All bookings ever made, the cancelled ones included.
    pub bookings: i64,
    /// Cancellations that were to be counted.
    pub cancelations: i64,
    /// How often the customer did not come.
    pub no_shows: i64,
    /// When the next booking starts.
    pub next: Option<Instant>,
    /// When the last booking that is over started.
    pub previous: Option<Instant>,
}

fn customer(row: &Row) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: row.next()?,
        application: row.next()?,
        person: row.next::<Json<_>>()?.0,
        created_at: row.next()?,
    })
}

/// Adds a customer.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx, account: &AccountId, customer: &Customer) -> Result<(), StoreError> {
    let Customer { id, application, person, created_at } = customer;
    tx.run(INSERT, &[account, id, application, &Json(person), created_at])?;
    Ok(())
}

/// The customer with this id.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Snapshot, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    db.one(FIND, &[account, id], customer)
}

/// The customer with this id, locked against changes by others.
///
/// # Errors
/// When the store fails.
pub fn lock(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    tx.one(LOCK, &[account, id], customer)
}

/// The customers within sight, by creation: at most `limit` of those after the first `offset`.
///
/// # Errors
/// When the store fails.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    sight: &Sight,
    limit: i64,
    offset: i64,
) -> Result<Vec<Customer>, StoreError> {
    db.all(LIST, &[account, &sight.creator(), &limit, &offset], customer)
}

/// How many customers are within sight.
///
/// # Errors
/// When the store fails.
pub fn count(db: &mut Snapshot, account: &AccountId, sight: &Sight) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[account, &sight.creator()], |row| row.next())?.unwrap_or(0))
}

/// Changes what is known of a customer.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx, account: &AccountId, id: &CustomerId, person: &Person) -> Result<(), StoreError> {
    tx.run(UPDATE, &[account, id, &Json(person)])?;
    Ok(())
}

/// Removes a customer who has no bookings, and the people linked to it.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, id])?;
    Ok(())
}

/// What a customer has booked, as of `now`.
///
/// # Errors
/// When the store fails.
pub fn statistics(
    db: &mut Snapshot,
    account: &AccountId,
    id: &CustomerId,
    now: Instant,
) -> Result<Statistics, StoreError> {
    let found = db.one(STATISTICS, &[account, id, &now], |row| {
        Ok(Statistics {
            bookings: row.next()?,
            cancelations: row.next()?,
            no_shows: row.next()?,
            next: row.next()?,
            previous: row.next()?,
        })
    })?;
    Ok(found.unwrap_or_default())
}

/// Adds somebody linked to a customer.
///
/// # Errors
/// When the store fails.
pub fn insert_linked(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    linked: &LinkedPerson,
) -> Result<(), StoreError> {
    let LinkedPerson { id, person, created_at } = linked;
    tx.run(INSERT_LINKED, &[account, customer, id, &Json(person), created_at])?;
    Ok(())
}

/// The people linked to a customer, by creation; at most a thousand.
///
/// # Errors
/// When the store fails.
pub fn linked(db: &mut Snapshot, account: &AccountId, customer: &CustomerId) -> Result<Vec<LinkedPerson>, StoreError> {
    db.all(LINKED, &[account, customer], |row| {
        Ok(LinkedPerson { id: row.next()?, person: row.next::<Json<_>>()?.0, created_at: row.next()? })
    })
}
