//! Customers who are being deleted, with their bookings: what a job has to do where a request could not do it all.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::id::{AccountId, CustomerId};

statements! {
    PUT = "INSERT INTO leaving_customer (account_id, customer_id, actor_kind, actor_account_id, actor_id)
           VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account_id, customer_id) DO NOTHING";
    SOME = "SELECT account_id, customer_id, actor_kind, actor_account_id, actor_id FROM leaving_customer LIMIT ?1";
}

/// A customer who is being deleted. It goes with the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Whose customer it is.
    pub account: AccountId,
    pub customer: CustomerId,
    pub actor: Actor,
}

fn leaving(row: &Row) -> Result<Leaving, StoreError> {
    Ok(Leaving { account: row.next()?, customer: row.next()?, actor: crate::changes::actor(row)? })
}

/// Writes down that a customer is being deleted, unless that is known.
pub fn put(tx: &mut Tx, leaving: &Leaving) -> Result<(), StoreError> {
    let Leaving { account, customer, actor } = leaving;
    let (kind, of, id) = crate::changes::columns_of(actor);
    tx.run(PUT, &[account, customer, &kind, &of, &id]).map(drop)
}

/// Some customers who are being deleted, at most `limit` of them.
pub fn some(db: &mut Snapshot, limit: i64) -> Result<Vec<Leaving>, StoreError> {
    db.all(SOME, &[&limit], leaving)
}
