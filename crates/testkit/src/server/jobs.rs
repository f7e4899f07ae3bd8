//! The jobs of a server in a test, which run when the test says so.

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
    /// Does what the jobs would do in time, except sending mail.
    pub async fn run_jobs(&self) {
        last_use::write_down(&self.app).await.unwrap();
        calendar_use::write_down(&self.app).await.unwrap();
        while sweep::sweep(&self.app).await.unwrap() {}
        while follow_up::write_due(&self.app).await.unwrap() > 0 {}
        while retitle::follow_some(&self.app).await.unwrap() {}
        while remove::remove_some(&self.app).await.unwrap() {}
        while fold::fold_some(&self.app).await.unwrap() {}
    }

    /// Has one more piece of each renamed customer's bookings follow the name; whether there may be more.
    pub async fn follow_some_names(&self) -> bool {
        retitle::follow_some(&self.app).await.unwrap()
    }

    /// Deletes one more piece of the bookings of each customer who is being deleted; whether there may be more.
    pub async fn remove_some_bookings(&self) -> bool {
        remove::remove_some(&self.app).await.unwrap()
    }

    /// Breaks whatever is about to write an item for a webhook, once so many more have been written: as a mistake of the program
    /// would, in the middle of a transaction.
    pub fn break_after_items(&self, more: i64) {
        // On SQLite each is written twice, as every unit runs twice.
        let runs = if self.is_shared() { 1 } else { 2 };
        self.items.break_after(runs * more);
    }

    /// Hands the mails that are due to a mail server; how many it tried.
    pub async fn send_mails(&self, host: &str, port: u16) -> usize {
        self.send_mails_as(host, port, None).await
    }

    /// The same to a mail server that asks for a name and a password.
    pub async fn send_mails_as(&self, host: &str, port: u16, login: Option<(&str, &str)>) -> usize {
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

    /// Delivers to webhooks what is due now, and what becomes due meanwhile.
    pub async fn deliver(&self) {
        let limits = OutgoingLimits { total: Duration::from_millis(600), ..OutgoingLimits::default() };
        deliver_due(&self.app, &Outgoing::new(self.app.receivers().clone(), limits, None), None).await;
    }

    /// The same, by a server that serves so many webhooks at once.
    pub async fn deliver_to(&self, most: usize) {
        self.deliver_patiently_to(most, Duration::from_millis(600)).await;
    }

    /// The same, by a server that waits so long for an answer.
    pub async fn deliver_patiently_to(&self, most: usize, patience: Duration) {
        let limits = OutgoingLimits { total: patience, ..OutgoingLimits::default() };
        deliver_due(&self.app, &Outgoing::new(self.app.receivers().clone(), limits, None), Some(most)).await;
    }

    /// Takes over what a process had in hand that ended badly, as a server does when it starts to deliver. Says whether it may
    /// do that at once, because it knows that it is alone.
    pub async fn take_over(&self) -> bool {
        take_over(&self.app).await;
        self.app.store().is_alone()
    }

    /// Takes mails on while the server is stopping; how many it tried.
    pub async fn send_mails_while_stopping(&self, host: &str, port: u16) -> usize {
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
