//! Proof that every change is delivered to webhooks, although the server is killed repeatedly and the receiver
//! misbehaves.
//!
//! Clients change things, a receiver in this process fails at random, and the server is killed between commits and
//! deliveries and between deliveries and their records. Then it runs until nothing is pending. The acknowledged
//! changes are compared with the server's change log, and that with the deliveries.

mod receiver;
mod verdict;
mod work;

use crate::client::{Client, text};
use crate::load::Dice;
use crate::race::{booking_body, left, products};
use crate::server::{Place, Server};
use crate::{DeliverArgs, days_from_now, say, say_problems};
use anyhow::{Context, bail, ensure};
use receiver::{Receiver, Registered};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use verdict::{Logged, compare, missing};
use work::{Notes, Progress, Worker};

/// The topics of the webhooks.
const TOPICS: [&str; 5] =
    ["customers/created", "customers/updated", "bookings/created", "bookings/updated", "bookings/deleted"];
/// Short delays, and more attempts than failures can follow each other.
const RETRIES: [&str; 2] = ["--retry-seconds", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"];
/// Events that the clients share.
const EVENTS: usize = 40;
/// Silence after which the proof stops waiting; longer than any delay of the server.
const SILENCE: Duration = Duration::from_secs(45);
/// The same when losses are expected.
const SHORT_SILENCE: Duration = Duration::from_secs(12);
/// Maximum time of a round.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause of each client between two changes while latency is measured.
const PAUSE: Duration = Duration::from_millis(100);
/// Maximum number of changes for the latency.
const MEASURED: usize = 300;

/// The proof. True if it holds; with `--lose`, if losses were found.
pub async fn deliver(args: &DeliverArgs) -> anyhow::Result<bool> {
    let folder = tempfile::Builder::new().prefix("slotkeeper-deliver-").tempdir()?;
    let place = Place::of(folder.path(), &args.server_binary, Duration::from_millis(args.ready_within_ms));
    let place = place.on_database(args.database_url.as_deref()).with_options(&RETRIES);
    let outcome = prove(args, &place).await;
    if !matches!(outcome, Ok(true)) {
        say(&format!("The server's data and log are kept in {}", folder.keep().display()));
    }
    outcome
}

async fn prove(args: &DeliverArgs, place: &Place<'_>) -> anyhow::Result<bool> {
    let receiver = Receiver::start(args.lose).await?;
    let server = place.start().await.context("first start")?;
    say(&format!("first start, with an empty database: ready after {} ms", server.ready.as_millis()));
    let before = last(&server.client).await?;
    register(&server, &receiver).await?;
    let mut scene = Scene { receiver, workers: workers(args, &server).await?, notes: Notes::default(), before };

    scene.receiver.misbehave(true);
    let kills = scene.disturb(args, place, server).await?;

    let server = place.start().await.context("after the last kill")?;
    let began = Instant::now();
    scene.drain(&server.client, if args.lose { SHORT_SILENCE } else { SILENCE }).await?;
    say(&format!(
        "\nafter the last kill everything that is to come has come within {:.1} s",
        began.elapsed().as_secs_f64()
    ));
    if !args.lose {
        scene.receiver.misbehave(false);
        scene.measure(args, &server).await?;
    }

    let logged = log(&server.client, &scene.before).await?;
    let memory = scene.receiver.memory();
    let verdict = compare(&scene.notes.ledger, &logged, &memory.seen);
    scene.say_counts(&logged, &memory, kills);
    let problems = [&scene.notes.problems[..], &memory.problems, &verdict.all()].concat();
    say_problems(&problems);
    if args.lose {
        say(&format!("\n{} losses were found, as the control expects some.", verdict.missing.len()));
        return Ok(!verdict.missing.is_empty());
    }
    let fine = problems.is_empty();
    say(if fine { "\nEvery change arrived, in order, and nothing else." } else { "\nSomething is wrong." });
    Ok(fine)
}

#[derive(Debug, Clone, Copy, Default)]
struct Kills {
    count: usize,
    /// Kills with an acknowledged, undelivered change.
    waited: usize,
}

struct Scene {
    receiver: Receiver,
    workers: Vec<Worker>,
    /// The notes of all clients.
    notes: Notes,
    /// The position in the change log before the webhooks existed.
    before: String,
}

impl Scene {
    /// Lets the clients work and kills the server repeatedly.
    async fn disturb(&mut self, args: &DeliverArgs, place: &Place<'_>, first: Server) -> anyhow::Result<Kills> {
        let (mut server, mut kills, mut dice) = (Some(first), Kills::default(), Dice::new()?);
        let (rounds, changes) = (usize::try_from(args.rounds)?, usize::try_from(args.changes)?);
        let progress = Arc::new(Progress::default());
        for round in 1..=rounds {
            let running = match server.take() {
                Some(running) => running,
                None => place.start().await.with_context(|| format!("round {round}"))?,
            };
            let tasks: Vec<_> = std::mem::take(&mut self.workers)
                .into_iter()
                .map(|worker| tokio::spawn(worker.work(running.client.clone(), Arc::clone(&progress), Duration::ZERO)))
                .collect();
            let began = Instant::now();
            while progress.done.load(Ordering::Relaxed) < changes * round / rounds {
                ensure!(began.elapsed() < PATIENCE, "a round took longer than {} s", PATIENCE.as_secs());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(u64::try_from(dice.below(400))?)).await;
            running.kill()?;
            for task in tasks {
                let mut worker = task.await?;
                self.notes.absorb(std::mem::take(&mut worker.notes));
                self.workers.push(worker);
            }
            kills.count += 1;
            // Some deliveries were of unacknowledged changes, so the true number may be higher.
            kills.waited += usize::from(self.notes.times.len() > self.receiver.memory().first.len());
        }
        Ok(kills)
    }

    /// Waits until every change of the log has been delivered, or `silence` has passed without a delivery.
    async fn drain(&self, client: &Client, silence: Duration) -> anyhow::Result<()> {
        let (logged, began) = (log(client, &self.before).await?, Instant::now());
        loop {
            let last = {
                let memory = self.receiver.memory();
                if missing(&logged, &memory.seen).is_empty() {
                    return Ok(());
                }
                memory.last
            };
            if last.map_or(began, |last| last.max(began)).elapsed() > silence {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The time from the response to a client until the delivery, without faults.
    async fn measure(&mut self, args: &DeliverArgs, server: &Server) -> anyhow::Result<()> {
        let known = log(&server.client, &self.before).await?.len();
        let wanted = usize::try_from(args.changes)?.div_ceil(5).min(MEASURED);
        let progress = Arc::new(Progress::default());
        progress.enough.store(wanted, Ordering::Relaxed);
        let work = std::mem::take(&mut self.workers)
            .into_iter()
            .map(|worker| tokio::spawn(worker.work(server.client.clone(), Arc::clone(&progress), PAUSE)));
        let (mut calm, tasks) = (Notes::default(), work.collect::<Vec<_>>());
        for task in tasks {
            calm.absorb(task.await?.notes);
        }
        self.drain(&server.client, SILENCE).await?;
        let mut times: BTreeMap<(&str, &str), Vec<Instant>> = BTreeMap::new();
        for (topic, thing, at) in &calm.times {
            times.entry((topic, thing)).or_default().push(*at);
        }
        let mut delays = Vec::new();
        for change in log(&server.client, &self.before).await?.iter().skip(known).rev() {
            let answered = times.get_mut(&(change.topic.as_str(), change.thing.as_str())).and_then(Vec::pop);
            let arrived = self.receiver.memory().first.get(&change.number).copied();
            if let (Some(answered), Some(arrived)) = (answered, arrived) {
                delays.push(arrived.saturating_duration_since(answered));
            }
        }
        delays.sort();
        let (Some(median), Some(worst)) = (delays.get(delays.len() / 2), delays.last()) else {
            bail!("no delay could be measured")
        };
        say(&format!(
            "undisturbed, {} changes: from the answer to the arrival {} ms in the median and {} ms at worst",
            delays.len(),
            median.as_millis(),
            worst.as_millis()
        ));
        self.notes.absorb(calm);
        Ok(())
    }

    fn say_counts(&self, logged: &[Logged], memory: &receiver::Memory, kills: Kills) {
        let list = |counts: &mut dyn Iterator<Item = (&str, &usize)>| {
            counts.map(|(what, count)| format!("{count} × {what}")).collect::<Vec<_>>().join(", ")
        };
        say(&format!("clients: {}", list(&mut self.notes.counts.iter().map(|(what, count)| (what.as_str(), count)))));
        let arrived = logged.len() - missing(logged, &memory.seen).len();
        say(&format!(
            "{} changes acknowledged, {} in the list, {arrived} of them arrived",
            self.notes.times.len(),
            logged.len()
        ));
        say(&format!("receiver: {}", list(&mut memory.answers.iter().map(|(what, count)| (*what, count)))));
        say(&format!(
            "{} kills, at {} of them something waited; {} notices came again although they had been taken",
            kills.count, kills.waited, memory.again
        ));
    }
}

/// Registers a webhook for each topic.
async fn register(server: &Server, receiver: &Receiver) -> anyhow::Result<()> {
    let mut registered = Vec::new();
    for topic in TOPICS {
        let (domain, kind) = topic.split_once('/').context("a topic")?;
        let url = receiver.url(topic);
        let body = json!({ "url": url, "domain": domain, "type": kind });
        let answer = server.client.call(reqwest::Method::POST, "/webhooks", &[], Some(&body)).await?;
        ensure!(answer.status == 201, "POST /webhooks answers {}: {}", answer.status, answer.body);
        registered.push(Registered { id: text(&answer.body, "id").to_owned(), topic: topic.to_owned(), url });
    }
    receiver.expect(registered, &server.credentials.secret_key);
    Ok(())
}

/// The clients, with events that have seats left and are days away, so that no deadline applies.
async fn workers(args: &DeliverArgs, server: &Server) -> anyhow::Result<Vec<Worker>> {
    let (from, to) = (days_from_now(3)?, days_from_now(30)?);
    let products = products(&server.client, "fixed", &server.credentials.products.fixed).await?;
    let product = products.first().context("there is a product")?;
    let query = [("productId", text(product, "productId")), ("startTime", &from), ("endTime", &to)];
    let mut slots = server.client.list("/availability/slots", &query).await?;
    slots.sort_by_key(|slot| -left(slot));
    let events: Vec<String> = slots.iter().take(EVENTS).map(|slot| text(slot, "eventId").to_owned()).collect();
    ensure!(!events.is_empty(), "there is no event with seats left");
    let (booking_body, events) = (booking_body(product, "Told"), Arc::new(events));
    let worker = |number| {
        Ok(Worker {
            name: format!("Client {number}"),
            booking_body: booking_body.clone(),
            events: Arc::clone(&events),
            dice: Dice::new()?,
            customers: Vec::new(),
            bookings: Vec::new(),
            notes: Notes::default(),
        })
    };
    (0..args.clients).map(worker).collect()
}

/// A number for a change of a topic: deliveries are counted for each webhook, from 1.
fn number_of(topic: &str, count: i64) -> anyhow::Result<i64> {
    let place = TOPICS.iter().position(|one| *one == topic).context("a topic that is registered")?;
    Ok(i64::try_from(place)? * 1_000_000_000 + count)
}

/// The current end of the change log.
async fn last(client: &Client) -> anyhow::Result<String> {
    let mut part = Part::after(client, "").await?;
    while part.more {
        part = Part::after(client, &part.last).await?;
    }
    Ok(part.last)
}

/// The changes on registered topics since `before`, each with the number of its delivery.
async fn log(client: &Client, before: &str) -> anyhow::Result<Vec<Logged>> {
    let (mut logged, mut after, mut counts) = (Vec::new(), before.to_owned(), [0; TOPICS.len()]);
    loop {
        let part = Part::after(client, &after).await?;
        for change in &part.data {
            let topic = format!("{}/{}", text(change, "domain"), text(change, "type"));
            if let Some(place) = TOPICS.iter().position(|one| *one == topic) {
                counts[place] += 1;
                let number = number_of(&topic, counts[place])?;
                logged.push(Logged { number, topic, thing: text(change, "itemId").to_owned() });
            }
        }
        if !part.more {
            return Ok(logged);
        }
        after = part.last;
    }
}

/// A part of the change log.
struct Part {
    data: Vec<Value>,
    /// The position after this part.
    last: String,
    more: bool,
}

impl Part {
    async fn after(client: &Client, after: &str) -> anyhow::Result<Self> {
        let mut answer = client.get(&format!("/changes?after={after}&limit=500")).await?;
        let Value::Array(data) = answer["data"].take() else { bail!("GET /changes answers no list") };
        Ok(Self { data, last: text(&answer, "last").to_owned(), more: answer["more"] == true })
    }
}
