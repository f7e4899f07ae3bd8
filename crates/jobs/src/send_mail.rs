//! Send mails that are due.
//!
//! A mail is leased: for a while nobody else takes it. The transaction ends before the mail server is asked, so that
//! a slow one holds nothing up. A crash in between means that the mail is tried again when the lease ends.

use crate::Stop;
use crate::mailer::{Mailer, NotSent};
use slotkeeper_app::{App, mail};
use slotkeeper_domain::retry::Schedule;
use slotkeeper_letters::HeaderText;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::mails::{self, Mail};
use std::time::Duration;

/// How many mails one round takes.
const ROUND: i64 = 10;
/// How long a lease lasts: longer than a round can take.
const LEASE: Duration = Duration::from_secs(10 * 60);

/// Sends some of the mails that are due, one after the other; how many it tried. When the server stops it gives back
/// those it has not begun with.
pub async fn send_due(app: &App, mailer: &Mailer, stop: &Stop) -> usize {
    let leased = match lease(app).await {
        Ok(leased) => leased,
        Err(error) => {
            tracing::warn!(%error, "mails that are due could not be read");
            return 0;
        }
    };
    for (tried, mail) in leased.iter().enumerate() {
        if stop.is_told() {
            give_back(app, leased.iter().skip(tried).cloned().collect()).await;
            return tried;
        }
        if let Err(error) = send(app, mailer, mail).await {
            tracing::error!(%error, mail = %mail.id, "what became of a mail could not be written down; it may go out twice");
        }
    }
    leased.len()
}

async fn lease(app: &App) -> Result<Vec<Mail>, StoreError> {
    let now = app.now();
    app.store()
        .tidy(move |tx| {
            let mut due = mails::due(tx, now, ROUND)?;
            for mail in &mut due {
                mail.attempts += 1;
                mails::postpone(tx, mail, Some(now.after(LEASE)), mail.attempts, None)?;
            }
            Ok(due)
        })
        .await
}

async fn give_back(app: &App, mails: Vec<Mail>) {
    let now = app.now();
    let given_back = app
        .store()
        .tidy(move |tx| mails.iter().try_for_each(|mail| mails::postpone(tx, mail, Some(now), mail.attempts - 1, None)))
        .await;
    if let Err(error) = given_back {
        tracing::warn!(%error, "mails could not be given back; they go out when their lease has ended");
    }
}

async fn send(app: &App, mailer: &Mailer, mail: &Mail) -> Result<(), StoreError> {
    let outcome = match mail::content(app, mail) {
        Ok(Some(content)) => {
            let subject = HeaderText::of(&mail.subject);
            mailer.send(mail.id.as_str(), &mail.recipient, &subject, &content).await.map_err(Some)
        }
        // Sealed under another master key, or wiped: no attempt will ever succeed.
        Ok(None) | Err(_) => Err(None::<NotSent>),
    };
    let mail = mail.clone();
    let now = app.now();
    match outcome {
        Ok(()) => {
            tracing::info!(mail = %mail.id, attempt = mail.attempts, "a mail was handed over");
            app.store().tidy(move |tx| mails::delivered(tx, &mail, now)).await
        }
        Err(reason) => {
            let next = reason.as_ref().and_then(|_| Schedule::default().next_attempt(mail.attempts, now));
            let reason = reason.map_or_else(|| "the text cannot be opened".to_owned(), |reason| reason.to_string());
            tracing::warn!(mail = %mail.id, attempt = mail.attempts, given_up = next.is_none(), reason, "a mail was not handed over");
            app.store().tidy(move |tx| mails::postpone(tx, &mail, next, mail.attempts, Some(&reason))).await
        }
    }
}
