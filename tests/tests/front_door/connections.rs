//! Clients that take connections and send little shut out no other client.

use crate::bookings::{business, order};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::server::{Engine, TestServer};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How many connections the server serves at once.
const PLACES: usize = 60;

/// So many connections, each of which sends this and no more.
fn hold(server: &TestServer, count: usize, text: &str) -> Vec<TcpStream> {
    let address = server.url.trim_start_matches("http://");
    let open = |_| {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(text.as_bytes()).expect("the text is taken");
        stream
    };
    (0..count).map(open).collect()
}

async fn idle_and_slow_connections_shut_out_no_client(engine: Engine) {
    let server = TestServer::start_with_connections(engine, PLACES).await;
    let (_, program) = business(&server).await;
    let body = "POST /v2/bookings HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{";
    let kinds = [("idle", ""), ("half a head", "GET /health HTTP/1.1\r\nhost: "), ("a slow body", body)];
    for (number, (kind, text)) in kinds.into_iter().enumerate() {
        let held = hold(&server, 3 * PLACES, text);
        let begin = Instant::now();
        // On new connections: those that were used before made room like others.
        assert_eq!(Visitor::new(&server).get("/health").await.status, 200, "{kind}");
        assert!(begin.elapsed() < Duration::from_secs(1), "{kind}: /health took {:?}", begin.elapsed());
        let begin = Instant::now();
        let program = ApiClient::new(&server, program.api_key(), program.secret_key());
        program.create("/bookings", &order(&format!("2026-05-{:02}", 8 + number), 1)).await;
        assert!(begin.elapsed() < Duration::from_secs(1), "{kind}: a booking took {:?}", begin.elapsed());
        drop(held);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_and_slow_connections_shut_out_no_client_on_sqlite() {
    idle_and_slow_connections_shut_out_no_client(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_and_slow_connections_shut_out_no_client_on_postgres() {
    idle_and_slow_connections_shut_out_no_client(Engine::Postgres).await;
}

/// A head is refused as soon as it is larger than 32 KiB, however much more would come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_has_32_kib() {
    let server = TestServer::start(Engine::Sqlite).await;
    for (bytes, status) in [(30_000, "HTTP/1.1 200"), (33_000, "HTTP/1.1 431")] {
        let text = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-long: {}", "a".repeat(bytes));
        let end = if bytes < 32 * 1024 { "\r\nconnection: close\r\n\r\n" } else { "" };
        let mut stream = hold(&server, 1, &(text + end)).remove(0);
        let mut answer = String::new();
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with(status), "{bytes}: {answer}");
    }
}
