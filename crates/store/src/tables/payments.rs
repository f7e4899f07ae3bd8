//! Payments: money received or refunded.

use super::counted;
use super::list_pages::{RowRange, as_of_page};
use crate::{Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId, PaymentId};
use slotkeeper_domain::normal_form::composed;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

#[rustfmt::skip]
macro_rules! columns {
    () => {
        "id, application_id, booking_number, customer_id, received_at, created_at, amount, method, method_other, reason, \
         description, comment, agent, gateway_name, transaction_id"
    };
}

/// The payments of a search, of all applications or of one. The conditions begin differently, so that each is served by
/// its own index.
#[rustfmt::skip]
macro_rules! matching {
    (of all) => { matching!("account_id = ?1") };
    (of application) => { matching!("account_id = ?1 AND application_id = ?6") };
    ($whose:expr) => {
        concat!($whose, " AND received_at BETWEEN ?2 AND ?3
          AND (CAST(?4 AS TEXT) IS NULL OR method = ?4) AND (CAST(?5 AS TEXT) IS NULL OR method_other = ?5)")
    };
}

/// The visible payments of a booking.
#[rustfmt::skip]
macro_rules! of_booking {
    () => {
        "account_id = ?1 AND booking_number = ?2 AND (CAST(?3 AS TEXT) IS NULL OR application_id = ?3)"
    };
}

statements! {
    INSERT = concat!("INSERT INTO payment (account_id, ", columns!(), ")
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)");
    FIND = concat!("SELECT ", columns!(), " FROM payment WHERE account_id = ?1 AND id = ?2");
    LIST = concat!("SELECT ", columns!(), " FROM payment WHERE ", matching!(of all), " ORDER BY received_at, id LIMIT ?6 OFFSET ?7");
    AS_OF = as_of_page!(columns!(), "payment", "id", "received_at", matching!(of all), "?8", "?6", "?7");
    /// Used only with the name of another method; otherwise see [`counted`].
    COUNT = concat!("SELECT COUNT(*) FROM payment WHERE ", matching!(of all));
    LIST_OWN = concat!("SELECT ", columns!(), " FROM payment WHERE ", matching!(of application),
        " ORDER BY received_at, id LIMIT ?7 OFFSET ?8");
    AS_OF_OWN = as_of_page!(columns!(), "payment", "id", "received_at", matching!(of application), "?9", "?7", "?8");
    COUNT_OWN = concat!("SELECT COUNT(*) FROM payment WHERE ", matching!(of application));
    /// Payments of all accounts, by account and id.
    SOME_OF_ALL = "SELECT account_id, id, method_other FROM payment
                   WHERE (account_id, id) > (?1, ?2) ORDER BY account_id, id LIMIT ?3 {FOR UPDATE}";
    SET_METHOD_OTHER = "UPDATE payment SET method_other = ?3 WHERE account_id = ?1 AND id = ?2";
    /// The plus keeps SQLite from reading all payments in this order instead of the booking's.
    LIST_OF_BOOKING = concat!("SELECT ", columns!(), " FROM payment WHERE ", of_booking!(),
        " ORDER BY +received_at, id LIMIT ?4 OFFSET ?5");
    AS_OF_OF_BOOKING = as_of_page!(columns!(), "payment", "id", "+received_at", of_booking!(), "?6", "?4", "?5");
    COUNT_OF_BOOKING = concat!("SELECT COUNT(*) FROM payment WHERE ", of_booking!());
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub id: PaymentId,
    /// The application that recorded it, if one did.
    pub application: Option<ApplicationId>,
    pub booking: Option<BookingNumber>,
    pub customer: Option<CustomerId>,
    pub received_at: Instant,
    /// When it was recorded.
    pub created_at: Instant,
    /// In minor units of the account's currency; negative for refunds.
    pub amount: i64,
    pub method: PaymentMethod,
    /// The name of the method, if that is another one.
    pub method_other: Option<String>,
    /// Shown to customers.
    pub reason: String,
    pub description: Option<String>,
    /// Shown to the business only.
    pub comment: Option<String>,
    pub agent: Option<String>,
    pub gateway_name: Option<String>,
    /// The gateway's id.
    pub transaction_id: Option<String>,
}

/// Conditions of a search.
#[derive(Debug, Clone)]
pub struct PaymentSearch {
    /// Inclusive.
    pub received: (Instant, Instant),
    pub method: Option<PaymentMethod>,
    /// The name of another method.
    pub method_other: Option<String>,
}

fn payment(row: &Row) -> Result<Payment, StoreError> {
    Ok(Payment {
        id: row.next()?,
        application: row.next()?,
        booking: row.next()?,
        customer: row.next()?,
        received_at: row.next()?,
        created_at: row.next()?,
        amount: row.next()?,
        method: row.next()?,
        method_other: row.next()?,
        reason: row.next()?,
        description: row.next()?,
        comment: row.next()?,
        agent: row.next()?,
        gateway_name: row.next()?,
        transaction_id: row.next()?,
    })
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
    db.one(FIND, &[account, id], payment)
}

/// The visible payments of a search, by the time received.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &PaymentSearch,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<Payment>, StoreError> {
    let PaymentSearch { received: (first, last), method, method_other } = search;
    let mut params: Vec<&dyn Param> = vec![account, first, last, method, method_other];
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    params.extend([&limit as &dyn Param, &offset]);
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    let statement = match (visibility, as_of) {
        (Visibility::All, None) => LIST,
        (Visibility::All, Some(_)) => AS_OF,
        (Visibility::Own(_), None) => LIST_OWN,
        (Visibility::Own(_), Some(_)) => AS_OF_OWN,
    };
    db.all(statement, &params, payment)
}

