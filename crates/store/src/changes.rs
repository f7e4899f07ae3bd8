//! Numbers the changes of a transaction, gives them the time by which they are listed, and writes them.
//!
//! This is the last thing a transaction does, because taking a number locks the account's row until COMMIT:
//! that is what leaves no gaps and makes the order of the numbers, and of the times, the order of the commits.

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
    /// Locks the account's log: the last number that was taken, and the time before which nothing more happens. Not as
    /// strongly as a row that is deleted: others who write rows of this account go on, and come here later.
    LOCK_LOG = "SELECT change_count, changed_until FROM account WHERE id = ?1 {FOR NO KEY UPDATE}";
    /// Takes ?2 numbers of the account's log, for changes at ?3.
    TAKE_NUMBERS = "UPDATE account SET change_count = change_count + ?2, changed_until = ?3 WHERE id = ?1";
    /// Finds the authorization of a key, if it has not ended. Asked once the log is locked: ending an authorization locks the
    /// account first, so either it has ended and is seen here, or it ends after this transaction.
    KEY_LIVES = r#"SELECT id FROM "authorization" WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL"#;
    /// Tells the other processes, once this transaction is stored, that keys may open something else.
    TELL_OF_KEYS = "SELECT CAST(1 AS BIGINT){ WHERE pg_notify('slotkeeper_keys', '')::TEXT IS NOT NULL}";
    /// Says of what the transaction changed in lists that it was so until the account's change ?2. The last statement of all,
    /// so that nothing that a list sorts by is changed after it.
    NUMBER_LISTED = "UPDATE listed_before SET number = ?2, at = ?3 WHERE account_id = ?1 AND number = 0";
    INSERT = "INSERT INTO change (account_id, number, at, actor_kind, actor_account_id, actor_id, thing, thing_id, kind, \
                                  creator_id) \
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    /// Locks the webhooks of a domain, in the order in which everybody locks several, so that nobody writes down what
    /// became of an attempt between the next two statements: what is added here would be due with an attempt that has come
    /// to an end meanwhile, or be dropped for want of room that there is again. Those for other kinds of changes as well:
    /// what waits there for the same thing comes first.
    LOCK = "SELECT id FROM webhook WHERE account_id = ?1 AND domain = ?2 AND ended_at IS NULL ORDER BY id {FOR UPDATE}";
    /// Has a change delivered to every webhook that wants it and whose key may know of it: after what waits for the same thing
    /// already, at whichever webhook of the same key, and not at all where too much waits. Where a program of before
    /// registered a webhook, whether its key may know is found out when it is sent.
    DELIVER = "INSERT INTO delivery (account_id, webhook_id, number, position, thing_id, happened_at, due_at, outcome, ended_at) \
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
    /// Says of those webhooks that there is something to do. Before the next change is delivered, so that that one counts
    /// with this one.
    WAKE = "UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END, \
                   numbered = numbered + 1, lost = (lost OR waiting >= ?4), waiting = waiting + CASE WHEN waiting < ?4 THEN 1 ELSE 0 END \
            WHERE account_id = ?1 AND domain = ?5 AND kind = ?6 AND ended_at IS NULL AND blocked_at IS NULL \
                  AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id \
                              AND d.number = ?2)";
}

/// What an account's log gives a transaction, whose it is until COMMIT.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogPosition {
    /// The last number that was taken before.
    pub(crate) last: i64,
    /// When its changes happen.
    pub(crate) at: Instant,
}

/// Locks an account's log until COMMIT.
pub(crate) fn lock_log(tx: &mut Tx, account: &AccountId) -> Result<(i64, Instant), StoreError> {
    let found = tx.one(LOCK_LOG, &[account], |row| Ok((row.next()?, row.next()?)))?;
    found.ok_or_else(|| StoreError::inconsistent("a change of an account that does not exist"))
}

/// What a transaction's changes are to others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CommitEffects {
    /// Keys may open something else now.
    pub(crate) keys: bool,
    /// Something is to be delivered.
    pub(crate) deliveries: bool,
}

