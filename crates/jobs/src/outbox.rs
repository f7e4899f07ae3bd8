//! Sends the e-mails of the outbox that are due.
//!
//! An e-mail is leased before it is sent, so that no other node sends it, and the transaction ends before the mail
//! server is called. After a crash it is sent again when the lease ends.
//!
//! E-mails are leased only as they can be sent: so a lease outlasts the sending, and a link that a user waits for
//! overtakes reminders that became due earlier.

use crate::Stop;
use crate::mailer::{Mailer, NotSent};
use slotkeeper_app::App;
use slotkeeper_app::outbox::content;
use slotkeeper_domain::retry_policy::RetryPolicy;
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::HeaderText;
use slotkeeper_store::tables::outbox::{self, OutboxEmail};
use slotkeeper_store::{StoreError, Tx};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// E-mails that are sent at the same time.
const MAX_AT_ONCE: usize = 4;
/// Longer than an e-mail can take, including the time to record the outcome.
const LEASE: Duration = Duration::from_secs(10 * 60);
/// For about three days, as is usual between mail servers: one may be down over a weekend.
const RETRY_DELAYS_MINUTES: [u64; 11] = [1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720];
/// Delay of an e-mail that this server could not try to send.
const NO_DESCRIPTOR_DELAY: Duration = Duration::from_secs(10);
/// Delays before recording an outcome is retried.
const WRITE_RETRY_DELAYS_SECONDS: [u64; 6] = [1, 2, 4, 8, 15, 30];

/// Sends the e-mails that are due, several at the same time; how many were tried. Starts no further one when the server
/// stops.
pub async fn send_due(app: &App, mailer: &Mailer, stop: &Stop) -> usize {
    let mut running = JoinSet::new();
    let (mut tried, mut more) = (0, true);
    loop {
        let room = MAX_AT_ONCE.saturating_sub(running.len());
        if more && room > 0 && !stop.is_told() {
            let (found, leased) = lease(app, room).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "mails that are due could not be read");
                (0, Vec::new())
            });
            more = found > 0;
            tried += leased.len();
            for email in leased {
                let (app, mailer) = (app.clone(), mailer.clone());
                running.spawn(async move {
                    if let Err(error) = send(&app, &mailer, &email).await {
                        tracing::error!(%error, email = %email.id, "what became of a mail could not be written down; it may go out twice");
                    }
                });
            }
            continue;
        }
        tokio::select! {
            ended = running.join_next() => match ended {
                Some(Ok(())) => {}
                Some(Err(error)) => tracing::error!(panicked = error.is_panic(), "sending a mail ended badly"),
                None => return tried,
            },
            // An e-mail written meanwhile need not wait for those being sent.
            () = app.mail_waiting().notified() => more = true,
        }
    }
}

/// Leases at most `room` due e-mails, and discards those that have become useless. The first value counts both.
async fn lease(app: &App, room: usize) -> Result<(usize, Vec<OutboxEmail>), StoreError> {
    let now = app.now();
    let limit = i64::try_from(room).unwrap_or(i64::MAX);
    app.store()
        .write_unlogged(move |tx| {
            let due = outbox::due(tx, now, limit)?;
            let found = due.len();
            let mut leased = Vec::new();
            for mut email in due {
                if email.not_after.is_some_and(|last| last <= now) {
                    outbox::discard(tx, &email, now)?;
                    continue;
                }
                // Counted before the attempt, so that one that crashes the process counts too.
                email.attempts += 1;
                outbox::postpone(tx, &email, Some(now.after(LEASE)), email.attempts, None)?;
                leased.push(email);
            }
            Ok((found, leased))
        })
        .await
}

