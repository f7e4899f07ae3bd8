//! Proof that a client that polls for changes every half second sees the last state of everything, while others
//! write.
//!
//! It requests bookings by the time of their last change and customers by that of their creation. Each range begins
//! at the end of the previous one and ends now. On PostgreSQL there are two servers on one database: the client uses
//! one of them, the writers both.

use crate::client::{Client, text};
use crate::load::Dice;
use crate::race::{booking_body, left, products};
use crate::server::{Place, Server};
use crate::{PollArgs, days_from_now, now, say, say_problems};
use anyhow::{Context, ensure};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Interval of the polling.
const EVERY: Duration = Duration::from_millis(500);

/// What the control leaves out between two ranges.
const GAP: SignedDuration = SignedDuration::from_millis(250);

/// Accepted number of refusals, as when a clock was set back.
const MOST_REFUSED: usize = 5;

/// Events that the writers share.
const EVENTS: usize = 40;

/// Bookings that a writer changes at a time; those it leaves keep their last state while others change.
const MINE: usize = 10;

/// The compared state of a booking: reference, title, and whether it is cancelled.
type State = (String, String, bool);

/// The proof. True if nothing was missed; with `--lose`, if losses were found.
pub async fn poll(args: &PollArgs) -> anyhow::Result<bool> {
    let folder = tempfile::Builder::new().prefix("slotkeeper-poll-").tempdir()?;
    let place = Place::of(folder.path(), &args.server_binary, Duration::from_millis(args.ready_within_ms));
    let place = place.on_database(args.database_url.as_deref());
    let outcome = prove(args, &place).await;
    if !matches!(outcome, Ok(true)) {
        say(&format!("The server's data and log are kept in {}", folder.keep().display()));
    }
    outcome
}

