//! Delivers changes to webhooks (wire reference, section 5).
//!
//! A webhook is leased, so that no other node sends its deliveries. The holder of the lease sends what is due, several
//! at a time, always the first pending delivery of a thing, and records each outcome before the next one of the same
//! thing is sent. No transaction is open during a call. After a crash a delivery may be sent again under the same
//! message id: when the lease has ended, or at once by a process that is alone with its database.

use crate::Stop;
use slotkeeper_app::App;
use slotkeeper_app::webhooks::outcome::{FinishedAttempt, ReceiverAnswer, discard, fail, note, postpone};
use slotkeeper_app::webhooks::payload::{self, ComposedDelivery, DeliveryRequest};
use slotkeeper_domain::time::Instant;
use slotkeeper_outgoing::{Failure, HeaderMap, HeaderName, HeaderValue, Outgoing};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::deliveries::{self, Delivery};
use slotkeeper_store::tables::webhook_leases::{self, LeaseLimits, WebhookLease};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, sleep};

/// Webhooks that this node serves at the same time. A receiver that does not answer delays only its own webhook, and a
/// developer with many webhooks leaves room for others.
const MAX_WEBHOOKS: usize = 200;
/// Attempts of one webhook at the same time.
const MAX_AT_ONCE: usize = 8;
/// Longer than an attempt; a crash delays deliveries by as much.
const LEASE: Duration = Duration::from_secs(10);
/// A lease with less time left is renewed before anything is sent: an attempt of up to five seconds and recording it
/// must fit in.
const RENEW_BELOW: Duration = Duration::from_secs(8);
/// Time after which a webhook makes room for others.
const MAX_SESSION_TIME: Duration = Duration::from_secs(30);
/// Minimum delay before looking for further due deliveries during a session.
const POLL_DELAY: Duration = Duration::from_millis(100);
/// Delay of a delivery that this server had no capacity to send.
const NO_ROOM_DELAY: Duration = Duration::from_secs(5);
/// Delay before a webhook is retried after a transient store error.
const STORE_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Delivers what becomes due until the server stops, then waits for running sessions.
pub(crate) async fn run(app: &App, outgoing: &Outgoing, mut ticks: Interval, mut stop: Stop) {
    take_over(app).await;
    let mut sessions = WebhookSessions::with(MAX_WEBHOOKS);
    loop {
        tokio::select! {
            _tick = ticks.tick() => sessions.wake_all(),
            () = app.store().deliveries().notified() => sessions.wake_all(),
            Some(ended) = sessions.tasks.join_next() => {
                log_panic(ended);
                // A free place matters only if the last look left out due webhooks.
                if !sessions.more_may_be_due {
                    continue;
                }
            }
            () = stop.requested() => break,
        }
        start_sessions(app, outgoing, &mut sessions, &stop).await;
    }
    while let Some(ended) = sessions.tasks.join_next().await {
        log_panic(ended);
    }
}

/// Ends leases left by a process that has crashed, if this process is alone with the database. Otherwise they end by
/// themselves.
pub async fn take_over(app: &App) {
    if app.store().is_alone() {
        let ended: Result<_, StoreError> = app.store().write_unlogged(webhook_leases::end_leases).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "what an earlier process had in hand waits until its leases end");
        }
    }
}

/// Logs a session that panicked. Its webhook is served again when the lease has ended.
fn log_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        // Only the kind of the error: its text repeats the message of a panic, which may contain personal data.
        tracing::error!(panicked = error.is_panic(), "a webhook was served badly");
    }
}

/// Delivers what is due, and what becomes due meanwhile, then returns. For tests, which move the clock. Serves up to
/// `limit` webhooks at the same time, by default as many as a server.
pub async fn deliver_due(app: &App, outgoing: &Outgoing, limit: Option<usize>) {
    let (_stopper, stop) = Stop::pair();
    let mut sessions = WebhookSessions::with(limit.unwrap_or(MAX_WEBHOOKS));
    loop {
        if start_sessions(app, outgoing, &mut sessions, &stop).await == 0 && sessions.tasks.is_empty() {
            return;
        }
        tokio::select! {
            Some(ended) = sessions.tasks.join_next() => log_panic(ended),
            () = sleep(POLL_DELAY) => sessions.wake_all(),
        }
    }
}

/// The webhooks that this node serves.
struct WebhookSessions {
    tasks: JoinSet<()>,
    /// The maximum number of sessions.
    limit: usize,
    /// Cloned into each session of a failing webhook, to count them: they may take half of the places.
    failing: Arc<()>,
    /// Cloned into each session of a developer's webhook, to count them.
    per_developer: HashMap<String, Arc<()>>,
    /// Whether the last look may have left out due webhooks for lack of places.
    more_may_be_due: bool,
    /// Tells sessions that further deliveries may be due.
    wake: watch::Sender<()>,
}

impl WebhookSessions {
    fn with(limit: usize) -> Self {
        let (failing, wake) = (Arc::default(), watch::Sender::new(()));
        Self { tasks: JoinSet::new(), limit, failing, per_developer: HashMap::new(), more_may_be_due: false, wake }
    }

