//! Proof that idle or slow connections shut out no other client.
//!
//! From many addresses of this machine, clients leave connections idle, send half the head of a request, or a body
//! byte by byte, and reconnect when the server closes; others send requests without a pause. Meanwhile one client
//! requests `/health` and books, on new connections.

use crate::client::{Client, text};
use crate::race::{booking_body, left, products};
use crate::server::{Place, Server};
use crate::{ConnectionsArgs, days_from_now, say, say_problems};
use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Maximum time of a response.
const SOON: Duration = Duration::from_secs(1);
/// Number of addresses of the attacking clients.
const ADDRESSES: u8 = 20;
/// Pause before a client reconnects.
const REST: Duration = Duration::from_secs(2);
/// How long a client waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// Interval between bytes of a slow body.
const DRIP: Duration = Duration::from_millis(500);
/// With so few descriptors the control's server can accept no connection.
const STARVED: &str = "--nofile=24:24";

/// What an attacking client sends.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Idle,
    HalfHead,
    SlowBody,
    Asker,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Idle => "",
            Self::HalfHead => "GET /health HTTP/1.1\r\nhost: x\r\nx-half: ",
            Self::Asker => "GET /health HTTP/1.1\r\nhost: x\r\n\r\n",
            Self::SlowBody => "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n",
        }
    }
}

/// Durations of one kind of request.
#[derive(Debug, Default)]
struct Times(Vec<Duration>);

impl Times {
    fn worst(&self) -> Duration {
        self.0.iter().copied().max().unwrap_or_default()
    }

    fn middle(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

/// The proof. True if it holds; with `--starve`, if problems were found.
pub async fn connections(args: &ConnectionsArgs) -> anyhow::Result<bool> {
    #[cfg(unix)]
    more_descriptors();
    let folder = tempfile::Builder::new().prefix("slotkeeper-connections-").tempdir()?;
    let place = Place::of(folder.path(), &args.server_binary, Duration::from_millis(args.ready_within_ms));
    let place = place.on_database(args.database_url.as_deref());
    let server = place.start().await?;
    let wrong = under_siege(args, &server).await?;
    say_problems(&wrong);
    if args.starve {
        say(if wrong.is_empty() {
            "The check found nothing, though there was something."
        } else {
            "The check finds it."
        });
        return Ok(!wrong.is_empty());
    }
    say(if wrong.is_empty() { "Everything is as it should be." } else { "Something is wrong." });
    Ok(wrong.is_empty())
}

/// Raises the descriptor limit of this process.
#[cfg(unix)]
fn more_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // With fewer descriptors there are fewer clients; the report states their number.
    let _raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Problems found during the attack.
async fn under_siege(args: &ConnectionsArgs, server: &Server) -> anyhow::Result<Vec<String>> {
    let address: SocketAddr = server.client.base().trim_start_matches("http://").trim_end_matches("/v2").parse()?;
    let mut orders = orders(&server.client).await?;
    let (open, mut others) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for (kind, count) in [
        (Kind::Idle, args.idle),
        (Kind::HalfHead, args.half_heads),
        (Kind::SlowBody, args.slow_bodies),
        (Kind::Asker, args.askers),
    ] {
        for number in 0..count {
            others.spawn(hold(kind, address, source(number), Arc::clone(&open)));
        }
    }
    // Every client has connected once.
    sleep(Duration::from_secs(5)).await;
    if args.starve {
        let pid = server.pid().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, STARVED]).status().context("prlimit")?;
        ensure!(status.success(), "prlimit failed");
    }
    let health = format!("http://{address}/health");
    let (mut healths, mut bookings, mut wrong) = (Times::default(), Times::default(), Vec::new());
    let until = Instant::now() + Duration::from_secs(args.seconds.into());
    let mut most_open = 0;
    while Instant::now() < until {
        most_open = most_open.max(open.load(Ordering::Relaxed));
        // A new connection for each.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(PATIENCE).build()?;
        let begin = Instant::now();
        match client.get(&health).send().await {
            Ok(answer) if answer.status() == 200 => {}
            Ok(answer) => wrong.push(format!("/health answers {}", answer.status())),
            Err(error) => wrong.push(format!("/health has no answer: {error:?}")),
        }
        healths.0.push(begin.elapsed());
        let order = orders.pop().context("there is nothing left to book")?;
        let new = Client::new(server.client.base(), &server.credentials)?;
        let begin = Instant::now();
        match timeout(PATIENCE, new.call(Method::POST, "/bookings", &[], Some(&order))).await {
            Ok(Ok(answer)) if answer.status == 201 => {}
            Ok(Ok(answer)) => wrong.push(format!("a booking is answered {}: {}", answer.status, answer.body)),
            Ok(Err(error)) => wrong.push(format!("a booking has no answer: {error:#}")),
            Err(_) => wrong.push(format!("a booking has no answer after {PATIENCE:?}")),
        }
        bookings.0.push(begin.elapsed());
        sleep(Duration::from_millis(50)).await;
    }
    for (what, times) in [("/health", &healths), ("a booking", &bookings)] {
        let (middle, worst) = (times.middle().as_millis(), times.worst().as_millis());
        say(&format!("{what}: {} times, {middle} ms in the middle, {worst} ms at most", times.0.len()));
        if times.worst() > SOON {
            wrong.push(format!("{what} took {worst} ms"));
        }
    }
    let all = args.idle + args.half_heads + args.slow_bodies + args.askers;
    say(&format!("of {all} other clients up to {most_open} were connected at once"));
    Ok(wrong)
}

/// An address of this machine.
fn source(number: u32) -> Ipv4Addr {
    let last = u8::try_from(number % u32::from(ADDRESSES)).unwrap_or_default();
    Ipv4Addr::new(127, 0, 1, last + 1)
}

/// Connects, sends what its kind sends, and reconnects when the server closes.
async fn hold(kind: Kind, address: SocketAddr, from: Ipv4Addr, open: Arc<AtomicUsize>) {
    loop {
        if let Ok(stream) = connect(address, from).await {
            open.fetch_add(1, Ordering::Relaxed);
            // However the connection ends, the client reconnects.
            let _hung_up = wait(kind, stream).await;
            open.fetch_sub(1, Ordering::Relaxed);
        }
        sleep(REST).await;
    }
}

async fn connect(address: SocketAddr, from: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    timeout(PATIENCE, socket.connect(address)).await?
}

async fn wait(kind: Kind, mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(kind.text().as_bytes()).await?;
    let mut answer = [0; 1024];
    loop {
        let pause = if matches!(kind, Kind::SlowBody) { DRIP } else { Duration::from_secs(3_600) };
        tokio::select! {
            read = stream.read(&mut answer) => {
                if read? == 0 {
                    return Ok(());
                }
                if matches!(kind, Kind::Asker) {
                    stream.write_all(kind.text().as_bytes()).await?;
                }
            }
            () = sleep(pause) => stream.write_all(b"a").await?,
        }
    }
}

/// Booking bodies of one seat each, for all seats left.
async fn orders(client: &Client) -> anyhow::Result<Vec<Value>> {
    let mut orders = Vec::new();
    for product in products(client, "fixed", &[]).await? {
        let (from, to) = (days_from_now(1)?, days_from_now(31)?);
        let query = [("productId", text(&product, "productId")), ("startTime", &from), ("endTime", &to)];
        for slot in client.list("/availability/slots", &query).await? {
            for _ in 0..left(&slot) {
                let mut order = booking_body(&product, "Siege");
                order["eventId"] = slot["eventId"].clone();
                orders.push(order);
            }
        }
    }
    Ok(orders)
}
