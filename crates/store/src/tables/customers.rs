//! Customers. Searches are in [`customer_search`](super::customer_search), linked people in
//! [`linked_people`](super::linked_people).

use crate::{Json, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::credit::Credit;
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId};
use slotkeeper_domain::membership::Membership;
use slotkeeper_domain::normal_form;
use slotkeeper_domain::secret::HashedPassword;
use slotkeeper_domain::time::{Date, Instant};

/// The columns of a [`Customer`].
#[rustfmt::skip]
macro_rules! columns {
    () => { "id, application_id, person, created_at, member_since, member_until" };
}

/// The columns of [`Statistics`] and the credit. The counts are kept in the customer's row by triggers; each of the two
/// times is one look-up in the index of the customer's bookings.
#[rustfmt::skip]
macro_rules! statistics {
    ($of:literal, $now:literal) => {
        concat!(
            "num_bookings, num_cancelations, num_no_shows,
             (SELECT b.starts_at FROM booking AS b
              WHERE b.account_id = ", $of, ".account_id AND b.customer_id = ", $of, ".id
                    AND b.starts_at > ", $now, " AND b.canceled_at IS NULL
              ORDER BY b.starts_at LIMIT 1),
             (SELECT b.starts_at FROM booking AS b
              WHERE b.account_id = ", $of, ".account_id AND b.customer_id = ", $of, ".id
                    AND b.starts_at <= ", $now, " AND b.ends_at <= ", $now, " AND b.canceled_at IS NULL
              ORDER BY b.starts_at DESC LIMIT 1),
             (SELECT c.of_vouchers FROM customer_credit AS c WHERE c.account_id = ", $of, ".account_id AND c.customer_id = ", $of, ".id),
             (SELECT c.granted FROM customer_credit AS c WHERE c.account_id = ", $of, ".account_id AND c.customer_id = ", $of, ".id)"
        )
    };
}

pub(super) use {columns, statistics};

statements! {
    INSERT = "INSERT INTO customer (account_id, id, application_id, person, created_at, first_name, last_name, full_name,
                                    email_address)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    FIND = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2");
    SHOW = concat!("SELECT ", columns!(), ", ", statistics!("customer", "?3"), " FROM customer WHERE account_id = ?1 AND id = ?2");
    SHOW_MANY = concat!("SELECT ", columns!(), ", ", statistics!("customer", "?2"), " FROM customer WHERE account_id = ?1 AND id IN
        (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)");
    LOCK = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2 AND NOT leaving {FOR UPDATE}");
    LOCK_LEAVING = concat!("SELECT ", columns!(), " FROM customer WHERE account_id = ?1 AND id = ?2 AND leaving {FOR UPDATE}");
    MARK_LEAVING = "UPDATE customer SET leaving = TRUE WHERE account_id = ?1 AND id = ?2";
    UPDATE = "UPDATE customer SET person = ?3, first_name = ?4, last_name = ?5, full_name = ?6, email_address = ?7
              WHERE account_id = ?1 AND id = ?2";
    /// Customers of all accounts, by account and id, with the columns that searches compare.
    SOME_OF_ALL = "SELECT account_id, id, person, first_name, last_name, full_name FROM customer
                   WHERE (account_id, id) > (?1, ?2) ORDER BY account_id, id LIMIT ?3 {FOR UPDATE}";
    SET_SEARCHED = "UPDATE customer SET first_name = ?3, last_name = ?4, full_name = ?5 WHERE account_id = ?1 AND id = ?2";
    SET_MEMBERSHIP = "UPDATE customer SET member_since = ?3, member_until = ?4 WHERE account_id = ?1 AND id = ?2";
    SET_PASSWORD = "UPDATE customer SET password_hash = ?3 WHERE account_id = ?1 AND id = ?2";
    PASSWORD = "SELECT application_id, password_hash FROM customer WHERE account_id = ?1 AND id = ?2";
    /// Locks the account's row and matches if the customer just added is within the limit. Triggers count it at once on
    /// SQLite, and at COMMIT on PostgreSQL.
    HAS_ROOM = "UPDATE account SET num_customers = num_customers WHERE id = ?1 AND num_customers {+ 1} <= ?2";
    DELETE = "DELETE FROM customer WHERE account_id = ?1 AND id = ?2";
}

