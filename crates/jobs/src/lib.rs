//! Background jobs: deliver changes to webhooks, send the outbox, write reminders and other follow-ups, retitle
//! bookings of renamed customers, finish deletions of customers, move instants to new time zone rules, delete expired
//! rows, record the last use of keys.
//!
//! Each job is a function for one round, which tests call; [`run`] repeats them.

pub mod mailer;
pub mod outbox;
mod stop;
pub mod webhooks;

pub use stop::{Stop, Stopper};

use mailer::Mailer;
use slotkeeper_app::authorizations::last_use;
use slotkeeper_app::calendars::last_use as calendar_use;
use slotkeeper_app::customers::{remove, retitle};
use slotkeeper_app::emails::follow_up;
use slotkeeper_app::fold;
use slotkeeper_app::{App, sweep, zones};
use slotkeeper_outgoing::Outgoing;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

/// Without a notification: for retries, and for e-mails written by other nodes.
const OUTBOX_INTERVAL: Duration = Duration::from_secs(10);
/// Without a notification: for retries, and for changes made on other nodes.
const WEBHOOKS_INTERVAL: Duration = Duration::from_secs(1);
const FOLLOW_UPS_INTERVAL: Duration = Duration::from_secs(30);
/// For customers whose bookings have to be retitled or deleted.
const CUSTOMERS_INTERVAL: Duration = Duration::from_secs(1);
const LAST_USE_INTERVAL: Duration = Duration::from_secs(5);
/// For search texts written by earlier versions. Once all are current, a round reads one row.
const FOLD_INTERVAL: Duration = Duration::from_secs(60);
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);
/// For moves to new time zone rules that a server left unfinished.
const ZONES_INTERVAL: Duration = Duration::from_secs(60);
/// Time for running rounds to end when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// The same for e-mails being sent: the longest that the mail server can take, and a moment to record the result. An
/// e-mail that was accepted without being recorded is sent again.
const STOP_TIMEOUT_WITH_EMAILS: Duration = Mailer::MAX_SEND_TIME.saturating_add(STOP_TIMEOUT);

/// Runs all jobs until the server stops, then lets running rounds finish within a time limit.
pub async fn run(app: App, mailer: Option<Mailer>, outgoing: Option<Outgoing>, stop: Stop) {
    let surveyed = Arc::new(AtomicBool::new(false));
    let jobs = async {
        tokio::join!(
            deliver_changes(&app, outgoing, stop.clone()),
            repeat("letters", FOLLOW_UPS_INTERVAL, stop.clone(), || write_follow_ups(app.clone())),
            repeat("customers", CUSTOMERS_INTERVAL, stop.clone(), || finish_customers(app.clone())),
            repeat("names", FOLD_INTERVAL, stop.clone(), || fold_names(app.clone())),
            repeat("last use", LAST_USE_INTERVAL, stop.clone(), || write_last_use(app.clone())),
            repeat("sweep", SWEEP_INTERVAL, stop.clone(), || sweep_all(app.clone())),
            repeat("zones", ZONES_INTERVAL, stop.clone(), || move_zones(app.clone(), Arc::clone(&surveyed))),
        );
    };
    let emails = send_emails(&app, mailer, stop.clone());
    tokio::join!(
        run_until_stopped(jobs, stop.clone(), STOP_TIMEOUT),
        run_until_stopped(emails, stop.clone(), STOP_TIMEOUT_WITH_EMAILS),
    );
    write_last_use(app).await;
}

/// Runs jobs until they end, or until `timeout` after the server was told to stop; whether they ended.
async fn run_until_stopped(jobs: impl Future<Output = ()>, mut stop: Stop, timeout: Duration) -> bool {
    let timed_out = async {
        stop.requested().await;
        sleep(timeout).await;
    };
    tokio::select! {
        () = jobs => true,
        () = timed_out => {
            tracing::warn!("a job was still at work when the server stopped");
            false
        }
    }
}

async fn deliver_changes(app: &App, outgoing: Option<Outgoing>, stop: Stop) {
    if let Some(outgoing) = outgoing {
        webhooks::run(app, &outgoing, ticks(WEBHOOKS_INTERVAL), stop).await;
    }
}

async fn send_emails(app: &App, mailer: Option<Mailer>, mut stop: Stop) {
    let Some(mailer) = mailer else { return };
    let mut ticks = ticks(OUTBOX_INTERVAL);
    loop {
        tokio::select! {
            _tick = ticks.tick() => {}
            () = app.mail_waiting().notified() => {}
            () = stop.requested() => return,
        }
        let (app, mailer, stop) = (app.clone(), mailer.clone(), stop.clone());
        round("mail", async move { while outbox::send_due(&app, &mailer, &stop).await > 0 && !stop.is_told() {} })
            .await;
    }
}

