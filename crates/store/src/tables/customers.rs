//! Customers. Searches are in [`customer_search`](super::customer_search), the people linked to customers in
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

/// What is counted of the customers of a table, when each comes next and came last, as of the parameter that is named, and the
/// credit of each. The counts are kept with the customer; each of the two times is one look into the index of the customer's
/// bookings.
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
    LEAVE = "UPDATE customer SET leaving = TRUE WHERE account_id = ?1 AND id = ?2";
    UPDATE = "UPDATE customer SET person = ?3, first_name = ?4, last_name = ?5, full_name = ?6, email_address = ?7
              WHERE account_id = ?1 AND id = ?2";
    /// Some customers of all accounts, by account and id, with what searches look at.
    SOME_OF_ALL = "SELECT account_id, id, person, first_name, last_name, full_name FROM customer
                   WHERE (account_id, id) > (?1, ?2) ORDER BY account_id, id LIMIT ?3 {FOR UPDATE}";
    SET_SEARCHED = "UPDATE customer SET first_name = ?3, last_name = ?4, full_name = ?5 WHERE account_id = ?1 AND id = ?2";
    SET_MEMBERSHIP = "UPDATE customer SET member_since = ?3, member_until = ?4 WHERE account_id = ?1 AND id = ?2";
    SET_PASSWORD = "UPDATE customer SET password_hash = ?3 WHERE account_id = ?1 AND id = ?2";
    PASSWORD = "SELECT application_id, password_hash FROM customer WHERE account_id = ?1 AND id = ?2";
    /// Locks the account's row and finds it if there is room for the customer just added, which is counted at once on SQLite,
    /// and on PostgreSQL with COMMIT.
    HAS_ROOM = "UPDATE account SET num_customers = num_customers WHERE id = ?1 AND num_customers {+ 1} <= ?2";
    DELETE = "DELETE FROM customer WHERE account_id = ?1 AND id = ?2";
}

#[derive(Debug, Clone)]
pub struct Customer {
    pub id: CustomerId,
    /// The application that created it; absent when somebody else did.
    pub application: Option<ApplicationId>,
    /// What is known of the person.
    pub person: Person,
    /// When it was created.
    pub created_at: Instant,
    /// The membership, if the customer has or had one. [`insert`] and [`update`] leave it alone; [`set_membership`] writes it.
    pub membership: Option<Membership>,
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
    /// When the customer comes next and came last.
    pub visits: Visits,
}

/// When somebody comes next and came last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visits {
    /// When the next booking starts.
    pub next: Option<Instant>,
    /// When the last booking that is over started.
    pub previous: Option<Instant>,
}

