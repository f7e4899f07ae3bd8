//! Deliveries: one change for one webhook, and the attempts to hand it over. Those that wait have a time at which they are due.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, WebhookId};
use slotkeeper_domain::time::Instant;

/// The columns of a [`Delivery`].
macro_rules! columns {
    () => {
        "number, COALESCE(position, number), thing_id, happened_at, due_at, attempts, tries, outcome, ended_at"
    };
}

/// The deliveries of a webhook.
macro_rules! of_webhook {
    () => {
        " FROM delivery WHERE account_id = ?1 AND webhook_id = ?2"
    };
}

/// Deliveries by their place among those of their webhook. Tests have none but their number, and neither have those that a
/// program of before wrote.
macro_rules! at_position {
    ($is:literal) => {
        concat!("(position ", $is, " OR (position IS NULL AND number ", $is, "))")
    };
}

/// The webhooks among which notices of a thing arrive in order: those of one key and one domain, the webhook ?2 among them unless
/// it has ended. There are as many as kinds of changes at most.
macro_rules! line {
    () => {
        "(SELECT s.id FROM webhook w JOIN webhook s
             ON s.account_id = w.account_id AND s.authorization_id = w.authorization_id AND s.domain = w.domain
          WHERE w.account_id = ?1 AND w.id = ?2 AND s.ended_at IS NULL)"
    };
}

/// Whether the delivery `d` of the webhook ?2 is the first that waits for its thing. Tests, whose numbers are below zero, keep
/// nobody waiting. This is no EXISTS, which PostgreSQL may turn into a join that reads all that waits.
macro_rules! is_first {
    () => {
        concat!(
            "(SELECT 1 FROM delivery e
              WHERE e.account_id = ?1 AND e.webhook_id IN ",
            $crate::tables::deliveries::line!(),
            "
                    AND e.thing_id = d.thing_id AND e.number > 0 AND e.number < d.number AND e.due_at IS NOT NULL
              LIMIT 1) IS NULL"
        )
    };
}

/// Whether a notice waits that will show the last state `i`.
macro_rules! waits_for_item {
    () => {
        "EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = i.account_id AND d.webhook_id = i.webhook_id
                 AND d.thing_id = i.thing_id AND d.due_at IS NOT NULL)"
    };
}

pub(super) use {is_first, line};

