//! Starts the measured programs.

use super::machine::program;
use super::wire::Connection;
use anyhow::{Context, bail};
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Maximum time until a program responds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts on an empty folder.
const STARTS: usize = 5;

/// A running program, killed on drop.
#[derive(Debug)]
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    /// Time until its first response.
    pub ready: Duration,
}

impl Running {
    /// Starts a program with `--listen`, and requests `path` until it responds.
    async fn start(mut command: Command, log: &Path, path: &str) -> anyhow::Result<Self> {
        // A currently free port.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::create(log)?;
        command.args(["--listen", &address.to_string()]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let mut running = Self { child, address, ready: Duration::ZERO };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        loop {
            if let Ok(mut connection) = Connection::open(address).await {
                connection.call(request.as_bytes()).await?;
                running.ready = began.elapsed();
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                bail!("the program ended by itself, {status}");
            }
            if began.elapsed() > PATIENCE {
                bail!("the program does not answer");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The minimal program, on the server's core.
    pub async fn ceiling(folder: &Path, core: Option<&str>) -> anyhow::Result<Self> {
        let mut command = program(&std::env::current_exe()?, core);
        command.arg("ceiling").arg("--database").arg(folder.join("ceiling.sqlite"));
        Self::start(command, &folder.join("ceiling.log"), "/v2/availability/slots").await
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The median time of `slotkeeper serve` on an empty folder until it has answered `/health`.
pub async fn first_answer(binary: &Path, folder: &Path, core: Option<&str>) -> anyhow::Result<Duration> {
    let mut times = Vec::new();
    for number in 0..STARTS {
        let place = folder.join(format!("empty-{number}"));
        std::fs::create_dir(&place)?;
        let mut command = program(binary, core);
        command.arg("serve").arg("--data-dir").arg(place.join("data"));
        times.push(Running::start(command, &place.join("server.log"), "/health").await?.ready);
    }
    times.sort();
    Ok(times[STARTS / 2])
}
