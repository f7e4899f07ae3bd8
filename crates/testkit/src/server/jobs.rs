//! Background jobs of a server in a test, run when the test calls them.

use super::{SENDER, TestServer};
use slotkeeper_app::authorizations::last_use;
use slotkeeper_app::calendars::last_use as calendar_use;
use slotkeeper_app::customers::{remove, retitle};
use slotkeeper_app::emails::follow_up;
use slotkeeper_app::fold;
use slotkeeper_app::sweep;
use slotkeeper_jobs::mailer::{MailServer, Mailer, Tls};
use slotkeeper_jobs::webhooks::{deliver_due, take_over};
use slotkeeper_jobs::{Stop, outbox};
use slotkeeper_outgoing::{Limits as OutgoingLimits, Outgoing};
use std::time::Duration;

impl TestServer {
    /// Runs all jobs that are due, except sending e-mails.
    pub async fn run_jobs(&self) {
        last_use::write_down(&self.app).await.unwrap();
        calendar_use::write_down(&self.app).await.unwrap();
        while sweep::sweep(&self.app).await.unwrap() {}
        while follow_up::write_due(&self.app).await.unwrap() > 0 {}
        while retitle::follow_some(&self.app).await.unwrap() {}
        while remove::remove_some(&self.app).await.unwrap() {}
        while fold::fold_some(&self.app).await.unwrap() {}
    }

    /// Retitles one more chunk of each renamed customer's bookings; whether there may be more.
    pub async fn follow_some_names(&self) -> bool {
        retitle::follow_some(&self.app).await.unwrap()
    }

    /// Deletes one more chunk of the bookings of each customer being deleted; whether there may be more.
    pub async fn remove_some_bookings(&self) -> bool {
        remove::remove_some(&self.app).await.unwrap()
    }

    /// Makes the rendering of webhook payloads panic after `more` items, inside a transaction.
    pub fn break_after_items(&self, more: i64) {
        // On SQLite each is written twice, as every unit runs twice.
        let runs = if self.is_shared() { 1 } else { 2 };
        self.items.break_after(runs * more);
    }

    /// Sends the due e-mails to a mail server; returns the number of attempts.
    pub async fn send_emails(&self, host: &str, port: u16) -> usize {
        self.send_emails_as(host, port, None).await
    }

    /// The same to a mail server with authentication.
    pub async fn send_emails_as(&self, host: &str, port: u16, login: Option<(&str, &str)>) -> usize {
        let (_stopper, stop) = Stop::pair();
        let mailer = mailer(host, port, login);
        let mut tried = 0;
        loop {
            match outbox::send_due(&self.app, &mailer, &stop).await {
                0 => return tried,
                some => tried += some,
            }
        }
    }

    /// Delivers what is due to webhooks, and what becomes due meanwhile.
    pub async fn deliver(&self) {
        let limits = OutgoingLimits { total: Duration::from_millis(600), ..OutgoingLimits::default() };
        deliver_due(&self.app, &Outgoing::new(self.app.receivers().clone(), limits, None), None).await;
    }

    /// The same with `most` webhooks at a time.
    pub async fn deliver_to(&self, most: usize) {
        self.deliver_with_timeout(most, Duration::from_millis(600)).await;
    }

    /// The same with another timeout for responses.
    pub async fn deliver_with_timeout(&self, most: usize, patience: Duration) {
        let limits = OutgoingLimits { total: patience, ..OutgoingLimits::default() };
        deliver_due(&self.app, &Outgoing::new(self.app.receivers().clone(), limits, None), Some(most)).await;
    }

    /// Releases the leases of a process that ended badly, as a server does at its start. Whether it may do that at
    /// once because it is the only process.
    pub async fn take_over(&self) -> bool {
        take_over(&self.app).await;
        self.app.store().is_alone()
    }

    /// Sends e-mails while the server is stopping; returns the number of attempts.
    pub async fn send_emails_while_stopping(&self, host: &str, port: u16) -> usize {
        let (stopper, stop) = Stop::pair();
        stopper.tell();
        outbox::send_due(&self.app, &mailer(host, port, None), &stop).await
    }
}

fn mailer(host: &str, port: u16, login: Option<(&str, &str)>) -> Mailer {
    let server = MailServer {
        host: host.to_owned(),
        port,
        login: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
        tls: Tls::None,
        from: format!("Slotkeeper <{SENDER}>"),
    };
    Mailer::new(&server).unwrap()
}
