//! Proof that the largest possible bookings, listed by many clients, read slowly and renamed, leave memory and other
//! accounts unharmed.
//!
//! It measures the server's peak memory, as counted by the kernel, and the longest wait of another account's write.
//! That account has no products in a demo, so it writes customers, which take the same path as bookings.

use crate::client::{Client, Credentials, text};
use crate::race::{booking_body, left, products};
use crate::server::{Place, Server};
use crate::{SwampArgs, days_from_now, say};
use anyhow::{Context, bail};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The numbers of bookings, listing clients and slow readers.
const BOOKINGS: usize = 150;
const LISTING: usize = 10;
const SLOW: usize = 25;

/// All bookings, on the largest pages.
const PAGE: [(&str, &str); 2] = [("includeCanceled", "true"), ("itemsPerPage", "100")];

#[derive(Debug, Clone, Copy)]
struct Figures {
    peak_mib: u64,
    longest: Duration,
}

/// The attacking clients' stop signal and counts.
#[derive(Clone, Default)]
struct Attack {
    over: Arc<AtomicBool>,
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
}

/// The proof. True if the server stays within the limits; with `control`, if the attack is visible compared to the
/// server at rest.
pub async fn swamp(args: &SwampArgs) -> anyhow::Result<bool> {
    let folder = tempfile::Builder::new().prefix("slotkeeper-swamp-").tempdir()?;
    let ready = Duration::from_millis(args.ready_within_ms);
    let place = Place::of(folder.path(), &args.server_binary, ready).on_database(args.database_url.as_deref());
    let server = place.start().await?;
    let foreign = foreign(&server).await?;
    let (customer, largest) = fill(&server).await?;
    say(&format!(
        "{BOOKINGS} bookings of one customer, each as large as they are taken: a body of {} KiB",
        largest / 1024
    ));
    let rest = Figures { longest: writes(&foreign, Duration::from_secs(2)).await?, peak_mib: peak_mib(&server)? };
    say(&format!("  before  {}", rest.line()));

    let (attack, mut tasks) = (Attack::default(), JoinSet::new());
    for _ in 0..LISTING {
        tasks.spawn(attack.clone().list(server.client.clone()));
    }
    let address = Arc::new(Target::of(&server)?);
    for _ in 0..SLOW {
        tasks.spawn(attack.clone().read_slowly(Arc::clone(&address)));
    }
    tasks.spawn(attack.clone().rename(server.client.clone(), customer));
    let longest = writes(&foreign, Duration::from_secs(args.seconds)).await?;
    let during = Figures { longest, peak_mib: peak_mib(&server)? };
    attack.over.store(true, Ordering::Relaxed);
    tasks.shutdown().await;
    say(&format!("  during  {}", during.line()));
    let counts = attack.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    say(&format!("  {}", counts.iter().map(|(what, n)| format!("{n} × {what}")).collect::<Vec<_>>().join(", ")));
    if !counts.contains_key("slow 200") {
        bail!("nothing large was answered, so it proves nothing");
    }
    if args.control {
        let seen = during.peak_mib > rest.peak_mib && during.longest > rest.longest;
        say(if seen {
            "The attack is seen, as the control expects."
        } else {
            "The attack leaves no trace: it proves nothing."
        });
        return Ok(seen);
    }
    let fine = during.peak_mib <= args.most_mib && during.longest <= Duration::from_millis(args.most_ms);
    say(&format!("{} {} MiB and {} ms.", if fine { "Within" } else { "WRONG: beyond" }, args.most_mib, args.most_ms));
    Ok(fine)
}

impl Figures {
    fn line(self) -> String {
        format!("most memory {} MiB, longest write of another account {} ms", self.peak_mib, self.longest.as_millis())
    }
}

/// The server's peak memory since its start.
fn peak_mib(server: &Server) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).context("this needs Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? / 1024)
}

/// A client of another account: of a business in the demo's portal.
async fn foreign(server: &Server) -> anyhow::Result<Client> {
    let portal = server.credentials.portal.as_ref().context("the demo has no portal")?;
    let business = portal.subaccounts.first().context("the demo's portal has no business")?;
    let url = format!("{}/subaccounts/{business}/apikeys", server.client.base());
    let request = reqwest::Client::builder().no_proxy().build()?.post(url);
    let request = request.header("x-bookeo-apikey", &portal.api_key);
    let answer = request.header("x-bookeo-secretkey", &server.credentials.secret_key).send().await?;
    let made = answer.headers().get("location").context("no key was made")?.to_str()?.to_owned();
    let mut credentials = server.credentials.clone();
    credentials.api_keys.all = made.rsplit('/').next().unwrap_or_default().to_owned();
    Client::new(server.client.base(), &credentials)
}

/// Bodies from the largest possible down to a usual one.
fn bodies(booking_body: &Value) -> Vec<Value> {
    let with = |description: String| {
        let price = json!({ "amount": "0", "currency": "EUR" });
        let line = json!({ "unitPrice": price, "quantity": 1, "description": description });
        let mut body = booking_body.clone();
        body["priceAdjustments"] = json!(vec![line; 100]);
        body
    };
    let mut bodies = vec![with("\u{1}".repeat(1_000))];
    bodies.extend([250, 200, 125, 90, 60, 50, 30, 10].map(|length| with("😀".repeat(length))));
    bodies
}

