//! Leases of webhooks: while a node holds one, no other node sends that webhook's deliveries. Decides which due
//! webhooks a process takes on.

use super::deliveries::is_first;
use super::webhooks::lock;
use crate::{StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, WebhookId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::webhook::share;
use std::collections::HashMap;

statements! {
    // Developers with due webhooks, one index look-up for each, by the time at which their first webhook, failing or
    // not, is due.
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
    // A delivery behind an earlier one of its thing may be due long before that one. It needs no action: when the
    // earlier one ends, this webhook is made due.
    RELEASE = concat!("UPDATE webhook SET leased_until = NULL, due_at =
                   (SELECT CASE WHEN webhook.not_before > d.due_at THEN webhook.not_before ELSE d.due_at END
                    FROM delivery d
                    WHERE d.account_id = ?1 AND d.webhook_id = ?2 AND d.due_at IS NOT NULL AND ", is_first!(), "
                    ORDER BY d.due_at, d.number LIMIT 1)
               WHERE account_id = ?1 AND id = ?2 AND leased_until = ?3 AND ended_at IS NULL AND blocked_at IS NULL
               RETURNING due_at");
    END_LEASES = "UPDATE webhook SET leased_until = NULL WHERE due_at IS NOT NULL AND leased_until IS NOT NULL";
}

/// A webhook that this node has leased.
#[derive(Debug, Clone)]
pub struct WebhookLease {
    pub account: AccountId,
    pub webhook: WebhookId,
    /// The developer's account; empty if an earlier version registered the webhook.
    pub developer: String,
    /// When the lease ends.
    pub until: Instant,
    /// Whether the last attempt before had failed.
    pub failing: bool,
}

/// How many webhooks a process can take on.
#[derive(Debug, Clone, Default)]
pub struct LeaseLimits {
    /// In total.
    pub places: usize,
    /// Of those whose last attempt failed.
    pub failing: usize,
    /// How many it already serves, by the developer's account.
    pub served: HashMap<String, usize>,
}

/// Leases due webhooks, the longest due first, within the limits and the [share] of each developer. The second value
/// says whether more may be due than the limits allowed.
pub fn lease_due(
    tx: &mut Tx,
    now: Instant,
    until: Instant,
    mut limits: LeaseLimits,
) -> Result<(Vec<WebhookLease>, bool), StoreError> {
    let (mut leases, mut more) = (Vec::new(), false);
    // Failing webhooks come second, so that slow receivers get only places that are left.
    for failing in [false, true] {
        let developers: Vec<String> = tx.all(DEVELOPERS_DUE, &[&now, &failing], |row| row.next())?;
        for developer in developers {
            let served = limits.served.entry(developer.clone()).or_default();
            let share = share(limits.places, *served).min(if failing { limits.failing } else { usize::MAX });
            // Without a query: the limits allow none of this developer, but some are due.
            if share == 0 {
                more = true;
                continue;
            }
            let limit = i64::try_from(share).unwrap_or(i64::MAX);
            let due: Vec<(AccountId, WebhookId)> =
                tx.all(DUE, &[&now, &limit, &failing, &developer], |row| Ok((row.next()?, row.next()?)))?;
            more = more || due.len() == share;
            *served += due.len();
            limits.places -= due.len();
            limits.failing -= if failing { due.len() } else { 0 };
            for (account, webhook) in due {
                tx.run(LEASE, &[&account, &webhook, &until])?;
                leases.push(WebhookLease { account, webhook, developer: developer.clone(), until, failing });
            }
        }
    }
    Ok((leases, more))
}

/// Extends a lease; false if it was lost to another node.
pub fn renew(tx: &mut Tx, lease: &WebhookLease, until: Instant) -> Result<bool, StoreError> {
    Ok(tx.run(RENEW, &[&lease.account, &lease.webhook, &lease.until, &until])? > 0)
}

/// Ends a lease; when the webhook is due next.
pub fn release(tx: &mut Tx, lease: &WebhookLease) -> Result<Option<Instant>, StoreError> {
    // Locked first, so that the next statement sees all deliveries committed until now.
    lock(tx, &lease.account, &lease.webhook)?;
    let due = tx.one(RELEASE, &[&lease.account, &lease.webhook, &lease.until], |row| row.next::<Option<Instant>>())?;
    Ok(due.flatten())
}

/// Ends all leases. For a process that is alone with the database, after a crash.
pub fn end_leases(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.run(END_LEASES, &[])
}
