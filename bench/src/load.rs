//! Clients that book, move and cancel at random, and record the responses.

use crate::client::{Answer, Client};
use crate::ledger::{Ledger, State};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The prefix of our bookings' references.
pub const PREFIX: &str = "crash-";

#[derive(Debug)]
pub struct Worker {
    pub client: Client,
    /// The prefix of its new bookings' references, unique over all rounds.
    pub name: String,
    /// The members of a booking without its event.
    pub booking_body: Value,
    pub events: Vec<String>,
    /// Its live bookings: reference, number, event.
    pub mine: Vec<(String, String, String)>,
    pub dice: Dice,
    pub notes: Notes,
}

/// What clients have recorded in a round.
#[derive(Debug, Default)]
pub struct Notes {
    pub ledger: Ledger,
    /// Counts by operation and status.
    pub counts: BTreeMap<String, usize>,
    /// Unexpected responses.
    pub problems: Vec<String>,
}

/// The outcome of an operation.
enum Fate {
    Done(Answer),
    Refused,
    /// No meaningful response: both outcomes are possible.
    Unknown,
}

impl Worker {
    /// Works until a call has no response, which means that the server was killed.
    pub async fn work(mut self) -> Notes {
        let mut number = 0_u32;
        loop {
            number += 1;
            let answered = match self.dice.below(100) {
                0..15 => self.hold().await.is_some(),
                15..30 if !self.mine.is_empty() => self.cancel().await,
                30..55 if !self.mine.is_empty() => self.shift().await,
                choice => self.book(&format!("{}-{number}", self.name), choice.is_multiple_of(2)).await,
            };
            if !answered {
                return self.notes;
            }
        }
    }

    /// A hold for a second: its id, or an empty string if it was refused; `None` without a response.
    async fn hold(&mut self) -> Option<String> {
        let event = self.event();
        self.hold_for(&event).await
    }

    async fn hold_for(&mut self, event: &str) -> Option<String> {
        let mut body = self.booking_body.clone();
        body["eventId"] = event.into();
        match self.send("hold", Method::POST, "/holds", &[("holdDurationSeconds", "1")], Some(&body), &[409]).await {
            Fate::Done(answer) => Some(answer.text("/id").unwrap_or_default().to_owned()),
            Fate::Refused => Some(String::new()),
            Fate::Unknown => None,
        }
    }

    async fn book(&mut self, reference: &str, holds: bool) -> bool {
        let event = self.event();
        let mut hold = String::new();
        if holds {
            match self.hold_for(&event).await {
                None => return false,
                Some(refused) if refused.is_empty() => return true,
                Some(id) => hold = id,
            }
        }
        let mut body = self.booking_body.clone();
        body["eventId"] = event.clone().into();
        body["externalRef"] = reference.into();
        let query: &[(&str, &str)] = if hold.is_empty() { &[] } else { &[("previousHoldId", &hold)] };
        self.notes.ledger.asks(reference, State { event: event.clone(), canceled: false });
        match self.send("book", Method::POST, "/bookings", query, Some(&body), &[409]).await {
            Fate::Done(answer) => {
                let number = answer.text("/bookingNumber").unwrap_or_default().to_owned();
                self.notes.ledger.acknowledged(reference, Some(&number));
                self.mine.push((reference.to_owned(), number, event));
                true
            }
            Fate::Refused => {
                self.notes.ledger.refused(reference);
                true
            }
            Fate::Unknown => false,
        }
    }

    /// Moves one of its bookings to another event.
    async fn shift(&mut self) -> bool {
        let index = self.dice.below(self.mine.len());
        let (reference, number, old) = self.mine[index].clone();
        let event = self.event();
        if event == old {
            return true;
        }
        let body = json!({ "eventId": event });
        self.notes.ledger.asks(&reference, State { event: event.clone(), canceled: false });
        match self.send("move", Method::PUT, &format!("/bookings/{number}"), &[], Some(&body), &[409]).await {
            Fate::Done(_) => {
                self.notes.ledger.acknowledged(&reference, None);
                self.mine[index].2 = event;
                true
            }
            Fate::Refused => {
                self.notes.ledger.refused(&reference);
                true
            }
            Fate::Unknown => false,
        }
    }

    async fn cancel(&mut self) -> bool {
        let index = self.dice.below(self.mine.len());
        let (reference, number, event) = self.mine.swap_remove(index);
        self.notes.ledger.asks(&reference, State { event: event.clone(), canceled: true });
        match self.send("cancel", Method::DELETE, &format!("/bookings/{number}"), &[], None, &[]).await {
            Fate::Done(_) => {
                self.notes.ledger.acknowledged(&reference, None);
                true
            }
            Fate::Refused => {
                self.notes.ledger.refused(&reference);
                self.mine.push((reference, number, event));
                true
            }
            Fate::Unknown => false,
        }
    }

    /// One call, counted. `may_refuse` are the expected statuses of refusals.
    async fn send(
        &mut self,
        name: &str,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
        may_refuse: &[u16],
    ) -> Fate {
        let Ok(answer) = self.client.call(method, path, query, body).await else {
            self.count(format!("{name} without an answer"));
            return Fate::Unknown;
        };
        self.count(format!("{name} {}", answer.status));
        match answer.status {
            200..300 => return Fate::Done(answer),
            429 => tokio::time::sleep(Duration::from_millis(100)).await,
            status if may_refuse.contains(&status) => {}
            status => {
                self.notes.problems.push(format!("{name} {path} answers {status}: {}", answer.body));
                if status >= 500 {
                    return Fate::Unknown;
                }
            }
        }
        Fate::Refused
    }

    fn count(&mut self, what: String) {
        *self.notes.counts.entry(what).or_default() += 1;
    }

    fn event(&mut self) -> String {
        self.events[self.dice.below(self.events.len())].clone()
    }
}

/// Random choices with `SplitMix64`. They need not be secret.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(getrandom::u64()?))
    }

    /// A number below `limit`, which must not be zero.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(mixed % limit).unwrap_or(0)
    }
}
