//! Webhooks: the topics that applications subscribe to, and the URLs. Deliveries are written with the change itself;
//! see [`deliveries`](super::deliveries), and [`webhook_leases`](super::webhook_leases) for sending.
//!
//! Adding or ending a webhook requires the lock of the account, which every change takes.

use super::deliveries::group;
use crate::{Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, WebhookId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_domain::webhook::{Domain, Topic};

/// The columns of a [`Webhook`].
macro_rules! columns {
    () => {
        "account_id, id, authorization_id, domain, kind, url, created_at, waiting, dropped_in_row, lost, blocked_at, \
         blocked_reason"
    };
}

statements! {
    INSERT = "INSERT INTO webhook (account_id, id, authorization_id, domain, kind, url, created_at, lost, developer_id,
                                   application_id, sees)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    FIND = concat!("SELECT ", columns!(), " FROM webhook WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL");
    LOCK = concat!("SELECT ", columns!(), " FROM webhook WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL {FOR UPDATE}");
    // Every transaction locks the webhooks of a group in this order, to avoid deadlocks.
    LOCK_GROUP = "SELECT id FROM webhook WHERE account_id = ?1
                 AND authorization_id = (SELECT w.authorization_id FROM webhook w WHERE w.account_id = ?1 AND w.id = ?2)
                 AND domain = (SELECT w.domain FROM webhook w WHERE w.account_id = ?1 AND w.id = ?2) AND ended_at IS NULL
                 ORDER BY id LIMIT 100 {FOR UPDATE}";
    OF_KEY = concat!("SELECT ", columns!(), "
        FROM webhook WHERE account_id = ?1 AND authorization_id = ?2 AND ended_at IS NULL ORDER BY domain, kind LIMIT 100");
    SUBSCRIBED_TO = concat!("SELECT ", columns!(), "
        FROM webhook WHERE account_id = ?1 AND domain = ?2 AND ended_at IS NULL AND blocked_at IS NULL
             AND (kind = 'deleted' OR EXISTS
                  (SELECT 1 FROM delivery d WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id
                   AND d.thing_id = ?3 AND d.due_at IS NOT NULL))
             AND (sees IS NULL OR sees = 'all' OR (sees = 'own' AND application_id = ?4))
        ORDER BY authorization_id, id LIMIT ?5");
    LAST_ENDED = "SELECT lost FROM webhook
                  WHERE account_id = ?1 AND authorization_id = ?2 AND domain = ?3 AND kind = ?4 AND ended_at IS NOT NULL
                  ORDER BY ended_at DESC LIMIT 1";
    // A loss that was not reported is reported by the next webhook of the same topic.
    END = "UPDATE webhook SET ended_at = ?3, due_at = NULL, lost = (lost OR ?4 OR blocked_at IS NOT NULL), waiting = 0
           WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL";
    BLOCK = "UPDATE webhook SET blocked_at = ?3, blocked_reason = ?4, due_at = NULL, waiting = 0
             WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL AND blocked_at IS NULL";
    SWEEP = "DELETE FROM webhook WHERE (account_id, id) IN
             (SELECT account_id, id FROM webhook w WHERE ended_at <= ?1
              AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = w.account_id AND d.webhook_id = w.id) LIMIT ?2)";
    WAKE_FOR_THING = concat!("UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END
               WHERE account_id = ?1 AND id IN ", group!(), " AND blocked_at IS NULL
                     AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = ?1 AND d.webhook_id = webhook.id
                                 AND d.thing_id = ?4 AND d.due_at IS NOT NULL)
               RETURNING id");
    WAKE_GROUP = concat!("UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END
               WHERE account_id = ?1 AND id IN ", group!(), " AND blocked_at IS NULL
                     AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = ?1 AND d.webhook_id = webhook.id
                                 AND d.due_at IS NOT NULL)
               RETURNING id");
    ADD_PENDING = "UPDATE webhook SET waiting = waiting + ?3, due_at = CASE WHEN due_at < ?4 THEN due_at ELSE ?4 END
            WHERE account_id = ?1 AND id = ?2";
    // The loss counts as reported only if the delivered payload said so: it may have been composed before the loss.
    COUNT_DELIVERED = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END, dropped_in_row = 0, lost = (lost AND NOT ?3)
               WHERE account_id = ?1 AND id = ?2";
    COUNT_FAILED = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END, dropped_in_row = dropped_in_row + 1, lost = TRUE
               WHERE account_id = ?1 AND id = ?2";
    COUNT_LOST = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END, lost = TRUE
            WHERE account_id = ?1 AND id = ?2";
    COUNT_DISCARDED = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END WHERE account_id = ?1 AND id = ?2";
    RECORD_ATTEMPT = "UPDATE webhook SET failing = ?3,
                    not_before = CASE WHEN not_before > ?4 THEN not_before ELSE COALESCE(?4, not_before) END
             WHERE account_id = ?1 AND id = ?2";
    COUNT_TEST = "UPDATE webhook SET tests = CASE WHEN tests < ?3 THEN ?3 ELSE tests END + 1
                  WHERE account_id = ?1 AND id = ?2 RETURNING tests";
}

/// A webhook that has not ended.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub account: AccountId,
    pub id: WebhookId,
    /// The authorization whose key registered it.
    pub authorization: AuthorizationId,
    pub topic: Topic,
    /// As it was registered.
    pub url: String,
    pub created_at: Instant,
    /// How many deliveries are pending.
    pub waiting: i64,
    /// How many deliveries in a row have failed.
    pub dropped_in_row: i64,
    /// Whether a delivery has failed without the receiver being told with a later one.
    pub lost: bool,
    /// When it was blocked, and why.
    pub blocked: Option<(Instant, String)>,
}

