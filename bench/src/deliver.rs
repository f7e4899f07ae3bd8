//! Webhooks are told of every change, although the server is killed again and again and the receiver misbehaves.
//!
//! Clients change things, a receiver in this process plays faults at random, and the server is killed while both are busy:
//! between a commit and its delivery, and between a delivery and its record. Afterwards it runs until nothing waits. Then what
//! clients were told is compared with the server's list of changes, and that list with what arrived.

mod receiver;
mod verdict;
mod work;

use crate::client::{Client, text};
use crate::load::Dice;
use crate::race::{left, products, wish};
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

/// What webhooks are registered for.
const TOPICS: [&str; 5] =
    ["customers/created", "customers/updated", "bookings/created", "bookings/updated", "bookings/deleted"];
/// Short waits, and more attempts than faults can come in a row.
const RETRIES: [&str; 2] = ["--retry-seconds", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"];
/// How many events the clients share.
const EVENTS: usize = 40;
/// How long nothing may come before we no longer wait. Longer than any wait of the server's.
const SILENCE: Duration = Duration::from_secs(45);
/// The same when losses are expected.
const SHORT_SILENCE: Duration = Duration::from_secs(12);
/// How long a round may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long each client rests between two changes while delays are measured.
const PAUSE: Duration = Duration::from_millis(100);
/// How many changes the delays are measured with, at most.
const MEASURED: usize = 300;

/// The proof. True when nothing is wrong; with `--lose` when losses were found.
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
    let mut scene = Scene { receiver, workers: hire(args, &server).await?, notes: Notes::default(), before };

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

/// What was there at kills.
#[derive(Debug, Clone, Copy, Default)]
struct Kills {
    count: usize,
    /// At how many of them something was acknowledged and had not arrived.
    waited: usize,
}

struct Scene {
    receiver: Receiver,
    workers: Vec<Worker>,
    /// What the clients brought back.
    notes: Notes,
    /// Where the list of changes ended before there were webhooks.
    before: String,
}

impl Scene {
    /// Has the clients work, and kills the server again and again.
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
            // Of what arrived, some was not acknowledged, so these are at least so many.
            kills.waited += usize::from(self.notes.times.len() > self.receiver.memory().first.len());
        }
        Ok(kills)
    }

    /// Waits until everything in the list has arrived, or nothing has come for so long.
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

    /// How long it takes from the answer to a client until the change arrives, while nothing is disturbed.
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

/// The clients, with events that have seats left, days away so that no deadline of the business interferes.
async fn hire(args: &DeliverArgs, server: &Server) -> anyhow::Result<Vec<Worker>> {
    let (from, to) = (days_from_now(3)?, days_from_now(30)?);
    let products = products(&server.client, "fixed", &server.credentials.products.fixed).await?;
    let product = products.first().context("there is a product")?;
    let query = [("productId", text(product, "productId")), ("startTime", &from), ("endTime", &to)];
    let mut slots = server.client.list("/availability/slots", &query).await?;
    slots.sort_by_key(|slot| -left(slot));
    let events: Vec<String> = slots.iter().take(EVENTS).map(|slot| text(slot, "eventId").to_owned()).collect();
    ensure!(!events.is_empty(), "there is no event with seats left");
    let (wish, events) = (wish(product, "Told"), Arc::new(events));
    let worker = |number| {
        Ok(Worker {
            name: format!("Client {number}"),
            wish: wish.clone(),
            events: Arc::clone(&events),
            dice: Dice::new()?,
            customers: Vec::new(),
            bookings: Vec::new(),
            notes: Notes::default(),
        })
    };
    (0..args.clients).map(worker).collect()
}

/// What names a change of a topic here: notices are counted for each webhook, from 1.
fn number_of(topic: &str, count: i64) -> anyhow::Result<i64> {
    let place = TOPICS.iter().position(|one| *one == topic).context("a topic that is registered")?;
    Ok(i64::try_from(place)? * 1_000_000_000 + count)
}

/// Where the list of changes ends.
async fn last(client: &Client) -> anyhow::Result<String> {
    let mut part = Part::after(client, "").await?;
    while part.more {
        part = Part::after(client, &part.last).await?;
    }
    Ok(part.last)
}

/// The changes from before there were webhooks on whose topics are registered. Each has the number that its notice has.
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

/// A part of the list of changes.
struct Part {
    data: Vec<Value>,
    /// Where the next part begins.
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
