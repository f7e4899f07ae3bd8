//! Numbers the changes of a transaction, sets the time by which they are listed, and writes them with their deliveries.
//!
//! This is the last step of a transaction, because taking a number locks the account's row until COMMIT. So the numbers
//! have no gaps, and the order of numbers and times is the order of commits.

use crate::error::StoreError;
use crate::listed;
use crate::row::Row;
use crate::sql::{Sql, statements};
use crate::tx::Tx;
use crate::value::Param;
use slotkeeper_domain::change::{Actor, Change, Key};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::webhook::{Domain, MOST_WAITING};
use std::collections::BTreeMap;

statements! {
    /// The last change number and the time floor. `NO KEY` because transactions that only insert rows of this account
    /// need not wait until they come here themselves.
    LOCK_LOG = "SELECT change_count, changed_until FROM account WHERE id = ?1 {FOR NO KEY UPDATE}";
    /// Takes ?2 change numbers, for changes at ?3.
    TAKE_NUMBERS = "UPDATE account SET change_count = change_count + ?2, changed_until = ?3 WHERE id = ?1";
    /// Runs after the log is locked. Ending an authorization locks the account first, so either it has ended and is
    /// seen here, or it ends after this transaction.
    FIND_LIVE_KEY = r#"SELECT id FROM "authorization" WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL"#;
    /// Tells the other processes at COMMIT that the scope of keys may have changed. Does nothing on SQLite.
    NOTIFY_KEYS_CHANGED = "SELECT CAST(1 AS BIGINT){ WHERE pg_notify('slotkeeper_keys', '')::TEXT IS NOT NULL}";
    /// Gives the former sort values, which triggers kept in `listed_before`, the number of the account's last change.
    /// The last statement of all, because no row may change its place in a list after it.
    NUMBER_LISTED = "UPDATE listed_before SET number = ?2, at = ?3 WHERE account_id = ?1 AND number = 0";
    INSERT_CHANGE = "INSERT INTO change (account_id, number, at, actor_kind, actor_account_id, actor_id, thing, thing_id, kind, \
                                  creator_id) \
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    /// All webhooks of the domain, in the order in which every transaction locks several. Otherwise the outcome of an
    /// attempt could be committed between the next two statements: a delivery would become due with an attempt that has
    /// ended meanwhile, or be discarded although there is room again. Webhooks of other kinds of changes are included
    /// because their deliveries of the same thing are sent first.
    LOCK_WEBHOOKS = "SELECT id FROM webhook WHERE account_id = ?1 AND domain = ?2 AND ended_at IS NULL ORDER BY id {FOR UPDATE}";
    /// One delivery for each webhook of this topic whose key sees the thing. It is due together with the pending
    /// deliveries of the same thing at all webhooks of the key, so that it is sent after them; with too many pending it
    /// ends at once. `sees` is NULL where an earlier version registered the webhook: visibility is then checked when
    /// the payload is composed.
    INSERT_DELIVERIES = "INSERT INTO delivery (account_id, webhook_id, number, position, thing_id, happened_at, due_at, outcome, ended_at) \
               SELECT w.account_id, w.id, CAST(?2 AS BIGINT), w.numbered + 1, ?3, ?4, \
                      CASE WHEN w.waiting < ?5 THEN COALESCE( \
                          (SELECT MAX(d.due_at) FROM delivery d WHERE d.account_id = w.account_id AND d.webhook_id IN \
                               (SELECT s.id FROM webhook s WHERE s.account_id = w.account_id \
                                AND s.authorization_id = w.authorization_id AND s.domain = w.domain AND s.ended_at IS NULL) \
                           AND d.thing_id = ?3 AND d.due_at IS NOT NULL), ?4) END, \
                      CASE WHEN w.waiting >= ?5 THEN 'dropped' END, CASE WHEN w.waiting >= ?5 THEN ?4 END \
               FROM webhook w WHERE w.account_id = ?1 AND w.domain = ?6 AND w.kind = ?7 AND w.ended_at IS NULL \
                    AND w.blocked_at IS NULL \
                    AND (w.sees IS NULL OR w.sees = 'all' OR (w.sees = 'own' AND w.application_id = ?8))";
    /// Makes these webhooks due and counts the delivery. Runs before the next change of the transaction, whose limit
    /// depends on the count.
    WAKE_WEBHOOKS = "UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END, \
                   numbered = numbered + 1, lost = (lost OR waiting >= ?4), waiting = waiting + CASE WHEN waiting < ?4 THEN 1 ELSE 0 END \
            WHERE account_id = ?1 AND domain = ?5 AND kind = ?6 AND ended_at IS NULL AND blocked_at IS NULL \
                  AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id \
                              AND d.number = ?2)";
}

