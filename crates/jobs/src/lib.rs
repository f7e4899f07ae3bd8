//! What runs by itself: mail goes out, what has expired is tidied away, the last use of keys is written down.
//!
//! Each job is a function that does one round and can be called from a test; [`run`] calls them all in time.

pub mod mailer;
pub mod send_mail;

use mailer::Mailer;
use slotkeeper_app::{App, authorizations::last_use, sweep};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often to look for mails when nothing says that there are any: retries, and mails of other nodes.
const MAIL_EVERY: Duration = Duration::from_secs(10);
/// How often the last use of keys is written down.
const LAST_USE_EVERY: Duration = Duration::from_secs(5);
/// How often expired rows are tidied away.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Runs all jobs until `stop` completes; then finishes what must not be lost.
pub async fn run(app: App, mailer: Option<Mailer>, stop: impl Future<Output = ()>) {
    let jobs = async {
        tokio::join!(send_mails(&app, mailer.as_ref()), write_last_use(&app), sweep_often(&app));
    };
    tokio::select! {
        () = jobs => {}
        () = stop => {}
    }
    if let Err(error) = last_use::write_down(&app).await {
        tracing::warn!(%error, "the last use of some keys was not written down");
    }
}

async fn send_mails(app: &App, mailer: Option<&Mailer>) {
    let Some(mailer) = mailer else { return std::future::pending().await };
    let mut ticks = ticks(MAIL_EVERY);
    loop {
        tokio::select! {
            _tick = ticks.tick() => {}
            () = app.mail_waiting().notified() => {}
        }
        while send_mail::send_due(app, mailer).await > 0 {}
    }
}

async fn write_last_use(app: &App) {
    let mut ticks = ticks(LAST_USE_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = last_use::write_down(app).await {
            tracing::warn!(%error, "the last use of some keys was not written down");
        }
    }
}

async fn sweep_often(app: &App) {
    let mut ticks = ticks(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        loop {
            match sweep::sweep(app).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "expired rows were not tidied away");
                    break;
                }
            }
        }
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
