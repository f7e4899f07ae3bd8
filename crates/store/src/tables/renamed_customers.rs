//! Renamed customers with bookings that still have the old name as their title: the work list of a job.

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

/// A customer whose bookings have to be retitled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    pub account: AccountId,
    pub customer: CustomerId,
    /// The actor who changed the name.
    pub actor: Actor,
    /// The actor's name for the bookings' change stamps.
    pub agent: Option<String>,
    /// The start of the last retitled booking.
    pub starts_at: Instant,
    /// The number of that booking; empty if there is none yet.
    pub number: String,
}

fn renamed(row: &Row) -> Result<Renamed, StoreError> {
    let (account, customer, actor) = (row.next()?, row.next()?, crate::changes::read_actor(row)?);
    Ok(Renamed { account, customer, actor, agent: row.next()?, starts_at: row.next()?, number: row.next()? })
}

/// Adds a customer to the list or overwrites its entry.
pub fn put(tx: &mut Tx, renamed: &Renamed) -> Result<(), StoreError> {
    let Renamed { account, customer, actor, agent, starts_at, number } = renamed;
    let (kind, of, id) = crate::changes::actor_columns(actor);
    tx.run(PUT, &[account, customer, &kind, &of, &id, agent, starts_at, number]).map(drop)
}

pub fn find(db: &mut Snapshot, account: &AccountId, customer: &CustomerId) -> Result<Option<Renamed>, StoreError> {
    db.one(FIND, &[account, customer], renamed)
}

/// At most `limit` entries of the list.
pub fn some(db: &mut Snapshot, limit: i64) -> Result<Vec<Renamed>, StoreError> {
    db.all(SOME, &[&limit], renamed)
}

pub fn remove(tx: &mut Tx, account: &AccountId, customer: &CustomerId) -> Result<(), StoreError> {
    tx.run(REMOVE, &[account, customer]).map(drop)
}
