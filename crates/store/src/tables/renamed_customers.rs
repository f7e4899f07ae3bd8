//! Customers whose name has changed, and who have bookings that still show the old one: what a job has to do.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::time::Instant;

statements! {
    PUT = "INSERT INTO renamed_customer (account_id, customer_id, actor_kind, actor_account_id, actor_id, agent, starts_at,
                                         booking_number)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
           ON CONFLICT (account_id, customer_id) DO UPDATE
           SET actor_kind = excluded.actor_kind, actor_account_id = excluded.actor_account_id, actor_id = excluded.actor_id,
               agent = excluded.agent, starts_at = excluded.starts_at, booking_number = excluded.booking_number";
    FIND = "SELECT account_id, customer_id, actor_kind, actor_account_id, actor_id, agent, starts_at, booking_number
            FROM renamed_customer WHERE account_id = ?1 AND customer_id = ?2";
    SOME = "SELECT account_id, customer_id, actor_kind, actor_account_id, actor_id, agent, starts_at, booking_number
            FROM renamed_customer LIMIT ?1";
    REMOVE = "DELETE FROM renamed_customer WHERE account_id = ?1 AND customer_id = ?2";
}

/// A customer with bookings that are to show another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Whose customer it is.
    pub account: AccountId,
    pub customer: CustomerId,
    /// Who changed the name.
    pub actor: Actor,
    /// The name of who did, as bookings show it.
    pub agent: Option<String>,
    /// When the last booking starts that shows the new name.
    pub starts_at: Instant,
    /// The number of that booking; empty where none does.
    pub number: String,
}

fn renamed(row: &Row) -> Result<Renamed, StoreError> {
    let (account, customer, actor) = (row.next()?, row.next()?, crate::changes::actor(row)?);
    Ok(Renamed { account, customer, actor, agent: row.next()?, starts_at: row.next()?, number: row.next()? })
}

/// Writes down what is to be done about a customer, in place of what was.
pub fn put(tx: &mut Tx, renamed: &Renamed) -> Result<(), StoreError> {
    let Renamed { account, customer, actor, agent, starts_at, number } = renamed;
    let (kind, of, id) = crate::changes::columns_of(actor);
    tx.run(PUT, &[account, customer, &kind, &of, &id, agent, starts_at, number]).map(drop)
}

/// What is to be done about a customer.
pub fn find(db: &mut Snapshot, account: &AccountId, customer: &CustomerId) -> Result<Option<Renamed>, StoreError> {
    db.one(FIND, &[account, customer], renamed)
}

/// What is to be done about some customers, at most `limit` of them.
pub fn some(db: &mut Snapshot, limit: i64) -> Result<Vec<Renamed>, StoreError> {
    db.all(SOME, &[&limit], renamed)
}

/// Nothing is to be done about a customer any more.
pub fn remove(tx: &mut Tx, account: &AccountId, customer: &CustomerId) -> Result<(), StoreError> {
    tx.run(REMOVE, &[account, customer]).map(drop)
}