/// An account's change log as a transaction finds it, locked until COMMIT.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogPosition {
    /// The last number taken before.
    pub(crate) last: i64,
    /// The time of the changes of this transaction.
    pub(crate) at: Instant,
}

/// The account's last change number and time floor, locked until COMMIT.
pub(crate) fn lock_log(tx: &mut Tx, account: &AccountId) -> Result<(i64, Instant), StoreError> {
    let found = tx.one(LOCK_LOG, &[account], |row| Ok((row.next()?, row.next()?)))?;
    found.ok_or_else(|| StoreError::inconsistent("a change of an account that does not exist"))
}

/// What has to be signalled after the commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CommitEffects {
    /// The scope of keys may have changed.
    pub(crate) keys: bool,
    /// Deliveries were added.
    pub(crate) deliveries: bool,
}

/// Writes `changes` in the order they were recorded. Accounts are locked in the order of their ids, so that two
/// transactions cannot deadlock. The changed rows get the time of the transaction; with `keep_times` the log keeps the
/// recorded times.
///
/// # Errors
/// [`StoreError::KeyEnded`] if the key of an actor, or one of `keys`, has ended.
pub(crate) fn write(
    tx: &mut Tx,
    changes: &[Change],
    keys: &[Key],
    keep_times: bool,
) -> Result<CommitEffects, StoreError> {
    let mut keys: Vec<&Key> = changes.iter().filter_map(|change| change.actor.key()).chain(keys).collect();
    // Enough for the usual unit, whose changes all have the same actor.
    keys.dedup();
    if changes.is_empty() && keys.is_empty() {
        return Ok(CommitEffects::default());
    }
    let live_keys: Vec<[&dyn Param; 2]> = keys
        .iter()
        .map(|key| {
            let params: [&dyn Param; 2] = [&key.account, &key.authorization];
            params
        })
        .collect();
    let concerns_keys = changes.iter().any(|change| change.thing.concerns_keys());
    let mut counts: BTreeMap<&AccountId, (i64, Instant)> = BTreeMap::new();
    for change in changes {
        let (count, recorded_at) = counts.entry(&change.account).or_insert((0, change.at));
        (*count, *recorded_at) = (*count + 1, change.at.max(*recorded_at));
    }
    let mut positions: BTreeMap<&AccountId, LogPosition> = BTreeMap::new();
    // In the order of the map, which is that of the ids.
    for (account, (_, recorded_at)) in &counts {
        positions.insert(account, tx.log_position(account, Some(*recorded_at))?);
    }
    let mut rows: Vec<NumberedChange<'_>> = Vec::with_capacity(changes.len());
    for change in changes {
        let Some(position) = positions.get_mut(&change.account) else { continue };
        position.last += 1;
        let at = if keep_times { change.at } else { position.at };
        rows.push(NumberedChange::new(change, position.last, (at, position.at)));
    }
    let taken: Vec<[&dyn Param; 3]> = counts
        .iter()
        .filter_map(|(account, (count, _))| {
            let taken: [&dyn Param; 3] = [*account, count, &positions.get(account)?.at];
            Some(taken)
        })
        .collect();
    // The row was written with the recorded time, so it is updated only if the transaction has another one.
    let retimed = |row: &&NumberedChange<'_>| row.listed_at != row.change.at;
    let retimed: Vec<(Sql, [&dyn Param; 3])> = rows
        .iter()
        .filter(retimed)
        .filter_map(|row| Some((listed::set_times(row.change, keep_times)?, row.time_params())))
        .collect();
    let params: Vec<[&dyn Param; 10]> = rows.iter().map(NumberedChange::params).collect();
    // One batch, so one round trip on PostgreSQL. The order matters.
    let mut statements: Vec<(Sql, &[&dyn Param])> =
        taken.iter().map(|params| (TAKE_NUMBERS, params.as_slice())).collect();
    statements.extend(retimed.iter().map(|(sql, params)| (*sql, params.as_slice())));
    statements.extend(params.iter().map(|params| (INSERT_CHANGE, params.as_slice())));
    let to_deliver: Vec<(&NumberedChange<'_>, Domain)> =
        rows.iter().filter_map(|row| Some((row, Domain::of(row.change.thing)?))).collect();
    let domains: Vec<(&AccountId, Domain)> =
        to_deliver.iter().map(|(row, domain)| (&row.change.account, *domain)).collect();
    // Each domain is locked once, however many changes there are.
    let first = |at: &usize| !domains[..*at].contains(&domains[*at]);
    let locks: Vec<[&dyn Param; 2]> = (0..domains.len())
        .filter(first)
        .map(|at| {
            let locked: [&dyn Param; 2] = [domains[at].0, &domains[at].1];
            locked
        })
        .collect();
    let params: Vec<[&dyn Param; 8]> = to_deliver.iter().map(|(row, domain)| row.delivery_params(domain)).collect();
    let wakes: Vec<[&dyn Param; 6]> = to_deliver.iter().map(|(row, domain)| row.wake_params(domain)).collect();
    statements.extend(locks.iter().map(|params| (LOCK_WEBHOOKS, params.as_slice())));
    let deliveries_start = statements.len();
    for (delivery_params, wake_params) in params.iter().zip(&wakes) {
        statements.extend([(INSERT_DELIVERIES, delivery_params.as_slice()), (WAKE_WEBHOOKS, wake_params.as_slice())]);
    }
    let deliveries_end = statements.len();
    statements.extend(live_keys.iter().map(|params| (FIND_LIVE_KEY, params.as_slice())));
    if concerns_keys {
        statements.push((NOTIFY_KEYS_CHANGED, &[]));
    }
    let listed: Vec<[&dyn Param; 3]> = positions
        .iter()
        .map(|(account, position)| {
            let params: [&dyn Param; 3] = [*account, &position.last, &position.at];
            params
        })
        .collect();
    statements.extend(listed.iter().map(|params| (NUMBER_LISTED, params.as_slice())));
    let written = tx.batch(&statements)?;
    // A statement that found no row: that key has ended.
    if written[deliveries_end..deliveries_end + live_keys.len()].contains(&0) {
        return Err(StoreError::KeyEnded);
    }
    let deliveries = written[deliveries_start..deliveries_end].iter().any(|rows| *rows > 0);
    Ok(CommitEffects { keys: concerns_keys, deliveries })
}

/// The actor as three columns: kind, account and id.
pub(crate) fn actor_columns(actor: &Actor) -> (&'static str, Option<&AccountId>, Option<&str>) {
    match actor {
        Actor::User(account, id) => ("user", Some(account), Some(id.as_str())),
        Actor::Application(account, id) | Actor::Key(Key { developer: account, application: id, .. }) => {
            ("application", Some(account), Some(id.as_str()))
        }
        Actor::System => ("system", None, None),
    }
}

/// The actor from these three columns.
pub(crate) fn read_actor(row: &Row) -> Result<Actor, StoreError> {
    let (kind, of): (String, Option<AccountId>) = (row.next()?, row.next()?);
    Ok(match (kind.as_str(), of) {
        ("user", Some(of)) => Actor::User(of, row.next()?),
        ("application", Some(of)) => Actor::Application(of, row.next()?),
        ("system", None) => row.next::<Option<String>>().map(|_nobody| Actor::System)?,
        _ => return Err(StoreError::inconsistent("an actor of no kind")),
    })
}

struct NumberedChange<'a> {
    change: &'a Change,
    number: i64,
    /// The time in the log.
    at: Instant,
    /// The time by which the changed row is listed.
    listed_at: Instant,
    actor_kind: &'static str,
    actor_account: Option<&'a AccountId>,
    actor_id: Option<&'a str>,
}