async fn send(app: &App, mailer: &Mailer, email: &OutboxEmail) -> Result<(), StoreError> {
    let outcome = match content(app, email) {
        Ok(Some(content)) => {
            let subject = HeaderText::of(&email.subject);
            mailer.send(email.id.as_str(), &email.recipient, &subject, &content).await
        }
        // Sealed with another master key, or wiped: no attempt can succeed.
        Ok(None) | Err(_) => Err(NotSent::permanent("the text cannot be opened")),
    };
    let now = app.now();
    match outcome {
        Ok(()) => {
            tracing::info!(email = %email.id, attempt = email.attempts, "a mail was handed over");
            record(app, move |tx, email| outbox::mark_sent(tx, email, now), email).await
        }
        Err(not_sent) if not_sent.was_not_attempted() => {
            tracing::warn!(email = %email.id, reason = %not_sent, "a mail waits");
            let update = move |tx: &mut Tx, email: &OutboxEmail| {
                // Takes back the attempt that the lease has counted.
                outbox::postpone(tx, email, Some(now.after(NO_DESCRIPTOR_DELAY)), email.attempts - 1, None)
            };
            record(app, update, email).await
        }
        Err(not_sent) => {
            let next = next_attempt(&not_sent, email.attempts, now);
            let reason = not_sent.to_string();
            tracing::warn!(email = %email.id, attempt = email.attempts, given_up = next.is_none(), reason, "a mail was not handed over");
            let update = move |tx: &mut Tx, email: &OutboxEmail| {
                outbox::postpone(tx, email, next, email.attempts, Some(&reason))
            };
            record(app, update, email).await
        }
    }
}

fn next_attempt(not_sent: &NotSent, failed: i64, now: Instant) -> Option<Instant> {
    if not_sent.is_permanent() {
        return None;
    }
    let delays = RETRY_DELAYS_MINUTES.map(|minutes| Duration::from_secs(minutes * 60));
    RetryPolicy::new(delays).unwrap_or_default().next_attempt(failed, now)
}

/// Records the outcome, with retries: an e-mail that was accepted without being recorded is sent again.
async fn record<N>(app: &App, update: N, email: &OutboxEmail) -> Result<(), StoreError>
where
    N: Fn(&mut Tx, &OutboxEmail) -> Result<(), StoreError> + Clone + Send + 'static,
{
    let write = || {
        let (update, email) = (update.clone(), email.clone());
        app.store().write_unlogged(move |tx| update(tx, &email))
    };
    retry_write(WRITE_RETRY_DELAYS_SECONDS.map(Duration::from_secs), write).await
}

/// Repeats a write after transient errors, with these delays.
async fn retry_write<F>(delays: impl IntoIterator<Item = Duration>, write: impl Fn() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<(), StoreError>>,
{
    for wait in delays {
        match write().await {
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "what became of a mail is not written down yet");
                sleep(wait).await;
            }
            other => return other,
        }
    }
    write().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// How many writes were tried, if the first `failing` ones fail with this error; and whether one succeeded.
    async fn count_tries(failing: u32, error: StoreError) -> (u32, bool) {
        let tried = Cell::new(0);
        let write = || {
            tried.set(tried.get() + 1);
            std::future::ready(if tried.get() > failing { Ok(()) } else { Err(error.clone()) })
        };
        let written = retry_write([Duration::ZERO; 3], write).await;
        (tried.get(), written.is_ok())
    }

    #[tokio::test]
    async fn what_became_of_a_mail_is_written_down_in_the_end() {
        assert_eq!(count_tries(0, StoreError::Busy).await, (1, true));
        assert_eq!(count_tries(3, StoreError::Busy).await, (4, true));
        assert_eq!(count_tries(9, StoreError::Busy).await, (4, false));
        assert_eq!(count_tries(9, StoreError::inconsistent("a row")).await, (1, false));
    }

    #[test]
    fn a_mail_is_tried_for_about_three_days() {
        let hours: u64 = RETRY_DELAYS_MINUTES.iter().sum::<u64>() / 60;
        assert!((68..=76).contains(&hours), "{hours}");
        assert!(
            RETRY_DELAYS_MINUTES.is_sorted()
                && RetryPolicy::new(RETRY_DELAYS_MINUTES.map(|minutes| Duration::from_secs(minutes * 60))).is_ok()
        );
        let (now, later) = (Instant::from_millis(0), NotSent::transient("away"));
        assert_eq!(next_attempt(&later, 11, now), Some(now.after(Duration::from_secs(12 * 3_600))));
        assert_eq!(next_attempt(&later, 12, now), None);
        assert_eq!(next_attempt(&NotSent::permanent("never"), 1, now), None);
    }

    #[test]
    fn a_lease_outlasts_a_mail() {
        let writing: u64 = WRITE_RETRY_DELAYS_SECONDS.iter().sum();
        assert!(LEASE > 2 * (Mailer::MAX_SEND_TIME + Duration::from_secs(writing)));
    }
}
