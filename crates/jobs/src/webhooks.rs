//! Deliver changes to webhooks (wire reference, section 5).
//!
//! A webhook is leased: for a while no other node takes it. Whoever has it sends what is due, a few at a time, always the first
//! that waits for a thing, and writes down what became of each before the next one for the same thing goes out. No transaction
//! is open while a receiver is asked. A crash in between means that a change is sent again, under the same message id: when the
//! lease has ended, or at once by a process that is alone with its database.

use crate::Stop;
use slotkeeper_app::App;
use slotkeeper_app::webhooks::outcome::{FinishedAttempt, ReceiverAnswer, discard, fail, note, postpone};
use slotkeeper_app::webhooks::payload::{self, ComposedDelivery, DeliveryRequest};
use slotkeeper_domain::time::Instant;
use slotkeeper_outgoing::{Failure, HeaderMap, HeaderName, HeaderValue, Outgoing};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::deliveries::{self, Delivery};
use slotkeeper_store::tables::webhooks::{self, LeaseLimits, WebhookLease};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, sleep};

/// How many webhooks this node serves at once. A receiver that does not answer keeps its own webhook waiting and no other, and
/// one developer's many do not take the room of others.
const MOST_WEBHOOKS: usize = 200;
/// How many notices of one webhook are under way at once.
const MOST_AT_ONCE: usize = 8;
/// How long a lease lasts. Longer than an attempt, and as short as a crash may delay a notice.
const LEASE: Duration = Duration::from_secs(10);
/// A lease with less left than this is renewed before anything else is sent: an attempt, which takes five seconds at most, and
/// what it writes must fit in.
const RESERVE: Duration = Duration::from_secs(8);
/// How long one webhook is served before others have their turn.
const TURN: Duration = Duration::from_secs(30);
/// How long to wait at least before looking again for what has become due while notices of the same webhook are under way.
const LOOK_AFTER: Duration = Duration::from_millis(100);
/// How long a notice waits that this server had no room to send.
const NO_ROOM: Duration = Duration::from_secs(5);
/// How long a webhook rests after the store failed, if that may pass.
const REST: Duration = Duration::from_secs(1);

/// Delivers what becomes due until the server stops; notices under way are waited for.
pub(crate) async fn run(app: &App, outgoing: &Outgoing, mut ticks: Interval, mut stop: Stop) {
    take_over(app).await;
    let mut serving = WebhookSessions::with(MOST_WEBHOOKS);
    loop {
        tokio::select! {
            _tick = ticks.tick() => serving.look(),
            () = app.store().deliveries().notified() => serving.look(),
            Some(served) = serving.turns.join_next() => {
                told(served);
                if !serving.others {
                    continue;
                }
            }
            () = stop.told() => break,
        }
        begin(app, outgoing, &mut serving, &stop).await;
    }
    while let Some(served) = serving.turns.join_next().await {
        told(served);
    }
}

/// Takes over at once what a process had in hand that ended badly, where that is known: where there is one process at a time.
/// Elsewhere its leases have to end by themselves.
pub async fn take_over(app: &App) {
    if app.store().is_alone() {
        let ended: Result<_, StoreError> = app.store().write_unlogged(webhooks::end_leases).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "what an earlier process had in hand waits until its leases end");
        }
    }
}

/// A webhook whose turn panicked has its next one when the lease has ended.
fn told(served: Result<(), JoinError>) {
    if let Err(error) = served {
        // Not the error itself: it repeats the message of a panic, which may hold anything that was at hand.
        tracing::error!(panicked = error.is_panic(), "a webhook was served badly");
    }
}

/// Delivers what is due now, and what becomes due while it is at it; for tests, which move the clock themselves. Serves so many
/// webhooks at once; as many as a server if it is not said.
pub async fn deliver_due(app: &App, outgoing: &Outgoing, most: Option<usize>) {
    let (_stopper, stop) = Stop::pair();
    let mut serving = WebhookSessions::with(most.unwrap_or(MOST_WEBHOOKS));
    loop {
        if begin(app, outgoing, &mut serving, &stop).await == 0 && serving.turns.is_empty() {
            return;
        }
        tokio::select! {
            Some(served) = serving.turns.join_next() => told(served),
            () = sleep(LOOK_AFTER) => serving.look(),
        }
    }
}

/// The webhooks that this node has in hand.
struct WebhookSessions {
    turns: JoinSet<()>,
    /// How many there can be.
    most: usize,
    /// Each turn of a webhook that was failing holds one of these: there is room for half as many, so that the others always have
    /// some.
    failing: Arc<()>,
    /// And one of those of its developer.
    of_developers: HashMap<String, Arc<()>>,
    /// Whether there may be webhooks for which there was no room at the last look.
    others: bool,
    /// Says that something may have become due.
    news: watch::Sender<()>,
}

impl WebhookSessions {
    fn with(most: usize) -> Self {
        let (failing, news) = (Arc::default(), watch::Sender::new(()));
        Self { turns: JoinSet::new(), most, failing, of_developers: HashMap::new(), others: false, news }
    }

