//! The people linked to customers, and which bookings they come to.

use super::customers::Visits;
use super::list_pages::{RowRange, as_it_was};
use crate::{Json, Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, CustomerId, LinkedPersonId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;

/// The columns of a [`LinkedPerson`], and when the person comes next and came last as of the parameter that is named.
#[rustfmt::skip]
macro_rules! columns {
    ($now:literal) => {
        concat!(
            "id, customer_id, person, created_at,
             (SELECT a.starts_at FROM attendance AS a
              WHERE a.account_id = linked_person.account_id AND a.person_id = linked_person.id AND a.starts_at > ", $now, "
              ORDER BY a.starts_at LIMIT 1),
             (SELECT a.starts_at FROM attendance AS a
              WHERE a.account_id = linked_person.account_id AND a.person_id = linked_person.id
                    AND a.starts_at <= ", $now, " AND a.ends_at <= ", $now, "
              ORDER BY a.starts_at DESC LIMIT 1)"
        )
    };
}

statements! {
    INSERT = "INSERT INTO linked_person (account_id, customer_id, id, person, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    SHOW = concat!("SELECT ", columns!("?4"), " FROM linked_person WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3");
    SHOW_MANY = concat!("SELECT ", columns!("?2"), " FROM linked_person WHERE account_id = ?1 AND id IN
        (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)");
    /// A customer has few of them.
    LIST = concat!("SELECT ", columns!("?3"), " FROM linked_person WHERE account_id = ?1 AND customer_id = ?2
        ORDER BY created_at, id LIMIT ?4 OFFSET ?5");
    WAS = as_it_was!(columns!("?3"), "linked_person", "id", "created_at", "account_id = ?1 AND customer_id = ?2", "?6", "?4", "?5");
    COUNT = "SELECT COUNT(*) FROM linked_person WHERE account_id = ?1 AND customer_id = ?2";
    IS_THERE = "SELECT id FROM linked_person WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3 {FOR SHARE}";
    UPDATE = "UPDATE linked_person SET person = ?4 WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
    DELETE = "DELETE FROM linked_person WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
    FORGET_ATTENDANCE = "DELETE FROM attendance WHERE account_id = ?1 AND booking_number = ?2";
    ATTEND = "INSERT INTO attendance (account_id, person_id, starts_at, booking_number, customer_id, ends_at)
              SELECT account_id, id, CAST(?5 AS BIGINT), CAST(?4 AS TEXT), customer_id, CAST(?6 AS BIGINT) FROM linked_person
              WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
}

/// Somebody linked to a customer.
#[derive(Debug, Clone)]
pub struct LinkedPerson {
    pub id: LinkedPersonId,
    pub customer: CustomerId,
    /// What is known of the person.
    pub person: Person,
    /// When it was created.
    pub created_at: Instant,
    /// When the person comes next and came last.
    pub visits: Visits,
}

fn linked(row: &Row) -> Result<LinkedPerson, StoreError> {
    Ok(LinkedPerson {
        id: row.next()?,
        customer: row.next()?,
        person: row.next::<Json<_>>()?.0,
        created_at: row.next()?,
        visits: Visits { next: row.next()?, previous: row.next()? },
    })
}

/// Adds somebody linked to a customer.
pub fn insert(tx: &mut Tx, account: &AccountId, linked: &LinkedPerson) -> Result<(), StoreError> {
    let LinkedPerson { id, customer, person, created_at, visits: _ } = linked;
    tx.run(INSERT, &[account, customer, id, &Json(person), created_at])?;
    Ok(())
}

/// The person with this id who is linked to the customer, as of `now`.
pub fn show(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
    now: Instant,
) -> Result<Option<LinkedPerson>, StoreError> {
    db.one(SHOW, &[account, customer, id, &now], linked)
}

/// The people with these ids, whomever they are linked to, as of `now`, in no order. As many as there are ids at most.
pub fn show_many(
    db: &mut Snapshot,
    account: &AccountId,
    ids: &[LinkedPersonId],
    now: Instant,
) -> Result<Vec<LinkedPerson>, StoreError> {
    super::by_ids(db, SHOW_MANY, &[account, &now], ids, linked)
}

/// The people linked to a customer as of `now`, by creation.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    now: Instant,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<LinkedPerson>, StoreError> {
    let mut params: Vec<&dyn Param> = vec![account, customer, &now, &limit, &offset];
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    db.all(if as_of.is_some() { WAS } else { LIST }, &params, linked)
}

/// How many people are linked to a customer.
pub fn count(db: &mut Snapshot, account: &AccountId, customer: &CustomerId) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[account, customer], |row| row.next())?.unwrap_or(0))
}

/// Whether this person is linked to the customer; nobody removes the person before this transaction ends.
pub fn is_there(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
) -> Result<bool, StoreError> {
    Ok(tx.one(IS_THERE, &[account, customer, id], |row| row.next::<LinkedPersonId>())?.is_some())
}

/// Changes what is known of somebody linked to a customer.
pub fn update(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
    person: &Person,
) -> Result<(), StoreError> {
    tx.run(UPDATE, &[account, customer, id, &Json(person)])?;
    Ok(())
}

/// Removes somebody linked to a customer. Whether there was such a person.
pub fn delete(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE, &[account, customer, id])? > 0)
}

/// Notes that these people, as far as they are linked to the customer, come to the booking, and nobody else does. With no
/// span, because it is cancelled, nobody comes.
pub(super) fn set_attendance(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    (number, is_new): (&BookingNumber, bool),
    span: Option<Span>,
    people: &[&LinkedPersonId],
) -> Result<(), StoreError> {
    if !is_new {
        tx.run(FORGET_ATTENDANCE, &[account, number])?;
    }
    let Some(Span { from, to }) = span else { return Ok(()) };
    for person in people {
        tx.run(ATTEND, &[account, customer, person, number, &from, &to])?;
    }
    Ok(())
}
