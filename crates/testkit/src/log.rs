//! The log of all servers in this process, at the most talkative level.

use slotkeeper::logging::clean::Clean;
use std::io;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

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

/// Everything, except what the browser's driver says of what tests type.
const FILTER: &str = "trace,thirtyfour=off";

/// From now on everything that any crate logs is kept.
pub(crate) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt().with_env_filter(FILTER).with_ansi(false).with_writer(Clean(|| Lines)).init();
    });
}

/// Everything that was logged so far.
#[must_use]
pub fn everything() -> String {
    String::from_utf8_lossy(&lines()).into_owned()
}