/// Books and cancels, so that seats do not run out; returns the customer, and the size of the accepted body.
async fn fill(server: &Server) -> anyhow::Result<(String, usize)> {
    let client = &server.client;
    let customer = client.call(Method::POST, "/customers", &[], Some(&json!({ "firstName": "Swamp" }))).await?;
    let customer = text(&customer.body, "id").to_owned();
    let (from, to) = (days_from_now(2)?, days_from_now(25)?);
    let product = products(client, "fixed", &server.credentials.products.fixed).await?.remove(0);
    let query = [("productId", text(&product, "productId")), ("startTime", &from), ("endTime", &to)];
    let slots = client.list("/availability/slots", &query).await?;
    let slot = slots.iter().find(|slot| left(slot) > 0).context("no event has seats left")?;
    let mut booking_body = booking_body(&product, "Swamp");
    booking_body["eventId"] = slot["eventId"].clone();
    booking_body["customerId"] = customer.as_str().into();
    let mut taken = None;
    for body in bodies(&booking_body) {
        let answer = client.call(Method::POST, "/bookings", &[], Some(&body)).await?;
        if answer.status == 201 {
            cancel(client, &answer.body).await?;
            taken = Some(body);
            break;
        }
    }
    let body = taken.context("no large booking is taken")?;
    for _ in 1..BOOKINGS {
        let answer = client.call(Method::POST, "/bookings", &[], Some(&body)).await?;
        if answer.status != 201 {
            bail!("a booking as large as before is answered with {}: {}", answer.status, answer.body);
        }
        cancel(client, &answer.body).await?;
    }
    Ok((customer, body.to_string().len()))
}

async fn cancel(client: &Client, booking: &Value) -> anyhow::Result<()> {
    let path = format!("/bookings/{}", text(booking, "bookingNumber"));
    let answer = client.call(Method::DELETE, &path, &[], None).await?;
    if answer.status == 204 { Ok(()) } else { bail!("a booking cannot be cancelled: {}", answer.body) }
}

/// Writes repeatedly for `time`; returns the longest duration.
async fn writes(foreign: &Client, time: Duration) -> anyhow::Result<Duration> {
    let (began, mut longest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < time {
        let asked = Instant::now();
        let answer = foreign.call(Method::POST, "/customers", &[], Some(&json!({ "firstName": "Other" }))).await;
        longest = longest.max(asked.elapsed());
        match answer {
            Ok(answer) if answer.status == 201 => {}
            Ok(answer) => say(&format!("  another account is answered with {}: {}", answer.status, answer.body)),
            // It waited for the whole timeout.
            Err(error) if error.is_timeout() => {}
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(longest)
}

/// The address and request of slow readers.
struct Target {
    host: String,
    request: String,
}

impl Target {
    fn of(server: &Server) -> anyhow::Result<Self> {
        let Credentials { api_keys, secret_key, .. } = &server.credentials;
        let host = server.client.base().trim_start_matches("http://").trim_end_matches("/v2").to_owned();
        let query: Vec<String> = PAGE.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (from, to, all) = (days_from_now(0)?, days_from_now(30)?, &api_keys.all);
        let path = format!("/v2/bookings?startTime={from}&endTime={to}&{}", query.join("&"));
        let keys = format!("X-Bookeo-apiKey: {all}\r\nX-Bookeo-secretKey: {secret_key}\r\n");
        Ok(Self { request: format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{keys}\r\n"), host })
    }
}

impl Attack {
    fn count(&self, what: &str, status: impl std::fmt::Display) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(format!("{what} {status}")).or_default() += 1;
    }

    async fn list(self, client: Client) -> anyhow::Result<()> {
        let (from, to) = (days_from_now(0)?, days_from_now(30)?);
        let query = [&PAGE[..], &[("startTime", &from), ("endTime", &to)]].concat();
        while !self.over.load(Ordering::Relaxed) {
            match client.call(Method::GET, "/bookings", &query, None).await {
                Ok(answer) => self.count("list", answer.status),
                Err(_) => self.count("list", "without an answer"),
            }
        }
        Ok(())
    }

    /// Reads a response byte by byte, and repeats the request when it was cut off.
    async fn read_slowly(self, target: Arc<Target>) -> anyhow::Result<()> {
        while !self.over.load(Ordering::Relaxed) {
            let mut socket = TcpStream::connect(&target.host).await?;
            socket.write_all(target.request.as_bytes()).await?;
            let mut start = [0; 12];
            if socket.read_exact(&mut start).await.is_err() {
                self.count("slow", "without an answer");
                continue;
            }
            self.count("slow", String::from_utf8_lossy(&start[9..]));
            let mut byte = [0];
            while start.ends_with(b"200") && socket.read(&mut byte).await.is_ok_and(|read| read > 0) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            // A pause after a refusal: the attack is on memory, not on the network.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    async fn rename(self, client: Client, customer: String) -> anyhow::Result<()> {
        let path = format!("/customers/{customer}");
        let mut number = 0;
        while !self.over.load(Ordering::Relaxed) {
            number += 1;
            let body = json!({ "firstName": format!("Swamp {number}") });
            match client.call(Method::PUT, &path, &[], Some(&body)).await {
                Ok(answer) => self.count("rename", answer.status),
                Err(_) => self.count("rename", "without an answer"),
            }
        }
        Ok(())
    }
}