    fn free_places(&mut self) -> LeaseLimits {
        self.per_developer.retain(|_, tasks| count(tasks) > 0);
        LeaseLimits {
            places: self.limit.saturating_sub(self.tasks.len()),
            failing: (self.limit / 2).saturating_sub(count(&self.failing)),
            served: self.per_developer.iter().map(|(developer, tasks)| (developer.clone(), count(tasks))).collect(),
        }
    }

    fn wake_all(&self) {
        self.wake.send_replace(());
    }
}

/// The number of sessions that hold a clone.
fn count(shared: &Arc<()>) -> usize {
    Arc::strong_count(shared) - 1
}

/// Leases due webhooks and serves each in its own task; how many.
async fn start_sessions(app: &App, outgoing: &Outgoing, sessions: &mut WebhookSessions, stop: &Stop) -> usize {
    let (free_places, now) = (sessions.free_places(), app.now());
    let leased = app
        .store()
        .write_unlogged(move |tx| webhook_leases::lease_due(tx, now, now.after(LEASE), free_places.clone()))
        .await;
    let (leased, more_may_be_due) = leased.unwrap_or_else(|error: StoreError| {
        tracing::warn!(%error, "webhooks that are due could not be read");
        (Vec::new(), false)
    });
    sessions.more_may_be_due = more_may_be_due;
    let count = leased.len();
    for lease in leased {
        // The clones are dropped when the session ends, also by a panic.
        let failing = lease.failing.then(|| Arc::clone(&sessions.failing));
        let developer_count = Arc::clone(sessions.per_developer.entry(lease.developer.clone()).or_default());
        let wake = sessions.wake.subscribe();
        let session = WebhookSession { app: app.clone(), outgoing: outgoing.clone(), lease, stop: stop.clone(), wake };
        sessions.tasks.spawn(async move {
            session.serve().await;
            drop((failing, developer_count));
        });
    }
    count
}

/// One webhook that this node has leased.
struct WebhookSession {
    app: App,
    outgoing: Outgoing,
    lease: WebhookLease,
    stop: Stop,
    /// Changed when further deliveries may be due.
    wake: watch::Receiver<()>,
}

impl WebhookSession {
    async fn serve(mut self) {
        let outcome = self.deliver().await;
        if let Err(error) = &outcome {
            tracing::warn!(%error, webhook = %self.lease.webhook, "a webhook could not be served");
            // The lease stays, so that a permanent failure is retried only after it has ended and not in a loop.
            if !is_transient(error) {
                return;
            }
            sleep(STORE_RETRY_DELAY).await;
        }
        let lease = self.lease.clone();
        let released = self.app.store().write_unlogged(move |tx| webhook_leases::release(tx, &lease)).await;
        match released {
            // Deliveries were added after the last look.
            Ok::<_, StoreError>(Some(due)) if due <= self.app.now() => self.app.store().deliveries().notify_one(),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, webhook = %self.lease.webhook, "a webhook could not be released"),
        }
    }

    /// Sends what is due until nothing is, the session has lasted long enough, or an attempt fails: failing webhooks
    /// have only part of the places. Running attempts finish and are recorded in any case.
    async fn deliver(&mut self) -> Result<(), StoreError> {
        let started = tokio::time::Instant::now();
        let mut attempts: JoinSet<Result<bool, StoreError>> = JoinSet::new();
        let mut running = HashMap::new();
        let (mut outcome, mut succeeded) = (Ok(()), true);
        loop {
            let may_send = outcome.is_ok()
                && (succeeded || self.lease.failing)
                && started.elapsed() < MAX_SESSION_TIME
                && !self.stop.is_told();
            let next_deliveries = if may_send { self.next_deliveries(&running).await } else { Ok(Vec::new()) };
            for delivery in next_deliveries.unwrap_or_else(|error| {
                outcome = Err(error);
                Vec::new()
            }) {
                let (app, outgoing, lease) = (self.app.clone(), self.outgoing.clone(), self.lease.clone());
                let task = attempts.spawn(attempt(app, outgoing, lease, delivery.clone()));
                running.insert(task.id(), delivery);
            }
            tokio::select! {
                done = attempts.join_next_with_id() => {
                    let (task, ended) = match done {
                        None => return outcome,
                        Some(Ok(done)) => done,
                        Some(Err(error)) => (error.id(), self.record_panic(running.get(&error.id()), &error).await),
                    };
                    running.remove(&task);
                    match ended {
                        Ok(delivered) => succeeded = succeeded && delivered,
                        Err(error) => outcome = outcome.and(Err(error)),
                    }
                }
                () = wait_for_more(&mut self.wake), if may_send && running.len() < MAX_AT_ONCE => {}
            }
        }
    }

    /// Records an attempt that panicked as failed: it may panic each time, and must not block the later deliveries.
    async fn record_panic(&self, delivery: Option<&Delivery>, error: &JoinError) -> Result<bool, StoreError> {
        let Some(delivery) = delivery else { return Ok(false) };
        let WebhookLease { account, webhook, .. } = &self.lease;
        let panicked = error.is_panic();
        tracing::error!(panicked, %webhook, number = delivery.number, "an attempt to deliver ended badly");
        note(&self.app, (account.clone(), webhook.clone()), delivery.clone(), composition_failed(self.app.now()))
            .await?;
        Ok(false)
    }

    /// Renews the lease if little time is left; false if another node has it now.
    async fn keep_lease(&mut self) -> Result<bool, StoreError> {
        let now = self.app.now();
        if now.after(RENEW_BELOW) < self.lease.until {
            return Ok(true);
        }
        let (lease, until) = (self.lease.clone(), now.after(LEASE));
        let kept = self.app.store().write_unlogged(move |tx| webhook_leases::renew(tx, &lease, until)).await?;
        self.lease.until = if kept { until } else { self.lease.until };
        Ok(kept)
    }

    /// The deliveries to send besides the running ones; none if another node has the lease now.
    async fn next_deliveries(&mut self, running: &HashMap<Id, Delivery>) -> Result<Vec<Delivery>, StoreError> {
        let free_places = MAX_AT_ONCE.saturating_sub(running.len());
        if free_places == 0 || !self.keep_lease().await? {
            return Ok(Vec::new());
        }
        let (now, lease) = (self.app.now(), self.lease.clone());
        // Running deliveries are still due, so they are found again.
        let limit = i64::try_from(MAX_AT_ONCE + running.len()).unwrap_or(i64::MAX);
        let find = move |db: &mut _| deliveries::sendable(db, (&lease.account, &lease.webhook), now, limit);
        let found: Vec<Delivery> = self.app.store().read(find).await?;
        let is_running = |delivery: &Delivery| running.values().any(|other| other.thing_id == delivery.thing_id);
        Ok(found.into_iter().filter(|delivery| !is_running(delivery)).take(free_places).collect())
    }
}

