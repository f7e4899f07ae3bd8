//! The people linked to customers, and the bookings they attend.

use super::customers::Visits;
use super::list_pages::{RowRange, as_of_page};
use crate::{Json, Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, CustomerId, LinkedPersonId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;

/// The columns of a [`LinkedPerson`], with visits as of the parameter named.
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
    /// Sorted without an index: a customer has few linked people.
    LIST = concat!("SELECT ", columns!("?3"), " FROM linked_person WHERE account_id = ?1 AND customer_id = ?2
        ORDER BY created_at, id LIMIT ?4 OFFSET ?5");
    AS_OF = as_of_page!(columns!("?3"), "linked_person", "id", "created_at", "account_id = ?1 AND customer_id = ?2", "?6", "?4", "?5");
    COUNT = "SELECT COUNT(*) FROM linked_person WHERE account_id = ?1 AND customer_id = ?2";
    LOCK_LINKED = "SELECT id FROM linked_person WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3 {FOR SHARE}";
    UPDATE = "UPDATE linked_person SET person = ?4 WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
    DELETE = "DELETE FROM linked_person WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
    DELETE_ATTENDANCE = "DELETE FROM attendance WHERE account_id = ?1 AND booking_number = ?2";
    INSERT_ATTENDANCE = "INSERT INTO attendance (account_id, person_id, starts_at, booking_number, customer_id, ends_at)
              SELECT account_id, id, CAST(?5 AS BIGINT), CAST(?4 AS TEXT), customer_id, CAST(?6 AS BIGINT) FROM linked_person
              WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
}

/// A person linked to a customer.
#[derive(Debug, Clone)]
pub struct LinkedPerson {
    pub id: LinkedPersonId,
    pub customer: CustomerId,
    pub person: Person,
    pub created_at: Instant,
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

pub fn insert(tx: &mut Tx, account: &AccountId, linked: &LinkedPerson) -> Result<(), StoreError> {
    let LinkedPerson { id, customer, person, created_at, visits: _ } = linked;
    tx.run(INSERT, &[account, customer, id, &Json(person), created_at])?;
    Ok(())
}

/// The person with this id, linked to the customer, with visits as of `now`.
pub fn show(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
    now: Instant,
) -> Result<Option<LinkedPerson>, StoreError> {
    db.one(SHOW, &[account, customer, id, &now], linked)
}

/// The people with these ids, linked to any customer, with visits as of `now`, in no order.
pub fn show_many(
    db: &mut Snapshot,
    account: &AccountId,
    ids: &[LinkedPersonId],
    now: Instant,
) -> Result<Vec<LinkedPerson>, StoreError> {
    super::by_ids(db, SHOW_MANY, &[account, &now], ids, linked)
}

/// The people linked to a customer, by creation, with visits as of `now`.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    now: Instant,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<LinkedPerson>, StoreError> {
    let mut params: Vec<&dyn Param> = vec![account, customer, &now, &limit, &offset];
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    db.all(if as_of.is_some() { AS_OF } else { LIST }, &params, linked)
}

pub fn count(db: &mut Snapshot, account: &AccountId, customer: &CustomerId) -> Result<i64, StoreError> {
    Ok(db.one(COUNT, &[account, customer], |row| row.next())?.unwrap_or(0))
}

/// Whether this person is linked to the customer. The person cannot be removed before the transaction ends.
pub fn lock_linked(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
) -> Result<bool, StoreError> {
    Ok(tx.one(LOCK_LINKED, &[account, customer, id], |row| row.next::<LinkedPersonId>())?.is_some())
}

/// Changes the personal data of a linked person.
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

/// Removes a linked person; whether there was one.
pub fn delete(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    id: &LinkedPersonId,
) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE, &[account, customer, id])? > 0)
}

/// Replaces the attendance of a booking by these people, as far as they are linked to the customer. Without a span, for
/// a cancelled booking, no attendance is left.
pub(super) fn set_attendance(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    (number, is_new): (&BookingNumber, bool),
    span: Option<Span>,
    people: &[&LinkedPersonId],
) -> Result<(), StoreError> {
    // A new booking has no attendance to delete.
    if !is_new {
        tx.run(DELETE_ATTENDANCE, &[account, number])?;
    }
    let Some(Span { from, to }) = span else { return Ok(()) };
    for person in people {
        tx.run(INSERT_ATTENDANCE, &[account, customer, person, number, &from, &to])?;
    }
    Ok(())
}
