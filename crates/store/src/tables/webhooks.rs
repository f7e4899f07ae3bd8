//! Webhooks: which changes applications are told of, and where. That something is to be delivered is written with the change
//! itself; what is delivered is in [`super::deliveries`].
//!
//! Whoever adds or ends a webhook has locked the account before, because every change does.

use super::deliveries::{is_first, line};
use crate::{Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, WebhookId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_domain::webhook::{Domain, Topic, share};
use std::collections::HashMap;

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
    // Everybody locks the webhooks of a line in this order.
    LOCK_LINE = "SELECT id FROM webhook WHERE account_id = ?1
                 AND authorization_id = (SELECT w.authorization_id FROM webhook w WHERE w.account_id = ?1 AND w.id = ?2)
                 AND domain = (SELECT w.domain FROM webhook w WHERE w.account_id = ?1 AND w.id = ?2) AND ended_at IS NULL
                 ORDER BY id LIMIT 100 {FOR UPDATE}";
    OF_KEY = concat!("SELECT ", columns!(), "
        FROM webhook WHERE account_id = ?1 AND authorization_id = ?2 AND ended_at IS NULL ORDER BY domain, kind LIMIT 100");
    TELLING_OF = concat!("SELECT ", columns!(), "
        FROM webhook WHERE account_id = ?1 AND domain = ?2 AND ended_at IS NULL AND blocked_at IS NULL
             AND (kind = 'deleted' OR EXISTS
                  (SELECT 1 FROM delivery d WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id
                   AND d.thing_id = ?3 AND d.due_at IS NOT NULL))
             AND (sees IS NULL OR sees = 'all' OR (sees = 'own' AND application_id = ?4))
        ORDER BY authorization_id, id LIMIT ?5");
    LAST_ENDED = "SELECT lost FROM webhook
                  WHERE account_id = ?1 AND authorization_id = ?2 AND domain = ?3 AND kind = ?4 AND ended_at IS NOT NULL
                  ORDER BY ended_at DESC LIMIT 1";
    // What was lost and not said is said by the one that comes after it.
    END = "UPDATE webhook SET ended_at = ?3, due_at = NULL, lost = (lost OR ?4 OR blocked_at IS NOT NULL), waiting = 0
           WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL";
    BLOCK = "UPDATE webhook SET blocked_at = ?3, blocked_reason = ?4, due_at = NULL, waiting = 0
             WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL AND blocked_at IS NULL";
    SWEEP = "DELETE FROM webhook WHERE (account_id, id) IN
             (SELECT account_id, id FROM webhook w WHERE ended_at <= ?1
              AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = w.account_id AND d.webhook_id = w.id) LIMIT ?2)";
    // The developers that have anything waiting, one look into the index for each, with the time at which their first webhook
    // that fails, or does not, is due.
    DEVELOPERS_DUE = "WITH RECURSIVE developer (id) AS (
               SELECT MIN(developer_id) FROM webhook WHERE due_at IS NOT NULL
               UNION ALL
               SELECT (SELECT MIN(w.developer_id) FROM webhook w WHERE w.due_at IS NOT NULL AND w.developer_id > developer.id)
               FROM developer WHERE developer.id IS NOT NULL)
           SELECT due.id FROM (
               SELECT developer.id AS id,
                      (SELECT MIN(w.due_at) FROM webhook w
                       WHERE w.developer_id = developer.id AND w.failing = ?2 AND w.due_at IS NOT NULL) AS first
               FROM developer WHERE developer.id IS NOT NULL) due
           WHERE due.first <= ?1 ORDER BY due.first, due.id LIMIT 1000";
    DUE = "SELECT account_id, id FROM webhook WHERE developer_id = ?4 AND failing = ?3 AND due_at <= ?1
           AND (leased_until IS NULL OR leased_until <= ?1) AND (not_before IS NULL OR not_before <= ?1)
           ORDER BY due_at LIMIT ?2 {FOR UPDATE SKIP LOCKED}";
    LEASE = "UPDATE webhook SET leased_until = ?3 WHERE account_id = ?1 AND id = ?2";
    RENEW = "UPDATE webhook SET leased_until = ?4 WHERE account_id = ?1 AND id = ?2 AND leased_until = ?3";
    // What waits behind an earlier one of its thing may be due long before that one is: there is nothing to do for it then, and
    // whoever ends that one wakes this webhook.
    RELEASE = concat!("UPDATE webhook SET leased_until = NULL, due_at =
                   (SELECT CASE WHEN webhook.not_before > d.due_at THEN webhook.not_before ELSE d.due_at END
                    FROM delivery d
                    WHERE d.account_id = ?1 AND d.webhook_id = ?2 AND d.due_at IS NOT NULL AND ", is_first!(), "
                    ORDER BY d.due_at, d.number LIMIT 1)
               WHERE account_id = ?1 AND id = ?2 AND leased_until = ?3 AND ended_at IS NULL AND blocked_at IS NULL
               RETURNING due_at");
    WAKE_FOR_THING = concat!("UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END
               WHERE account_id = ?1 AND id IN ", line!(), " AND blocked_at IS NULL
                     AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = ?1 AND d.webhook_id = webhook.id
                                 AND d.thing_id = ?4 AND d.due_at IS NOT NULL)
               RETURNING id");
    WAKE_LINE = concat!("UPDATE webhook SET due_at = CASE WHEN due_at < ?3 THEN due_at ELSE ?3 END
               WHERE account_id = ?1 AND id IN ", line!(), " AND blocked_at IS NULL
                     AND EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = ?1 AND d.webhook_id = webhook.id
                                 AND d.due_at IS NOT NULL)
               RETURNING id");
    END_LEASES = "UPDATE webhook SET leased_until = NULL WHERE due_at IS NOT NULL AND leased_until IS NOT NULL";
    WAIT = "UPDATE webhook SET waiting = waiting + ?3, due_at = CASE WHEN due_at < ?4 THEN due_at ELSE ?4 END
            WHERE account_id = ?1 AND id = ?2";
    // What was lost is told only by a notice that says so: one that was under way when another was dropped does not.
    ARRIVED = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END, dropped_in_row = 0, lost = (lost AND NOT ?3)
               WHERE account_id = ?1 AND id = ?2";
    DROPPED = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END, dropped_in_row = dropped_in_row + 1, lost = TRUE
               WHERE account_id = ?1 AND id = ?2";
    LOST = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END, lost = TRUE
            WHERE account_id = ?1 AND id = ?2";
    GONE = "UPDATE webhook SET waiting = CASE WHEN waiting > 0 THEN waiting - 1 ELSE 0 END WHERE account_id = ?1 AND id = ?2";
    TRIED = "UPDATE webhook SET failing = ?3,
                    not_before = CASE WHEN not_before > ?4 THEN not_before ELSE COALESCE(?4, not_before) END
             WHERE account_id = ?1 AND id = ?2";
    COUNT_TEST = "UPDATE webhook SET tests = CASE WHEN tests < ?3 THEN ?3 ELSE tests END + 1
                  WHERE account_id = ?1 AND id = ?2 RETURNING tests";
}

/// A webhook that has not ended.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The account whose changes it tells of.
    pub account: AccountId,
    pub id: WebhookId,
    /// The authorization whose key registered it.
    pub authorization: AuthorizationId,
    pub topic: Topic,
    /// Where notices go, as it was registered.
    pub url: String,
    /// When it was registered.
    pub created_at: Instant,
    /// How many notices wait.
    pub waiting: i64,
    /// How many notices in a row were dropped.
    pub dropped_in_row: i64,
    /// Whether a notice was dropped since the last one that arrived.
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

/// A webhook that a node has in hand.
#[derive(Debug, Clone)]
pub struct WebhookLease {
    pub account: AccountId,
    pub webhook: WebhookId,
    /// The account of its developer; empty where a program of before registered it.
    pub developer: String,
    /// Until when nobody else takes it.
    pub until: Instant,
    /// Whether the last attempt before had failed.
    pub failing: bool,
}

/// Adds a webhook of the application of this developer, whose key sees so much of the domain.
///
/// # Errors
/// [`StoreError::Unique`] when the key has one for the same topic; otherwise when the store fails.
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
        None => "none",
    };
    let params: [&dyn Param; 11] =
        [account, id, authorization, domain, kind, url, created_at, lost, developer, application, &sees];
    tx.run(INSERT, &params).map(drop)
}

