//! What became of an attempt to deliver a change (wire reference, section 5.4).

use super::end::fail_pending;
use crate::outbox::{self, AccountEmail};
use crate::{App, random};
use slotkeeper_domain::account::Role;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, WebhookId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::webhook::{BLOCKED_AFTER, next_attempt, not_before};
use slotkeeper_store::tables::deliveries::{self, Attempt, Delivery, WebhookKey};
use slotkeeper_store::tables::users::{self, User};
use slotkeeper_store::tables::webhooks::{self, DeliveryOutcome};
use slotkeeper_store::tables::{accounts, applications, authorizations};
use slotkeeper_store::{StoreError, Tx};
use std::time::Duration;

/// How many people of a developer's account are looked at for its owners.
const MOST_OWNERS: i64 = 100;

/// An attempt that was made.
#[derive(Debug, Clone)]
pub struct FinishedAttempt {
    pub at: Instant,
    /// How long it took.
    pub duration: Duration,
    /// Whether the notice said that an earlier one was lost.
    pub said_lost: bool,
    /// What came of it.
    pub answer: Result<ReceiverAnswer, String>,
}

/// What the receiver answered.
#[derive(Debug, Clone)]
pub struct ReceiverAnswer {
    pub status: u16,
    /// For how long it asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The beginning of the body.
    pub body_start: String,
}

impl FinishedAttempt {
    /// Whether the receiver took it.
    #[must_use]
    pub fn arrived(&self) -> bool {
        matches!(&self.answer, Ok(ReceiverAnswer { status, .. }) if (200..300).contains(status))
    }

    /// For how long a receiver that has too much to do wants no notice at all.
    fn busy_for(&self) -> Option<Duration> {
        self.answer.as_ref().ok().filter(|answered| matches!(answered.status, 429 | 503))?.retry_after
    }

    /// What went wrong, for the developer.
    fn failure_text(&self) -> String {
        match &self.answer {
            Ok(answered) => format!("it answered with status {}", answered.status),
            Err(failure) => failure.clone(),
        }
    }

    fn row(&self) -> Attempt {
        let (status, failure, answer) = match &self.answer {
            // Texts of a database hold no zero.
            Ok(answered) => {
                (Some(i64::from(answered.status)), None, Some(answered.body_start.replace('\0', "\u{fffd}")))
            }
            Err(failure) => (None, Some(failure.clone()), None),
        };
        let duration_ms = i64::try_from(self.duration.as_millis()).unwrap_or(i64::MAX);
        Attempt { attempt: 0, at: self.at, duration_ms, status, failure, answer }
    }
}

/// Whoever writes down what became of an attempt has locked the webhooks of the line first, so that nothing is added meanwhile to
/// what waits for the same thing: it would wait for an attempt that is over. Others lock in that order too, first webhooks, then
/// their deliveries.
fn lock(tx: &mut Tx, of: WebhookKey<'_>) -> Result<(), StoreError> {
    // One that has ended is changed no more.
    webhooks::lock_group(tx, of.0, of.1).map(drop)
}

/// Writes an attempt down, and what follows from it: the change was delivered, is tried again later, or is given up. Too many
/// that are given up in a row block the webhook.
///
/// # Errors
/// When the store fails. The change is tried again then.
pub async fn note(
    app: &App,
    (account, webhook): (AccountId, WebhookId),
    delivery: Delivery,
    tried: FinishedAttempt,
) -> Result<(), StoreError> {
    let (now, retries, spread) = (app.now(), app.retries().clone(), u64::from_le_bytes(random::bytes()));
    let fault = tried.failure_text();
    let (of_account, of_webhook) = (account.clone(), webhook.clone());
    let (dropped_in_row, others) = app
        .store()
        .write_unlogged(move |tx| {
            let of = (&of_account, &of_webhook);
            lock(tx, of)?;
            deliveries::insert_attempt(tx, of, delivery.number, &tried.row())?;
            let not_before = tried.busy_for().map(|asked| not_before(&retries, asked, now));
            webhooks::record_attempt(tx, of.0, of.1, !tried.arrived(), not_before)?;
            let test = delivery.number < 0;
            let asked = tried.answer.as_ref().ok().and_then(|answered| answered.retry_after);
            let next = next_attempt(&retries, delivery.tries + 1, asked, spread, now).filter(|_| !test);
            let others = match next.filter(|_| !tried.arrived()) {
                Some(next) => {
                    deliveries::postpone(tx, of, (&delivery.thing_id, delivery.number), next)?;
                    false
                }
                None => finish(tx, of, &delivery, &tried, now)?,
            };
            let webhook = webhooks::find(tx, &of_account, &of_webhook)?;
            Ok::<_, StoreError>((webhook.map_or(0, |webhook| webhook.dropped_in_row), others))
        })
        .await?;
    wake_others(app, others);
    if dropped_in_row >= BLOCKED_AFTER { block(app, (account, webhook), fault).await } else { Ok(()) }
}

/// Has the other webhooks of a line served if there is something to do for them; this one is in somebody's hand.
fn wake_others(app: &App, others: bool) {
    if others {
        app.store().deliveries().notify_one();
    }
}

