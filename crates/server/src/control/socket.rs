//! The socket on which a running server takes control commands: one command and one result, each a line of JSON.

use super::{ControlCommand, execute};
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

/// Maximum bytes of a command or a result.
const MAX_BYTES: u64 = 64 * 1024;

/// Maximum time to receive a command and to run it.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Takes commands until it is dropped.
pub struct ControlSocket {
    path: PathBuf,
    taking: JoinHandle<()>,
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        self.taking.abort();
        // If this fails, the next start removes the file.
        let _removed = std::fs::remove_file(&self.path);
    }
}

/// Takes commands on a socket that only this user can reach; `None` if it cannot be created, which does not stop the
/// server. Only the one process that has the database open may call this.
pub fn listen(path: &Path, app: &App) -> Option<ControlSocket> {
    // Left by a server that was killed; no other can be running.
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
            tracing::warn!(%error, "no control socket: `slotkeeper account` needs this server stopped");
            None
        }
    }
}

async fn take(listener: UnixListener, app: App) {
    loop {
        match listener.accept().await {
            // One at a time: operators type these commands.
            Ok((stream, _)) => {
                if timeout(TIME_LIMIT, answer(stream, &app)).await.is_err() {
                    tracing::warn!("a control command took too long");
                }
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

async fn answer(mut stream: UnixStream, app: &App) {
    let answer: Result<String, String> = match read_line(&mut stream).await.ok().map(|line| serde_json::from_str(&line))
    {
        Some(Ok(command)) => execute(app, command).await,
        Some(Err(_)) | None => Err("the server that runs is of another version than the command".to_owned()),
    };
    if let Ok(mut line) = serde_json::to_vec(&answer) {
        line.push(b'\n');
        // The command may have been interrupted.
        let _sent = stream.write_all(&line).await;
    }
}

async fn read_line(stream: &mut UnixStream) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(MAX_BYTES)).read_line(&mut line).await?;
    Ok(line)
}

/// Sends the command to the server that listens there; `None` if none does.
pub(super) async fn ask(path: &Path, command: &ControlCommand) -> anyhow::Result<Option<Result<String, String>>> {
    let Ok(mut stream) = UnixStream::connect(path).await else { return Ok(None) };
    let asked = async {
        let mut line = serde_json::to_vec(command)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let answer = read_line(&mut stream).await?;
        anyhow::Ok(serde_json::from_str(&answer)?)
    };
    let answer =
        timeout(TIME_LIMIT, asked).await.context("the running server does not answer; look whether it was done")?;
    answer.context("the running server gave no answer; look whether it was done").map(Some)
}
