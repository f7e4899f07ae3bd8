//! A small web server: an application's callback page, a webhook receiver, a foreign page.
//!
//! It parses HTTP/1.1 itself, so that a test sees the bytes of a request.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::inbox::Inbox;

/// More than any test sends.
const LARGEST_REQUEST: usize = 8 * 1024 * 1024;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// The path with its query, byte for byte.
    pub target: Vec<u8>,
    /// In the order of arrival, with the sender's upper and lower case.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Request {
    pub fn path(&self) -> &str {
        self.text().split_once('?').map_or(self.text(), |(path, _)| path)
    }

    /// The query, still percent-encoded; empty if there is none.
    pub fn query(&self) -> &str {
        self.text().split_once('?').map_or("", |(_, query)| query)
    }

    /// The first header of that name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.target).expect("a path in UTF-8")
    }
}

/// The response to a posted request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Status(u16),
    /// This status, with seconds in `Retry-After`.
    After(u16, u64),
    /// No response; the connection stays open.
    Never,
    /// No response: the connection is closed.
    Closes,
    /// A success after so many milliseconds.
    Late(u64),
    /// A success with a body shorter than its `Content-Length`.
    LiesAboutLength,
}

/// The server; dropping it stops it.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    requests: Inbox<Request>,
    pages: Mutex<HashMap<String, String>>,
    redirects: Mutex<HashMap<String, String>>,
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
}

impl Receiver {
    /// Listens on a free port of the loopback address.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port on the loopback address");
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            requests: Inbox::new(),
            pages: Mutex::default(),
            redirects: Mutex::default(),
            replies: Mutex::default(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    /// The address of a path: `http://127.0.0.1:port/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The same with the host `localhost`, which browsers treat as another *site* than `127.0.0.1`; another port is
    /// not.
    pub fn foreign_url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    /// Serves an HTML page at a path. Requests for it are not recorded.
    pub fn page(&self, path: &str, html: impl Into<String>) {
        self.shared.pages.lock().unwrap().insert(path.to_owned(), html.into());
    }

    /// Redirects requests for a path; they are still recorded.
    pub fn redirect(&self, path: &str, address: impl Into<String>) {
        self.shared.redirects.lock().unwrap().insert(path.to_owned(), address.into());
    }

    /// Replies to the next requests for a path, one after the other; each is recorded. Later ones succeed.
    pub fn replies(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        self.shared.replies.lock().unwrap().insert(path.to_owned(), replies.into_iter().collect());
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.all()
    }

    /// The oldest request that was not read before; waits for one, and panics when none arrives.
    pub async fn next(&self) -> Request {
        self.shared.requests.next("request").await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

/// One request and one response; then the connection is closed.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    // Browsers open connections that they never use.
    let Some(request) = read(&mut stream).await else { return };
    let page = shared.pages.lock().unwrap().get(request.path()).cloned();
    let answer = match page {
        Some(html) => answer("200 OK", "text/html; charset=utf-8", &html),
        None if request.path() == "/favicon.ico" => answer("404 Not Found", "text/plain", ""),
        None => {
            let address = shared.redirects.lock().unwrap().get(request.path()).cloned();
            let reply = shared.replies.lock().unwrap().get_mut(request.path()).and_then(VecDeque::pop_front);
            shared.requests.put(request);
            match (address, reply) {
                (Some(address), _) => answer(&format!("302 Found\r\nLocation: {address}"), "text/plain", ""),
                (None, None) => answer("200 OK", "text/plain", "received"),
                (None, Some(Reply::Status(status))) => {
                    answer(&format!("{status} Said"), "text/plain", "as was asked for")
                }
                (None, Some(Reply::After(status, seconds))) => {
                    answer(&format!("{status} Said\r\nRetry-After: {seconds}"), "text/plain", "later")
                }
                (None, Some(Reply::Late(millis))) => {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    answer("200 OK", "text/plain", "received")
                }
                (None, Some(Reply::Never)) => std::future::pending().await,
                (None, Some(Reply::Closes)) => return,
                (None, Some(Reply::LiesAboutLength)) => {
                    "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\nshort".to_owned()
                }
            }
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn answer(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut bytes).await?;
    };
    let mut request = parse_head(&bytes[..head])?;
    let length = match request.header("content-length") {
        Some(length) => length.parse().expect("a number in Content-Length"),
        None => 0,
    };
    assert!(request.header("transfer-encoding").is_none(), "the receiver does not read chunked bodies");
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        more(stream, &mut body).await?;
    }
    request.body = body;
    Some(request)
}

/// Reads further bytes; `None` at the end of the connection or if the request is too large.
async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let count = stream.read_buf(bytes).await.ok()?;
    (count > 0 && bytes.len() <= LARGEST_REQUEST).then_some(())
}

fn parse_head(head: &[u8]) -> Option<Request> {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut first = lines.next()?.split(|byte| *byte == b' ');
    let method = String::from_utf8_lossy(first.next()?).into_owned();
    let target = first.next()?.to_vec();
    let headers = lines
        .filter_map(|line| {
            let line = String::from_utf8_lossy(line);
            line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        })
        .collect();
    Some(Request { method, target, headers, body: Vec::new() })
}
