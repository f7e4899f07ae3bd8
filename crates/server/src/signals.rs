//! When the process is asked to stop.

use std::io;

/// Completes when the process is asked to stop: by SIGTERM, as service managers and containers do, or by Ctrl-C.
///
/// From the moment this function returns the signal no longer kills the process, so call it before the server
/// starts: a stop that comes during the start is then kept until the future is awaited.
///
/// # Errors
///
/// When the operating system does not let the process listen for signals.
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

/// Completes when the process is asked to stop by Ctrl-C.
///
/// # Errors
///
/// Never; the result is there for the systems that listen from the call on.
#[cfg(not(unix))]
pub fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => tracing::info!("Ctrl-C: stopping"),
            Err(error) => {
                // Without the signal there is no polite end; a server that stops by itself would be worse.
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
