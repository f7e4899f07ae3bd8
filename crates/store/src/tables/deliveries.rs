//! Deliveries: one change for one webhook, with the attempts to send it. Pending deliveries have a time at which they
//! are due.

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

/// Deliveries by their position at the webhook. Test deliveries, and those written by earlier versions, have only their
/// number.
macro_rules! at_position {
    ($is:literal) => {
        concat!("(position ", $is, " OR (position IS NULL AND number ", $is, "))")
    };
}

/// The webhooks at which payloads of a thing are sent in order: those of the same key and domain as webhook ?2, at most
/// one for each kind of change. Without ?2 itself if it has ended.
macro_rules! group {
    () => {
        "(SELECT s.id FROM webhook w JOIN webhook s
             ON s.account_id = w.account_id AND s.authorization_id = w.authorization_id AND s.domain = w.domain
          WHERE w.account_id = ?1 AND w.id = ?2 AND s.ended_at IS NULL)"
    };
}

/// Whether delivery `d` of webhook ?2 is the first pending one of its thing. Test deliveries, with numbers below zero,
/// do not count. Not written as EXISTS, which PostgreSQL may turn into a join that reads all pending deliveries.
macro_rules! is_first {
    () => {
        concat!(
            "(SELECT 1 FROM delivery e
              WHERE e.account_id = ?1 AND e.webhook_id IN ",
            $crate::tables::deliveries::group!(),
            "
                    AND e.thing_id = d.thing_id AND e.number > 0 AND e.number < d.number AND e.due_at IS NOT NULL
              LIMIT 1) IS NULL"
        )
    };
}

/// Whether a delivery is pending that will send the kept payload `i`.
macro_rules! payload_is_awaited {
    () => {
        "EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = i.account_id AND d.webhook_id = i.webhook_id
                 AND d.thing_id = i.thing_id AND d.due_at IS NOT NULL)"
    };
}

pub(super) use {group, is_first};

