//! Proof that acknowledged changes survive kills of the server, repeated on the same data.
//!
//! It does not prove that they survive a failure of the machine: a kill loses no data that the operating system has
//! not written yet.

use crate::client::{Client, text};
use crate::ledger::{Extent, Finding, Ledger, Seen, State, claims, taken};
use crate::load::{Dice, Notes, PREFIX, Worker};
use crate::race::{booking_body, left, products};
use crate::server::{Place, Server};
use crate::{CrashArgs, days_from_now, moment, now, say, say_problems};
use anyhow::{Context, bail};
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Few shared events, so that clients compete.
const EVENTS: usize = 4;

/// How long the claims may take to agree: holds of one second have to expire first.
const PATIENCE: Duration = Duration::from_secs(5);

/// Every so many rounds, and after the last one, the cancelled bookings of all rounds are compared, too.
const ALL_EVERY: u32 = 20;

/// What all rounds have in common.
struct Scene {
    product: String,
    /// The members of a booking without its event.
    booking_body: Value,
    /// The seats of each shared event.
    seats: BTreeMap<String, i64>,
    /// The start of the range with these events.
    from: String,
    to: String,
    /// Seats per participant of each category.
    categories: BTreeMap<String, i64>,
}

/// All rounds. True if nothing was lost; with `--lose`, if losses were found.
pub async fn crash(args: &CrashArgs) -> anyhow::Result<bool> {
    let folder = tempfile::Builder::new().prefix("slotkeeper-crash-").tempdir()?;
    let outcome = rounds(args, &Place::new(folder.path(), args)).await;
    if !matches!(outcome, Ok(true)) {
        say(&format!("The server's data and log are kept in {}", folder.keep().display()));
    }
    outcome
}

async fn rounds(args: &CrashArgs, place: &Place<'_>) -> anyhow::Result<bool> {
    let first = place.start().await.context("first start")?;
    say(&format!("first start, with an empty database: ready after {} ms", first.ready.as_millis()));
    let scene = Scene::choose(&first).await?;
    say(&format!("{} clients share {} events of product {}", args.clients, scene.seats.len(), scene.product));
    first.kill()?;
    let (mut ledger, mut fine, mut counts) = (Ledger::default(), true, BTreeMap::new());
    // After a loss, ledger and server no longer agree: the control has one round.
    for round in 1..=if args.lose { 1 } else { args.rounds } {
        say(&format!("\nround {round}"));
        let (problems, findings) = play(args, place, &scene, (&mut ledger, &mut counts), round).await?;
        let lines: Vec<String> = problems.iter().cloned().chain(findings.iter().map(ToString::to_string)).collect();
        say_problems(&lines);
        if args.lose {
            let losses = findings.iter().filter(|finding| finding.is_loss()).count();
            say(&format!("\n{losses} losses were found, as the control expects some."));
            return Ok(losses > 0);
        }
        fine &= lines.is_empty();
    }
    // One short round on a busy machine may lack some of these; all rounds together may not.
    for needed in ["book 201", "move 200", "cancel 204"].into_iter().filter(|needed| !counts.contains_key(*needed)) {
        say_problems(&[format!("there was no {needed} in all rounds: they prove too little")]);
        fine = false;
    }
    say(if fine { "\nNothing that was acknowledged is lost." } else { "\nSomething is wrong." });
    Ok(fine)
}

/// One round: start, work, kill, start again, compare, stop.
async fn play(
    args: &CrashArgs,
    place: &Place<'_>,
    scene: &Scene,
    (ledger, counts): (&mut Ledger, &mut BTreeMap<String, usize>),
    round: u32,
) -> anyhow::Result<(Vec<String>, Vec<Finding>)> {
    let began = moment(now());
    let server = place.start().await?;
    say(&format!("  ready after {} ms", server.ready.as_millis()));
    let workers = workers(args, &server, scene, ledger, round)?;
    let tasks: Vec<_> = workers.into_iter().map(|worker| tokio::spawn(worker.work())).collect();

    let lifetime = Duration::from_millis(500 + u64::try_from(Dice::new()?.below(1001))?);
    tokio::time::sleep(lifetime / 2).await;
    if args.lose {
        place.take_copy(&server)?;
    }
    tokio::time::sleep(lifetime / 2).await;
    server.kill()?;
    let mut notes = Notes::default();
    for task in tasks {
        let more = task.await?;
        notes.ledger.absorb(more.ledger);
        notes.problems.extend(more.problems);
        for (what, times) in more.counts {
            *notes.counts.entry(what).or_default() += times;
        }
    }
    say(&format!("  killed after {} ms of work", lifetime.as_millis()));
    say(&format!("  {}", notes.counts.iter().map(|(what, n)| format!("{n} × {what}")).collect::<Vec<_>>().join(", ")));
    for (what, times) in &notes.counts {
        *counts.entry(what.clone()).or_default() += times;
    }
    notes.problems.extend(place.halves().await?);
    ledger.absorb(notes.ledger);
    if args.lose {
        place.bring_back_copy()?;
    }

    let server = place.start().await.context("after the kill")?;
    say(&format!("  ready again after {} ms", server.ready.as_millis()));
    let extent = if round.is_multiple_of(ALL_EVERY) || round == args.rounds { Extent::All } else { Extent::Recent };
    let seen = match extent {
        Extent::All => scene.bookings(&server.client, true).await?,
        Extent::Recent => scene.recent(&server.client, &began).await?,
    };
    let mut findings = ledger.compare(&seen, extent, PREFIX);
    findings.extend(scene.claims(&server.client, &seen).await?);
    let (all, open) = ledger.count();
    say(&format!(
        "  compared {} of {all} bookings, {open} of them with a last change that had no answer",
        if extent == Extent::All { all } else { seen.len().min(all) }
    ));
    ledger.settle(&seen, extent);
    server.kill()?;
    Ok((notes.problems, findings))
}

