//! Send mails that are due.
//!
//! A mail is leased: for a while nobody else takes it. The transaction ends before the mail server is asked, so that
//! a slow one holds nothing up. A crash in between means that the mail is tried again when the lease ends.
//!
//! Each is leased only when it is its turn, so that a lease lasts longer than anything that can happen to it, and that a link
//! somebody waits for goes before the reminders that became due earlier.

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

/// How many mails are handed over at the same time.
const AT_ONCE: usize = 4;
/// How long a lease lasts: longer than a mail can take, with the time to write down what became of it.
const LEASE: Duration = Duration::from_secs(10 * 60);
/// When to try again, in minutes: for about three days, as mail servers do among themselves. A mail server can be away for a
/// weekend.
const MINUTES: [u64; 11] = [1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720];
/// How long a mail waits that this server could not try to send.
const NO_ROOM: Duration = Duration::from_secs(10);
/// How long to wait before it is tried again to write down what became of a mail, in seconds.
const WRITE_AGAIN: [u64; 6] = [1, 2, 4, 8, 15, 30];

/// Sends the mails that are due, some of them at the same time; how many it tried. When the server stops it begins with no
/// further one.
pub async fn send_due(app: &App, mailer: &Mailer, stop: &Stop) -> usize {
    let mut under_way = JoinSet::new();
    let (mut tried, mut more) = (0, true);
    loop {
        let room = AT_ONCE.saturating_sub(under_way.len());
        if more && room > 0 && !stop.is_told() {
            let (found, leased) = lease(app, room).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "mails that are due could not be read");
                (0, Vec::new())
            });
            more = found > 0;
            tried += leased.len();
            for email in leased {
                let (app, mailer) = (app.clone(), mailer.clone());
                under_way.spawn(async move {
                    if let Err(error) = send(&app, &mailer, &email).await {
                        tracing::error!(%error, email = %email.id, "what became of a mail could not be written down; it may go out twice");
                    }
                });
            }
            continue;
        }
        tokio::select! {
            ended = under_way.join_next() => match ended {
                Some(Ok(())) => {}
                Some(Err(error)) => tracing::error!(panicked = error.is_panic(), "sending a mail ended badly"),
                None => return tried,
            },
            // One that was written meanwhile need not wait for those under way.
            () = app.mail_waiting().notified() => more = true,
        }
    }
}

/// Takes mails that are due, at most so many; how many it found. Those that have become useless are not sent.
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
        // Sealed under another master key, or wiped: no attempt will ever succeed.
        Ok(None) | Err(_) => Err(NotSent::for_good("the text cannot be opened")),
    };
    let now = app.now();
    match outcome {
        Ok(()) => {
            tracing::info!(email = %email.id, attempt = email.attempts, "a mail was handed over");
            write_down(app, move |tx, email| outbox::delivered(tx, email, now), email).await
        }
        Err(not_sent) if not_sent.is_no_attempt() => {
            tracing::warn!(email = %email.id, reason = %not_sent, "a mail waits");
            let note = move |tx: &mut Tx, email: &OutboxEmail| {
                outbox::postpone(tx, email, Some(now.after(NO_ROOM)), email.attempts - 1, None)
            };
            write_down(app, note, email).await
        }
        Err(not_sent) => {
            let next = next_attempt(&not_sent, email.attempts, now);
            let reason = not_sent.to_string();
            tracing::warn!(email = %email.id, attempt = email.attempts, given_up = next.is_none(), reason, "a mail was not handed over");
            let note = move |tx: &mut Tx, email: &OutboxEmail| {
                outbox::postpone(tx, email, next, email.attempts, Some(&reason))
            };
            write_down(app, note, email).await
        }
    }
}

fn next_attempt(not_sent: &NotSent, failed: i64, now: Instant) -> Option<Instant> {
    if not_sent.is_for_good() {
        return None;
    }
    let waits = MINUTES.map(|minutes| Duration::from_secs(minutes * 60));
    RetryPolicy::new(waits).unwrap_or_default().next_attempt(failed, now)
}

/// Writes down what became of a mail, again and again for a while: what was handed over and is not known to be goes out twice.
async fn write_down<N>(app: &App, note: N, email: &OutboxEmail) -> Result<(), StoreError>
where
    N: Fn(&mut Tx, &OutboxEmail) -> Result<(), StoreError> + Clone + Send + 'static,
{
    let write = || {
        let (note, email) = (note.clone(), email.clone());
        app.store().write_unlogged(move |tx| note(tx, &email))
    };
    until_written(WRITE_AGAIN.map(Duration::from_secs), write).await
}

/// Repeats what may go well in a moment, with these waits in between.
async fn until_written<F>(waits: impl IntoIterator<Item = Duration>, write: impl Fn() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<(), StoreError>>,
{
    for wait in waits {
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

    /// How often it was tried to write, when so many tries fail in this way.
    async fn tries(failing: u32, error: StoreError) -> (u32, bool) {
        let tried = Cell::new(0);
        let write = || {
            tried.set(tried.get() + 1);
            std::future::ready(if tried.get() > failing { Ok(()) } else { Err(error.clone()) })
        };
        let written = until_written([Duration::ZERO; 3], write).await;
        (tried.get(), written.is_ok())
    }

    #[tokio::test]
    async fn what_became_of_a_mail_is_written_down_in_the_end() {
        assert_eq!(tries(0, StoreError::Busy).await, (1, true));
        assert_eq!(tries(3, StoreError::Busy).await, (4, true));
        assert_eq!(tries(9, StoreError::Busy).await, (4, false));
        assert_eq!(tries(9, StoreError::inconsistent("a row")).await, (1, false));
    }

    #[test]
    fn a_mail_is_tried_for_about_three_days() {
        let hours: u64 = MINUTES.iter().sum::<u64>() / 60;
        assert!((68..=76).contains(&hours), "{hours}");
        assert!(
            MINUTES.is_sorted() && RetryPolicy::new(MINUTES.map(|minutes| Duration::from_secs(minutes * 60))).is_ok()
        );
        let (now, later) = (Instant::from_millis(0), NotSent::for_now("away"));
        assert_eq!(next_attempt(&later, 11, now), Some(now.after(Duration::from_secs(12 * 3_600))));
        assert_eq!(next_attempt(&later, 12, now), None);
        assert_eq!(next_attempt(&NotSent::for_good("never"), 1, now), None);
    }

    #[test]
    fn a_lease_outlasts_a_mail() {
        let writing: u64 = WRITE_AGAIN.iter().sum();
        assert!(LEASE > 2 * (Mailer::LONGEST + Duration::from_secs(writing)));
    }
}
