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

/// The customers of a search by a part of a name, within sight.
#[rustfmt::skip]
macro_rules! found {
    () => {
        r" FROM customer WHERE account_id = ?1 AND (CAST(?2 AS TEXT) IS NULL OR application_id = ?2) AND created_at >= ?3
           AND CASE ?4 WHEN 'firstName' THEN first_name WHEN 'lastName' THEN last_name ELSE full_name END LIKE ?5 ESCAPE '!'"
    };
}

/// The customers with an e-mail address, within sight.
#[rustfmt::skip]
macro_rules! found_by_email {
    () => {
        " FROM customer WHERE account_id = ?1 AND (CAST(?2 AS TEXT) IS NULL OR application_id = ?2) AND created_at >= ?3
          AND email_address = ?4"
    };
}

statements! {
    INSERT = "INSERT INTO customer (account_id, id, application_id, person, created_at, first_name, last_name, full_name,
                                    email_address)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    FIND = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2");
    LOCK = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}");
    LIST = concat!("SELECT ", columns!(), found!(), " ORDER BY created_at, id LIMIT ?6 OFFSET ?7");
    COUNT = concat!("SELECT COUNT(*)", found!());
    LIST_BY_EMAIL = concat!("SELECT ", columns!(), found_by_email!(), " ORDER BY created_at, id LIMIT ?5 OFFSET ?6");
    COUNT_BY_EMAIL = concat!("SELECT COUNT(*)", found_by_email!());
    UPDATE = "UPDATE customer SET person = ?3, first_name = ?4, last_name = ?5, full_name = ?6, email_address = ?7
              WHERE account_id = ?1 AND id = ?2";
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

/// Which customers to look for.
#[derive(Debug, Clone)]
pub struct CustomerSearch {
    /// Created from then on.
    pub since: Instant,
    /// By what.
    pub by: SearchBy,
}

/// What customers are searched by. Case does not matter.
#[derive(Debug, Clone)]
pub enum SearchBy {
    /// A part of the whole name.
    Name(String),
    /// A part of the first name.
    FirstName(String),
    /// A part of the last name.
    LastName(String),
    /// The e-mail address.
    EmailAddress(String),
}

impl SearchBy {
    fn text(&self) -> &str {
        let (Self::Name(text) | Self::FirstName(text) | Self::LastName(text) | Self::EmailAddress(text)) = self;
        text
    }

    fn field(&self) -> &'static str {
        match self {
            Self::Name(_) | Self::EmailAddress(_) => "name",
            Self::FirstName(_) => "firstName",
            Self::LastName(_) => "lastName",
        }
    }

    /// The text anywhere, with what LIKE has a meaning for escaped.
    fn pattern(&self) -> String {
        let text = self.text().to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        format!("%{text}%")
    }
}

/// The texts that searches look at.
struct Searched {
    first: String,
    last: String,
    full: String,
    email: Option<String>,
}

impl Searched {
    fn of(person: &Person) -> Self {
        let names = [&person.first_name, &person.middle_name, &person.last_name];
        let full: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
        Self {
            first: lower(&person.first_name),
            last: lower(&person.last_name),
            full: full.join(" ").to_lowercase(),
            email: person.email_address.as_ref().map(ToString::to_string),
        }
    }
}

/// Adds a customer.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx, account: &AccountId, customer: &Customer) -> Result<(), StoreError> {
    let Customer { id, application, person, created_at } = customer;
    let Searched { first, last, full, email } = Searched::of(person);
    tx.run(INSERT, &[account, id, application, &Json(person), created_at, &first, &last, &full, &email])?;
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

/// The customers of a search within sight, by creation: at most `limit` of those after the first `offset`.
///
/// # Errors
/// When the store fails.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    sight: &Sight,
    search: &CustomerSearch,
    limit: i64,
    offset: i64,
) -> Result<Vec<Customer>, StoreError> {
    let (creator, CustomerSearch { since, by }) = (sight.creator(), search);
    match by {
        SearchBy::EmailAddress(address) => {
            db.all(LIST_BY_EMAIL, &[account, &creator, since, &address.to_lowercase(), &limit, &offset], customer)
        }
        by => db.all(LIST, &[account, &creator, since, &by.field(), &by.pattern(), &limit, &offset], customer),
    }
}

/// How many customers a search finds within sight.
///
/// # Errors
/// When the store fails.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    sight: &Sight,
    search: &CustomerSearch,
) -> Result<i64, StoreError> {
    let (creator, CustomerSearch { since, by }) = (sight.creator(), search);
    let found = match by {
        SearchBy::EmailAddress(address) => {
            db.one(COUNT_BY_EMAIL, &[account, &creator, since, &address.to_lowercase()], |row| row.next())
        }
        by => db.one(COUNT, &[account, &creator, since, &by.field(), &by.pattern()], |row| row.next()),
    };
    Ok(found?.unwrap_or(0))
}

/// Changes what is known of a customer.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx, account: &AccountId, id: &CustomerId, person: &Person) -> Result<(), StoreError> {
    let Searched { first, last, full, email } = Searched::of(person);
    tx.run(UPDATE, &[account, id, &Json(person), &first, &last, &full, &email])?;
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