fn webhook(row: &Row) -> Result<Webhook, StoreError> {
    let webhook = Webhook {
        account: row.next()?,
        id: row.next()?,
        authorization: row.next()?,
        topic: Topic { domain: row.next()?, kind: row.next()? },
        url: row.next()?,
        created_at: row.next()?,
        waiting: row.next()?,
        dropped_in_row: row.next()?,
        lost: row.next()?,
        blocked: None,
    };
    let (at, reason): (Option<Instant>, Option<String>) = (row.next()?, row.next()?);
    Ok(Webhook { blocked: at.map(|at| (at, reason.unwrap_or_default())), ..webhook })
}

/// Adds a webhook of this developer's application; `visibility` is that of its key in the domain.
///
/// # Errors
/// [`StoreError::Unique`] if the key has one for the same topic.
pub fn insert(
    tx: &mut Tx,
    new: &Webhook,
    (developer, application): (&AccountId, &ApplicationId),
    visibility: Option<&Visibility>,
) -> Result<(), StoreError> {
    let Webhook { account, id, authorization, topic: Topic { domain, kind }, url, created_at, lost, .. } = new;
    let sees = match visibility {
        Some(Visibility::All) => "all",
        Some(Visibility::Own(_)) => "own",
        // Stored as its own word: NULL stands for webhooks of earlier versions.
        None => "none",
    };
    let params: [&dyn Param; 11] =
        [account, id, authorization, domain, kind, url, created_at, lost, developer, application, &sees];
    tx.run(INSERT, &params).map(drop)
}

/// Whether the last ended webhook of the key for this topic has an unreported loss.
pub fn last_ended_lost(
    db: &mut Snapshot,
    account: &AccountId,
    authorization: &AuthorizationId,
    topic: Topic,
) -> Result<bool, StoreError> {
    let found = db.one(LAST_ENDED, &[account, authorization, &topic.domain, &topic.kind], |row| row.next())?;
    Ok(found.unwrap_or(false))
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
    db.one(FIND, &[account, id], webhook)
}

/// The webhook with this id. Locked, so its deliveries do not change before the transaction ends.
pub fn lock(tx: &mut Tx, account: &AccountId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
    tx.one(LOCK, &[account, id], webhook)
}

/// The webhook with this id, or `None` if it has ended. Locks all webhooks of the same key and domain: payloads of a
/// thing are sent in order among them, so the outcome of one delivery concerns the others.
pub fn lock_group(tx: &mut Tx, account: &AccountId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
    // The rows are read after the lock, in a second statement, which on PostgreSQL sees commits made while
    // waiting.
    let _locked: Vec<WebhookId> = tx.all(LOCK_GROUP, &[account, id], |row| row.next())?;
    find(tx, account, id)
}