fn finish(
    tx: &mut Tx,
    of: WebhookKey<'_>,
    delivery: &Delivery,
    tried: &FinishedAttempt,
    now: Instant,
) -> Result<bool, StoreError> {
    let (arrived, test) = (tried.arrived(), delivery.number < 0);
    if deliveries::end(tx, of, delivery.number, arrived, now)? {
        let end = match (arrived, test) {
            (true, false) => DeliveryOutcome::Delivered { said_lost: tried.said_lost },
            (false, false) => DeliveryOutcome::Failed,
            // A test says nothing about what was lost before.
            (_, true) => DeliveryOutcome::Discarded,
        };
        webhooks::count_outcome(tx, of.0, of.1, end)?;
    }
    next_in_line(tx, of, delivery, now)
}

/// What waited behind a delivery that has ended is tried now, whichever webhook of the line it is for; what waits behind a test
/// keeps its time. Whether something waits at another webhook.
fn next_in_line(tx: &mut Tx, of: WebhookKey<'_>, ended: &Delivery, now: Instant) -> Result<bool, StoreError> {
    if ended.number < 0 {
        return Ok(false);
    }
    deliveries::make_due(tx, of, &ended.thing_id, now)?;
    // This one too: the outcome may come so late that nobody has it in hand any more.
    webhooks::wake_group(tx, of.0, of.1, Some(&ended.thing_id), now)
}

/// Puts a delivery off that this server could not try for reasons of its own: that is no attempt.
pub async fn postpone(
    app: &App,
    (account, webhook): (AccountId, WebhookId),
    delivery: Delivery,
    by: Duration,
) -> Result<(), StoreError> {
    let until = app.now().after(by);
    app.store()
        .write_unlogged(move |tx| {
            let of = (&account, &webhook);
            lock(tx, of)?;
            deliveries::postpone(tx, of, (&delivery.thing_id, delivery.number), until)
        })
        .await
}

/// Gives up a delivery of which there is nothing left to send, for a reason that the developer is told. The next notice says
/// that something was lost; the receiver is not to blame.
pub async fn fail(
    app: &App,
    (account, webhook): (AccountId, WebhookId),
    delivery: Delivery,
    why: &'static str,
) -> Result<(), StoreError> {
    let now = app.now();
    let others: Result<_, StoreError> = app
        .store()
        .write_unlogged(move |tx| {
            let of = (&account, &webhook);
            lock(tx, of)?;
            let tried =
                FinishedAttempt { at: now, duration: Duration::ZERO, said_lost: false, answer: Err(why.to_owned()) };
            deliveries::insert_attempt(tx, of, delivery.number, &tried.row())?;
            if deliveries::end(tx, of, delivery.number, false, now)? {
                webhooks::count_outcome(tx, of.0, of.1, DeliveryOutcome::Lost)?;
            }
            next_in_line(tx, of, &delivery, now)
        })
        .await;
    wake_others(app, others?);
    Ok(())
}

/// Forgets a delivery about which there is nothing to tell.
pub async fn discard(
    app: &App,
    (account, webhook): (AccountId, WebhookId),
    delivery: Delivery,
) -> Result<(), StoreError> {
    let now = app.now();
    let others: Result<_, StoreError> = app
        .store()
        .write_unlogged(move |tx| {
            let of = (&account, &webhook);
            lock(tx, of)?;
            if deliveries::delete(tx, of, delivery.number)? {
                webhooks::count_outcome(tx, of.0, of.1, DeliveryOutcome::Discarded)?;
            }
            next_in_line(tx, of, &delivery, now)
        })
        .await;
    wake_others(app, others?);
    Ok(())
}

/// Blocks a webhook and tells the developer by mail.
async fn block(app: &App, (account, webhook): (AccountId, WebhookId), fault: String) -> Result<(), StoreError> {
    let (unit, now) = (app.clone(), app.now());
    app.store()
        .write(move |tx| {
            accounts::lock(tx, &account)?;
            let known = webhooks::lock_group(tx, &account, &webhook)?;
            // One may have arrived meanwhile.
            let Some(known) = known.filter(|known| known.dropped_in_row >= BLOCKED_AFTER) else { return Ok(()) };
            let reason = format!("{BLOCKED_AFTER} notices in a row could not be delivered. The last time, {fault}.");
            if !webhooks::block(tx, &account, &webhook, now, &reason)? {
                return Ok(());
            }
            fail_pending(tx, (&account, &webhook), now)?;
            tx.record(Actor::System.change(&account, now, Subject::webhook(&webhook), Kind::Updated));
            let Some(authorization) = authorizations::find(tx, &account, &known.authorization)? else { return Ok(()) };
            let (developer, business) = (&authorization.developer, accounts::find(tx, &account)?);
            let application = applications::find(tx, developer, &authorization.application)?;
            let (Some(application), Some(business)) = (application, business) else { return Ok(()) };
            let name = users::has_confirmed_owner(tx, &account)?.then_some(&business.name);
            let email = AccountEmail::webhook_blocked(&application.name, name, &known, &reason);
            let owners = users::list(tx, developer, MOST_OWNERS)?;
            let told = |user: &&User| user.role == Role::Owner && user.email_confirmed_at.is_some();
            for owner in owners.iter().filter(told) {
                outbox::send(tx, &unit, developer, &owner.email_address, &email)?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    app.mail_waiting().notify_one();
    wake_others(app, true);
    Ok(())
}
