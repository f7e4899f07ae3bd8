//! Clients that create and rename customers, book, change and cancel, and record the responses.

use crate::client::{Answer, Client, text};
use crate::deliver::verdict::{Asked, Ledger};
use crate::load::Dice;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A client. It alone changes what it created, one change after the other.
#[derive(Debug)]
pub struct Worker {
    /// The name of its customers.
    pub name: String,
    /// The members of a booking without its event.
    pub booking_body: Value,
    pub events: Arc<Vec<String>>,
    pub dice: Dice,
    pub customers: Vec<String>,
    /// Its bookings, with their events.
    pub bookings: Vec<(String, String)>,
    pub notes: Notes,
}

/// What clients have recorded.
#[derive(Debug, Default)]
pub struct Notes {
    /// Acknowledged changes and those without a response.
    pub ledger: Ledger,
    /// When each change was acknowledged, in order.
    pub times: Vec<(String, String, Instant)>,
    /// Counts by operation and status.
    pub counts: BTreeMap<String, usize>,
    /// Unexpected responses.
    pub problems: Vec<String>,
}

impl Notes {
    pub fn absorb(&mut self, more: Self) {
        for (key, asked) in more.ledger {
            let sum = self.ledger.entry(key).or_default();
            *sum = Asked { acknowledged: sum.acknowledged + asked.acknowledged, open: sum.open + asked.open };
        }
        for (what, times) in more.counts {
            *self.counts.entry(what).or_default() += times;
        }
        self.times.extend(more.times);
        self.problems.extend(more.problems);
    }

    fn asked(&mut self, topic: &str, thing: &str) -> &mut Asked {
        self.ledger.entry((topic.to_owned(), thing.to_owned())).or_default()
    }
}

/// The number of acknowledged changes, and the target.
#[derive(Debug, Default)]
pub struct Progress {
    pub done: AtomicUsize,
    /// Clients stop at this number, unless it is zero.
    pub enough: AtomicUsize,
}

impl Progress {
    fn is_enough(&self) -> bool {
        let enough = self.enough.load(Ordering::Relaxed);
        enough > 0 && self.done.load(Ordering::Relaxed) >= enough
    }
}

impl Worker {
    /// Works until the target is reached or a call has no response, which means that the server was killed. Pauses
    /// after each change.
    pub async fn work(mut self, client: Client, progress: Arc<Progress>, pause: Duration) -> Self {
        while !progress.is_enough() {
            let before = self.notes.times.len();
            let goes_on = match self.dice.below(100) {
                0..45 if !self.customers.is_empty() => self.rename(&client).await,
                45..60 if !self.bookings.is_empty() => self.shift(&client).await,
                60..68 if !self.bookings.is_empty() => self.cancel(&client).await,
                68..82 => self.book(&client).await,
                _ => self.create(&client).await,
            };
            progress.done.fetch_add(self.notes.times.len() - before, Ordering::Relaxed);
            if !goes_on {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        self
    }

    async fn create(&mut self, client: &Client) -> bool {
        let body = json!({ "firstName": "Told", "lastName": self.name });
        let Some(answer) = self.send(client, "create", (Method::POST, "/customers"), Some(&body)).await else {
            return false;
        };
        if answer.status == 201 {
            let id = text(&answer.body, "id").to_owned();
            self.acknowledged("customers/created", &id);
            self.customers.push(id);
        }
        true
    }

    async fn rename(&mut self, client: &Client) -> bool {
        let index = self.dice.below(self.customers.len());
        let id = self.customers[index].clone();
        let body = json!({ "firstName": format!("Told {}", self.dice.below(1_000_000)) });
        self.change(client, ("rename", "customers/updated", &id), (Method::PUT, "customers"), Some(&body)).await
    }

    async fn book(&mut self, client: &Client) -> bool {
        let event = self.event();
        let mut body = self.booking_body.clone();
        body["eventId"] = event.clone().into();
        let Some(answer) = self.send(client, "book", (Method::POST, "/bookings"), Some(&body)).await else {
            return false;
        };
        if answer.status == 201 {
            let number = text(&answer.body, "bookingNumber").to_owned();
            self.acknowledged("customers/created", text(&answer.body, "customerId"));
            self.acknowledged("bookings/created", &number);
            self.bookings.push((number, event));
        }
        true
    }

    async fn shift(&mut self, client: &Client) -> bool {
        let index = self.dice.below(self.bookings.len());
        let (number, old) = self.bookings[index].clone();
        let event = self.event();
        if event == old {
            return true;
        }
        let body = json!({ "eventId": event });
        let before = self.notes.times.len();
        let what = ("change", "bookings/updated", number.as_str());
        let goes_on = self.change(client, what, (Method::PUT, "bookings"), Some(&body)).await;
        if self.notes.times.len() > before {
            self.bookings[index].1 = event;
        } else if !goes_on {
            // Its event is unknown now.
            self.bookings.swap_remove(index);
        }
        goes_on
    }

    async fn cancel(&mut self, client: &Client) -> bool {
        let index = self.dice.below(self.bookings.len());
        let (number, _) = self.bookings.swap_remove(index);
        self.change(client, ("cancel", "bookings/deleted", &number), (Method::DELETE, "bookings"), None).await
    }

    /// A change of an existing thing.
    async fn change(
        &mut self,
        client: &Client,
        (name, topic, thing): (&str, &str, &str),
        (method, things): (Method, &str),
        body: Option<&Value>,
    ) -> bool {
        match self.send(client, name, (method, &format!("/{things}/{thing}")), body).await {
            Some(answer) if (200..300).contains(&answer.status) => {
                self.acknowledged(topic, thing);
                true
            }
            Some(_) => true,
            None => {
                self.notes.asked(topic, thing).open += 1;
                false
            }
        }
    }

    fn acknowledged(&mut self, topic: &str, thing: &str) {
        self.notes.asked(topic, thing).acknowledged += 1;
        self.notes.times.push((topic.to_owned(), thing.to_owned(), Instant::now()));
    }

    /// One call, counted. `None` without a meaningful response: both outcomes are then possible.
    async fn send(
        &mut self,
        client: &Client,
        name: &str,
        (method, path): (Method, &str),
        body: Option<&Value>,
    ) -> Option<Answer> {
        let Ok(answer) = client.call(method, path, &[], body).await else {
            *self.notes.counts.entry(format!("{name} without an answer")).or_default() += 1;
            return None;
        };
        *self.notes.counts.entry(format!("{name} {}", answer.status)).or_default() += 1;
        match answer.status {
            // Events are full at times.
            200..300 | 409 => Some(answer),
            status => {
                self.notes.problems.push(format!("{name} {path} answers {status}: {}", answer.body));
                (status < 500).then_some(answer)
            }
        }
    }

    fn event(&mut self) -> String {
        self.events[self.dice.below(self.events.len())].clone()
    }
}
