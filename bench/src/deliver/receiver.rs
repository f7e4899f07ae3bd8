//! A webhook receiver that misbehaves at random and records what arrives.
//!
//! It uses plain sockets, to break off or stay silent, and checks signatures with other code than the server's: the
//! library of the Standard Webhooks specification and another HMAC.

use crate::deliver::number_of;
use crate::deliver::verdict::Seen;
use crate::load::Dice;
use crate::now;
use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Maximum age of a delivery; receivers are advised to allow about two minutes.
const FRESH_SECONDS: i64 = 60;
/// Larger than any delivery.
const LARGEST: usize = 1024 * 1024;
/// Longer than the server's timeout of five seconds.
const TOO_LATE: Duration = Duration::from_millis(6_500);
/// A losing receiver forgets one in so many.
const LOSES_ONE_IN: usize = 20;

/// The response to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Taken(u16),
    Late,
    TooLate,
    Never,
    Fails(u16),
    Redirects,
    Closes,
    /// Success, with a body shorter than its `Content-Length`.
    Lies,
}

impl Answer {
    fn at_random(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..5 => Self::Late,
            5..7 => Self::TooLate,
            7..9 => Self::Never,
            9..14 => Self::Fails(500),
            14..17 => Self::Fails(410),
            17..20 => Self::Redirects,
            20..24 => Self::Closes,
            24..27 => Self::Lies,
            27..40 => Self::Taken(204),
            _ => Self::Taken(200),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::Late => "taken late",
            Self::TooLate => "too late",
            Self::Never => "never answered",
            Self::Fails(500) => "500",
            Self::Fails(_) => "410",
            Self::Redirects => "redirected",
            Self::Closes => "broken off",
            Self::Lies => "taken, with a lie about the length",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Registered {
    /// The prefix of message ids.
    pub id: String,
    pub topic: String,
    pub url: String,
}

/// What the receiver has recorded.
#[derive(Debug, Default)]
pub struct Memory {
    /// Arrived and accepted deliveries, in order.
    pub seen: Vec<Seen>,
    /// When each number was first accepted.
    pub first: BTreeMap<i64, Instant>,
    /// Counts by response.
    pub answers: BTreeMap<&'static str, usize>,
    /// Deliveries that arrived again after being accepted.
    pub again: usize,
    /// Violations.
    pub problems: Vec<String>,
    /// The timestamps of each delivery's attempts.
    times: BTreeMap<String, BTreeSet<String>>,
    webhooks: BTreeMap<String, Registered>,
    secret_key: String,
    faults: bool,
    /// Whether it forgets some accepted deliveries.
    loses: bool,
    /// Time of the last delivery.
    pub last: Option<Instant>,
}

/// Dropping it stops it.
#[derive(Debug)]
pub struct Receiver {
    base: String,
    memory: Arc<Mutex<Memory>>,
    accepting: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port of this machine.
    pub async fn start(loses: bool) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let memory = Arc::new(Mutex::new(Memory { loses, ..Memory::default() }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&memory)));
        Ok(Self { base, memory, accepting })
    }

    /// The address for a topic. It has a query, because signatures cover it.
    #[must_use]
    pub fn url(&self, topic: &str) -> String {
        format!("{}/hooks/{topic}?tenant=7&of={}", self.base, topic.replace('/', "%2F"))
    }

    /// Sets the webhooks and the key of the expected signatures.
    pub fn expect(&self, webhooks: Vec<Registered>, secret_key: &str) {
        let mut memory = self.memory();
        memory.webhooks = webhooks.into_iter().map(|webhook| (path(&webhook.url).to_owned(), webhook)).collect();
        secret_key.clone_into(&mut memory.secret_key);
    }

