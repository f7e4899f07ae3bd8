//! A chromedriver process with its browser; both end with the test process.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Starts the driver in its own process group and ends the whole group when its input closes.
///
/// The other end of that pipe is held by the test process only, so the group ends also when the test process is
/// killed and runs no `drop`. The browser keeps its profile in the folder that is removed at the end.
const WATCH: &str = r#"
set -m
work=$(mktemp -d "${TMPDIR:-/tmp}/slotkeeper-browser.XXXXXX") || exit 1
TMPDIR=$work "$1" --port=0 </dev/null 2>/dev/null &
exec >/dev/null 2>&1
cat
kill -KILL -- -$!
wait
rm -rf "$work" || { sleep 1; rm -rf "$work"; }
"#;

/// The environment variable with the path of chromedriver.
pub const DRIVER_VARIABLE: &str = "SLOTKEEPER_TEST_CHROMEDRIVER";

pub(super) struct Driver {
    watch: Child,
    alive: Option<ChildStdin>,
    /// Kept open: the driver would die on writing to a closed pipe.
    said: BufReader<ChildStdout>,
    pub(super) url: String,
}

impl Driver {
    /// Starts a driver on a port that it chooses. Blocks for some tens of milliseconds.
    pub(super) fn start() -> Self {
        // The driver takes a port that is free in one version of IP and ends if the other version has it in use:
        // rare, and unrelated to the test.
        (0..5).find_map(|_| Self::try_start()).expect("chromedriver tells its port")
    }

    /// `None` if the driver ended before it printed its port.
    fn try_start() -> Option<Self> {
        let mut watch = Command::new("bash")
            .args(["-c", WATCH, "watch", &super::program(DRIVER_VARIABLE)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("bash starts");
        let alive = watch.stdin.take();
        let said = BufReader::new(watch.stdout.take().unwrap());
        // From here on, `drop` ends the process and waits for it.
        let mut driver = Self { watch, alive, said, url: String::new() };
        let mut line = String::new();
        loop {
            line.clear();
            if driver.said.read_line(&mut line).expect("what chromedriver says is text") == 0 {
                return None;
            }
            // "ChromeDriver was started successfully on port 41421."
            if let Some((_, rest)) = line.split_once("started successfully on port ") {
                driver.url = format!("http://127.0.0.1:{}", rest.trim_end().trim_end_matches('.'));
                return Some(driver);
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.watch.wait();
    }
}
