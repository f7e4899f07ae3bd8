//! Deliver changes to webhooks (wire reference, section 5).
//!
//! A webhook is leased: for a while no other node takes it. Whoever has it sends what is due, a few at a time, always the first
//! that waits for a thing, and writes down what became of each before the next one for the same thing goes out. No transaction
//! is open while a receiver is asked. A crash in between means that a change is sent again when the lease has ended, under the
//! same message id.

use crate::Stop;
use slotkeeper_app::App;
use slotkeeper_app::webhooks::notice::{self, Notice};
use slotkeeper_app::webhooks::outcome::{Answered, Tried, forget, note};
use slotkeeper_domain::time::Instant;
use slotkeeper_outgoing::{HeaderMap, HeaderName, HeaderValue, Outgoing};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::deliveries::{self, Delivery};
use slotkeeper_store::tables::webhooks::{self, Lease};
use std::collections::HashSet;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Interval, sleep};

/// How many webhooks this node serves at once. A receiver that does not answer keeps its own webhook waiting and no other.
const MOST_WEBHOOKS: usize = 200;
/// How many notices of one webhook are under way at once.
const MOST_AT_ONCE: usize = 8;
/// How long a lease lasts. Longer than an attempt, and as short as a crash may delay a notice.
const LEASE: Duration = Duration::from_secs(15);
/// A lease with less left than this is renewed before anything else is sent: an attempt and what it writes must fit in.
const RESERVE: Duration = Duration::from_secs(8);
/// How long one webhook is served before others have their turn.
const TURN: Duration = Duration::from_secs(30);
/// How often to look for what has become due while notices of the same webhook are under way.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Delivers what becomes due until the server stops; notices under way are waited for.
pub(crate) async fn run(app: &App, outgoing: &Outgoing, mut ticks: Interval, mut stop: Stop) {
    let mut serving = JoinSet::new();
    loop {
        tokio::select! {
            _tick = ticks.tick() => {}
            () = app.store().deliveries().notified() => {}
            Some(_served) = serving.join_next() => continue,
            () = stop.told() => break,
        }
        begin(app, outgoing, &mut serving, &stop).await;
    }
    while serving.join_next().await.is_some() {}
}

/// Delivers what is due now, and what becomes due while it is at it; for tests, which move the clock themselves.
pub async fn deliver_due(app: &App, outgoing: &Outgoing) {
    let (_stopper, stop) = Stop::pair();
    let mut serving = JoinSet::new();
    loop {
        if begin(app, outgoing, &mut serving, &stop).await == 0 && serving.is_empty() {
            return;
        }
        serving.join_next().await;
    }
}

/// Leases webhooks for which there is something to do and serves each in a task of its own; how many.
async fn begin(app: &App, outgoing: &Outgoing, serving: &mut JoinSet<()>, stop: &Stop) -> usize {
    let free = MOST_WEBHOOKS.saturating_sub(serving.len());
    let (now, limit) = (app.now(), i64::try_from(free).unwrap_or(0));
    let leased = app.store().tidy(move |tx| webhooks::lease_due(tx, now, now.after(LEASE), limit)).await;
    let leased = leased.unwrap_or_else(|error: StoreError| {
        tracing::warn!(%error, "webhooks that are due could not be read");
        Vec::new()
    });
    let count = leased.len();
    for lease in leased {
        let turn = Turn { app: app.clone(), outgoing: outgoing.clone(), lease, stop: stop.clone() };
        serving.spawn(turn.serve());
    }
    count
}

/// One webhook that this node has in hand.
struct Turn {
    app: App,
    outgoing: Outgoing,
    lease: Lease,
    stop: Stop,
}

