//! What runs by itself: changes are delivered to webhooks, mail goes out, reminders
//! and thanks are written, bookings get the new name of their customer, what has expired is tidied away, the last use of keys
//! is written down.
//!
//! Each job is a function that does one round and can be called from a test; [`run`] calls them all in time.

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

/// How often to look for mails when nothing says that there are any: retries, and mails of other nodes.
const MAIL_EVERY: Duration = Duration::from_secs(10);
/// How often to look for what is due at webhooks when nothing says that there is any: retries, and changes of other nodes.
const DELIVER_EVERY: Duration = Duration::from_secs(1);
/// How often to look for reminders and thanks that are due.
const LETTERS_EVERY: Duration = Duration::from_secs(30);
/// How often to look for customers of whom something is left to do: whose bookings do not show their name yet, or who are being
/// deleted.
const CUSTOMERS_EVERY: Duration = Duration::from_secs(1);
/// How often the last use of keys is written down.
const LAST_USE_EVERY: Duration = Duration::from_secs(5);
/// How often to see whether customers of an earlier version are found by their names. Once they are, that is one look at one row.
const FOLD_EVERY: Duration = Duration::from_secs(60);
/// How often expired rows are tidied away.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often to look for moves to other rules of a time zone that a server has left unfinished.
const ZONES_EVERY: Duration = Duration::from_secs(60);
/// How long rounds under way may take when the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// How long the mails in hand may take then: as long as the mail server can take with one, and a moment to write that down. What
/// was handed over and is not known to be goes out twice.
const STOP_PATIENCE_WITH_MAIL: Duration = Mailer::LONGEST.saturating_add(STOP_PATIENCE);

/// Runs all jobs until it is told to stop; then lets the rounds under way come to an end, for a while.
pub async fn run(app: App, mailer: Option<Mailer>, outgoing: Option<Outgoing>, stop: Stop) {
    let surveyed = Arc::new(AtomicBool::new(false));
    let jobs = async {
        tokio::join!(
            deliver_changes(&app, outgoing, stop.clone()),
            repeat("letters", LETTERS_EVERY, stop.clone(), || write_letters(app.clone())),
            repeat("customers", CUSTOMERS_EVERY, stop.clone(), || follow_customers(app.clone())),
            repeat("names", FOLD_EVERY, stop.clone(), || fold_names(app.clone())),
            repeat("last use", LAST_USE_EVERY, stop.clone(), || write_last_use(app.clone())),
            repeat("sweep", SWEEP_EVERY, stop.clone(), || sweep_all(app.clone())),
            repeat("zones", ZONES_EVERY, stop.clone(), || follow_clocks(app.clone(), Arc::clone(&surveyed))),
        );
    };
    let emails = send_mails(&app, mailer, stop.clone());
    tokio::join!(
        patiently(jobs, stop.clone(), STOP_PATIENCE),
        patiently(emails, stop.clone(), STOP_PATIENCE_WITH_MAIL),
    );
    write_last_use(app).await;
}

/// Lets jobs work until they have ended, or until they were told to stop and so much time has passed; whether they have ended.
async fn patiently(jobs: impl Future<Output = ()>, mut stop: Stop, patience: Duration) -> bool {
    let enough = async {
        stop.told().await;
        sleep(patience).await;
    };
    tokio::select! {
        () = jobs => true,
        () = enough => {
            tracing::warn!("a job was still at work when the server stopped");
            false
        }
    }
}

async fn deliver_changes(app: &App, outgoing: Option<Outgoing>, stop: Stop) {
    if let Some(outgoing) = outgoing {
        webhooks::run(app, &outgoing, ticks(DELIVER_EVERY), stop).await;
    }
}

async fn send_mails(app: &App, mailer: Option<Mailer>, mut stop: Stop) {
    let Some(mailer) = mailer else { return };
    let mut ticks = ticks(MAIL_EVERY);
    loop {
        tokio::select! {
            _tick = ticks.tick() => {}
            () = app.mail_waiting().notified() => {}
            () = stop.told() => return,
        }
        let (app, mailer, stop) = (app.clone(), mailer.clone(), stop.clone());
        round("mail", async move { while outbox::send_due(&app, &mailer, &stop).await > 0 && !stop.is_told() {} })
            .await;
    }
}

/// Does a round now and after each period.
async fn repeat<F>(job: &'static str, period: Duration, mut stop: Stop, work: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut ticks = ticks(period);
    loop {
        tokio::select! {
            _tick = ticks.tick() => round(job, work()).await,
            () = stop.told() => return,
        }
    }
}

/// Does one round to its end. One that panics is no reason not to try the next.
async fn round(job: &'static str, work: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = tokio::spawn(work).await {
        // Not the error itself: it repeats the message of a panic, which may hold anything that was at hand.
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

async fn write_letters(app: App) {
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

async fn follow_customers(app: App) {
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

/// Moves what lies ahead to the rules of time zones that this program knows. Which accounts that concerns is looked at when the
/// server starts, and not again.
async fn follow_clocks(app: App, surveyed: Arc<AtomicBool>) {
    let work = async {
        if !surveyed.load(Ordering::Relaxed) {
            let found = zones::survey(&app).await?;
            for (account, zone) in &found.unknown {
                tracing::error!(%account, zone, "the time zone data does not have the zone of this account");
            }
            for (account, zone) in &found.begun {
                tracing::warn!(%account, zone, "a clock is set by other rules than before: what lies ahead is moved to them");
            }
            // What is on its way to other rules is looked at again when it is there.
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

    /// What is at work is waited for when the server stops, and not for ever.
    #[tokio::test]
    async fn the_server_stops_when_its_jobs_have_ended_or_after_a_while() {
        let (stopper, stop) = Stop::pair();
        assert!(patiently(ready(()), stop.clone(), Duration::ZERO).await);
        stopper.tell();
        assert!(!patiently(pending(), stop.clone(), Duration::ZERO).await);
        let (end, ended) = oneshot::channel::<()>();
        let work = async {
            let _told = ended.await;
        };
        let waiting = patiently(work, stop, Duration::from_secs(3_600));
        assert!(tokio::join!(waiting, async { end.send(()) }).0);
        assert!(STOP_PATIENCE_WITH_MAIL > Mailer::LONGEST);
    }

    /// The message of a panic can hold anything that was at hand, and the error of a task that panicked repeats it.
    #[tokio::test]
    async fn a_panic_is_told_without_its_message() {
        #[derive(Clone, Default)]
        struct JobHandles(Arc<Mutex<Vec<u8>>>);
        impl std::io::Write for JobHandles {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let written = JobHandles::default();
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
