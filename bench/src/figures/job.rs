//! Requests that clients repeat, and how many per second they complete.

use super::machine::{core_time, processor_time};
use super::wire::{Connection, Door};
use crate::load::Dice;
use anyhow::{Context, bail};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Uncounted work before each measurement.
const WARM_UP: Duration = Duration::from_secs(1);

/// What a client repeats.
#[derive(Debug, Clone)]
pub enum Job {
    /// The same `GET`, answered with 200.
    Ask(Vec<u8>),
    /// Holds a seat of some event, then books it.
    HoldAndBook(BookingRequests),
    /// Books a seat of some event.
    Book(BookingRequests),
}

/// Events with more seats than are booked.
#[derive(Debug, Clone)]
pub struct BookingRequests {
    pub door: Door,
    pub product: String,
    pub events: Arc<Vec<String>>,
}

impl BookingRequests {
    /// The body for one adult, on one of the events.
    fn body(&self, dice: &mut Dice) -> String {
        let event = &self.events[dice.below(self.events.len())];
        let (product, number) = (&self.product, dice.below(1_000_000));
        format!(
            r#"{{"productId":"{product}","eventId":"{event}","participants":{{"numbers":[{{"peopleCategoryId":"Cadults","number":1}}]}},"customer":{{"firstName":"Loading","lastName":"Customer","emailAddress":"loading.{number}@travellers.example"}}}}"#
        )
    }

    /// The request for a hold of five minutes, and the one for the booking, without the hold's id.
    #[must_use]
    pub fn requests(&self, dice: &mut Dice) -> (Vec<u8>, Vec<u8>) {
        let body = self.body(dice);
        (self.door.post("/v2/holds", &body), self.door.post("/v2/bookings", &body))
    }
}

impl Job {
    /// Does it once; returns the length of the last response.
    pub async fn once(&self, connection: &mut Connection, dice: &mut Dice) -> anyhow::Result<usize> {
        match self {
            Self::Ask(request) => Ok(connection.must(request, 200).await?.len()),
            Self::Book(booking_requests) => {
                let request = booking_requests.door.post("/v2/bookings", &booking_requests.body(dice));
                Ok(connection.must(&request, 201).await?.len())
            }
            Self::HoldAndBook(booking_requests) => {
                let body = booking_requests.body(dice);
                let hold = connection.must(&booking_requests.door.post("/v2/holds", &body), 201).await?;
                let path = format!("/v2/bookings?previousHoldId={}", id(hold)?);
                Ok(connection.must(&booking_requests.door.post(&path, &body), 201).await?.len())
            }
        }
    }
}

/// The id in the response to a hold, without parsing the rest.
fn id(json: &[u8]) -> anyhow::Result<&str> {
    let text = std::str::from_utf8(json)?;
    let rest = text.split_once(r#""id":""#).context("a hold has no id")?.1;
    Ok(rest.split_once('"').context("a hold has no id")?.0)
}

/// A throughput.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub per_second: f64,
    /// Microseconds of processor time per job, of the measured program.
    pub micros: Option<f64>,
    /// The used part of the client's core, 0 to 1.
    pub client: Option<f64>,
    /// The part of the measured program's core used by other programs, 0 to 1. If it is more than a little, the
    /// figures say less.
    pub others: Option<f64>,
    /// Bytes of the last response.
    pub bytes: usize,
}

/// A measured program.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its address and keys.
    pub door: Door,
    pub pid: u32,
    /// The core it runs on.
    pub core: Option<String>,
}

#[derive(Default)]
struct Shared {
    done: AtomicU64,
    bytes: AtomicUsize,
    stop: AtomicBool,
}

/// The throughput of `clients` clients, each with its own connection and without pauses.
pub async fn measure(job: &Job, asked: &Asked, clients: u32, lasting: Duration) -> anyhow::Result<Rate> {
    let shared = Arc::new(Shared::default());
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let mut connection = Connection::open(asked.door.address).await?;
        let (job, shared, mut dice) = (job.clone(), Arc::clone(&shared), Dice::new()?);
        tasks.push(tokio::spawn(async move {
            while !shared.stop.load(Ordering::Relaxed) {
                shared.bytes.store(job.once(&mut connection, &mut dice).await?, Ordering::Relaxed);
                shared.done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    tokio::time::sleep(WARM_UP).await;
    let before = Reading::take(&shared, asked);
    tokio::time::sleep(lasting).await;
    let after = Reading::take(&shared, asked);
    shared.stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await??;
    }
    let (seconds, done) = (after.at.duration_since(before.at).as_secs_f64(), after.done - before.done);
    if done == 0 {
        bail!("nothing was done in {seconds:.1} s");
    }
    let took = |from: Option<Duration>, to: Option<Duration>| Some(to?.checked_sub(from?)?.as_secs_f64());
    let server = took(before.server, after.server);
    Ok(Rate {
        per_second: done as f64 / seconds,
        micros: server.map(|took| took * 1e6 / done as f64),
        client: took(before.client, after.client).map(|took| took / seconds),
        others: took(before.core, after.core).zip(server).map(|(core, server)| (core - server).max(0.0) / seconds),
        bytes: shared.bytes.load(Ordering::Relaxed),
    })
}

/// The counters at one moment.
struct Reading {
    at: Instant,
    done: u64,
    server: Option<Duration>,
    client: Option<Duration>,
    core: Option<Duration>,
}

impl Reading {
    fn take(shared: &Shared, asked: &Asked) -> Self {
        Self {
            at: Instant::now(),
            done: shared.done.load(Ordering::Relaxed),
            server: processor_time(asked.pid),
            client: processor_time(std::process::id()),
            core: asked.core.as_deref().and_then(core_time),
        }
    }
}