impl Turn {
    async fn serve(mut self) {
        if let Err(error) = self.deliver().await {
            // What is under way is written down by nobody; it is sent again when the lease has ended.
            tracing::warn!(%error, webhook = %self.lease.webhook, "a webhook could not be served");
            return;
        }
        let lease = self.lease.clone();
        let released = self.app.store().tidy(move |tx| webhooks::release(tx, &lease)).await;
        match released {
            // Something came in after the last look.
            Ok::<_, StoreError>(Some(due)) if due <= self.app.now() => self.app.store().deliveries().notify_one(),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, webhook = %self.lease.webhook, "a webhook could not be released"),
        }
    }

    async fn deliver(&mut self) -> Result<(), StoreError> {
        let began = tokio::time::Instant::now();
        let mut under_way: JoinSet<(String, Result<(), StoreError>)> = JoinSet::new();
        let mut things = HashSet::new();
        loop {
            let goes_on = began.elapsed() < TURN && !self.stop.is_told() && self.keep().await?;
            if goes_on {
                for delivery in self.next(&things).await? {
                    things.insert(delivery.thing_id.clone());
                    under_way.spawn(attempt(self.app.clone(), self.outgoing.clone(), self.lease.clone(), delivery));
                }
            }
            let look = sleep(LOOK_EVERY);
            tokio::select! {
                done = under_way.join_next() => match done {
                    None => return Ok(()),
                    Some(Ok((thing, outcome))) => {
                        outcome?;
                        things.remove(&thing);
                    }
                    Some(Err(_panicked)) => return Err(StoreError::Panicked { unit: "an attempt to deliver" }),
                },
                () = look, if goes_on && things.len() < MOST_AT_ONCE => {}
            }
        }
    }

    /// Keeps the webhook in hand; false when somebody else has it now.
    async fn keep(&mut self) -> Result<bool, StoreError> {
        let now = self.app.now();
        if now.after(RESERVE) < self.lease.until {
            return Ok(true);
        }
        let (lease, until) = (self.lease.clone(), now.after(LEASE));
        let kept = self.app.store().tidy(move |tx| webhooks::renew(tx, &lease, until)).await?;
        self.lease.until = if kept { until } else { self.lease.until };
        Ok(kept)
    }

    /// What can be sent besides what is under way.
    async fn next(&self, under_way: &HashSet<String>) -> Result<Vec<Delivery>, StoreError> {
        let room = MOST_AT_ONCE.saturating_sub(under_way.len());
        if room == 0 {
            return Ok(Vec::new());
        }
        let (now, lease) = (self.app.now(), self.lease.clone());
        // What is under way is still due, and comes first.
        let limit = i64::try_from(MOST_AT_ONCE + under_way.len()).unwrap_or(i64::MAX);
        let heads = move |db: &mut _| deliveries::heads(db, (&lease.account, &lease.webhook), now, limit);
        let found: Vec<Delivery> = self.app.store().read(heads).await?;
        Ok(found.into_iter().filter(|delivery| !under_way.contains(&delivery.thing_id)).take(room).collect())
    }
}

/// Tries one delivery and writes down what became of it.
async fn attempt(app: App, outgoing: Outgoing, lease: Lease, delivery: Delivery) -> (String, Result<(), StoreError>) {
    let thing = delivery.thing_id.clone();
    let outcome = try_once(&app, &outgoing, lease, delivery).await;
    (thing, outcome)
}

async fn try_once(app: &App, outgoing: &Outgoing, lease: Lease, delivery: Delivery) -> Result<(), StoreError> {
    let of = (lease.account, lease.webhook);
    let (unit, whose, what, at) = (app.clone(), of.clone(), delivery.clone(), app.now());
    let composed: Result<_, StoreError> =
        app.store().read(move |db| notice::compose(db, &unit, (&whose.0, &whose.1), &what, at)).await;
    let tried = match composed {
        Ok(None) => return forget(app, of, delivery).await,
        Ok(Some(notice)) => send(outgoing, notice, at).await,
        // Counted as an attempt, so that what can never be composed does not keep the rest waiting for ever.
        Err(error) => {
            tracing::error!(%error, webhook = %of.1, number = delivery.number, "a notice could not be composed");
            let fault = "This server could not compose the notice; its log says why.".to_owned();
            Tried { at, duration: Duration::ZERO, answer: Err(fault) }
        }
    };
    note(app, of, delivery, tried).await
}

async fn send(outgoing: &Outgoing, notice: Notice, at: Instant) -> Tried {
    // The policy may have become stricter since the address was registered.
    let url = match outgoing.policy().check(&notice.url) {
        Ok(url) => url,
        Err(refusal) => return Tried { at, duration: Duration::ZERO, answer: Err(refusal.to_string()) },
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &notice.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let outcome = outgoing.post(&url, headers, notice.body).await;
    let answer = outcome.answer.map_err(|failure| failure.to_string()).map(|answer| Answered {
        status: answer.status,
        retry_after: answer.retry_after.map(|asked| asked.wait(at)),
        body_start: answer.body_start,
    });
    Tried { at, duration: outcome.duration, answer }
}
