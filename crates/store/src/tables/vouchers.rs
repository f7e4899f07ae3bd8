//! Gift vouchers for a service or for money.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::code::Code;
use slotkeeper_domain::id::{AccountId, ProductId};
use slotkeeper_domain::time::Instant;
use std::collections::BTreeSet;

statements! {
    INSERT = "INSERT INTO voucher (account_id, code, product_id, people, amount, expires_at, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    FIND = "SELECT product_id, people, amount, expires_at,
                   EXISTS (SELECT 1 FROM voucher_use WHERE account_id = ?1 AND code = ?2)
            FROM voucher WHERE account_id = ?1 AND code = ?2";
    LOCK = "SELECT code FROM voucher WHERE account_id = ?1 AND code = ?2 {FOR UPDATE}";
    USE = "INSERT INTO voucher_use (account_id, code, booking_number) VALUES (?1, ?2, ?3)";
    RELEASE_SERVICES = "DELETE FROM voucher_use WHERE account_id = ?1 AND booking_number = ?2 AND code IN (
                            SELECT code FROM voucher WHERE account_id = ?1 AND product_id IS NOT NULL)";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    pub code: Code,
    pub worth: Worth,
    pub expires_at: Option<Instant>,
}

/// What a voucher pays for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// One booking of a product.
    Service {
        product: ProductId,
        /// The number of people it pays for; absent for all.
        people: Option<u32>,
    },
    /// An amount above zero, in minor units of the account's currency.
    Money(i64),
}

/// Adds a voucher.
///
/// # Errors
/// [`StoreError::Unique`] if a voucher has this code.
pub fn insert(tx: &mut Tx, account: &AccountId, voucher: &Voucher, now: Instant) -> Result<(), StoreError> {
    let Voucher { code, worth, expires_at } = voucher;
    let (product, people, amount) = match worth {
        Worth::Service { product, people } => (Some(product), people.map(i64::from), None),
        Worth::Money(amount) => (None, None, Some(*amount)),
    };
    tx.run(INSERT, &[account, code, &product, &people, &amount, expires_at, &now])?;
    Ok(())
}

/// The voucher with this code, and whether a booking has used it.
pub fn find(db: &mut Snapshot, account: &AccountId, code: &Code) -> Result<Option<(Voucher, bool)>, StoreError> {
    db.one(FIND, &[account, code], |row| {
        let (product, people, amount): (Option<ProductId>, Option<i64>, Option<i64>) =
            (row.next()?, row.next()?, row.next()?);
        let worth = match (product, amount) {
            (Some(product), None) => {
                Worth::Service { product, people: people.map(|people| u32::try_from(people).unwrap_or(u32::MAX)) }
            }
            (None, Some(amount)) => Worth::Money(amount),
            _ => return Err(StoreError::inconsistent("a voucher is for a service and for money, or for neither")),
        };
        Ok((Voucher { code: code.clone(), worth, expires_at: row.next()? }, row.next()?))
    })
}

/// Locks vouchers until the transaction ends, in the order of their codes.
pub fn lock(tx: &mut Tx, account: &AccountId, codes: &BTreeSet<Code>) -> Result<(), StoreError> {
    for code in codes {
        tx.run(LOCK, &[account, code])?;
    }
    Ok(())
}

/// Uses a voucher for a booking. It must be locked and unused.
///
/// # Errors
/// [`StoreError::Unique`] if it is used.
pub fn use_up(tx: &mut Tx, account: &AccountId, code: &Code, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(USE, &[account, code, booking])?;
    Ok(())
}

/// Releases the vouchers for services that a booking uses. Redeemed money stays the customer's credit.
pub fn release_services(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(RELEASE_SERVICES, &[account, booking])?;
    Ok(())
}
