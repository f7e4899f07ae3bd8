//! Customers that are being deleted with many bookings: the work list of a job.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::id::{AccountId, CustomerId};

statements! {
    PUT = "INSERT INTO leaving_customer (account_id, customer_id, actor_kind, actor_account_id, actor_id)
           VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account_id, customer_id) DO NOTHING";
    SOME = "SELECT account_id, customer_id, actor_kind, actor_account_id, actor_id FROM leaving_customer LIMIT ?1";
}

/// A customer that is being deleted. The row is deleted with the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    pub account: AccountId,
    pub customer: CustomerId,
    pub actor: Actor,
}

fn leaving(row: &Row) -> Result<Leaving, StoreError> {
    Ok(Leaving { account: row.next()?, customer: row.next()?, actor: crate::changes::read_actor(row)? })
}

/// Adds a customer, unless it is on the list.
pub fn put(tx: &mut Tx, leaving: &Leaving) -> Result<(), StoreError> {
    let Leaving { account, customer, actor } = leaving;
    let (kind, of, id) = crate::changes::actor_columns(actor);
    tx.run(PUT, &[account, customer, &kind, &of, &id]).map(drop)
}

/// At most `limit` customers of the list.
pub fn some(db: &mut Snapshot, limit: i64) -> Result<Vec<Leaving>, StoreError> {
    db.all(SOME, &[&limit], leaving)
}