/// A customer with what the customer has booked.
#[derive(Debug, Clone)]
pub struct CustomerView {
    pub customer: Customer,
    /// What the customer has booked.
    pub statistics: Statistics,
    /// The money that the customer has with the business.
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

pub(super) fn shown(row: &Row) -> Result<CustomerView, StoreError> {
    let customer = customer(row)?;
    let (bookings, cancelations, no_shows) = (row.next()?, row.next()?, row.next()?);
    let visits = Visits { next: row.next()?, previous: row.next()? };
    let (of_vouchers, granted): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
    let credit = Credit { of_vouchers: of_vouchers.unwrap_or(0), granted: granted.unwrap_or(0) };
    Ok(CustomerView { customer, statistics: Statistics { bookings, cancelations, no_shows, visits }, credit })
}

/// The texts that searches look at.
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

/// Adds a customer who is no member.
pub fn insert(tx: &mut Tx, account: &AccountId, customer: &Customer) -> Result<(), StoreError> {
    let Customer { id, application, person, created_at, membership: _ } = customer;
    let SearchTexts { first, last, full, email } = SearchTexts::of(person);
    tx.run(INSERT, &[account, id, application, &Json(person), created_at, &first, &last, &full, &email])?;
    Ok(())
}

/// The customer with this id.
pub fn find(db: &mut Snapshot, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    db.one(FIND, &[account, id], customer)
}

/// The customer with this id and what the customer has booked, as of `now`.
pub fn show(
    db: &mut Snapshot,
    account: &AccountId,
    id: &CustomerId,
    now: Instant,
) -> Result<Option<CustomerView>, StoreError> {
    db.one(SHOW, &[account, id, &now], shown)
}

/// The customers with these ids and what each has booked, as of `now`, in no order. As many as there are ids at most.
pub fn show_many(
    db: &mut Snapshot,
    account: &AccountId,
    ids: &[CustomerId],
    now: Instant,
) -> Result<Vec<CustomerView>, StoreError> {
    super::by_ids(db, SHOW_MANY, &[account, &now], ids, shown)
}

/// The customer with this id, locked against changes by others. Nothing for one who [leaves](leave): nothing more is done for
/// them.
pub fn lock(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    tx.one(LOCK, &[account, id], customer)
}

/// The customer with this id who leaves, locked against changes by others.
pub fn lock_leaving(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    tx.one(LOCK_LEAVING, &[account, id], customer)
}

/// Has a customer leave, who is deleted when the last booking is.
pub fn leave(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<(), StoreError> {
    tx.run(LEAVE, &[account, id]).map(drop)
}

/// Changes what is known of a customer.
pub fn update(tx: &mut Tx, account: &AccountId, id: &CustomerId, person: &Person) -> Result<(), StoreError> {
    let SearchTexts { first, last, full, email } = SearchTexts::of(person);
    tx.run(UPDATE, &[account, id, &Json(person), &first, &last, &full, &email])?;
    Ok(())
}

/// Has searches find some customers by their names in the form in which names are compared today: `limit` of those after one
/// at most, in any account. The last of them; nothing when there are no more.
pub fn fold_some(tx: &mut Tx, (account, id): (&str, &str), limit: i64) -> Result<Option<(String, String)>, StoreError> {
    let found = tx.all(SOME_OF_ALL, &[&account, &id, &limit], |row| {
        let (account, id): (String, String) = (row.next()?, row.next()?);
        let person: Person = row.next::<Json<_>>()?.0;
        let known: [String; 3] = [row.next()?, row.next()?, row.next()?];
        Ok((account, id, person, known))
    })?;
    for (account, id, person, known) in &found {
        let SearchTexts { first, last, full, .. } = SearchTexts::of(person);
        if known.each_ref() != [&first, &last, &full] {
            tx.run(SET_SEARCHED, &[account, id, &first, &last, &full])?;
        }
    }
    Ok(found.into_iter().last().map(|(account, id, ..)| (account, id)))
}

/// Makes a customer a member, or takes the membership away. Whether there is such a customer.
pub fn set_membership(
    tx: &mut Tx,
    account: &AccountId,
    id: &CustomerId,
    membership: Option<&Membership>,
) -> Result<bool, StoreError> {
    let (since, until) = (membership.map(Membership::since), membership.and_then(Membership::until));
    Ok(tx.run(SET_MEMBERSHIP, &[account, id, &since, &until])? > 0)
}

/// Gives a customer a password, or takes it away. Whether there is such a customer.
pub fn set_password(
    tx: &mut Tx,
    account: &AccountId,
    id: &CustomerId,
    hash: Option<&HashedPassword>,
) -> Result<bool, StoreError> {
    Ok(tx.run(SET_PASSWORD, &[account, id, &hash])? > 0)
}

/// The application that created a customer, and the customer's password.
#[expect(clippy::type_complexity, reason = "a pair of options is what there is to say")]
pub fn password(
    db: &mut Snapshot,
    account: &AccountId,
    id: &CustomerId,
) -> Result<Option<(Option<ApplicationId>, Option<HashedPassword>)>, StoreError> {
    db.one(PASSWORD, &[account, id], |row| Ok((row.next()?, row.next()?)))
}

/// Whether an account has `most` customers at most, with the one that this transaction has added. Nobody else adds one until
/// COMMIT; and as everybody's changes wait for the same row, it is asked last.
pub fn has_room(tx: &mut Tx, account: &AccountId, most: u32) -> Result<bool, StoreError> {
    Ok(tx.run(HAS_ROOM, &[account, &i64::from(most)])? > 0)
}

/// Removes a customer who has no bookings, and the people linked to it.
pub fn delete(tx: &mut Tx, account: &AccountId, id: &CustomerId) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, id])?;
    Ok(())
}