/// Runs a round now and after each period.
async fn repeat<F>(job: &'static str, period: Duration, mut stop: Stop, work: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut ticks = ticks(period);
    loop {
        tokio::select! {
            _tick = ticks.tick() => round(job, work()).await,
            () = stop.requested() => return,
        }
    }
}

/// Runs one round. A panic in it does not end the job.
async fn round(job: &'static str, work: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = tokio::spawn(work).await {
        // Only the kind of the error: its text repeats the message of a panic, which may contain personal data.
        tracing::error!(job, panicked = error.is_panic(), "a round of a job ended badly");
    }
}

async fn write_last_use(app: App) {
    if let Err(error) = last_use::write_down(&app).await {
        tracing::warn!(%error, "the last use of some keys was not written down");
    }
    if let Err(error) = calendar_use::write_down(&app).await {
        tracing::warn!(%error, "the last use of some calendars was not written down");
    }
}

async fn write_follow_ups(app: App) {
    loop {
        match follow_up::write_due(&app).await {
            Ok(1..) => {}
            Ok(0) => break,
            Err(error) => {
                tracing::warn!(%error, "a reminder or thanks could not be written");
                break;
            }
        }
    }
}

async fn finish_customers(app: App) {
    loop {
        match retitle::follow_some(&app).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "some bookings do not show the new name of their customer yet");
                break;
            }
        }
    }
    loop {
        match remove::remove_some(&app).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "some customers could not be deleted yet");
                break;
            }
        }
    }
}

async fn fold_names(app: App) {
    loop {
        match fold::fold_some(&app).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "some customers may not be found by their names yet");
                break;
            }
        }
    }
}

async fn sweep_all(app: App) {
    loop {
        match sweep::sweep(&app).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "expired rows were not tidied away");
                break;
            }
        }
    }
}

/// Moves instants to the time zone rules that this process knows. Which accounts are affected is determined once after
/// the start.
async fn move_zones(app: App, surveyed: Arc<AtomicBool>) {
    let work = async {
        if !surveyed.load(Ordering::Relaxed) {
            let found = zones::survey(&app).await?;
            for (account, zone) in &found.unknown {
                tracing::error!(%account, zone, "the time zone data does not have the zone of this account");
            }
            for (account, zone) in &found.begun {
                tracing::warn!(%account, zone, "a clock is set by other rules than before: what lies ahead is moved to them");
            }
            // Accounts that are being moved already have to be surveyed again afterwards.
            surveyed.store(found.moving == 0, Ordering::Relaxed);
        }
        zones::work(&app).await
    };
    match work.await {
        Ok(ended) => {
            for zones::Ended { account, zone, moved, conflicts } in ended {
                tracing::warn!(%account, zone, moved, conflicts, "what lies ahead is at its time on the clock again");
            }
        }
        Err(error) => {
            tracing::warn!(%error, "what lies ahead was not moved to other rules of a time zone; it is tried again in a minute");
        }
    }
}

fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use std::sync::{Arc, Mutex};
    use tokio::sync::oneshot;

    /// Running jobs are waited for when the server stops, within the time limit.
    #[tokio::test]
    async fn the_server_stops_when_its_jobs_have_ended_or_after_a_while() {
        let (stopper, stop) = Stop::pair();
        assert!(run_until_stopped(ready(()), stop.clone(), Duration::ZERO).await);
        stopper.tell();
        assert!(!run_until_stopped(pending(), stop.clone(), Duration::ZERO).await);
        let (end, ended) = oneshot::channel::<()>();
        let work = async {
            let _told = ended.await;
        };
        let waiting = run_until_stopped(work, stop, Duration::from_secs(3_600));
        assert!(tokio::join!(waiting, async { end.send(()) }).0);
        assert!(STOP_TIMEOUT_WITH_EMAILS > Mailer::MAX_SEND_TIME);
    }

    /// The message of a panic may contain personal data, and the error of a panicked task repeats it.
    #[tokio::test]
    async fn a_panic_is_told_without_its_message() {
        #[derive(Clone, Default)]
        struct LogBuffer(Arc<Mutex<Vec<u8>>>);
        impl std::io::Write for LogBuffer {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let written = LogBuffer::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(lines);
        let hush = "hush".to_owned();
        round("tidying", async move { panic!("with {hush}") }).await;
        drop(guard);
        let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("panicked=true") && log.contains("tidying") && !log.contains("hush"), "{log}");
    }
}
