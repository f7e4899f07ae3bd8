//! The HTTP loop over real sockets, with clients that misbehave. The clients block, so the server has its own
//! threads.

use super::{Limits, serve};
use axum::Router;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::future::pending;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

const SHORT: Duration = Duration::from_millis(100);
const ENOUGH: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<io::Result<()>>,
}

async fn start(router: Router, limits: Limits) -> Server {
    start_behind(router, limits, &[]).await
}

/// As `start`, with these networks as proxies.
async fn start_behind(router: Router, limits: Limits, proxies: &[&str]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
    let ended = tokio::spawn(serve(listener, router, limits, proxies, refuse, async {
        stopped.await.ok();
    }));
    Server { address, stop, ended }
}

/// A renderer whose output shows that it was called, and with which path.
fn refuse(status: StatusCode, parts: &Parts) -> Response {
    (status, format!("refused {}", parts.uri.path().get(..4).unwrap_or("/"))).into_response()
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

struct Client(TcpStream);

impl Client {
    fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(ENOUGH)).unwrap();
        Self(stream)
    }

    fn send(mut self, text: &str) -> Self {
        self.0.write_all(text.as_bytes()).unwrap();
        self
    }

    fn get(self, path: &str) -> Self {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"))
    }

    fn rest(mut self) -> String {
        let mut text = String::new();
        self.0.read_to_string(&mut text).unwrap();
        text
    }

    fn until(mut self, end: &str) -> Self {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            bytes.push(byte[0]);
        }
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_head_and_an_idle_connection_are_cut_after_the_time_for_a_head() {
    let server = start(hello(), Limits { header_timeout: SHORT, ..Limits::default() }).await;
    let begin = Instant::now();
    assert_eq!(Client::to(&server).rest(), "", "not a byte came");
    assert_eq!(Client::to(&server).send("GET / HTTP/1.1\r\nhost: ").rest(), "", "half a head came");
    let answer = Client::to(&server).get("/").rest();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
    assert!(begin.elapsed() >= 3 * SHORT && begin.elapsed() < ENOUGH);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_carries_many_requests_and_the_peer_is_known() {
    let whoami = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| format!("you are {peer}.");
    let server = start(Router::new().route("/", get(whoami)), Limits::default()).await;
    let client = Client::to(&server);
    let expected = format!("you are {}.", client.0.local_addr().unwrap());
    client.get("/").until(&expected).get("/").until(&expected);
}

/// A handler that signals when it is entered, and waits for a permit.
fn slow() -> (Router, mpsc::UnboundedReceiver<()>, Arc<Semaphore>) {
    let (entered, entries) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let wait = {
        let gate = gate.clone();
        async move || {
            entered.send(()).unwrap();
            gate.acquire().await.unwrap().forget();
            "finished"
        }
    };
    (hello().route("/slow", get(wait)), entries, gate)
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_over_the_cap_wait_while_requests_are_under_way() {
    let (router, mut entries, gate) = slow();
    let server = start(router, Limits { connections: 1, ..Limits::default() }).await;
    let first = Client::to(&server).get("/slow");
    entries.recv().await.unwrap();
    let second = Client::to(&server).get("/");
    second.0.set_read_timeout(Some(SHORT)).unwrap();
    let waiting = (&second.0).read(&mut [0]).unwrap_err();
    assert!(matches!(waiting.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waiting}");

    gate.add_permits(1);
    second.0.set_read_timeout(Some(ENOUGH)).unwrap();
    // A response is completed first; then the connection is closed.
    first.until("finished");
    second.until("hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_that_waited_longest_makes_room() {
    let server = start(hello(), Limits { connections: 3, ..Limits::default() }).await;
    let silent = Client::to(&server);
    let idle = Client::to(&server).get("/").until("hello");
    let half = Client::to(&server).send("GET / HTTP/1.1\r\n");
    Client::to(&server).get("/").until("hello");
    assert_eq!(silent.rest(), "");
    // Those that waited less are still open.
    half.send("host: x\r\n\r\n").until("hello");
    idle.get("/").until("hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_ask_without_a_pause_make_room() {
    let server = start(hello(), Limits { connections: 2, ..Limits::default() }).await;
    let (asked, done) = (std::sync::mpsc::channel(), Arc::new(AtomicBool::new(false)));
    for _ in 0..2 {
        let (mut client, asked, done) = (Client::to(&server).0, asked.0.clone(), Arc::clone(&done));
        std::thread::spawn(move || {
            // Until the server closes the connection.
            while !done.load(Ordering::Relaxed) && client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").is_ok() {
                let (mut end, mut byte) = (Vec::new(), [0]);
                while !end.ends_with(b"hello") {
                    if client.read_exact(&mut byte).is_err() {
                        return;
                    }
                    end.extend(byte);
                }
                asked.send(()).ok();
            }
        });
    }
    asked.1.recv().unwrap();
    asked.1.recv().unwrap();
    Client::to(&server).get("/").until("hello");
    done.store(true, Ordering::Relaxed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_slow_makes_room_and_an_answer_under_way_does_not() {
    let (router, mut entries, gate) = slow();
    let router = router.route("/read", post(async |body: Bytes| format!("{} bytes", body.len())));
    let server = start(router, Limits { connections: 2, ..Limits::default() }).await;
    let busy = Client::to(&server).get("/slow");
    entries.recv().await.unwrap();
    let body = Client::to(&server).send("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345");
    Client::to(&server).get("/").until("hello");
    assert!((&body.0).read(&mut [0]).is_ok_and(|read| read == 0) || body.0.take_error().is_ok());
    gate.add_permits(1);
    busy.until("finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_makes_room_for_itself_and_is_turned_away_when_it_is_busy() {
    let limits = Limits { connections: 10, connections_per_address: 1, ..Limits::default() };
    let (router, mut entries, gate) = slow();
    let server = start(router, limits).await;
    let idle = Client::to(&server).get("/").until("hello");
    let busy = Client::to(&server).get("/slow");
    entries.recv().await.unwrap();
    assert_eq!(idle.rest(), "");
    let answer = Client::to(&server).rest();
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    gate.add_permits(1);
    busy.until("finished").get("/").until("hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_behind_a_proxy_have_no_share_of_one() {
    let limits = Limits { connections: 3, connections_per_address: 1, ..Limits::default() };
    let server = start_behind(hello(), limits, &["127.0.0.0/8"]).await;
    let clients = [(); 3].map(|()| Client::to(&server).get("/").until("hello"));
    for client in clients {
        client.get("/").until("hello");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_to_come_at_some_pace() {
    let router = Router::new().route("/", post(async |body: Bytes| format!("{} bytes", body.len())));
    let limits = Limits { body_grace: SHORT, body_bytes_per_second: 100, ..Limits::default() };
    let server = start(router, limits).await;
    let head = |size: usize| format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n");
    let begin = Instant::now();
    // Forty bytes add 0.4 seconds.
    let answer = Client::to(&server).send(&head(50)).send(&"a".repeat(40)).rest();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.ends_with("refused /"), "{answer}");
    assert!(begin.elapsed() >= 5 * SHORT && begin.elapsed() < ENOUGH);
    Client::to(&server).send(&head(50)).send(&"a".repeat(50)).until("50 bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_a_request_finish_and_closes_what_is_idle() {
    let (router, mut entries, gate) = slow();
    let server = start(router, Limits::default()).await;
    let idle = Client::to(&server).get("/").until("hello");
    let silent = Client::to(&server);
    let busy = Client::to(&server).get("/slow");
    entries.recv().await.unwrap();

    server.stop.send(()).unwrap();
    assert_eq!(idle.rest(), "");
    assert_eq!(silent.rest(), "");
    assert!(!server.ended.is_finished());

    gate.add_permits(1);
    let answer = busy.rest();
    assert!(answer.ends_with("finished"), "{answer}");
    server.ended.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_sent_before_the_stop_is_answered() {
    let server = start(hello(), Limits::default()).await;
    let clients: Vec<_> = (0..100).map(|_| Client::to(&server).get("/")).collect();
    server.stop.send(()).unwrap();
    for client in clients {
        let answer = client.rest();
        assert!(answer.ends_with("hello"), "{answer}");
    }
    server.ended.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_is_cut() {
    let never = Router::new().route("/", get(async || pending::<&str>().await));
    let server = start(never, Limits { drain: SHORT, ..Limits::default() }).await;
    let hanging = Client::to(&server).get("/");
    let half = Client::to(&server).send("GET");
    server.stop.send(()).unwrap();
    assert_eq!(hanging.rest(), "");
    // It may have been closed before it was read, which resets it.
    assert!((&half.0).read(&mut [0]).is_ok_and(|read| read == 0) || half.0.take_error().is_ok());
    server.ended.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_oversized_or_no_request_is_refused_in_our_own_words() {
    let server = start(hello(), Limits::default()).await;
    let request = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nhost: x{headers}\r\n\r\n");
    let path = |length: usize| format!("/v2/{}", "a".repeat(length));
    let header = |length: usize| format!("\r\na: {}", "b".repeat(length));
    for (request, status) in [
        // The guard's responses, and those beyond the HTTP library's limit: a head of 32 KiB.
        (request(&path(17_000), "\r\nconnection: close"), 414),
        (request(&path(5_000_000), ""), 431),
        (request("/v2/", &(header(32_000) + "\r\nconnection: close")), 431),
        (request("/v2/", &header(5_000_000)), 431),
        (request("/v2/", &("\r\na: b".repeat(1000) + "\r\nconnection: close")), 431),
        (request("/v2/", &"\r\na: b".repeat(2000)), 431),
        ("GET /v2/ HTTP/1.1\r\na: ".to_owned() + &"b".repeat(33_000), 431),
        (request("/v2/", "\r\na\0: b"), 400),
        ("\x16\x03\x01\r\n\r\n".to_owned(), 400),
    ] {
        let answer = Client::to(&server).send(&request).rest();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        let closes = answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n");
        assert!(closes && answer.ends_with("\r\n\r\nrefused /v2/"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_before_the_end_of_a_large_body_arrives() {
    let router = Router::new().route("/", post(async |_: Bytes| "never"));
    let server = start(router, Limits::default()).await;
    let size = 50 << 20;
    let client = Client::to(&server).send(&format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n"));
    let answer = client.send(&"a".repeat(size)).rest();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_a_time_limit() {
    let read = post(async |body: Bytes| format!("{} bytes", body.len()));
    let slow = post(async |_: Bytes| pending::<&str>().await);
    let router = Router::new().route("/read", read).route("/slow", slow);
    let server = start(router, Limits { request_timeout: SHORT, ..Limits::default() }).await;
    let head = |path: &str| format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n");

    let answer = Client::to(&server).send(&head("/read")).send("12345").rest();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.ends_with("refused /rea"), "{answer}");
    Client::to(&server).send(&head("/slow")).send("1234567890").until("refused /slo");
    Client::to(&server).send(&head("/read")).send("12345").send("67890").until("10 bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_becomes_an_answer_and_the_connection_goes_on() {
    let router = hello().route("/panic", get(async || -> &str { panic!("on purpose") }));
    let server = start(router, Limits::default()).await;
    Client::to(&server).get("/panic").until("refused /pan").get("/").until("hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_response_does_not_keep_its_slot() {
    let large = hello().route("/large", get(async || vec![0_u8; 64 << 20]));
    let server =
        start(large, Limits { connections: 1, write_timeout: SHORT, linger: SHORT, ..Limits::default() }).await;
    let _deaf = Client::to(&server).get("/large");
    Client::to(&server).get("/").until("hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_read_byte_by_byte_is_cut_when_its_time_is_over() {
    const SIZE: usize = 64 << 20;
    let large = hello().route("/large", get(async || vec![0_u8; SIZE]));
    let limits = Limits { connections: 1, answer_timeout: SHORT, linger: SHORT, ..Limits::default() };
    let server = start(large, limits).await;
    let mut slow = Client::to(&server).get("/large");
    let (mut byte, mut bytes) = ([0], 0);
    while slow.0.read(&mut byte).is_ok_and(|read| read == 1) {
        bytes += 1;
    }
    assert!(bytes < SIZE, "all of it came");
    Client::to(&server).get("/").until("hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_an_answer_is_not_that_of_its_connection() {
    let server = start(hello(), Limits { answer_timeout: SHORT, ..Limits::default() }).await;
    let begin = Instant::now();
    let mut client = Client::to(&server);
    while begin.elapsed() < 3 * SHORT {
        client = client.get("/").until("hello");
    }
}
