//! Logging. A line never contains a URI, query, header, name, address or key, nor a sentence that repeats client
//! input: a request is identified by its route template and a random id.

pub mod clean;

use self::clean::Clean;
use crate::config::{Log, LogFormat};
use anyhow::Context;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::fmt;
use std::io::stderr;
use std::panic;
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard error, and logs panics. Fails when the filter is invalid, or a logger is already
/// installed.
pub fn init(log: &Log) -> anyhow::Result<()> {
    let filter = filter(&log.filter).context("log.filter is not understood")?;
    // Without colours: their codes are control characters.
    let lines = layer().with_ansi(false).with_writer(Clean(stderr));
    let begun = match log.format {
        LogFormat::Text => registry().with(filter).with(lines).try_init(),
        LogFormat::Json => registry().with(filter).with(lines.json().flatten_event(true)).try_init(),
    };
    begun.map_err(|error| anyhow::anyhow!("the log cannot begin: {error}"))?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Parses a filter such as `info,hyper=debug`; `None` if it is invalid. Empty parts are ignored, as a trailing comma.
/// Span filters are refused: they would be read as the name of a target that logs nothing.
pub(crate) fn filter(text: &str) -> Option<Targets> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| part.contains(['[', ' '])) { None } else { parts.join(",").parse().ok() }
}

/// Logs where the program panicked. The message is logged only if it is a literal: a formatted one may contain data,
/// such as the string that could not be sliced.
fn log_panic(panic: &panic::PanicHookInfo<'_>) {
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(message not shown)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, message, "panicked");
}

/// A short random id of one request, in its log lines and in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId([u8; 6]);

