//! What holds for every response, and for malformed requests.

use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::server::TestServer;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Sends bytes and reads the answer until the server closes.
fn ask(server: &TestServer, request: &str) -> String {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).expect("a connection");
    socket.write_all(request.as_bytes()).expect("written");
    let mut answer = Vec::new();
    // A server that refuses may reset what it does not want to read.
    let _reset = socket.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

on_every_engine! {
    /// A request has exactly one `Host`: two, or none, are refused.
    async fn a_request_names_one_host(server: TestServer) {
        let host = server.url.trim_start_matches("http://").to_owned();
        tokio_free(move || {
            for path in ["/", "/v2/settings/apikeyinfo", "/health", "/static/none", "/calendars/x.ics"] {
                for (version, hosts, refused) in [
                    ("1.1", &[host.as_str()][..], false),
                    ("1.1", &[], true),
                    ("1.1", &[host.as_str(), host.as_str()], true),
                    ("1.1", &[host.as_str(), "evil.example"], true),
                    ("1.0", &[], false),
                    ("1.0", &["evil.example", host.as_str()], true),
                ] {
                    let named: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
                    let answer = ask(&server, &format!("GET {path} HTTP/{version}\r\n{named}Connection: close\r\n\r\n"));
                    assert_eq!(status(&answer) == 400, refused, "{path} {version} {hosts:?}: {answer}");
                }
            }
            server
        })
        .await;
    }

    /// Every response has `nosniff`, from whatever layer.
    async fn nothing_is_sniffed(server: TestServer) {
        let host = server.url.trim_start_matches("http://").to_owned();
        tokio_free(move || {
            let head = format!("Host: {host}\r\nConnection: close\r\n");
            let large = "x".repeat(20_000);
            let huge = "x".repeat(300_000);
            for (request, expected) in [
                (format!("GET / HTTP/1.1\r\n{head}\r\n"), 200),
                (format!("GET /docs HTTP/1.1\r\n{head}\r\n"), 200),
                (format!("GET /openapi.json HTTP/1.1\r\n{head}\r\n"), 200),
                (format!("GET /health HTTP/1.1\r\n{head}\r\n"), 200),
                (format!("GET /backoffice HTTP/1.1\r\n{head}\r\n"), 303),
                (format!("GET /nothing HTTP/1.1\r\n{head}\r\n"), 404),
                (format!("GET /calendars/x.ics HTTP/1.1\r\n{head}\r\n"), 404),
                (format!("GET /static/none.css HTTP/1.1\r\n{head}\r\n"), 404),
                (format!("POST /static/none.css HTTP/1.1\r\n{head}Content-Length: 0\r\n\r\n"), 405),
                (format!("DELETE / HTTP/1.1\r\n{head}\r\n"), 403),
                (format!("GET /v2/nothing HTTP/1.1\r\n{head}\r\n"), 404),
                (format!("GET /v2/settings/apikeyinfo HTTP/1.1\r\n{head}\r\n"), 401),
                (format!("PATCH /v2/bookings HTTP/1.1\r\n{head}\r\n"), 405),
                (format!("OPTIONS /v2/bookings HTTP/1.1\r\n{head}Origin: https://shop.example\r\nAccess-Control-Request-Method: GET\r\n\r\n"), 200),
                (format!("GET /{large} HTTP/1.1\r\n{head}\r\n"), 414),
                (format!("GET /v2/{huge} HTTP/1.1\r\n{head}\r\n"), 0),
                (format!("GET / HTTP/1.1\r\n{head}X: {large}{large}\r\n\r\n"), 431),
                ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), 400),
                ("no HTTP at all\r\n\r\n".to_owned(), 400),
            ] {
                let answer = ask(&server, &request);
                let start = request.get(..40).unwrap_or(&request);
                if expected != 0 {
                    assert_eq!(status(&answer), expected, "{start}: {answer}");
                }
                let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
                assert_eq!(head.matches("\r\nx-content-type-options: nosniff").count(), 1, "{start}: {head}");
            }
            server
        })
        .await;
    }
}

/// Runs blocking code on a thread where that is allowed, and drops the server there.
async fn tokio_free(work: impl FnOnce() -> TestServer + Send + 'static) {
    let server = tokio::task::spawn_blocking(work).await.expect("no panic");
    drop(server);
}