/// Waits until further deliveries may be due, at least for [`POLL_DELAY`], to read several changes together.
async fn wait_for_more(wake: &mut watch::Receiver<()>) {
    sleep(POLL_DELAY).await;
    if wake.changed().await.is_err() {
        // The sender was dropped: no signal will follow.
        std::future::pending::<()>().await;
    }
}

/// Whether the same call can succeed later. Unlike [`StoreError::is_transient`] without [`StoreError::Moving`].
fn is_transient(error: &StoreError) -> bool {
    matches!(error, StoreError::Busy | StoreError::Contended { .. } | StoreError::Unavailable { .. })
}

/// Attempts one delivery and records the outcome; whether it succeeded.
async fn attempt(app: App, outgoing: Outgoing, lease: WebhookLease, delivery: Delivery) -> Result<bool, StoreError> {
    let outgoing = outgoing.on_behalf_of(&lease.developer);
    let of = (lease.account, lease.webhook);
    let (composing_app, key, composing, now) = (app.clone(), of.clone(), delivery.clone(), app.now());
    let composed: Result<_, StoreError> =
        app.store().read(move |db| payload::compose(db, &composing_app, (&key.0, &key.1), &composing, now)).await;
    let finished = match composed {
        Ok(ComposedDelivery::Discard) => return discard(&app, of, delivery).await.map(|()| true),
        Ok(ComposedDelivery::PayloadMissing) => {
            return fail(&app, of, delivery, PAYLOAD_MISSING_REASON).await.map(|()| true);
        }
        Ok(ComposedDelivery::Request(request)) => match send(&outgoing, request, now).await {
            Some(finished) => finished,
            None => return postpone(&app, of, delivery, NO_ROOM_DELAY).await.map(|()| false),
        },
        // The delivery itself is not at fault, so this does not count as an attempt.
        Err(error) if is_transient(&error) => return Err(error),
        Err(error) => {
            tracing::error!(%error, webhook = %of.1, number = delivery.number, "a notice could not be composed");
            composition_failed(now)
        }
    };
    let delivered = finished.arrived();
    note(&app, of, delivery, finished).await?;
    Ok(delivered)
}

/// Shown to the developer.
const PAYLOAD_MISSING_REASON: &str =
    "The thing was deleted, and its last state is not kept any more. The next notice says that one was lost.";

/// Recorded as a failed attempt, so that a payload that can never be composed does not block the later deliveries.
fn composition_failed(now: Instant) -> FinishedAttempt {
    let fault = "This server could not compose the notice; its log says why.".to_owned();
    FinishedAttempt { at: now, duration: Duration::ZERO, said_lost: false, answer: Err(fault) }
}

/// Sends a payload; `None` if this server has no capacity or file descriptor left for it.
async fn send(outgoing: &Outgoing, request: DeliveryRequest, now: Instant) -> Option<FinishedAttempt> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let outcome = outgoing.post(&request.url, headers, request.body).await;
    if matches!(outcome.answer, Err(Failure::NoRoom)) {
        return None;
    }
    let answer = outcome.answer.map_err(|failure| failure.to_string()).map(|answer| ReceiverAnswer {
        status: answer.status,
        retry_after: answer.retry_after.map(|asked| asked.wait(now)),
        body_start: answer.body_start,
    });
    Some(FinishedAttempt { at: now, duration: outcome.duration, said_lost: request.says_lost, answer })
}