/// Writes `changes` in the order they were recorded; accounts are locked in the order of their ids, so that two
/// transactions cannot wait for each other. What is changed gets the time of the transaction, unless it is brought in from
/// the past. Refuses when a key of an actor, or one of `keys`, has ended.
pub(crate) fn write(
    tx: &mut Tx,
    changes: &[Change],
    keys: &[Key],
    from_the_past: bool,
) -> Result<CommitEffects, StoreError> {
    let mut keys: Vec<&Key> = changes.iter().filter_map(|change| change.actor.key()).chain(keys).collect();
    keys.dedup();
    if changes.is_empty() && keys.is_empty() {
        return Ok(CommitEffects::default());
    }
    let lives: Vec<[&dyn Param; 2]> = keys
        .iter()
        .map(|key| {
            let params: [&dyn Param; 2] = [&key.account, &key.authorization];
            params
        })
        .collect();
    let concerns_keys = changes.iter().any(|change| change.thing.concerns_keys());
    let mut counts: BTreeMap<&AccountId, (i64, Instant)> = BTreeMap::new();
    for change in changes {
        let (count, said) = counts.entry(&change.account).or_insert((0, change.at));
        (*count, *said) = (*count + 1, change.at.max(*said));
    }
    let mut turns: BTreeMap<&AccountId, LogPosition> = BTreeMap::new();
    for (account, (_, said)) in &counts {
        turns.insert(account, tx.log_position(account, Some(*said))?);
    }
    let mut rows: Vec<NumberedChange<'_>> = Vec::with_capacity(changes.len());
    for change in changes {
        let Some(turn) = turns.get_mut(&change.account) else { continue };
        turn.last += 1;
        let at = if from_the_past { change.at } else { turn.at };
        rows.push(NumberedChange::new(change, turn.last, (at, turn.at)));
    }
    let taken: Vec<[&dyn Param; 3]> = counts
        .iter()
        .filter_map(|(account, (count, _))| {
            let taken: [&dyn Param; 3] = [*account, count, &turns.get(account)?.at];
            Some(taken)
        })
        .collect();
    // A row says already what the change says, so it is written anew only for another time.
    let timed = |row: &&NumberedChange<'_>| row.listed_at != row.change.at;
    let timed: Vec<(Sql, [&dyn Param; 3])> = rows
        .iter()
        .filter(timed)
        .filter_map(|row| Some((listed::timing(row.change, from_the_past)?, row.timing())))
        .collect();
    let params: Vec<[&dyn Param; 10]> = rows.iter().map(NumberedChange::params).collect();
    let mut statements: Vec<(Sql, &[&dyn Param])> =
        taken.iter().map(|params| (TAKE_NUMBERS, params.as_slice())).collect();
    statements.extend(timed.iter().map(|(sql, params)| (*sql, params.as_slice())));
    statements.extend(params.iter().map(|params| (INSERT, params.as_slice())));
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
    let params: Vec<[&dyn Param; 8]> = told.iter().map(|(row, domain)| row.delivery(domain)).collect();
    let wakes: Vec<[&dyn Param; 6]> = told.iter().map(|(row, domain)| row.wake(domain)).collect();
    statements.extend(locks.iter().map(|params| (LOCK, params.as_slice())));
    let before = statements.len();
    for (delivery, wake) in params.iter().zip(&wakes) {
        statements.extend([(DELIVER, delivery.as_slice()), (WAKE, wake.as_slice())]);
    }
    let told_until = statements.len();
    statements.extend(lives.iter().map(|params| (KEY_LIVES, params.as_slice())));
    if concerns_keys {
        statements.push((TELL_OF_KEYS, &[]));
    }
    let listed: Vec<[&dyn Param; 3]> = turns
        .iter()
        .map(|(account, turn)| {
            let params: [&dyn Param; 3] = [*account, &turn.last, &turn.at];
            params
        })
        .collect();
    statements.extend(listed.iter().map(|params| (NUMBER_LISTED, params.as_slice())));
    let written = tx.batch(&statements)?;
    if written[told_until..told_until + lives.len()].contains(&0) {
        return Err(StoreError::KeyEnded);
    }
    let deliveries = written[before..told_until].iter().any(|rows| *rows > 0);
    Ok(CommitEffects { keys: concerns_keys, deliveries })
}

/// Who did something, in three columns: as what, of which account, and with which id.
pub(crate) fn columns_of(actor: &Actor) -> (&'static str, Option<&AccountId>, Option<&str>) {
    match actor {
        Actor::User(account, id) => ("user", Some(account), Some(id.as_str())),
        Actor::Application(account, id) | Actor::Key(Key { developer: account, application: id, .. }) => {
            ("application", Some(account), Some(id.as_str()))
        }
        Actor::System => ("system", None, None),
    }
}

/// Who did something, from these three columns.
pub(crate) fn actor(row: &Row) -> Result<Actor, StoreError> {
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
    /// What the log says when it happened.
    at: Instant,
    /// By which time what it changed is listed.
    listed_at: Instant,
    actor_kind: &'static str,
    actor_account: Option<&'a AccountId>,
    actor_id: Option<&'a str>,
}

impl<'a> NumberedChange<'a> {
    fn new(change: &'a Change, number: i64, (at, listed_at): (Instant, Instant)) -> Self {
        let (actor_kind, actor_account, actor_id) = columns_of(&change.actor);
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

    fn timing(&self) -> [&dyn Param; 3] {
        [&self.change.account, &self.change.thing_id, &self.listed_at]
    }

    fn wake<'p>(&'p self, domain: &'p Domain) -> [&'p dyn Param; 6] {
        let Change { account, at, kind, .. } = self.change;
        [account, &self.number, at, &MOST_WAITING, domain, kind]
    }

    fn delivery<'p>(&'p self, domain: &'p Domain) -> [&'p dyn Param; 8] {
        let Change { account, at, thing_id, kind, creator, .. } = self.change;
        [account, &self.number, thing_id, at, &MOST_WAITING, domain, kind, creator]
    }
}