/// How many visible payments a search finds.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &PaymentSearch,
) -> Result<i64, StoreError> {
    let PaymentSearch { received: (first, last), method, method_other } = search;
    // Daily sums are kept by method, but not by the names of other methods.
    if method_other.is_none() {
        return counted::payments(db, account, visibility, (*first, *last), method.as_ref());
    }
    let count = match visibility.creator() {
        None => db.one(COUNT, &[account, first, last, method, method_other], |row| row.next()),
        Some(application) => {
            db.one(COUNT_OWN, &[account, first, last, method, method_other, application], |row| row.next())
        }
    };
    Ok(count?.unwrap_or(0))
}

/// The visible payments of a booking, by the time received.
pub fn list_of_booking(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    booking: &BookingNumber,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<Payment>, StoreError> {
    let creator = visibility.creator();
    let mut params: Vec<&dyn Param> = vec![account, booking, &creator, &limit, &offset];
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    db.all(if as_of.is_some() { AS_OF_OF_BOOKING } else { LIST_OF_BOOKING }, &params, payment)
}

/// How many visible payments a booking has.
pub fn count_of_booking(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    booking: &BookingNumber,
) -> Result<i64, StoreError> {
    Ok(db.one(COUNT_OF_BOOKING, &[account, booking, &visibility.creator()], |row| row.next())?.unwrap_or(0))
}

/// Adds a payment. The caller also adds it to the booking's paid amount.
pub fn insert(tx: &mut Tx, account: &AccountId, payment: &Payment) -> Result<(), StoreError> {
    let p = payment;
    tx.run(
        INSERT,
        &[
            account,
            &p.id,
            &p.application,
            &p.booking,
            &p.customer,
            &p.received_at,
            &p.created_at,
            &p.amount,
            &p.method,
            &p.method_other,
            &p.reason,
            &p.description,
            &p.comment,
            &p.agent,
            &p.gateway_name,
            &p.transaction_id,
        ],
    )?;
    Ok(())
}

/// Brings the names of other methods of at most `limit` payments of all accounts, after this account and id, into the
/// current normal form. The last of them; `None` if there are no more.
pub fn compose_some(
    tx: &mut Tx,
    (account, id): (&str, &str),
    limit: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let matching: Vec<(String, String, Option<String>)> =
        tx.all(SOME_OF_ALL, &[&account, &id, &limit], |row| Ok((row.next()?, row.next()?, row.next()?)))?;
    for (account, id, name) in &matching {
        let Some(name) = name else { continue };
        let composed = composed(name);
        if *composed != **name {
            tx.run(SET_METHOD_OTHER, &[account, id, &composed.as_ref()])?;
        }
    }
    Ok(matching.into_iter().last().map(|(account, id, _)| (account, id)))
}