/// The clients of a round. They share the live bookings of earlier rounds.
fn workers(
    args: &CrashArgs,
    server: &Server,
    scene: &Scene,
    ledger: &mut Ledger,
    round: u32,
) -> anyhow::Result<Vec<Worker>> {
    let mut workers = Vec::new();
    for number in 0..args.clients {
        workers.push(Worker {
            client: server.client.clone(),
            name: format!("{PREFIX}{round}-{number}"),
            booking_body: scene.booking_body.clone(),
            events: scene.seats.keys().cloned().collect(),
            mine: Vec::new(),
            dice: Dice::new()?,
            notes: Notes::default(),
        });
    }
    for (index, (reference, number, event)) in ledger.live().enumerate() {
        let worker = index % workers.len();
        workers[worker].mine.push((reference.to_owned(), number.to_owned(), event.to_owned()));
    }
    for worker in &mut workers {
        for (reference, _, _) in &worker.mine {
            ledger.hand_over(reference, &mut worker.notes.ledger);
        }
    }
    Ok(workers)
}

impl Scene {
    /// Chooses the events with the most seats left of the first product that has enough of them. They are days away,
    /// so that no deadline applies.
    async fn choose(server: &Server) -> anyhow::Result<Self> {
        let client = &server.client;
        let (from, to) = (days_from_now(3)?, days_from_now(30)?);
        let mut categories = BTreeMap::new();
        for category in client.get("/settings/peoplecategories").await?["categories"].as_array().into_iter().flatten() {
            categories.insert(text(category, "id").to_owned(), category["numSeats"].as_i64().unwrap_or(1));
        }
        let (product, nothing, seats) = (String::new(), Value::Null, BTreeMap::new());
        let mut scene = Self { product, booking_body: nothing, seats, from, to, categories };
        for product in products(client, "fixed", &server.credentials.products.fixed).await? {
            text(&product, "productId").clone_into(&mut scene.product);
            scene.booking_body = booking_body(&product, "Crash");
            let mut left: Vec<(String, i64)> = scene.left(client).await?.into_iter().collect();
            left.sort_by_key(|(_, left)| -left);
            left.truncate(EVENTS);
            if left.len() == EVENTS && left.iter().all(|(_, left)| *left > 0) {
                let seen = scene.bookings(client, true).await?;
                scene.seats =
                    left.into_iter().map(|(event, left)| (event.clone(), left + taken(&seen, &event))).collect();
                return Ok(scene);
            }
        }
        bail!("no product has {EVENTS} events with seats left")
    }

    /// The seats left by event, as the server shows them.
    async fn left(&self, client: &Client) -> anyhow::Result<BTreeMap<String, i64>> {
        let query = [("productId", self.product.as_str()), ("startTime", &self.from), ("endTime", &self.to)];
        let slots = client.list("/availability/slots", &query).await?;
        Ok(slots.iter().map(|slot| (text(slot, "eventId").to_owned(), left(slot))).collect())
    }

    /// The bookings in the range; with `canceled`, the cancelled ones, too.
    async fn bookings(&self, client: &Client, canceled: bool) -> anyhow::Result<Vec<Seen>> {
        let canceled = canceled.to_string();
        let query = [("startTime", self.from.as_str()), ("endTime", &self.to), ("includeCanceled", &canceled)];
        let bookings = client.list("/bookings", &query).await?;
        Ok(bookings.iter().map(|booking| self.seen(booking)).collect())
    }

    /// The live bookings in the range, and those changed since a moment.
    async fn recent(&self, client: &Client, since: &str) -> anyhow::Result<Vec<Seen>> {
        let mut seen = self.bookings(client, false).await?;
        let live: BTreeSet<String> = seen.iter().map(|booking| booking.number.clone()).collect();
        let until = moment(now() + SignedDuration::from_mins(1));
        let query = [("lastUpdatedStartTime", since), ("lastUpdatedEndTime", &until), ("includeCanceled", "true")];
        let touched = client.list("/bookings", &query).await?;
        seen.extend(touched.iter().map(|booking| self.seen(booking)).filter(|booking| !live.contains(&booking.number)));
        Ok(seen)
    }

    fn seen(&self, booking: &Value) -> Seen {
        let numbers = booking["participants"]["numbers"].as_array().into_iter().flatten();
        let seats = |one: &Value| {
            let each = self.categories.get(text(one, "peopleCategoryId")).copied().unwrap_or(1);
            each * one["number"].as_i64().unwrap_or(0)
        };
        Seen {
            number: text(booking, "bookingNumber").to_owned(),
            reference: booking["externalRef"].as_str().map(str::to_owned),
            state: State { event: text(booking, "eventId").to_owned(), canceled: booking["canceled"] == true },
            seats: numbers.map(seats).sum(),
        }
    }

    /// Compares the claims until they agree or the time is over: holds from before the kill have to expire.
    async fn claims(&self, client: &Client, seen: &[Seen]) -> anyhow::Result<Vec<Finding>> {
        let began = Instant::now();
        loop {
            let findings = claims(&self.seats, seen, &self.left(client).await?);
            if findings.is_empty() || began.elapsed() > PATIENCE {
                return Ok(findings);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
