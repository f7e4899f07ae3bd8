//! Requests to stop the process.

use std::io;

/// Completes when the process is asked to stop: by SIGTERM, as service managers and containers do, or by Ctrl-C.
///
/// From the call on, the signal no longer kills the process. Call this before the server starts, so that a stop
/// during the start is kept until the future is awaited.
#[cfg(unix)]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
            _ = interrupt.recv() => tracing::info!("Ctrl-C: stopping"),
        }
    })
}

/// Completes when the process is asked to stop by Ctrl-C. Never fails; the `Result` matches the Unix version.
#[cfg(not(unix))]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => tracing::info!("Ctrl-C: stopping"),
            Err(error) => {
                // Without the signal there is no graceful stop; a server that stops by itself would be worse.
                tracing::error!(%error, "cannot listen for Ctrl-C");
                std::future::pending::<()>().await;
            }
        }
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{self, Command};

    #[tokio::test]
    async fn sigterm_completes_it_even_when_it_came_before_the_await() {
        let stop = super::stop().unwrap();
        let sent = Command::new("kill").args(["-TERM", &process::id().to_string()]).status().unwrap();
        assert!(sent.success());
        stop.await;
    }
}