    /// What there is room for besides.
    fn room(&mut self) -> LeaseLimits {
        self.of_developers.retain(|_, turns| held(turns) > 0);
        LeaseLimits {
            places: self.most.saturating_sub(self.turns.len()),
            failing: (self.most / 2).saturating_sub(held(&self.failing)),
            served: self.of_developers.iter().map(|(developer, turns)| (developer.clone(), held(turns))).collect(),
        }
    }

    /// Has turns look for more to do.
    fn look(&self) {
        self.news.send_replace(());
    }
}

/// How many turns hold one of these.
fn held(shared: &Arc<()>) -> usize {
    Arc::strong_count(shared) - 1
}

/// Leases webhooks for which there is something to do and serves each in a task of its own; how many.
async fn begin(app: &App, outgoing: &Outgoing, serving: &mut WebhookSessions, stop: &Stop) -> usize {
    let (room, now) = (serving.room(), app.now());
    let leased =
        app.store().write_unlogged(move |tx| webhooks::lease_due(tx, now, now.after(LEASE), room.clone())).await;
    let (leased, others) = leased.unwrap_or_else(|error: StoreError| {
        tracing::warn!(%error, "webhooks that are due could not be read");
        (Vec::new(), false)
    });
    serving.others = others;
    let count = leased.len();
    for lease in leased {
        let failing = lease.failing.then(|| Arc::clone(&serving.failing));
        let of_developer = Arc::clone(serving.of_developers.entry(lease.developer.clone()).or_default());
        let news = serving.news.subscribe();
        let turn = WebhookSession { app: app.clone(), outgoing: outgoing.clone(), lease, stop: stop.clone(), news };
        serving.turns.spawn(async move {
            turn.serve().await;
            drop((failing, of_developer));
        });
    }
    count
}

/// One webhook that this node has in hand.
struct WebhookSession {
    app: App,
    outgoing: Outgoing,
    lease: WebhookLease,
    stop: Stop,
    /// Whether something may have become due.
    news: watch::Receiver<()>,
}

impl WebhookSession {
    async fn serve(mut self) {
        let outcome = self.deliver().await;
        if let Err(error) = &outcome {
            tracing::warn!(%error, webhook = %self.lease.webhook, "a webhook could not be served");
            // Otherwise it has its next turn when the lease has ended, so that what fails for ever is not sent in a loop.
            if !may_pass(error) {
                return;
            }
            sleep(REST).await;
        }
        let lease = self.lease.clone();
        let released = self.app.store().write_unlogged(move |tx| webhooks::release(tx, &lease)).await;
        match released {
            // Something came in after the last look.
            Ok::<_, StoreError>(Some(due)) if due <= self.app.now() => self.app.store().deliveries().notify_one(),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, webhook = %self.lease.webhook, "a webhook could not be released"),
        }
    }

    /// Sends what is due until nothing is, or it is time for others: also when an attempt fails, because those that fail have
    /// only part of the room. What is under way comes to its end, and that is written down, whatever becomes of the rest.
    async fn deliver(&mut self) -> Result<(), StoreError> {
        let began = tokio::time::Instant::now();
        let mut attempts: JoinSet<Result<bool, StoreError>> = JoinSet::new();
        let mut under_way = HashMap::new();
        let (mut outcome, mut went_well) = (Ok(()), true);
        loop {
            let goes_on =
                outcome.is_ok() && (went_well || self.lease.failing) && began.elapsed() < TURN && !self.stop.is_told();
            let next = if goes_on { self.next(&under_way).await } else { Ok(Vec::new()) };
            for delivery in next.unwrap_or_else(|error| {
                outcome = Err(error);
                Vec::new()
            }) {
                let (app, outgoing, lease) = (self.app.clone(), self.outgoing.clone(), self.lease.clone());
                let task = attempts.spawn(attempt(app, outgoing, lease, delivery.clone()));
                under_way.insert(task.id(), delivery);
            }
            tokio::select! {
                done = attempts.join_next_with_id() => {
                    let (task, ended) = match done {
                        None => return outcome,
                        Some(Ok(done)) => done,
                        Some(Err(error)) => (error.id(), self.broke(under_way.get(&error.id()), &error).await),
                    };
                    under_way.remove(&task);
                    match ended {
                        Ok(arrived) => went_well = went_well && arrived,
                        Err(error) => outcome = outcome.and(Err(error)),
                    }
                }
                () = more_due(&mut self.news), if goes_on && under_way.len() < MOST_AT_ONCE => {}
            }
        }
    }

    /// An attempt that panicked is one that failed: it may do so each time, and must not keep the rest waiting for ever.
    async fn broke(&self, delivery: Option<&Delivery>, error: &JoinError) -> Result<bool, StoreError> {
        let Some(delivery) = delivery else { return Ok(false) };
        let WebhookLease { account, webhook, .. } = &self.lease;
        let panicked = error.is_panic();
        tracing::error!(panicked, %webhook, number = delivery.number, "an attempt to deliver ended badly");
        note(&self.app, (account.clone(), webhook.clone()), delivery.clone(), no_notice(self.app.now())).await?;
        Ok(false)
    }

    /// Keeps the webhook in hand; false when somebody else has it now.
    async fn keep(&mut self) -> Result<bool, StoreError> {
        let now = self.app.now();
        if now.after(RESERVE) < self.lease.until {
            return Ok(true);
        }
        let (lease, until) = (self.lease.clone(), now.after(LEASE));
        let kept = self.app.store().write_unlogged(move |tx| webhooks::renew(tx, &lease, until)).await?;
        self.lease.until = if kept { until } else { self.lease.until };
        Ok(kept)
    }

    /// What can be sent besides what is under way: nothing when somebody else has the webhook now.
    async fn next(&mut self, under_way: &HashMap<Id, Delivery>) -> Result<Vec<Delivery>, StoreError> {
        let room = MOST_AT_ONCE.saturating_sub(under_way.len());
        if room == 0 || !self.keep().await? {
            return Ok(Vec::new());
        }
        let (now, lease) = (self.app.now(), self.lease.clone());
        // What is under way is still due, and found again.
        let limit = i64::try_from(MOST_AT_ONCE + under_way.len()).unwrap_or(i64::MAX);
        let heads = move |db: &mut _| deliveries::heads(db, (&lease.account, &lease.webhook), now, limit);
        let found: Vec<Delivery> = self.app.store().read(heads).await?;
        let busy = |delivery: &Delivery| under_way.values().any(|other| other.thing_id == delivery.thing_id);
        Ok(found.into_iter().filter(|delivery| !busy(delivery)).take(room).collect())
    }
}