/// Whether the last webhook of a key for a topic that has ended lost anything that no notice said.
pub fn last_ended_lost(
    db: &mut Snapshot,
    account: &AccountId,
    authorization: &AuthorizationId,
    topic: Topic,
) -> Result<bool, StoreError> {
    let found = db.one(LAST_ENDED, &[account, authorization, &topic.domain, &topic.kind], |row| row.next())?;
    Ok(found.unwrap_or(false))
}

/// The webhook with this id.
pub fn find(db: &mut Snapshot, account: &AccountId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
    db.one(FIND, &[account, id], webhook)
}

/// The webhook with this id, locked: nothing is added to what waits, and nothing taken from it, before the transaction ends.
pub fn lock(tx: &mut Tx, account: &AccountId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
    tx.one(LOCK, &[account, id], webhook)
}

/// Locks the webhook with this id and all others of its line, those of the same key and domain: notices of a thing arrive in
/// order among them, so what becomes of one concerns the next of the others. Nothing if it has ended, but the rest is locked.
pub fn lock_line(tx: &mut Tx, account: &AccountId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
    let _locked: Vec<WebhookId> = tx.all(LOCK_LINE, &[account, id], |row| row.next())?;
    find(tx, account, id)
}

/// Says to the webhooks of a line that there is something to do: to those at which something waits for a thing, or anything.
/// Whether there was another one than this among them.
pub fn wake_line(
    tx: &mut Tx,
    account: &AccountId,
    id: &WebhookId,
    thing_id: Option<&str>,
    now: Instant,
) -> Result<bool, StoreError> {
    let woken: Vec<WebhookId> = match thing_id {
        Some(thing_id) => tx.all(WAKE_FOR_THING, &[account, id, &now, &thing_id], |row| row.next())?,
        None => tx.all(WAKE_LINE, &[account, id, &now], |row| row.next())?,
    };
    Ok(woken.iter().any(|woken| woken != id))
}