#[derive(Debug, Clone)]
pub struct Customer {
    pub id: CustomerId,
    /// The application that created it, if one did.
    pub application: Option<ApplicationId>,
    pub person: Person,
    pub created_at: Instant,
    /// Written by [`set_membership`] only, not by [`insert`] and [`update`].
    pub membership: Option<Membership>,
}

/// Numbers about a customer's bookings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// All bookings ever made, cancelled ones included.
    pub bookings: i64,
    /// Cancellations that count in the history.
    pub cancelations: i64,
    pub no_shows: i64,
    pub visits: Visits,
}

/// When the next and the last visit start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visits {
    /// The start of the next booking.
    pub next: Option<Instant>,
    /// The start of the last booking that is over.
    pub previous: Option<Instant>,
}

/// A customer with statistics and credit.
#[derive(Debug, Clone)]
pub struct CustomerView {
    pub customer: Customer,
    pub statistics: Statistics,
    pub credit: Credit,
}

fn customer(row: &Row) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: row.next()?,
        application: row.next()?,
        person: row.next::<Json<_>>()?.0,
        created_at: row.next()?,
        membership: membership(row.next()?, row.next()?)?,
    })
}

fn membership(since: Option<Date>, until: Option<Date>) -> Result<Option<Membership>, StoreError> {
    let made = since.map(|since| Membership::new(since, until)).transpose();
    made.map_err(|_| StoreError::inconsistent("a membership that ends before it begins"))
}

pub(super) fn customer_view(row: &Row) -> Result<CustomerView, StoreError> {
    let customer = customer(row)?;
    let (bookings, cancelations, no_shows) = (row.next()?, row.next()?, row.next()?);
    let visits = Visits { next: row.next()?, previous: row.next()? };
    let (of_vouchers, granted): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
    let credit = Credit { of_vouchers: of_vouchers.unwrap_or(0), granted: granted.unwrap_or(0) };
    Ok(CustomerView { customer, statistics: Statistics { bookings, cancelations, no_shows, visits }, credit })
}

/// The texts that searches compare.
struct SearchTexts {
    first: String,
    last: String,
    full: String,
    email: Option<String>,
}

impl SearchTexts {
    fn of(person: &Person) -> Self {
        let names = [&person.first_name, &person.middle_name, &person.last_name];
        let full: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        let folded = |text: &Option<String>| normal_form::folded(text.as_deref().unwrap_or_default());
        Self {
            first: folded(&person.first_name),
            last: folded(&person.last_name),
            full: normal_form::folded(&full.join(" ")),
            email: person.email_address.as_ref().map(ToString::to_string),
        }
    }
}

/// Adds a customer without membership.
pub fn insert(tx: &mut Tx, account: &AccountId, customer: &Customer) -> Result<(), StoreError> {
    let Customer { id, application, person, created_at, membership: _ } = customer;
    let SearchTexts { first, last, full, email } = SearchTexts::of(person);
    tx.run(INSERT, &[account, id, application, &Json(person), created_at, &first, &last, &full, &email])?;
    Ok(())
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    db.one(FIND, &[account, id], customer)
}

/// The customer with this id, with statistics as of `now`.
pub fn show(
    db: &mut Snapshot,
    account: &AccountId,
    id: &CustomerId,
    now: Instant,
) -> Result<Option<CustomerView>, StoreError> {
    db.one(SHOW, &[account, id, &now], customer_view)
}