statements! {
    // None while the receiver wants to be left alone.
    HEADS = concat!("SELECT ", columns!(), " FROM delivery d
        WHERE account_id = ?1 AND webhook_id = ?2 AND due_at <= ?3 AND ", is_first!(), "
              AND NOT EXISTS (SELECT 1 FROM webhook WHERE account_id = ?1 AND id = ?2 AND not_before > ?3)
        ORDER BY due_at, number LIMIT ?4");
    FIND = concat!("SELECT ", columns!(), of_webhook!(), " AND ", at_position!("= ?3"));
    LATEST = concat!("SELECT ", columns!(), of_webhook!(), " AND number < ?3 ORDER BY number DESC LIMIT ?4");
    INSERT_TEST = "INSERT INTO delivery (account_id, webhook_id, number, thing_id, happened_at, due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    FIRST_NUMBER = concat!("SELECT number", of_webhook!(), " ORDER BY number LIMIT 1");
    ATTEMPTED = "UPDATE delivery SET attempts = attempts + 1, tries = tries + 1
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 RETURNING attempts";
    INSERT_ATTEMPT = "INSERT INTO attempt (account_id, webhook_id, number, attempt, at, duration_ms, status, failure, answer)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    END = "UPDATE delivery SET due_at = NULL, outcome = ?4, ended_at = ?5
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 AND due_at IS NOT NULL";
    DELETE = "DELETE FROM delivery WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 AND due_at IS NOT NULL";
    // What comes after it for the same thing waits with it.
    POSTPONE = concat!("UPDATE delivery SET due_at = ?4
        WHERE account_id = ?1 AND webhook_id IN ", line!(), " AND thing_id = ?3 AND number >= ?5 AND due_at < ?4");
    HURRY = concat!("UPDATE delivery SET due_at = ?4
        WHERE account_id = ?1 AND webhook_id IN ", line!(), " AND thing_id = ?3 AND number > 0 AND due_at > ?4");
    // What waits for the same things in other webhooks of the line.
    HURRY_BEHIND_ALL = concat!("UPDATE delivery SET due_at = ?3
        WHERE account_id = ?1 AND webhook_id IN ", line!(), " AND webhook_id <> ?2 AND number > 0 AND due_at > ?3
              AND (SELECT 1 FROM delivery e
                   WHERE e.account_id = ?1 AND e.webhook_id = ?2 AND e.thing_id = delivery.thing_id AND e.number > 0
                         AND e.number < delivery.number AND e.due_at IS NOT NULL LIMIT 1) = 1");
    GIVE_UP = "UPDATE delivery SET due_at = NULL, outcome = 'dropped', ended_at = ?3
        WHERE account_id = ?1 AND webhook_id = ?2 AND due_at IS NOT NULL";
    AGAIN = concat!("UPDATE delivery SET due_at = ?5, tries = 0, outcome = NULL, ended_at = NULL
        WHERE account_id = ?1 AND webhook_id = ?2 AND ", at_position!("BETWEEN ?3 AND ?4"), " AND due_at IS NULL");
    COUNT_BETWEEN = concat!("SELECT COUNT(*) FROM
        (SELECT 1", of_webhook!(), " AND ", at_position!("BETWEEN ?3 AND ?4"), " AND due_at IS NULL LIMIT ?5) AS counted");
    FIRST_SINCE = concat!("SELECT COALESCE(position, number)", of_webhook!(), " AND number > 0 AND happened_at >= ?3
        ORDER BY happened_at, number LIMIT 1");
    ATTEMPTS = "SELECT attempt, at, duration_ms, status, failure, answer FROM attempt
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 ORDER BY attempt DESC LIMIT ?4";
    LAST_ATTEMPT = "SELECT attempt, at, duration_ms, status, failure, answer FROM attempt
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 ORDER BY attempt DESC LIMIT 1";
    KEEP_ITEM = "INSERT INTO last_item (account_id, webhook_id, thing_id, item, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (account_id, webhook_id, thing_id) DO UPDATE SET item = excluded.item, deleted_at = excluded.deleted_at";
    LAST_ITEM = "SELECT item FROM last_item WHERE account_id = ?1 AND webhook_id = ?2 AND thing_id = ?3";
    SWEEP = "DELETE FROM delivery WHERE (account_id, webhook_id, number) IN
        (SELECT account_id, webhook_id, number FROM delivery WHERE ended_at <= ?1 LIMIT ?2)";
    SWEEP_ATTEMPTS = "DELETE FROM attempt WHERE (account_id, webhook_id, number, attempt) IN
        (SELECT account_id, webhook_id, number, attempt FROM attempt WHERE at <= ?1 LIMIT ?2)";
    // Looked at again when as much time has passed once more, so that what waits for long is not read each minute.
    KEEP_WAITED_FOR = concat!("UPDATE last_item SET deleted_at = ?3 WHERE (account_id, webhook_id, thing_id) IN
        (SELECT i.account_id, i.webhook_id, i.thing_id FROM last_item i WHERE i.deleted_at <= ?1 AND ", waits_for_item!(), "
         LIMIT ?2)");
    SWEEP_ITEMS = concat!("DELETE FROM last_item WHERE (account_id, webhook_id, thing_id) IN
        (SELECT i.account_id, i.webhook_id, i.thing_id FROM last_item i WHERE i.deleted_at <= ?1 AND NOT ", waits_for_item!(), "
         LIMIT ?2)");
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It is tried at this time, or later if an earlier one for the same thing waits.
    Pending(Instant),
    Delivered(Instant),
    /// It was given up.
    Failed(Instant),
}

#[derive(Debug, Clone)]
pub struct Delivery {
    /// The number of the change, for the order in which they happened; below zero for a test. It tells how much happens in the
    /// account, so nobody outside is shown it.
    pub number: i64,
    /// Which of the notices of its webhook it is, counted without gaps; below zero for a test. Those from before they were
    /// counted so have the numbers of their changes.
    pub position: i64,
    /// The thing that changed.
    pub thing_id: String,
    pub happened_at: Instant,
    /// How many attempts there were.
    pub attempts: i64,
    /// How many of them since somebody last asked for it.
    pub tries: i64,
    pub status: DeliveryStatus,
}

#[derive(Debug, Clone)]
pub struct Attempt {
    /// Which one: the first is 1.
    pub attempt: i64,
    pub at: Instant,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    pub status: Option<i64>,
    /// Why nothing was answered.
    pub failure: Option<String>,
    /// The beginning of the answer's body.
    pub answer: Option<String>,
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    let (number, position, thing_id, happened_at) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let due_at: Option<Instant> = row.next()?;
    let (attempts, tries) = (row.next()?, row.next()?);
    let (outcome, ended_at): (Option<String>, Option<Instant>) = (row.next()?, row.next()?);
    let status = match (due_at, outcome.as_deref(), ended_at) {
        (Some(at), _, _) => DeliveryStatus::Pending(at),
        (None, Some("delivered"), Some(at)) => DeliveryStatus::Delivered(at),
        (None, Some("dropped"), Some(at)) => DeliveryStatus::Failed(at),
        _ => return Err(StoreError::inconsistent("a delivery neither waits nor has ended")),
    };
    Ok(Delivery { number, position, thing_id, happened_at, attempts, tries, status })
}

fn attempt(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        attempt: row.next()?,
        at: row.next()?,
        duration_ms: row.next()?,
        status: row.next()?,
        failure: row.next()?,
        answer: row.next()?,
    })
}

pub type WebhookKey<'a> = (&'a AccountId, &'a WebhookId);

/// The deliveries that can be tried now: due, and the first that waits for its thing. At most `limit`.
pub fn heads(db: &mut Snapshot, of: WebhookKey<'_>, now: Instant, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    db.all(HEADS, &[of.0, of.1, &now, &limit], delivery)
}

/// The delivery at this place among those of its webhook.
pub fn find(db: &mut Snapshot, of: WebhookKey<'_>, position: i64) -> Result<Option<Delivery>, StoreError> {
    db.one(FIND, &[of.0, of.1, &position], delivery)
}

/// The deliveries of changes with numbers below `before`, the highest first, at most `limit`.
pub fn latest(db: &mut Snapshot, of: WebhookKey<'_>, before: i64, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    db.all(LATEST, &[of.0, of.1, &before, &limit], delivery)
}

/// Adds a test: a notice of a thing that did not change. Says its number.
pub fn insert_test(tx: &mut Tx, of: WebhookKey<'_>, thing_id: &str, now: Instant) -> Result<i64, StoreError> {
    // A program of before did not count them.
    let first: Option<i64> = tx.one(FIRST_NUMBER, &[of.0, of.1], |row| row.next())?;
    let number = -super::webhooks::count_test(tx, of, -first.unwrap_or(0).min(0))?;
    tx.run(INSERT_TEST, &[of.0, of.1, &number, &thing_id, &now, &now])?;
    Ok(number)
}

/// Writes an attempt down, and says which one it was.
pub fn attempted(tx: &mut Tx, of: WebhookKey<'_>, number: i64, made: &Attempt) -> Result<(), StoreError> {
    let Some(count) = tx.one(ATTEMPTED, &[of.0, of.1, &number], |row| row.next::<i64>())? else { return Ok(()) };
    let Attempt { at, duration_ms, status, failure, answer, .. } = made;
    tx.run(INSERT_ATTEMPT, &[of.0, of.1, &number, &count, at, duration_ms, status, failure, answer])?;
    Ok(())
}

/// A delivery that waited arrived, or was given up; whether it waited.
pub fn end(tx: &mut Tx, of: WebhookKey<'_>, number: i64, arrived: bool, now: Instant) -> Result<bool, StoreError> {
    let outcome = if arrived { "delivered" } else { "dropped" };
    Ok(tx.run(END, &[of.0, of.1, &number, &outcome, &now])? > 0)
}

/// Removes a delivery that waited, as if it had never been; whether it waited.
pub fn delete(tx: &mut Tx, of: WebhookKey<'_>, number: i64) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE, &[of.0, of.1, &number])? > 0)
}

/// Puts off a delivery and what waits for its thing behind it, at whichever webhook of the line.
pub fn postpone(tx: &mut Tx, of: WebhookKey<'_>, failed: (&str, i64), until: Instant) -> Result<(), StoreError> {
    tx.run(POSTPONE, &[of.0, of.1, &failed.0, &until, &failed.1])?;
    Ok(())
}

/// Has what waits for a thing tried now, at whichever webhook of the line. [`webhooks::wake_line`](super::webhooks::wake_line)
/// says so to the webhooks.
pub fn make_due(tx: &mut Tx, of: WebhookKey<'_>, thing_id: &str, now: Instant) -> Result<(), StoreError> {
    tx.run(HURRY, &[of.0, of.1, &thing_id, &now])?;
    Ok(())
}

/// Has tried now what waits at other webhooks of the line behind anything of this one, which is about to give all of it up.
pub fn make_due_in_line(tx: &mut Tx, of: WebhookKey<'_>, now: Instant) -> Result<(), StoreError> {
    tx.run(HURRY_BEHIND_ALL, &[of.0, of.1, &now])?;
    Ok(())
}

/// Gives up everything that waits; how much it was.
pub fn fail_pending(tx: &mut Tx, of: WebhookKey<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.run(GIVE_UP, &[of.0, of.1, &now])
}

/// Has deliveries that ended tried again, those at the places from `first` to `last`; how many they are.
pub fn resend(tx: &mut Tx, of: WebhookKey<'_>, (first, last): (i64, i64), now: Instant) -> Result<u64, StoreError> {
    tx.run(AGAIN, &[of.0, of.1, &first, &last, &now])
}

/// How many deliveries [`again`] would have tried; counted up to `limit`.
pub fn ended_between(
    db: &mut Snapshot,
    of: WebhookKey<'_>,
    (first, last): (i64, i64),
    limit: i64,
) -> Result<i64, StoreError> {
    Ok(db.one(COUNT_BETWEEN, &[of.0, of.1, &first, &last, &limit], |row| row.next())?.unwrap_or(0))
}

/// The place of the first delivery of a change that happened at this time or later.
pub fn first_since(db: &mut Snapshot, of: WebhookKey<'_>, since: Instant) -> Result<Option<i64>, StoreError> {
    db.one(FIRST_SINCE, &[of.0, of.1, &since], |row| row.next())
}

/// The attempts of a delivery, the latest first, at most `limit`.
pub fn attempts(db: &mut Snapshot, of: WebhookKey<'_>, number: i64, limit: i64) -> Result<Vec<Attempt>, StoreError> {
    db.all(ATTEMPTS, &[of.0, of.1, &number, &limit], attempt)
}

/// The latest attempt of a delivery.
pub fn last_attempt(db: &mut Snapshot, of: WebhookKey<'_>, number: i64) -> Result<Option<Attempt>, StoreError> {
    db.one(LAST_ATTEMPT, &[of.0, of.1, &number], attempt)
}

/// Keeps the last state of a thing that is deleted, as JSON, for one webhook.
pub fn keep_payload(
    tx: &mut Tx,
    of: WebhookKey<'_>,
    thing_id: &str,
    item: &str,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(KEEP_ITEM, &[of.0, of.1, &thing_id, &item, &now])?;
    Ok(())
}

/// The last state of a thing that was deleted, as JSON.
pub fn kept_payload(db: &mut Snapshot, of: WebhookKey<'_>, thing_id: &str) -> Result<Option<String>, StoreError> {
    db.one(LAST_ITEM, &[of.0, of.1, &thing_id], |row| row.next())
}

/// Tidies away deliveries that ended before, attempts made before, and last states of things that were deleted before
/// `items_before` and that no notice that waits will show; at most `limit` of each.
pub fn sweep(
    tx: &mut Tx,
    (before, items_before): (Instant, Instant),
    now: Instant,
    limit: i64,
) -> Result<u64, StoreError> {
    let waited_for = tx.run(KEEP_WAITED_FOR, &[&items_before, &limit, &now])?;
    let statements = [(SWEEP, before), (SWEEP_ATTEMPTS, before), (SWEEP_ITEMS, items_before)];
    statements
        .into_iter()
        .try_fold(waited_for, |most, (statement, before)| Ok(tx.run(statement, &[&before, &limit])?.max(most)))
}
