//! Credit of customers: money, and prepaid credits for services.
//!
//! Lock the customer before using either. Only this module changes `prepaid_credit.used`.

use crate::{Json, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::Covered;
use slotkeeper_domain::credit::Credit;
use slotkeeper_domain::id::{AccountId, CustomerId, PrepaidId};
use slotkeeper_domain::time::Instant;

statements! {
    FIND = "SELECT of_vouchers, granted FROM customer_credit WHERE account_id = ?1 AND customer_id = ?2";
    SET = "INSERT INTO customer_credit (account_id, customer_id, of_vouchers, granted) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT (account_id, customer_id) DO UPDATE SET of_vouchers = excluded.of_vouchers, granted = excluded.granted";
    INSERT_PREPAID = "INSERT INTO prepaid_credit (account_id, customer_id, id, products, number, used, expires_at, created_at)
                      VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)";
    /// In the order of use: those that expire first.
    PREPAID = "SELECT id, products, number - used FROM prepaid_credit
               WHERE account_id = ?1 AND customer_id = ?2 AND used < number AND (expires_at IS NULL OR expires_at > ?3)
               ORDER BY CASE WHEN expires_at IS NULL THEN 1 ELSE 0 END, expires_at, created_at, id LIMIT 1000";
    OF_BOOKING = "SELECT c.id, c.products, u.number
                  FROM prepaid_use u
                  JOIN prepaid_credit c ON c.account_id = u.account_id AND c.customer_id = u.customer_id AND c.id = u.prepaid_id
                  WHERE u.account_id = ?1 AND u.booking_number = ?2 ORDER BY c.created_at, c.id LIMIT 1000";
    USE_PREPAID = "INSERT INTO prepaid_use (account_id, customer_id, prepaid_id, booking_number, number)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
    COUNT_PREPAID = "UPDATE prepaid_credit SET used = used + ?4 WHERE account_id = ?1 AND customer_id = ?2 AND id = ?3";
    RELEASE_PREPAID = "DELETE FROM prepaid_use WHERE account_id = ?1 AND booking_number = ?2
                       RETURNING customer_id, prepaid_id, number";
}

/// Prepaid credits of one purchase; each pays for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrepaidCredit {
    pub id: PrepaidId,
    /// The products they pay for.
    pub products: Covered,
    pub number: u32,
}

/// The customer's money.
pub fn find(db: &mut Snapshot, account: &AccountId, customer: &CustomerId) -> Result<Credit, StoreError> {
    let found =
        db.one(FIND, &[account, customer], |row| Ok(Credit { of_vouchers: row.next()?, granted: row.next()? }))?;
    Ok(found.unwrap_or_default())
}

/// Sets the customer's money. The customer must be locked.
///
/// # Errors
/// [`StoreError::Refused`] if an amount is negative.
pub fn set(tx: &mut Tx, account: &AccountId, customer: &CustomerId, credit: Credit) -> Result<(), StoreError> {
    tx.run(SET, &[account, customer, &credit.of_vouchers, &credit.granted])?;
    Ok(())
}

/// Adds prepaid credits of a customer.
pub fn insert_prepaid(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    prepaid: &PrepaidCredit,
    expires_at: Option<Instant>,
    now: Instant,
) -> Result<(), StoreError> {
    let PrepaidCredit { id, products, number } = prepaid;
    tx.run(INSERT_PREPAID, &[account, customer, id, &Json(products), &i64::from(*number), &expires_at, &now])?;
    Ok(())
}

/// The customer's prepaid credits that are left and have not expired, in the order of use.
pub fn prepaid(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    now: Instant,
) -> Result<Vec<PrepaidCredit>, StoreError> {
    db.all(PREPAID, &[account, customer, &now], prepaid_row)
}

fn prepaid_row(row: &Row) -> Result<PrepaidCredit, StoreError> {
    let (id, products, number) = (row.next()?, row.next::<Json<Covered>>()?.0, row.next::<i64>()?);
    Ok(PrepaidCredit { id, products, number: u32::try_from(number.max(0)).unwrap_or(u32::MAX) })
}

/// The prepaid credits that a booking uses, also those that have expired since.
pub fn of_booking(
    db: &mut Snapshot,
    account: &AccountId,
    booking: &BookingNumber,
) -> Result<Vec<PrepaidCredit>, StoreError> {
    db.all(OF_BOOKING, &[account, booking], prepaid_row)
}

/// Uses `number` of the customer's credits for a booking. They must be left, and the customer locked.
///
/// # Errors
/// [`StoreError::Unique`] or [`StoreError::Refused`] if they are used already.
pub fn use_prepaid(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    (id, number): (&PrepaidId, u32),
    booking: &BookingNumber,
) -> Result<(), StoreError> {
    let number = i64::from(number);
    tx.batch(&[
        (USE_PREPAID, &[account, customer, id, booking, &number]),
        (COUNT_PREPAID, &[account, customer, id, &number]),
    ])?;
    Ok(())
}

/// Releases the prepaid credits that a booking uses.
pub fn release_prepaid(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    let released: Vec<(CustomerId, PrepaidId, i64)> =
        tx.all(RELEASE_PREPAID, &[account, booking], |row| Ok((row.next()?, row.next()?, row.next()?)))?;
    for (customer, id, number) in released {
        tx.run(COUNT_PREPAID, &[account, &customer, &id, &-number])?;
    }
    Ok(())
}