    /// Turns faults on or off.
    pub fn misbehave(&self, faults: bool) {
        self.memory().faults = faults;
    }

    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        remember(&self.memory)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A poisoned lock is used all the same; the panic is reported elsewhere.
fn remember(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Path and query of an address.
fn path(url: &str) -> &str {
    url.splitn(4, '/').nth(3).unwrap_or_default()
}

async fn accept(listener: TcpListener, memory: Arc<Mutex<Memory>>) {
    loop {
        // Fails while this process has too many files open.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        tokio::spawn(serve(stream, Arc::clone(&memory)));
    }
}

/// One request and one response.
async fn serve(mut stream: TcpStream, memory: Arc<Mutex<Memory>>) {
    // A killed server may leave an incomplete request.
    let Some(request) = read(&mut stream).await else { return };
    let (answer, seen) = match came(&mut remember(&memory), &request) {
        Ok(came) => came,
        Err(problem) => {
            remember(&memory).problems.push(format!("{problem:#}"));
            return;
        }
    };
    let text = match answer {
        Answer::Taken(204) => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned(),
        Answer::Taken(_) | Answer::Late | Answer::TooLate => {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\ntaken".to_owned()
        }
        Answer::Lies => "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\nshort".to_owned(),
        Answer::Fails(status) => format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Answer::Redirects => {
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()
        }
        Answer::Closes => return,
        Answer::Never => {
            // Until the server gives up.
            let _ended = stream.read(&mut [0]).await;
            return;
        }
    };
    match answer {
        Answer::Late => tokio::time::sleep(Duration::from_millis(1_500)).await,
        Answer::TooLate => tokio::time::sleep(TOO_LATE).await,
        _ => {}
    }
    // Recorded before the response is sent: the server may send the next delivery at once. Not recorded if the server
    // has ended, because it cannot have received the response.
    if matches!(answer, Answer::Taken(_) | Answer::Late | Answer::Lies) && !has_ended(&stream) {
        taken(&mut remember(&memory), seen);
    }
    // The server may have ended.
    let _sent = stream.write_all(text.as_bytes()).await;
    let _ended = stream.shutdown().await;
}

/// Whether the other end has closed the connection.
fn has_ended(stream: &TcpStream) -> bool {
    match stream.try_read(&mut [0]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

struct Request {
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.headers.get(name).with_context(|| format!("a notice without {name}"))?;
        Ok(value.to_str()?)
    }
}

/// Checks and records a delivery, and chooses the response.
fn came(memory: &mut Memory, request: &Request) -> anyhow::Result<(Answer, Seen)> {
    let target = request.target.trim_start_matches('/');
    let webhook = memory.webhooks.get(target).with_context(|| format!("a request for /{target}"))?;
    let id = request.header("x-bookeo-messageid")?;
    let time = request.header("x-bookeo-timestamp")?;
    ensure!(request.header("webhook-id")? == id, "two ids in one notice: {id}");
    signed(request, &webhook.url, &memory.secret_key, (id, time)).with_context(|| format!("notice {id}"))?;
    let age = now().as_millisecond() - time.parse::<i64>().context("a time that is no number")?;
    ensure!(age.abs() < FRESH_SECONDS * 1_000, "notice {id} bears a time {age} ms ago");
    ensure!(memory.times.entry(id.to_owned()).or_default().insert(time.to_owned()), "notice {id} bears an old time");
    let number = id.strip_prefix(&webhook.id).and_then(|number| number.parse().ok());
    let number: i64 = number.with_context(|| format!("the id {id} is not of webhook {}", webhook.id))?;
    let number = number_of(&webhook.topic, number)?;
    let lost = request.headers.contains_key("x-bookeo-previousmessagelost");
    ensure!(!lost, "notice {id} says that one before it was given up");
    let body: Value = serde_json::from_slice(&request.body).with_context(|| format!("the body of notice {id}"))?;
    let thing = body["itemId"].as_str().with_context(|| format!("notice {id} names no thing"))?.to_owned();
    ensure!(body["item"].is_object(), "notice {id} shows no thing");
    let seen = Seen { topic: webhook.topic.clone(), number, thing, taken: false };
    let answer = if memory.faults { Answer::at_random(&mut Dice::new()?) } else { Answer::Taken(200) };
    *memory.answers.entry(answer.name()).or_default() += 1;
    memory.again += usize::from(memory.first.contains_key(&number));
    memory.last = Some(Instant::now());
    memory.seen.push(seen.clone());
    Ok((answer, seen))
}

fn taken(memory: &mut Memory, seen: Seen) {
    let lost = usize::try_from(seen.number).is_ok_and(|number| number.is_multiple_of(LOSES_ONE_IN));
    if memory.loses && lost {
        return;
    }
    memory.first.entry(seen.number).or_insert_with(Instant::now);
    memory.seen.push(Seen { taken: true, ..seen });
}

fn signed(request: &Request, url: &str, secret_key: &str, (id, time): (&str, &str)) -> anyhow::Result<()> {
    let text = [time.as_bytes(), id.as_bytes(), url.as_bytes(), &request.body].concat();
    let expected = hmac_sha256::HMAC::mac(text, secret_key.as_bytes());
    let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(request.header("x-bookeo-signature")? == expected, "the signature is wrong");
    let standard = standardwebhooks::Webhook::new(&STANDARD.encode(secret_key))?;
    standard.verify(&request.body, &request.headers).context("the signature of the specification is wrong")
}

/// Reads a request; `None` if it ends too early.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    // A client that follows a redirect sends no body.
    let length: usize = headers.get("content-length").map_or(Some(0), |length| length.to_str().ok()?.parse().ok())?;
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        more(stream, &mut body).await?;
    }
    Some(Request { target, headers, body })
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let count = stream.read_buf(bytes).await.ok()?;
    (count > 0 && bytes.len() < LARGEST).then_some(())
}
