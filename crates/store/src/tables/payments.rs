//! Payments: money that was received, or given back.

use super::counted;
use super::list_pages::{RowRange, as_it_was};
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

/// The payments of a search, of everybody or of one application. The two begin differently, so that each is served by its
/// own index.
#[rustfmt::skip]
macro_rules! found {
    (of all) => { found!("account_id = ?1") };
    (of application) => { found!("account_id = ?1 AND application_id = ?6") };
    ($whose:expr) => {
        concat!($whose, " AND received_at BETWEEN ?2 AND ?3
          AND (CAST(?4 AS TEXT) IS NULL OR method = ?4) AND (CAST(?5 AS TEXT) IS NULL OR method_other = ?5)")
    };
}

/// The payments of a booking within sight.
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
    LIST = concat!("SELECT ", columns!(), " FROM payment WHERE ", found!(of all), " ORDER BY received_at, id LIMIT ?6 OFFSET ?7");
    WAS = as_it_was!(columns!(), "payment", "id", "received_at", found!(of all), "?8", "?6", "?7");
    /// Only where the name of another method is asked for.
    COUNT = concat!("SELECT COUNT(*) FROM payment WHERE ", found!(of all));
    LIST_OWN = concat!("SELECT ", columns!(), " FROM payment WHERE ", found!(of application),
        " ORDER BY received_at, id LIMIT ?7 OFFSET ?8");
    WAS_OWN = as_it_was!(columns!(), "payment", "id", "received_at", found!(of application), "?9", "?7", "?8");
    COUNT_OWN = concat!("SELECT COUNT(*) FROM payment WHERE ", found!(of application));
    /// Some payments of all accounts, by account and id.
    SOME_OF_ALL = "SELECT account_id, id, method_other FROM payment
                   WHERE (account_id, id) > (?1, ?2) ORDER BY account_id, id LIMIT ?3 {FOR UPDATE}";
    SET_METHOD_OTHER = "UPDATE payment SET method_other = ?3 WHERE account_id = ?1 AND id = ?2";
    /// The plus keeps SQLite from walking through all payments in this order in search of the booking's few.
    LIST_OF_BOOKING = concat!("SELECT ", columns!(), " FROM payment WHERE ", of_booking!(),
        " ORDER BY +received_at, id LIMIT ?4 OFFSET ?5");
    WAS_OF_BOOKING = as_it_was!(columns!(), "payment", "id", "+received_at", of_booking!(), "?6", "?4", "?5");
    COUNT_OF_BOOKING = concat!("SELECT COUNT(*) FROM payment WHERE ", of_booking!());
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub id: PaymentId,
    /// The application that recorded it; absent when somebody else did.
    pub application: Option<ApplicationId>,
    /// What was paid for.
    pub booking: Option<BookingNumber>,
    pub customer: Option<CustomerId>,
    /// When the money was received.
    pub received_at: Instant,
    /// When it was recorded.
    pub created_at: Instant,
    /// How much, in minor units of the account's currency; negative for refunds.
    pub amount: i64,
    pub method: PaymentMethod,
    /// The name of another method.
    pub method_other: Option<String>,
    /// Why; customers see it.
    pub reason: String,
    /// What it paid for.
    pub description: Option<String>,
    /// For the business alone.
    pub comment: Option<String>,
    pub agent: Option<String>,
    /// The gateway that processed it.
    pub gateway_name: Option<String>,
    /// What the gateway calls it.
    pub transaction_id: Option<String>,
}

/// Which payments to look for.
#[derive(Debug, Clone)]
pub struct PaymentSearch {
    /// Received within these times, both included.
    pub received: (Instant, Instant),
    /// Paid in this way.
    pub method: Option<PaymentMethod>,
    /// Paid in another way with this name.
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

/// The payment with this id.
pub fn find(db: &mut Snapshot, account: &AccountId, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
    db.one(FIND, &[account, id], payment)
}

/// The payments of a search within sight, by when they were received.
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
        (Visibility::All, Some(_)) => WAS,
        (Visibility::Own(_), None) => LIST_OWN,
        (Visibility::Own(_), Some(_)) => WAS_OWN,
    };
    db.all(statement, &params, payment)
}

/// How many payments a search finds within sight.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &PaymentSearch,
) -> Result<i64, StoreError> {
    let PaymentSearch { received: (first, last), method, method_other } = search;
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

/// The payments of a booking within sight, by when they were received.
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
    db.all(if as_of.is_some() { WAS_OF_BOOKING } else { LIST_OF_BOOKING }, &params, payment)
}

/// How many payments of a booking are within sight.
pub fn count_of_booking(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    booking: &BookingNumber,
) -> Result<i64, StoreError> {
    Ok(db.one(COUNT_OF_BOOKING, &[account, booking, &visibility.creator()], |row| row.next())?.unwrap_or(0))
}

/// Adds a payment. Whoever adds one to a booking also adds it to what the booking says is paid.
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

/// Has searches find some payments by the name of another method in the form in which names are compared today: `limit` of
/// those after one at most, in any account. The last of them; nothing when there are no more.
pub fn compose_some(
    tx: &mut Tx,
    (account, id): (&str, &str),
    limit: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let found: Vec<(String, String, Option<String>)> =
        tx.all(SOME_OF_ALL, &[&account, &id, &limit], |row| Ok((row.next()?, row.next()?, row.next()?)))?;
    for (account, id, name) in &found {
        let Some(name) = name else { continue };
        let composed = composed(name);
        if *composed != **name {
            tx.run(SET_METHOD_OTHER, &[account, id, &composed.as_ref()])?;
        }
    }
    Ok(found.into_iter().last().map(|(account, id, _)| (account, id)))
}