async fn prove(args: &PollArgs, place: &Place<'_>) -> anyhow::Result<bool> {
    let mut servers = vec![place.start().await.context("the server's start")?];
    if args.database_url.is_some() {
        servers.push(place.start().await.context("the second server's start")?);
    }
    let first = servers[0].client.clone();
    let mut poller = Poller::new(first.clone(), if args.lose { GAP } else { SignedDuration::ZERO });
    let stop = Arc::new(AtomicBool::new(false));
    let writers = workers(args, &servers).await?;
    let tasks: Vec<_> = writers.into_iter().map(|writer| tokio::spawn(writer.work(Arc::clone(&stop)))).collect();
    let (began, lasts, mut refused) = (Instant::now(), Duration::from_secs(args.seconds.into()), 0);
    while began.elapsed() < lasts {
        let asked = Instant::now();
        // A request without a response is repeated from the end of the last answered range.
        let answered = poller.ask().await;
        refused += usize::from(answered.is_err());
        ensure!(refused <= MOST_REFUSED, "too many questions had no answer, the last one: {answered:?}");
        tokio::time::sleep(EVERY.saturating_sub(asked.elapsed())).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut notes = Notes::default();
    for task in tasks {
        notes.absorb(task.await?);
    }
    poller.ask().await.context("the last question")?;
    poller.say_counts();
    let counts = notes.counts.iter().map(|(what, times)| format!("{times} × {what}")).collect::<Vec<_>>();
    say(&format!("writers: {}", counts.join(", ")));
    for needed in ["book 201", "change 200", "rename 200", "cancel 204"] {
        if !notes.counts.contains_key(needed) {
            notes.problems.push(format!("there was no {needed}: this proves too little"));
        }
    }
    let lost = lost(&notes, &poller);
    let (bookings, customers) = (notes.bookings.len(), notes.customers.len());
    say(&format!("{} lost of the last states of {bookings} bookings and of {customers} customers", lost.len()));
    if args.lose {
        say_problems(&notes.problems);
        say("\nThe control leaves something out between two ranges, and expects losses.");
        return Ok(!lost.is_empty() && notes.problems.is_empty());
    }
    let problems = [lost, notes.problems].concat();
    say_problems(&problems);
    say(if problems.is_empty() { "\nEvery last state was learnt." } else { "\nSomething is wrong." });
    Ok(problems.is_empty())
}

/// What the client should have seen and has not.
fn lost(notes: &Notes, poller: &Poller) -> Vec<String> {
    let mut lost = Vec::new();
    for (number, state) in &notes.bookings {
        match poller.bookings.get(number) {
            Some(seen) if seen == state => {}
            Some(seen) => lost.push(format!("booking {number} is {state:?}, and was last seen as {seen:?}")),
            None => lost.push(format!("booking {number} was never seen")),
        }
    }
    let unseen = notes.customers.iter().filter(|id| !poller.customers.contains(*id));
    lost.extend(unseen.map(|id| format!("customer {id} was never seen")));
    lost
}

/// The polling client.
struct Poller {
    client: Client,
    gap: SignedDuration,
    /// The end of the last range.
    until: jiff::Timestamp,
    bookings: BTreeMap<String, State>,
    customers: BTreeSet<String>,
    times: Vec<Duration>,
    items: usize,
}

impl Poller {
    fn new(client: Client, gap: SignedDuration) -> Self {
        let (bookings, customers) = (BTreeMap::new(), BTreeSet::new());
        Self { client, gap, until: now(), bookings, customers, times: Vec::new(), items: 0 }
    }

    /// Requests the changes since the last range.
    async fn ask(&mut self) -> anyhow::Result<()> {
        let (from, to) = (self.until.checked_add(self.gap)?, now());
        let end = to.max(from);
        let (from, to) = (exact(from), exact(end));
        let asked = Instant::now();
        let query = [("lastUpdatedStartTime", from.as_str()), ("lastUpdatedEndTime", &to), ("includeCanceled", "true")];
        let bookings = self.client.list("/bookings", &query).await?;
        self.times.push(asked.elapsed());
        let customers = self.client.list("/customers", &[("createdSince", from.as_str())]).await?;
        self.items += bookings.len();
        for booking in &bookings {
            self.bookings.insert(text(booking, "bookingNumber").to_owned(), state(booking));
        }
        self.customers.extend(customers.iter().map(|customer| text(customer, "id").to_owned()));
        self.until = end;
        Ok(())
    }

    fn say_counts(&mut self) {
        self.times.sort();
        let at = |part: usize| self.times.get(self.times.len() * part / 100).map_or(0, Duration::as_millis);
        say(&format!(
            "asked {} times, {} bookings; answers took {} ms in the median, {} ms in 99 of 100 cases",
            self.times.len(),
            self.items,
            at(50),
            at(99)
        ));
    }
}

fn state(booking: &Value) -> State {
    (text(booking, "externalRef").to_owned(), text(booking, "title").to_owned(), booking["canceled"] == true)
}

/// A moment for a query, with milliseconds.
fn exact(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// What a writer has recorded.
#[derive(Default)]
struct Notes {
    /// The last acknowledged state of each booking.
    bookings: BTreeMap<String, State>,
    customers: BTreeSet<String>,
    counts: BTreeMap<String, usize>,
    problems: Vec<String>,
}

impl Notes {
    fn absorb(&mut self, more: Self) {
        self.bookings.extend(more.bookings);
        self.customers.extend(more.customers);
        self.problems.extend(more.problems);
        for (what, times) in more.counts {
            *self.counts.entry(what).or_default() += times;
        }
    }
}

/// A writing client. It alone changes what it created, one change after the other.
struct Writer {
    client: Client,
    name: String,
    booking_body: Value,
    events: Arc<Vec<String>>,
    dice: Dice,
    /// Its bookings, with their customers.
    mine: Vec<(String, String)>,
    changes: usize,
    notes: Notes,
}

impl Writer {
    async fn work(mut self, stop: Arc<AtomicBool>) -> Notes {
        while !stop.load(Ordering::Relaxed) {
            self.changes += 1;
            match self.dice.below(100) {
                choice if self.mine.is_empty() || (choice < 30 && self.mine.len() < MINE) => self.book().await,
                0..50 => self.cancel().await,
                50..70 => self.rename().await,
                _ => self.change().await,
            }
        }
        self.notes
    }

    fn reference(&self) -> String {
        format!("{}-{}", self.name, self.changes)
    }

    async fn book(&mut self) {
        let mut body = self.booking_body.clone();
        let title = format!("Polled {}", self.reference());
        body["eventId"] = self.events[self.dice.below(self.events.len())].clone().into();
        body["externalRef"] = self.reference().into();
        body["customer"] = json!({ "firstName": "Polled", "lastName": self.reference() });
        if let Some(booking) = self.send("book", (Method::POST, "/bookings"), Some(&body)).await {
            let (number, customer) =
                (text(&booking, "bookingNumber").to_owned(), text(&booking, "customerId").to_owned());
            self.notes.bookings.insert(number.clone(), (self.reference(), title, false));
            self.notes.customers.insert(customer.clone());
            self.mine.push((number, customer));
        }
    }

    async fn change(&mut self) {
        let (number, _) = self.mine[self.dice.below(self.mine.len())].clone();
        let body = json!({ "externalRef": self.reference() });
        let path = format!("/bookings/{number}");
        if self.send("change", (Method::PUT, &path), Some(&body)).await.is_some() {
            let reference = self.reference();
            self.notes.bookings.entry(number).and_modify(|state| state.0 = reference);
        }
    }

    /// Renames the customer, which changes the booking's title.
    async fn rename(&mut self) {
        let (number, customer) = self.mine[self.dice.below(self.mine.len())].clone();
        let body = json!({ "lastName": self.reference() });
        let path = format!("/customers/{customer}");
        if self.send("rename", (Method::PUT, &path), Some(&body)).await.is_some() {
            let title = format!("Polled {}", self.reference());
            self.notes.bookings.entry(number).and_modify(|state| state.1 = title);
        }
    }

    async fn cancel(&mut self) {
        let (number, _) = self.mine.swap_remove(self.dice.below(self.mine.len()));
        let path = format!("/bookings/{number}");
        if self.send("cancel", (Method::DELETE, &path), None).await.is_some() {
            self.notes.bookings.entry(number).and_modify(|state| state.2 = true);
        }
    }

    /// One call, counted; its body if it succeeded.
    async fn send(&mut self, name: &str, (method, path): (Method, &str), body: Option<&Value>) -> Option<Value> {
        let answer = match self.client.call(method, path, &[], body).await {
            Ok(answer) => answer,
            Err(error) => {
                self.notes.problems.push(format!("{name} {path} has no answer: {error}"));
                return None;
            }
        };
        *self.notes.counts.entry(format!("{name} {}", answer.status)).or_default() += 1;
        match answer.status {
            200..300 => Some(answer.body),
            // Events are full at times, and a clock that was set back looks like many calls at once.
            409 | 429 => None,
            status => {
                self.notes.problems.push(format!("{name} {path} answers {status}: {}", answer.body));
                None
            }
        }
    }
}

/// The writers, spread over the servers, with events that have seats left and are days away, so that no deadline
/// applies.
async fn workers(args: &PollArgs, servers: &[Server]) -> anyhow::Result<Vec<Writer>> {
    let server = servers.first().context("there is a server")?;
    let (from, to) = (days_from_now(3)?, days_from_now(30)?);
    let products = products(&server.client, "fixed", &server.credentials.products.fixed).await?;
    let product = products.first().context("there is a product")?;
    let query = [("productId", text(product, "productId")), ("startTime", &from), ("endTime", &to)];
    let mut slots = server.client.list("/availability/slots", &query).await?;
    slots.sort_by_key(|slot| -left(slot));
    let events: Vec<String> = slots.iter().take(EVENTS).map(|slot| text(slot, "eventId").to_owned()).collect();
    ensure!(!events.is_empty(), "there is no event with seats left");
    let (booking_body, events) = (booking_body(product, "Polled"), Arc::new(events));
    let writer = |(number, server): (u32, &Server)| {
        Ok(Writer {
            client: server.client.clone(),
            name: format!("writer {number}"),
            booking_body: booking_body.clone(),
            events: Arc::clone(&events),
            dice: Dice::new()?,
            mine: Vec::new(),
            changes: 0,
            notes: Notes::default(),
        })
    };
    (0..args.clients).zip(servers.iter().cycle()).map(writer).collect()
}