/// Waits until something may have become due, and a while at least, so that many changes are looked for together.
async fn more_due(news: &mut watch::Receiver<()>) {
    sleep(LOOK_AFTER).await;
    if news.changed().await.is_err() {
        // Nobody says anything any more.
        std::future::pending::<()>().await;
    }
}

/// Whether the same may go well in a moment.
fn may_pass(error: &StoreError) -> bool {
    matches!(error, StoreError::Busy | StoreError::Contended { .. } | StoreError::Unavailable { .. })
}

/// Tries one delivery and writes down what became of it; whether it went well.
async fn attempt(app: App, outgoing: Outgoing, lease: WebhookLease, delivery: Delivery) -> Result<bool, StoreError> {
    let outgoing = outgoing.on_behalf_of(&lease.developer);
    let of = (lease.account, lease.webhook);
    let (unit, whose, what, at) = (app.clone(), of.clone(), delivery.clone(), app.now());
    let composed: Result<_, StoreError> =
        app.store().read(move |db| payload::compose(db, &unit, (&whose.0, &whose.1), &what, at)).await;
    let tried = match composed {
        Ok(ComposedDelivery::Discard) => return discard(&app, of, delivery).await.map(|()| true),
        Ok(ComposedDelivery::PayloadMissing) => return fail(&app, of, delivery, GONE).await.map(|()| true),
        Ok(ComposedDelivery::Request(notice)) => match send(&outgoing, notice, at).await {
            Some(tried) => tried,
            None => return postpone(&app, of, delivery, NO_ROOM).await.map(|()| false),
        },
        // Nothing is wrong with the notice.
        Err(error) if may_pass(&error) => return Err(error),
        Err(error) => {
            tracing::error!(%error, webhook = %of.1, number = delivery.number, "a notice could not be composed");
            no_notice(at)
        }
    };
    let arrived = tried.arrived();
    note(&app, of, delivery, tried).await?;
    Ok(arrived)
}

/// Why a notice is given up of which there is nothing to send; for the developer.
const GONE: &str =
    "The thing was deleted, and its last state is not kept any more. The next notice says that one was lost.";

/// Counted as an attempt, so that what can never be sent does not keep the rest waiting for ever.
fn no_notice(at: Instant) -> FinishedAttempt {
    let fault = "This server could not compose the notice; its log says why.".to_owned();
    FinishedAttempt { at, duration: Duration::ZERO, said_lost: false, answer: Err(fault) }
}

/// Sends a notice; nothing comes of it when this server has too much to do to try, or no file descriptor left.
async fn send(outgoing: &Outgoing, notice: DeliveryRequest, at: Instant) -> Option<FinishedAttempt> {
    let mut headers = HeaderMap::new();
    for (name, value) in &notice.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let outcome = outgoing.post(&notice.url, headers, notice.body).await;
    if matches!(outcome.answer, Err(Failure::NoRoom)) {
        return None;
    }
    let answer = outcome.answer.map_err(|failure| failure.to_string()).map(|answer| ReceiverAnswer {
        status: answer.status,
        retry_after: answer.retry_after.map(|asked| asked.wait(at)),
        body_start: answer.body_start,
    });
    Some(FinishedAttempt { at, duration: outcome.duration, said_lost: notice.says_lost, answer })
}