impl RequestId {
    fn random() -> Self {
        let mut id = [0; 6];
        // Without randomness the id is zero; the request is served all the same.
        let _ = getrandom::fill(&mut id);
        Self(id)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Middleware that logs one line per request, when its response begins or when the client has disconnected before.
pub async fn log_requests(mut request: Request, next: Next) -> Response {
    let id = RequestId::random();
    request.extensions_mut().insert(id);
    let mut line = Line {
        id,
        method: known(request.method()),
        route: request.extensions().get::<MatchedPath>().cloned(),
        begin: Instant::now(),
        status: None,
    };
    // Log lines of the handler carry the id, so that an errorId leads to its request.
    let answer = next.run(request).instrument(tracing::info_span!("request", %id)).await;
    line.status = Some(answer.status());
    answer
}

/// An unknown method is logged as such: a client can put any text there.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Logs on drop, so that a request whose client disconnects is logged, too.
struct Line {
    id: RequestId,
    method: &'static str,
    route: Option<MatchedPath>,
    begin: Instant,
    status: Option<StatusCode>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let Self { id, method, .. } = self;
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        let milliseconds = (self.begin.elapsed().as_secs_f64() * 1e4).round() / 10.;
        match self.status.map(|status| status.as_u16()) {
            Some(status @ 500..) => tracing::error!(%id, method, route, status, milliseconds, "request"),
            Some(status) => tracing::info!(%id, method, route, status, milliseconds, "request"),
            None => tracing::info!(%id, method, route, milliseconds, "request ended by the client"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use tower::ServiceExt;
    use tracing::subscriber::DefaultGuard;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        /// Captures everything this thread logs, at every level.
        fn catch() -> (Self, DefaultGuard) {
            let written = Self::default();
            let writer = written.clone();
            let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
            (written, tracing::subscriber::set_default(lines.with_writer(move || writer.clone()).finish()))
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    async fn request(uri: &str, method: &str) -> StatusCode {
        let things = Router::new()
            .route("/things/{id}", get(async |id: Request| id.extensions().get::<RequestId>().unwrap().to_string()))
            .route("/broken", get(async || StatusCode::BAD_GATEWAY));
        let router = Router::new().nest("/v2", things).layer(axum::middleware::from_fn(log_requests));
        let request = Request::builder().uri(uri).method(method).header("secretkey", "hush");
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_line_names_the_route_and_nothing_of_the_caller() {
        for (uri, method, expected) in [
            ("/v2/things/hush?apiKey=hush", "GET", "INFO slotkeeper"),
            ("/v2/things/hush?apiKey=hush", "GET", "method=\"GET\" route=\"/v2/things/{id}\" status=200 milliseconds="),
            ("/v2/things/hush", "HUSH", "method=\"other\" route=\"/v2/things/{id}\" status=405"),
            ("/v2/hush", "GET", "method=\"GET\" route=\"unmatched\" status=404"),
            ("/hush", "POST", "method=\"POST\" route=\"unmatched\" status=404"),
            ("/v2/broken?hush", "GET", "route=\"/v2/broken\" status=502"),
        ] {
            let (written, _guard) = Written::catch();
            request(uri, method).await;
            let text = written.text();
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(text.contains(&expected.replace("slotkeeper", "")), "{text}");
            assert!(!text.to_lowercase().contains("hush"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_client_that_goes_away_leaves_a_line_too() {
        let (written, _guard) = Written::catch();
        let router = Router::new()
            .route("/", get(async || std::future::pending::<()>().await))
            .layer(axum::middleware::from_fn(log_requests));
        let mut running = Box::pin(router.oneshot(Request::new(Body::empty())));
        let first = std::future::poll_fn(|context| std::task::Poll::Ready(running.as_mut().poll(context))).await;
        assert!(first.is_pending() && written.text().is_empty());
        drop(running);
        assert!(written.text().contains("ended by the client"), "{}", written.text());
    }

    #[test]
    fn a_panic_is_logged_with_its_place_and_without_data() {
        let (written, _guard) = Written::catch();
        let before = panic::take_hook();
        panic::set_hook(Box::new(log_panic));
        let secret = "hush".to_owned();
        let caught =
            [panic::catch_unwind(|| panic!("a plain sentence")), panic::catch_unwind(|| panic!("with {secret}"))];
        panic::set_hook(before);
        assert!(caught.iter().all(Result::is_err));
        let text = written.text();
        assert!(text.contains("logging.rs:") && text.contains("a plain sentence"), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains("hush"), "{text}");
    }

    #[test]
    fn what_would_move_the_text_is_written_as_numbers_in_both_formats() {
        let hostile = "one\ntwo\r\u{1b}[31m\u{7f}\u{85}\u{9b}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}end";
        let written = Written::default();
        let writer = {
            let written = written.clone();
            Clean(move || written.clone())
        };
        let say = || tracing::info!(shown = %hostile, quoted = hostile, debug = ?hostile, "said {hostile}");
        let text = tracing_subscriber::fmt().with_ansi(false).with_writer(writer.clone()).finish();
        tracing::subscriber::with_default(text, say);
        let json = tracing_subscriber::fmt().json().flatten_event(true).with_writer(writer).finish();
        tracing::subscriber::with_default(json, say);
        let text = written.text();
        let wrong = |c: char| {
            c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
        };
        assert_eq!(text.lines().count(), 2, "{text:?}");
        assert!(text.lines().all(|line| !line.contains(wrong) && line.contains("end")), "{text:?}");
        let json = text.lines().nth(1).unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["shown"], hostile);
    }

    #[test]
    fn a_filter_is_read_with_spaces_and_stray_commas() {
        use tracing_subscriber::filter::LevelFilter;
        let level = |text| filter(text).map(|filter| filter.default_level());
        for text in ["info", "info,", " info , hyper=debug", ",info,,hyper=debug"] {
            assert_eq!(level(text), Some(Some(LevelFilter::INFO)), "{text:?}");
        }
        let both = filter("info, hyper=debug").unwrap();
        assert!(both.would_enable("hyper", &tracing::Level::DEBUG) && !both.would_enable("h2", &tracing::Level::DEBUG));
        for wrong in ["a=b=c", "slotkeeper[request]=debug", "info hyper=debug"] {
            assert!(filter(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn ids_differ() {
        assert_ne!(RequestId::random(), RequestId::random());
        assert_eq!(RequestId::random().to_string().len(), 12);
    }
}