/// Makes due the webhooks of the group with pending deliveries, of this thing or of any. Whether one besides `id` was
/// among them.
pub fn wake_group(
    tx: &mut Tx,
    account: &AccountId,
    id: &WebhookId,
    thing_id: Option<&str>,
    now: Instant,
) -> Result<bool, StoreError> {
    let woken: Vec<WebhookId> = match thing_id {
        Some(thing_id) => tx.all(WAKE_FOR_THING, &[account, id, &now, &thing_id], |row| row.next())?,
        None => tx.all(WAKE_GROUP, &[account, id, &now], |row| row.next())?,
    };
    Ok(woken.iter().any(|woken| woken != id))
}

/// The webhooks of a key, by domain and kind; at most one of each.
pub fn of_key(
    db: &mut Snapshot,
    account: &AccountId,
    authorization: &AuthorizationId,
) -> Result<Vec<Webhook>, StoreError> {
    db.all(OF_KEY, &[account, authorization], webhook)
}

/// The webhooks that will send a thing that is about to be deleted: those for deletions, and those with pending
/// deliveries of it, if their keys see it. At most `limit`, grouped by key.
pub fn subscribed_to(
    db: &mut Snapshot,
    account: &AccountId,
    (domain, thing_id): (Domain, &str),
    creator: Option<&ApplicationId>,
    limit: i64,
) -> Result<Vec<Webhook>, StoreError> {
    db.all(SUBSCRIBED_TO, &[account, &domain, &thing_id, &creator, &limit], webhook)
}

/// Ends a webhook; whether it was live. Call [`deliveries::fail_pending`](super::deliveries::fail_pending) first;
/// `waited` says whether any was pending.
pub fn end(tx: &mut Tx, account: &AccountId, id: &WebhookId, waited: bool, now: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(END, &[account, id, &now, &waited])? > 0)
}

/// Blocks a webhook; whether it was not blocked.
pub fn block(tx: &mut Tx, account: &AccountId, id: &WebhookId, now: Instant, reason: &str) -> Result<bool, StoreError> {
    Ok(tx.run(BLOCK, &[account, id, &now, &reason])? > 0)
}

/// Records whether an attempt failed, and until when the receiver asked not to be called.
pub fn record_attempt(
    tx: &mut Tx,
    account: &AccountId,
    id: &WebhookId,
    failed: bool,
    not_before: Option<Instant>,
) -> Result<(), StoreError> {
    tx.run(RECORD_ATTEMPT, &[account, id, &failed, &not_before])?;
    Ok(())
}

/// The number of the next test delivery; above `known`.
pub fn count_test(tx: &mut Tx, of: super::deliveries::WebhookKey<'_>, known: i64) -> Result<i64, StoreError> {
    let count = tx.one(COUNT_TEST, &[of.0, of.1, &known], |row| row.next())?;
    count.ok_or_else(|| StoreError::inconsistent("a test of a webhook that does not exist"))
}

/// The outcome of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Delivered {
        /// Whether the payload reported a loss.
        said_lost: bool,
    },
    /// Attempts were used up. The next payload reports a loss.
    Failed,
    /// The payload was no longer kept. The next payload reports a loss; it does not count as the receiver's failure.
    Lost,
    /// There was nothing to send, or the delivery does not count.
    Discarded,
}

/// Updates the counts of the webhook for a delivery that ended.
pub fn count_outcome(tx: &mut Tx, account: &AccountId, id: &WebhookId, end: DeliveryOutcome) -> Result<(), StoreError> {
    match end {
        DeliveryOutcome::Delivered { said_lost } => tx.run(COUNT_DELIVERED, &[account, id, &said_lost])?,
        DeliveryOutcome::Failed => tx.run(COUNT_FAILED, &[account, id])?,
        DeliveryOutcome::Lost => tx.run(COUNT_LOST, &[account, id])?,
        DeliveryOutcome::Discarded => tx.run(COUNT_DISCARDED, &[account, id])?,
    };
    Ok(())
}

/// Adds to the count of pending deliveries, due now.
pub fn add_pending(
    tx: &mut Tx,
    account: &AccountId,
    id: &WebhookId,
    more: i64,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(ADD_PENDING, &[account, id, &more, &now])?;
    Ok(())
}

/// Deletes at most `limit` webhooks that ended by `before` and have no deliveries left.
pub fn sweep(tx: &mut Tx, before: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&before, &limit])
}