impl<'a> NumberedChange<'a> {
    fn new(change: &'a Change, number: i64, (at, listed_at): (Instant, Instant)) -> Self {
        let (actor_kind, actor_account, actor_id) = actor_columns(&change.actor);
        Self { change, number, at, listed_at, actor_kind, actor_account, actor_id }
    }

    fn params(&self) -> [&dyn Param; 10] {
        let Change { account, thing, thing_id, kind, creator, .. } = self.change;
        [
            account,
            &self.number,
            &self.at,
            &self.actor_kind,
            &self.actor_account,
            &self.actor_id,
            thing,
            thing_id,
            kind,
            creator,
        ]
    }

    fn time_params(&self) -> [&dyn Param; 3] {
        [&self.change.account, &self.change.thing_id, &self.listed_at]
    }

    fn wake_params<'p>(&'p self, domain: &'p Domain) -> [&'p dyn Param; 6] {
        let Change { account, at, kind, .. } = self.change;
        [account, &self.number, at, &MOST_WAITING, domain, kind]
    }

    fn delivery_params<'p>(&'p self, domain: &'p Domain) -> [&'p dyn Param; 8] {
        let Change { account, at, thing_id, kind, creator, .. } = self.change;
        [account, &self.number, thing_id, at, &MOST_WAITING, domain, kind, creator]
    }
}