statements! {
    // None before the time that the receiver has asked for.
    SENDABLE = concat!("SELECT ", columns!(), " FROM delivery d
        WHERE account_id = ?1 AND webhook_id = ?2 AND due_at <= ?3 AND ", is_first!(), "
              AND NOT EXISTS (SELECT 1 FROM webhook WHERE account_id = ?1 AND id = ?2 AND not_before > ?3)
        ORDER BY due_at, number LIMIT ?4");
    FIND = concat!("SELECT ", columns!(), of_webhook!(), " AND ", at_position!("= ?3"));
    LATEST = concat!("SELECT ", columns!(), of_webhook!(), " AND number < ?3 ORDER BY number DESC LIMIT ?4");
    INSERT_TEST = "INSERT INTO delivery (account_id, webhook_id, number, thing_id, happened_at, due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    FIRST_NUMBER = concat!("SELECT number", of_webhook!(), " ORDER BY number LIMIT 1");
    COUNT_ATTEMPT = "UPDATE delivery SET attempts = attempts + 1, tries = tries + 1
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 RETURNING attempts";
    INSERT_ATTEMPT = "INSERT INTO attempt (account_id, webhook_id, number, attempt, at, duration_ms, status, failure, answer)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    END = "UPDATE delivery SET due_at = NULL, outcome = ?4, ended_at = ?5
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 AND due_at IS NOT NULL";
    DELETE = "DELETE FROM delivery WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 AND due_at IS NOT NULL";
    // Later deliveries of the same thing are postponed with it.
    POSTPONE = concat!("UPDATE delivery SET due_at = ?4
        WHERE account_id = ?1 AND webhook_id IN ", group!(), " AND thing_id = ?3 AND number >= ?5 AND due_at < ?4");
    MAKE_DUE = concat!("UPDATE delivery SET due_at = ?4
        WHERE account_id = ?1 AND webhook_id IN ", group!(), " AND thing_id = ?3 AND number > 0 AND due_at > ?4");
    // Deliveries of the same things at other webhooks of the group.
    MAKE_DUE_BEHIND = concat!("UPDATE delivery SET due_at = ?3
        WHERE account_id = ?1 AND webhook_id IN ", group!(), " AND webhook_id <> ?2 AND number > 0 AND due_at > ?3
              AND (SELECT 1 FROM delivery e
                   WHERE e.account_id = ?1 AND e.webhook_id = ?2 AND e.thing_id = delivery.thing_id AND e.number > 0
                         AND e.number < delivery.number AND e.due_at IS NOT NULL LIMIT 1) = 1");
    FAIL_PENDING = "UPDATE delivery SET due_at = NULL, outcome = 'dropped', ended_at = ?3
        WHERE account_id = ?1 AND webhook_id = ?2 AND due_at IS NOT NULL";
    RESEND = concat!("UPDATE delivery SET due_at = ?5, tries = 0, outcome = NULL, ended_at = NULL
        WHERE account_id = ?1 AND webhook_id = ?2 AND ", at_position!("BETWEEN ?3 AND ?4"), " AND due_at IS NULL");
    COUNT_ENDED = concat!("SELECT COUNT(*) FROM
        (SELECT 1", of_webhook!(), " AND ", at_position!("BETWEEN ?3 AND ?4"), " AND due_at IS NULL LIMIT ?5) AS counted");
    FIRST_SINCE = concat!("SELECT COALESCE(position, number)", of_webhook!(), " AND number > 0 AND happened_at >= ?3
        ORDER BY happened_at, number LIMIT 1");
    ATTEMPTS = "SELECT attempt, at, duration_ms, status, failure, answer FROM attempt
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 ORDER BY attempt DESC LIMIT ?4";
    LAST_ATTEMPT = "SELECT attempt, at, duration_ms, status, failure, answer FROM attempt
        WHERE account_id = ?1 AND webhook_id = ?2 AND number = ?3 ORDER BY attempt DESC LIMIT 1";
    KEEP_PAYLOAD = "INSERT INTO last_item (account_id, webhook_id, thing_id, item, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (account_id, webhook_id, thing_id) DO UPDATE SET item = excluded.item, deleted_at = excluded.deleted_at";
    KEPT_PAYLOAD = "SELECT item FROM last_item WHERE account_id = ?1 AND webhook_id = ?2 AND thing_id = ?3";
    SWEEP = "DELETE FROM delivery WHERE (account_id, webhook_id, number) IN
        (SELECT account_id, webhook_id, number FROM delivery WHERE ended_at <= ?1 LIMIT ?2)";
    SWEEP_ATTEMPTS = "DELETE FROM attempt WHERE (account_id, webhook_id, number, attempt) IN
        (SELECT account_id, webhook_id, number, attempt FROM attempt WHERE at <= ?1 LIMIT ?2)";
    // The time is set anew, so that a payload that is awaited for long is not read every minute.
    EXTEND_AWAITED_PAYLOADS = concat!("UPDATE last_item SET deleted_at = ?3 WHERE (account_id, webhook_id, thing_id) IN
        (SELECT i.account_id, i.webhook_id, i.thing_id FROM last_item i WHERE i.deleted_at <= ?1 AND ", payload_is_awaited!(), "
         LIMIT ?2)");
    SWEEP_PAYLOADS = concat!("DELETE FROM last_item WHERE (account_id, webhook_id, thing_id) IN
        (SELECT i.account_id, i.webhook_id, i.thing_id FROM last_item i WHERE i.deleted_at <= ?1 AND NOT ", payload_is_awaited!(), "
         LIMIT ?2)");
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Due at this time; sent later if an earlier delivery of the same thing is pending.
    Pending(Instant),
    Delivered(Instant),
    /// No attempt follows.
    Failed(Instant),
}

#[derive(Debug, Clone)]
pub struct Delivery {
    /// The number of the change; below zero for tests. Not shown to clients, because it reveals how much happens in the
    /// account.
    pub number: i64,
    /// The position among the deliveries of its webhook, without gaps; below zero for tests. Deliveries of earlier
    /// versions have the number of the change.
    pub position: i64,
    pub thing_id: String,
    pub happened_at: Instant,
    pub attempts: i64,
    /// Attempts since it was created or last resent.
    pub tries: i64,
    pub status: DeliveryStatus,
}

#[derive(Debug, Clone)]
pub struct Attempt {
    /// Counted from 1.
    pub attempt: i64,
    pub at: Instant,
    /// In milliseconds.
    pub duration_ms: i64,
    pub status: Option<i64>,
    /// Why there was no response.
    pub failure: Option<String>,
    /// The beginning of the response body.
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

/// At most `limit` deliveries to send now: due, and the first pending one of their thing.
pub fn sendable(db: &mut Snapshot, of: WebhookKey<'_>, now: Instant, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    db.all(SENDABLE, &[of.0, of.1, &now, &limit], delivery)
}

/// The delivery at this position of its webhook.
pub fn find(db: &mut Snapshot, of: WebhookKey<'_>, position: i64) -> Result<Option<Delivery>, StoreError> {
    db.one(FIND, &[of.0, of.1, &position], delivery)
}

/// At most `limit` deliveries of changes with numbers below `before`, highest first.
pub fn latest(db: &mut Snapshot, of: WebhookKey<'_>, before: i64, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    db.all(LATEST, &[of.0, of.1, &before, &limit], delivery)
}

/// Adds a test delivery, of a thing that did not change; its number.
pub fn insert_test(tx: &mut Tx, of: WebhookKey<'_>, thing_id: &str, now: Instant) -> Result<i64, StoreError> {
    // Earlier versions did not count tests.
    let first: Option<i64> = tx.one(FIRST_NUMBER, &[of.0, of.1], |row| row.next())?;
    // Negative, so that a test is never mistaken for a change.
    let number = -super::webhooks::count_test(tx, of, -first.unwrap_or(0).min(0))?;
    tx.run(INSERT_TEST, &[of.0, of.1, &number, &thing_id, &now, &now])?;
    Ok(number)
}

/// Adds an attempt with the next number of its delivery.
pub fn insert_attempt(tx: &mut Tx, of: WebhookKey<'_>, number: i64, attempt: &Attempt) -> Result<(), StoreError> {
    // The delivery may have been deleted during the attempt.
    let Some(count) = tx.one(COUNT_ATTEMPT, &[of.0, of.1, &number], |row| row.next::<i64>())? else { return Ok(()) };
    let Attempt { at, duration_ms, status, failure, answer, .. } = attempt;
    tx.run(INSERT_ATTEMPT, &[of.0, of.1, &number, &count, at, duration_ms, status, failure, answer])?;
    Ok(())
}

/// Ends a pending delivery as delivered or failed; whether it was pending.
pub fn end(tx: &mut Tx, of: WebhookKey<'_>, number: i64, delivered: bool, now: Instant) -> Result<bool, StoreError> {
    let outcome = if delivered { "delivered" } else { "dropped" };
    Ok(tx.run(END, &[of.0, of.1, &number, &outcome, &now])? > 0)
}

/// Deletes a pending delivery; whether it was pending.
pub fn delete(tx: &mut Tx, of: WebhookKey<'_>, number: i64) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE, &[of.0, of.1, &number])? > 0)
}

/// Postpones a delivery, and the later ones of its thing at all webhooks of the group.
pub fn postpone(tx: &mut Tx, of: WebhookKey<'_>, failed: (&str, i64), until: Instant) -> Result<(), StoreError> {
    tx.run(POSTPONE, &[of.0, of.1, &failed.0, &until, &failed.1])?;
    Ok(())
}

/// Makes the pending deliveries of a thing due now at all webhooks of the group. Call
/// [`webhooks::wake_group`](super::webhooks::wake_group) afterwards.
pub fn make_due(tx: &mut Tx, of: WebhookKey<'_>, thing_id: &str, now: Instant) -> Result<(), StoreError> {
    tx.run(MAKE_DUE, &[of.0, of.1, &thing_id, &now])?;
    Ok(())
}

/// Makes due now, at the other webhooks of the group, what waits behind a pending delivery of this one. For a webhook
/// whose pending deliveries are about to fail.
pub fn make_due_behind(tx: &mut Tx, of: WebhookKey<'_>, now: Instant) -> Result<(), StoreError> {
    tx.run(MAKE_DUE_BEHIND, &[of.0, of.1, &now])?;
    Ok(())
}

/// Ends all pending deliveries as failed; how many.
pub fn fail_pending(tx: &mut Tx, of: WebhookKey<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.run(FAIL_PENDING, &[of.0, of.1, &now])
}

/// Makes the ended deliveries at these positions (inclusive) pending again; how many.
pub fn resend(tx: &mut Tx, of: WebhookKey<'_>, (first, last): (i64, i64), now: Instant) -> Result<u64, StoreError> {
    tx.run(RESEND, &[of.0, of.1, &first, &last, &now])
}

/// How many deliveries [`resend`] would make pending, counted up to `limit`.
pub fn ended_between(
    db: &mut Snapshot,
    of: WebhookKey<'_>,
    (first, last): (i64, i64),
    limit: i64,
) -> Result<i64, StoreError> {
    Ok(db.one(COUNT_ENDED, &[of.0, of.1, &first, &last, &limit], |row| row.next())?.unwrap_or(0))
}

/// The position of the first delivery of a change at this time or later.
pub fn first_since(db: &mut Snapshot, of: WebhookKey<'_>, since: Instant) -> Result<Option<i64>, StoreError> {
    db.one(FIRST_SINCE, &[of.0, of.1, &since], |row| row.next())
}

/// At most `limit` attempts of a delivery, latest first.
pub fn attempts(db: &mut Snapshot, of: WebhookKey<'_>, number: i64, limit: i64) -> Result<Vec<Attempt>, StoreError> {
    db.all(ATTEMPTS, &[of.0, of.1, &number, &limit], attempt)
}

pub fn last_attempt(db: &mut Snapshot, of: WebhookKey<'_>, number: i64) -> Result<Option<Attempt>, StoreError> {
    db.one(LAST_ATTEMPT, &[of.0, of.1, &number], attempt)
}

/// Keeps the last state of a deleted thing for one webhook, as JSON.
pub fn keep_payload(
    tx: &mut Tx,
    of: WebhookKey<'_>,
    thing_id: &str,
    payload: &str,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(KEEP_PAYLOAD, &[of.0, of.1, &thing_id, &payload, &now])?;
    Ok(())
}

/// The last state of a deleted thing, as JSON.
pub fn kept_payload(db: &mut Snapshot, of: WebhookKey<'_>, thing_id: &str) -> Result<Option<String>, StoreError> {
    db.one(KEPT_PAYLOAD, &[of.0, of.1, &thing_id], |row| row.next())
}

/// Deletes deliveries that ended and attempts made by `before`, and payloads of things deleted by `payloads_before`
/// that no pending delivery will send; at most `limit` of each. The largest of these numbers.
pub fn sweep(
    tx: &mut Tx,
    (before, payloads_before): (Instant, Instant),
    now: Instant,
    limit: i64,
) -> Result<u64, StoreError> {
    let extended = tx.run(EXTEND_AWAITED_PAYLOADS, &[&payloads_before, &limit, &now])?;
    let statements = [(SWEEP, before), (SWEEP_ATTEMPTS, before), (SWEEP_PAYLOADS, payloads_before)];
    statements
        .into_iter()
        .try_fold(extended, |most, (statement, before)| Ok(tx.run(statement, &[&before, &limit])?.max(most)))
}
