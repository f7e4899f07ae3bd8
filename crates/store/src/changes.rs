//! Numbers the changes of a transaction and writes them.
//!
//! This is the last thing a transaction does, because taking a number locks the account's row until COMMIT:
//! that is what leaves no gaps and makes the order of the numbers the order of the commits.

use crate::error::StoreError;
use crate::sql::{Sql, statements};
use crate::tx::Tx;
use crate::value::Param;
use slotkeeper_domain::change::{Actor, Change};
use slotkeeper_domain::id::AccountId;
use std::collections::BTreeMap;

statements! {
    /// Takes ?2 numbers of the account's log, and says which was the last of them.
    TAKE_NUMBERS = "UPDATE account SET change_count = change_count + ?2 WHERE id = ?1 RETURNING change_count";
    /// Writes one change.
    INSERT = "INSERT INTO change (account_id, number, at, actor_kind, actor_account_id, actor_id, thing, thing_id, kind) \
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
}

/// Writes `changes` in the order they were recorded; accounts are locked in the order of their ids, so that two
/// transactions cannot wait for each other.
pub(crate) fn write(tx: &mut Tx, changes: &[Change]) -> Result<(), StoreError> {
    let mut counts: BTreeMap<&AccountId, i64> = BTreeMap::new();
    for change in changes {
        *counts.entry(&change.account).or_default() += 1;
    }
    let mut next: BTreeMap<&AccountId, i64> = BTreeMap::new();
    for (account, count) in counts {
        let last: Option<i64> = tx.one(TAKE_NUMBERS, &[account, &count], |row| row.next())?;
        let last = last.ok_or_else(|| StoreError::inconsistent("a change of an account that does not exist"))?;
        next.insert(account, last - count + 1);
    }
    let rows: Vec<NumberedChange<'_>> = changes
        .iter()
        .map(|change| {
            let number = next.entry(&change.account).or_default();
            *number += 1;
            NumberedChange::new(change, *number - 1)
        })
        .collect();
    let params: Vec<[&dyn Param; 9]> = rows.iter().map(NumberedChange::params).collect();
    let inserts: Vec<(Sql, &[&dyn Param])> = params.iter().map(|params| (INSERT, params.as_slice())).collect();
    if !inserts.is_empty() {
        tx.batch(&inserts)?;
    }
    Ok(())
}

struct NumberedChange<'a> {
    change: &'a Change,
    number: i64,
    actor_kind: &'static str,
    actor_account: Option<&'a AccountId>,
    actor_id: Option<&'a str>,
}

impl<'a> NumberedChange<'a> {
    fn new(change: &'a Change, number: i64) -> Self {
        let (actor_kind, actor_account, actor_id) = match &change.actor {
            Actor::User(account, id) => ("user", Some(account), Some(id.as_str())),
            Actor::Application(account, id) => ("application", Some(account), Some(id.as_str())),
            Actor::System => ("system", None, None),
        };
        Self { change, number, actor_kind, actor_account, actor_id }
    }

    fn params(&self) -> [&dyn Param; 9] {
        let Change { account, at, thing, thing_id, kind, .. } = self.change;
        [account, &self.number, at, &self.actor_kind, &self.actor_account, &self.actor_id, thing, thing_id, kind]
    }
}
