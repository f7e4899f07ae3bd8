//! The socket on which a running server takes orders: one order, one answer, each a line of JSON.

use super::{ControlCommand, obey};
use anyhow::Context;
use slotkeeper_app::App;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Most bytes of an order or of its answer.
const LONGEST: u64 = 64 * 1024;

/// How long an order may take to come and to be obeyed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes orders until it is dropped.
pub struct ControlSocket {
    path: PathBuf,
    taking: JoinHandle<()>,
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        self.taking.abort();
        // One that is left is taken away by the next start.
        let _gone = std::fs::remove_file(&self.path);
    }
}

/// Takes orders on a socket that only this user can reach; nothing where none can be made, which is no reason not to serve. To
/// be called by the one process that has the database.
pub fn listen(path: &Path, app: &App) -> Option<ControlSocket> {
    // What a server left that was killed; no other can be running.
    let _stale = std::fs::remove_file(path);
    let bound = UnixListener::bind(path).and_then(|listener| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    });
    match bound {
        Ok(listener) => {
            let taking = tokio::spawn(take(listener, app.clone()));
            Some(ControlSocket { path: path.to_owned(), taking })
        }
        Err(error) => {
            tracing::warn!(%error, "no orders are taken: `slotkeeper account` needs this server stopped");
            None
        }
    }
}

async fn take(listener: UnixListener, app: App) {
    loop {
        match listener.accept().await {
            // One at a time: those who run the server type them.
            Ok((stream, _)) => {
                if timeout(PATIENCE, answer(stream, &app)).await.is_err() {
                    tracing::warn!("an order took too long");
                }
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

async fn answer(mut stream: UnixStream, app: &App) {
    let answer: Result<String, String> = match read_line(&mut stream).await.ok().map(|line| serde_json::from_str(&line))
    {
        Some(Ok(order)) => obey(app, order).await,
        Some(Err(_)) | None => Err("the server that runs is of another version than the command".to_owned()),
    };
    if let Ok(mut line) = serde_json::to_vec(&answer) {
        line.push(b'\n');
        // A command that was stopped hears nothing.
        let _nobody_reads = stream.write_all(&line).await;
    }
}

async fn read_line(stream: &mut UnixStream) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut line).await?;
    Ok(line)
}

/// Has the server that listens there obey; nothing if none does.
pub(super) async fn ask(path: &Path, order: &ControlCommand) -> anyhow::Result<Option<Result<String, String>>> {
    let Ok(mut stream) = UnixStream::connect(path).await else { return Ok(None) };
    let asked = async {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let answer = read_line(&mut stream).await?;
        anyhow::Ok(serde_json::from_str(&answer)?)
    };
    let answer =
        timeout(PATIENCE, asked).await.context("the running server does not answer; look whether it was done")?;
    answer.context("the running server gave no answer; look whether it was done").map(Some)
}
