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
use slotkeeper_domain::webhook::{Domain, MOST_WAITING};
use std::collections::BTreeMap;

statements! {
    /// Says of what the transaction changed in lists that it was so until the account's change ?2. The last statement of all,
    /// so that nothing that a list sorts by is changed after it.
    NUMBER_LISTED = "UPDATE listed_before SET number = ?2, at = ?3 WHERE account_id = ?1 AND number = 0";
    /// Takes ?2 numbers of the account's log, and says which was the last of them.
    TAKE_NUMBERS = "UPDATE account SET change_count = change_count + ?2 WHERE id = ?1 RETURNING change_count";
    /// Writes one change.
    INSERT = "INSERT INTO change (account_id, number, at, actor_kind, actor_account_id, actor_id, thing, thing_id, kind, \
                                  creator_id) \
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    /// Locks the webhooks of a domain, in the order in which everybody locks several, so that nobody writes down what
    /// became of an attempt between the next two statements: what is added here would be due with an attempt that has come
    /// to an end meanwhile, or be dropped for want of room that there is again. Those for other kinds of changes as well:
    /// what waits there for the same thing comes first.
    LOCK = "SELECT id FROM webhook WHERE account_id = ?1 AND domain = ?2 AND ended_at IS NULL ORDER BY id {FOR UPDATE}";
    /// Has a change delivered to every webhook that wants it: after what waits for the same thing already, at whichever
    /// webhook of the same key, and not at all where too much waits.
    DELIVER = "INSERT INTO delivery (account_id, webhook_id, number, thing_id, happened_at, due_at, outcome, ended_at) \
               SELECT w.account_id, w.id, CAST(?2 AS BIGINT), ?3, ?4, \
                      CASE WHEN w.waiting < ?5 THEN COALESCE( \
                          (SELECT MAX(d.due_at) FROM delivery d WHERE d.account_id = w.account_id AND d.webhook_id IN \
                               (SELECT s.id FROM webhook s WHERE s.account_id = w.account_id \
                                AND s.authorization_id = w.authorization_id AND s.domain = w.domain AND s.ended_at IS NULL) \
                           AND d.thing_id = ?3 AND d.due_at IS NOT NULL), ?4) END, \
                      CASE WHEN w.waiting >= ?5 THEN 'dropped' END, CASE WHEN w.waiting >= ?5 THEN ?4 END \
               FROM webhook w WHERE w.account_id = ?1 AND w.domain = ?6 AND w.kind = ?7 AND w.ended_at IS NULL \
                    AND w.blocked_at IS NULL";
    /// Says of those webhooks that there is something to do. Before the next change is delivered, so that that one counts
    /// with this one.
    WAKE = "UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END, \
                   lost = (lost OR waiting >= ?4), waiting = waiting + CASE WHEN waiting < ?4 THEN 1 ELSE 0 END \
            WHERE account_id = ?1 AND domain = ?5 AND kind = ?6 AND ended_at IS NULL AND blocked_at IS NULL \
                  AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id \
                              AND d.number = ?2)";
}

/// What a transaction's changes are to others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Concerns {
    /// Keys may open something else now.
    pub(crate) keys: bool,
    /// Something is to be delivered.
    pub(crate) deliveries: bool,
}

/// Writes `changes` in the order they were recorded; accounts are locked in the order of their ids, so that two
/// transactions cannot wait for each other.
pub(crate) fn write(tx: &mut Tx, changes: &[Change]) -> Result<Concerns, StoreError> {
    let mut counts: BTreeMap<&AccountId, i64> = BTreeMap::new();
    for change in changes {
        *counts.entry(&change.account).or_default() += 1;
    }
    let mut next: BTreeMap<&AccountId, i64> = BTreeMap::new();
    let mut lasts: Vec<(&AccountId, i64)> = Vec::with_capacity(counts.len());
    for (account, count) in counts {
        let last: Option<i64> = tx.one(TAKE_NUMBERS, &[account, &count], |row| row.next())?;
        let last = last.ok_or_else(|| StoreError::inconsistent("a change of an account that does not exist"))?;
        next.insert(account, last - count + 1);
        lasts.push((account, last));
    }
    let rows: Vec<NumberedChange<'_>> = changes
        .iter()
        .map(|change| {
            let number = next.entry(&change.account).or_default();
            *number += 1;
            NumberedChange::new(change, *number - 1)
        })
        .collect();
    if rows.is_empty() {
        return Ok(Concerns::default());
    }
    let params: Vec<[&dyn Param; 10]> = rows.iter().map(NumberedChange::params).collect();
    let mut statements: Vec<(Sql, &[&dyn Param])> = params.iter().map(|params| (INSERT, params.as_slice())).collect();
    let told: Vec<(&NumberedChange<'_>, Domain)> =
        rows.iter().filter_map(|row| Some((row, Domain::of(row.change.thing)?))).collect();
    let domains: Vec<(&AccountId, Domain)> = told.iter().map(|(row, domain)| (&row.change.account, *domain)).collect();
    let first = |at: &usize| !domains[..*at].contains(&domains[*at]);
    let locks: Vec<[&dyn Param; 2]> = (0..domains.len())
        .filter(first)
        .map(|at| {
            let locked: [&dyn Param; 2] = [domains[at].0, &domains[at].1];
            locked
        })
        .collect();
    let params: Vec<[&dyn Param; 7]> = told.iter().map(|(row, domain)| row.delivery(domain)).collect();
    let wakes: Vec<[&dyn Param; 6]> = told.iter().map(|(row, domain)| row.wake(domain)).collect();
    statements.extend(locks.iter().map(|params| (LOCK, params.as_slice())));
    for (delivery, wake) in params.iter().zip(&wakes) {
        statements.extend([(DELIVER, delivery.as_slice()), (WAKE, wake.as_slice())]);
    }
    let now = rows.iter().map(|row| row.change.at).max();
    let params: Vec<[&dyn Param; 3]> =
        lasts.iter().map(|(account, last)| [*account as &dyn Param, last, &now]).collect();
    statements.extend(params.iter().map(|params| (NUMBER_LISTED, params.as_slice())));
    let written = tx.batch(&statements)?;
    let deliveries = written[rows.len() + locks.len()..written.len() - lasts.len()].iter().any(|rows| *rows > 0);
    Ok(Concerns { keys: changes.iter().any(|change| change.thing.concerns_keys()), deliveries })
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

    fn params(&self) -> [&dyn Param; 10] {
        let Change { account, at, thing, thing_id, kind, creator, .. } = self.change;
        [
            account,
            &self.number,
            at,
            &self.actor_kind,
            &self.actor_account,
            &self.actor_id,
            thing,
            thing_id,
            kind,
            creator,
        ]
    }

    fn wake<'p>(&'p self, domain: &'p Domain) -> [&'p dyn Param; 6] {
        let Change { account, at, kind, .. } = self.change;
        [account, &self.number, at, &MOST_WAITING, domain, kind]
    }

    fn delivery<'p>(&'p self, domain: &'p Domain) -> [&'p dyn Param; 7] {
        let Change { account, at, thing_id, kind, .. } = self.change;
        [account, &self.number, thing_id, at, &MOST_WAITING, domain, kind]
    }
}
