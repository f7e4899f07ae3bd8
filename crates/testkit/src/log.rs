//! The log of all servers in this process, at the most detailed level.

use slotkeeper::logging::clean::Clean;
use std::io;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{MakeWriter, layer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

fn lines() -> MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts capturing what every crate logs, except the browser driver's log, which contains what tests type.
pub(crate) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = Targets::new().with_default(LevelFilter::TRACE).with_target("thirtyfour", LevelFilter::OFF);
        let lines = layer().with_ansi(false).with_writer(Clean(|| Lines));
        registry().with(filter).with(lines).init();
    });
}

/// Everything logged so far.
#[must_use]
pub fn everything() -> String {
    String::from_utf8_lossy(&lines()).into_owned()
}
