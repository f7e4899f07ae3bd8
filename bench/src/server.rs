//! The server as a process that can be killed.

use crate::CrashArgs;
use crate::client::{Client, Credentials};
use crate::figures::machine::program;
use crate::halves;
use anyhow::{Context, bail};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server's data folder and start options.
#[derive(Debug)]
pub struct Place<'a> {
    folder: &'a Path,
    binary: &'a Path,
    ready_within: Duration,
    database_url: Option<&'a str>,
    core: Option<&'a str>,
    options: &'a [&'a str],
}

/// A running server, killed on drop.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub client: Client,
    pub credentials: Credentials,
    /// Time until its first response.
    pub ready: Duration,
}

impl<'a> Place<'a> {
    /// An empty folder.
    pub fn new(folder: &'a Path, args: &'a CrashArgs) -> Self {
        Self::of(folder, &args.server_binary, Duration::from_millis(args.ready_within_ms))
            .on_database(args.database_url.as_deref())
    }

    /// An empty folder, for a server with SQLite that must respond within `ready_within`.
    pub fn of(folder: &'a Path, binary: &'a Path, ready_within: Duration) -> Self {
        Self { folder, binary, ready_within, database_url: None, core: None, options: &[] }
    }

    /// With a PostgreSQL database, if given.
    #[must_use]
    pub fn on_database(self, url: Option<&'a str>) -> Self {
        Self { database_url: url, ..self }
    }

    /// With further options of the demo.
    #[must_use]
    pub fn with_options(self, options: &'a [&'a str]) -> Self {
        Self { options, ..self }
    }

    /// For a server on one core.
    #[must_use]
    pub fn on_core(self, core: Option<&'a str>) -> Self {
        Self { core, ..self }
    }

    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn copy(&self) -> PathBuf {
        self.folder.join("copy")
    }

    /// Starts the server on the existing data and waits until it responds; an error if that takes too long.
    pub async fn start(&self) -> anyhow::Result<Server> {
        let file = self.folder.join("credentials.json");
        // The file of an earlier start would be read before the new one is written.
        if file.exists() {
            fs::remove_file(&file)?;
        }
        // A currently free port, another one at each start, so that no client reaches the wrong server.
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        let mut command = program(self.binary, self.core);
        command.arg("demo").arg("--data-dir").arg(self.data());
        command.args(["--listen", &listen.to_string()]).arg("--credentials-file").arg(&file);
        command.args(self.options);
        if let Some(url) = self.database_url {
            command.args(["--database-url", url]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", self.binary.display()))?;
        let mut child = Reaped(Some(child));
        let limit = self.ready_within;
        loop {
            if let Some((client, credentials)) = ask(&file, &format!("http://{listen}")).await {
                let ready = began.elapsed();
                if ready > limit {
                    bail!("the server answered only {} ms after its start", ready.as_millis());
                }
                let child = child.0.take().context("the server is there")?;
                return Ok(Server { child, client, credentials, ready });
            }
            if let Some(status) = child.0.as_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("the server ended by itself, {status}; its log is server.log in {}", self.folder.display());
            }
            // Waits longer than allowed, to report the delay.
            if began.elapsed() > limit * 5 {
                bail!("the server did not answer within {} ms, nor within five times that", limit.as_millis());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Copies the server's files as they are at this moment, as a kill would leave them.
    pub fn take_copy(&self, server: &Server) -> anyhow::Result<()> {
        server.signal("-STOP")?;
        let copied = copy_folder(&self.data(), &self.copy());
        server.signal("-CONT")?;
        copied
    }

    /// Half-done rows of the killed server.
    pub async fn halves(&self) -> anyhow::Result<Vec<String>> {
        match self.database_url {
            Some(url) => halves::in_postgres(url).await,
            None => {
                let copy = self.folder.join("looked-at");
                copy_folder(&self.data(), &copy)?;
                let found = halves::in_folder(&copy);
                fs::remove_dir_all(copy)?;
                found
            }
        }
    }

    /// Replaces the server's files with the copy.
    pub fn bring_back_copy(&self) -> anyhow::Result<()> {
        fs::remove_dir_all(self.data())?;
        fs::rename(self.copy(), self.data()).context("cannot bring the copy back")
    }
}

impl Server {
    /// Kills it with SIGKILL.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends SIGTERM, and waits for its end.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.signal("-TERM")?;
        self.child.wait()?;
        Ok(())
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { bail!("kill {name} failed") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A process that has been killed cannot be killed again.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A process that is killed unless its start succeeds.
struct Reaped(Option<Child>);

impl Drop for Reaped {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself.
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// Requests the key's permissions; client and credentials if the server responds.
async fn ask(file: &Path, base_url: &str) -> Option<(Client, Credentials)> {
    let credentials = Credentials::read(file).ok()?;
    let client = Client::new(base_url, &credentials).ok()?;
    client.get("/settings/apikeyinfo").await.ok()?;
    Some((client, credentials))
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