/// The webhooks of a key, by domain and kind: one of each at most.
pub fn of_key(
    db: &mut Snapshot,
    account: &AccountId,
    authorization: &AuthorizationId,
) -> Result<Vec<Webhook>, StoreError> {
    db.all(OF_KEY, &[account, authorization], webhook)
}

/// The webhooks that will tell of a thing that is about to be deleted: those for deletions, and those at which something
/// waits for it; of the keys that may know of it. At most `limit`, those of a key one after the other.
pub fn subscribed_to(
    db: &mut Snapshot,
    account: &AccountId,
    (domain, thing_id): (Domain, &str),
    creator: Option<&ApplicationId>,
    limit: i64,
) -> Result<Vec<Webhook>, StoreError> {
    db.all(TELLING_OF, &[account, &domain, &thing_id, &creator, &limit], webhook)
}

/// Ends a webhook: nothing is delivered to it any more. What waits was given up by [`super::deliveries::give_up`]; `waited`
/// says whether there was anything.
pub fn end(tx: &mut Tx, account: &AccountId, id: &WebhookId, waited: bool, now: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(END, &[account, id, &now, &waited])? > 0)
}

/// Blocks a webhook; whether it was not blocked before.
pub fn block(tx: &mut Tx, account: &AccountId, id: &WebhookId, now: Instant, reason: &str) -> Result<bool, StoreError> {
    Ok(tx.run(BLOCK, &[account, id, &now, &reason])? > 0)
}

/// How many webhooks a process can take on.
#[derive(Debug, Clone, Default)]
pub struct LeaseLimits {
    /// How many at all.
    pub places: usize,
    /// How many of them whose last attempt failed.
    pub failing: usize,
    /// How many it serves already, by the account of the developer.
    pub served: HashMap<String, usize>,
}