/// The customers with these ids, with statistics as of `now`, in no order.
pub fn show_many(
    db: &mut Snapshot,
    account: &AccountId,
    ids: &[CustomerId],
    now: Instant,
) -> Result<Vec<CustomerView>, StoreError> {
    super::by_ids(db, SHOW_MANY, &[account, &now], ids, customer_view)
}

/// The customer with this id, locked until the transaction ends. `None` also if it is being deleted ([`mark_leaving`]).
pub fn lock(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    tx.one(LOCK, &[account, id], customer)
}

/// The customer with this id that is being deleted, locked until the transaction ends.
pub fn lock_leaving(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    tx.one(LOCK_LEAVING, &[account, id], customer)
}

/// Marks a customer as being deleted: a job deletes the remaining bookings, and then the customer.
pub fn mark_leaving(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<(), StoreError> {
    tx.run(MARK_LEAVING, &[account, id]).map(drop)
}

/// Changes the personal data of a customer.
pub fn update(tx: &mut Tx, account: &AccountId, id: &CustomerId, person: &Person) -> Result<(), StoreError> {
    let SearchTexts { first, last, full, email } = SearchTexts::of(person);
    tx.run(UPDATE, &[account, id, &Json(person), &first, &last, &full, &email])?;
    Ok(())
}

/// Brings the search texts of at most `limit` customers of all accounts, after this account and id, into the current
/// normal form. The last of them; `None` if there are no more.
pub fn fold_some(tx: &mut Tx, (account, id): (&str, &str), limit: i64) -> Result<Option<(String, String)>, StoreError> {
    let found = tx.all(SOME_OF_ALL, &[&account, &id, &limit], |row| {
        let (account, id): (String, String) = (row.next()?, row.next()?);
        let person: Person = row.next::<Json<_>>()?.0;
        let known: [String; 3] = [row.next()?, row.next()?, row.next()?];
        Ok((account, id, person, known))
    })?;
    for (account, id, person, known) in &found {
        let SearchTexts { first, last, full, .. } = SearchTexts::of(person);
        // Unchanged rows are not written, so that later rounds are cheap.
        if known.each_ref() != [&first, &last, &full] {
            tx.run(SET_SEARCHED, &[account, id, &first, &last, &full])?;
        }
    }
    Ok(found.into_iter().last().map(|(account, id, ..)| (account, id)))
}

/// Sets or removes the membership; whether the customer exists.
pub fn set_membership(
    tx: &mut Tx,
    account: &AccountId,
    id: &CustomerId,
    membership: Option<&Membership>,
) -> Result<bool, StoreError> {
    let (since, until) = (membership.map(Membership::since), membership.and_then(Membership::until));
    Ok(tx.run(SET_MEMBERSHIP, &[account, id, &since, &until])? > 0)
}

/// Sets or removes the password; whether the customer exists.
pub fn set_password(
    tx: &mut Tx,
    account: &AccountId,
    id: &CustomerId,
    hash: Option<&HashedPassword>,
) -> Result<bool, StoreError> {
    Ok(tx.run(SET_PASSWORD, &[account, id, &hash])? > 0)
}

/// The application that created the customer, and the customer's password.
#[expect(clippy::type_complexity, reason = "a pair of options is what there is to say")]
pub fn password(
    db: &mut Snapshot,
    account: &AccountId,
    id: &CustomerId,
) -> Result<Option<(Option<ApplicationId>, Option<HashedPassword>)>, StoreError> {
    db.one(PASSWORD, &[account, id], |row| Ok((row.next()?, row.next()?)))
}

/// Whether the account has at most `most` customers, with the one that this transaction has added. Locks the account's
/// row until COMMIT, for which every change of the account waits, so call it last.
pub fn has_room(tx: &mut Tx, account: &AccountId, most: u32) -> Result<bool, StoreError> {
    Ok(tx.run(HAS_ROOM, &[account, &i64::from(most)])? > 0)
}

/// Deletes a customer without bookings, and the linked people.
pub fn delete(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, id])?;
    Ok(())
}