/// Leases webhooks for which there is something to do now, as many as there is room for and no more of each developer than its
/// [share]; those that have been due for longest first. Also says whether others may be due for which there was no room.
pub fn lease_due(
    tx: &mut Tx,
    now: Instant,
    until: Instant,
    mut room: LeaseLimits,
) -> Result<(Vec<WebhookLease>, bool), StoreError> {
    let (mut leases, mut others) = (Vec::new(), false);
    for failing in [false, true] {
        let developers: Vec<String> = tx.all(DEVELOPERS_DUE, &[&now, &failing], |row| row.next())?;
        for developer in developers {
            let served = room.served.entry(developer.clone()).or_default();
            let share = share(room.places, *served).min(if failing { room.failing } else { usize::MAX });
            if share == 0 {
                others = true;
                continue;
            }
            let limit = i64::try_from(share).unwrap_or(i64::MAX);
            let due: Vec<(AccountId, WebhookId)> =
                tx.all(DUE, &[&now, &limit, &failing, &developer], |row| Ok((row.next()?, row.next()?)))?;
            others = others || due.len() == share;
            *served += due.len();
            room.places -= due.len();
            room.failing -= if failing { due.len() } else { 0 };
            for (account, webhook) in due {
                tx.run(LEASE, &[&account, &webhook, &until])?;
                leases.push(WebhookLease { account, webhook, developer: developer.clone(), until, failing });
            }
        }
    }
    Ok((leases, others))
}

/// Notes whether an attempt failed, and until when the receiver wants to be left alone, if it said so.
pub fn note_attempt(
    tx: &mut Tx,
    account: &AccountId,
    id: &WebhookId,
    failed: bool,
    not_before: Option<Instant>,
) -> Result<(), StoreError> {
    tx.run(TRIED, &[account, id, &failed, &not_before])?;
    Ok(())
}

/// Counts a test; which one it is. There were `known` at least.
pub fn count_test(tx: &mut Tx, of: super::deliveries::WebhookKey<'_>, known: i64) -> Result<i64, StoreError> {
    let count = tx.one(COUNT_TEST, &[of.0, of.1, &known], |row| row.next())?;
    count.ok_or_else(|| StoreError::inconsistent("a test of a webhook that does not exist"))
}

/// Keeps a webhook in hand until later; not if somebody else took it over in the meantime.
pub fn renew(tx: &mut Tx, lease: &WebhookLease, until: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(RENEW, &[&lease.account, &lease.webhook, &lease.until, &until])? > 0)
}

/// Lets go of a webhook, and says when there is something to do for it.
pub fn release(tx: &mut Tx, lease: &WebhookLease) -> Result<Option<Instant>, StoreError> {
    // Locked first: the next statement then sees what was added up to now.
    lock(tx, &lease.account, &lease.webhook)?;
    let due = tx.one(RELEASE, &[&lease.account, &lease.webhook, &lease.until], |row| row.next::<Option<Instant>>())?;
    Ok(due.flatten())
}

/// Ends all leases: for a process that knows that it is alone, and what other processes left behind.
pub fn end_leases(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.run(END_LEASES, &[])
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Delivered {
        /// Whether it said that something had been lost.
        said_lost: bool,
    },
    /// It was given up: receivers are told with the next one that something was lost.
    Failed,
    /// There was nothing left to send: receivers are told that something was lost, which is no fault of theirs.
    Lost,
    /// There was nothing to tell, or it does not count.
    Discarded,
}

/// Counts a delivery that ended.
pub fn count_outcome(tx: &mut Tx, account: &AccountId, id: &WebhookId, end: DeliveryOutcome) -> Result<(), StoreError> {
    match end {
        DeliveryOutcome::Delivered { said_lost } => tx.run(ARRIVED, &[account, id, &said_lost])?,
        DeliveryOutcome::Failed => tx.run(DROPPED, &[account, id])?,
        DeliveryOutcome::Lost => tx.run(LOST, &[account, id])?,
        DeliveryOutcome::Discarded => tx.run(GONE, &[account, id])?,
    };
    Ok(())
}

/// Counts deliveries that wait anew, from now on.
pub fn count_waiting(
    tx: &mut Tx,
    account: &AccountId,
    id: &WebhookId,
    more: i64,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(WAIT, &[account, id, &more, &now])?;
    Ok(())
}

/// Tidies away webhooks that ended before, once nothing is known of their deliveries; at most `limit`.
pub fn sweep(tx: &mut Tx, before: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&before, &limit])
}
