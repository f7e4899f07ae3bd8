//! Acknowledged changes, and their comparison with the server's data after a kill. Pure.
//!
//! A change is recorded before it is sent. Its response makes it certain; without a response both outcomes are valid.

use std::collections::BTreeMap;
use std::fmt;

/// The compared state of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub event: String,
    pub canceled: bool,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", if self.canceled { "cancelled" } else { "live" }, self.event)
    }
}

/// A booking as the server shows it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub number: String,
    pub reference: Option<String>,
    pub state: State,
    /// The seats it takes unless it is cancelled.
    pub seats: i64,
}

/// What is known of a booking.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Known from a response.
    number: Option<String>,
    /// The state acknowledged last.
    acknowledged: Option<State>,
    /// The state after a change without a response.
    possible: Option<State>,
    /// Whether a comparison has seen it cancelled, without a later request.
    retired: bool,
}

/// The bookings that a comparison gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    All,
    /// Live ones, and those changed since the last comparison.
    Recent,
}

/// A violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An acknowledged booking is missing.
    Lost { reference: String, number: String },
    /// The state was neither acknowledged nor requested last.
    WrongState {
        reference: String,
        /// `None` if the creation had no response.
        acknowledged: Option<State>,
        shown: State,
    },
    /// A booking that was refused or never requested.
    Phantom { reference: String },
    /// Two bookings have the same reference.
    Twice { reference: String },
    /// The seats left of an event do not match its bookings.
    Claims {
        event: String,
        /// Its seats less those of its live bookings.
        expected: i64,
        /// The shown number; `None` if the event is missing.
        shown: Option<i64>,
    },
}

impl Finding {
    /// Whether something acknowledged is missing.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        match self {
            Self::Lost { .. } => true,
            Self::WrongState { acknowledged, .. } => acknowledged.is_some(),
            Self::Phantom { .. } | Self::Twice { .. } | Self::Claims { .. } => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { reference, number } => write!(f, "booking {number} ({reference}) is lost"),
            Self::WrongState { reference, acknowledged: Some(state), shown } => {
                write!(f, "booking {reference} was acknowledged as {state}, and is {shown}")
            }
            Self::WrongState { reference, acknowledged: None, shown } => {
                write!(f, "booking {reference} is {shown}, which nobody asked for")
            }
            Self::Phantom { reference } => write!(f, "booking {reference} is there, and was refused or never made"),
            Self::Twice { reference } => write!(f, "booking {reference} is there more than once"),
            Self::Claims { event, expected, shown: Some(shown) } => {
                write!(f, "event {event} shows {shown} seats left; its bookings leave {expected}")
            }
            Self::Claims { event, expected, shown: None } => {
                write!(f, "event {event} is not shown; its bookings leave {expected} seats")
            }
        }
    }
}

/// Requested and acknowledged changes, by the clients' references.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<String, Entry>,
}

impl Ledger {
    /// A change is about to be sent: from now on it may happen.
    pub fn asks(&mut self, reference: &str, state: State) {
        let entry = self.entries.entry(reference.to_owned()).or_default();
        (entry.possible, entry.retired) = (Some(state), false);
    }

    /// The requested change is acknowledged; a creation also has a number.
    pub fn acknowledged(&mut self, reference: &str, number: Option<&str>) {
        if let Some(entry) = self.entries.get_mut(reference) {
            if let Some(state) = entry.possible.take() {
                entry.acknowledged = Some(state);
            }
            if let Some(number) = number {
                entry.number = Some(number.to_owned());
            }
        }
    }

    /// The requested change was refused: it must not happen.
    pub fn refused(&mut self, reference: &str) {
        if let Some(entry) = self.entries.get_mut(reference) {
            entry.possible = None;
            if entry.acknowledged.is_none() {
                self.entries.remove(reference);
            }
        }
    }

    pub fn absorb(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Moves what is known of a booking to the client that uses it from now on.
    pub fn hand_over(&mut self, reference: &str, to: &mut Self) {
        if let Some(entry) = self.entries.remove(reference) {
            to.entries.insert(reference.to_owned(), entry);
        }
    }

    /// The live bookings: reference, number, event.
    pub fn live(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.entries.iter().filter_map(|(reference, entry)| {
            let state = entry.acknowledged.as_ref().filter(|state| !state.canceled && entry.possible.is_none())?;
            Some((reference.as_str(), entry.number.as_deref()?, state.event.as_str()))
        })
    }

    /// The number of bookings, and of those whose last change had no response.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        (self.entries.len(), self.entries.values().filter(|entry| entry.possible.is_some()).count())
    }

    /// Compares with what the server shows. Bookings whose reference does not begin with `prefix` are ignored.
    #[must_use]
    pub fn compare(&self, seen: &[Seen], extent: Extent, prefix: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut shown: BTreeMap<&str, &Seen> = BTreeMap::new();
        for booking in seen {
            let Some(reference) = booking.reference.as_deref().filter(|text| text.starts_with(prefix)) else {
                continue;
            };
            if shown.insert(reference, booking).is_some() {
                findings.push(Finding::Twice { reference: reference.to_owned() });
            }
            if !self.entries.contains_key(reference) {
                findings.push(Finding::Phantom { reference: reference.to_owned() });
            }
        }
        for (reference, entry) in &self.entries {
            let reference = || reference.clone();
            let Some(booking) = shown.get(reference().as_str()) else {
                let expected = extent == Extent::All || !entry.retired;
                if entry.acknowledged.is_some() && expected {
                    let number = entry.number.clone().unwrap_or_default();
                    findings.push(Finding::Lost { reference: reference(), number });
                }
                continue;
            };
            // A booking with another number is not the acknowledged one.
            if let Some(number) = entry.number.clone().filter(|number| *number != booking.number) {
                findings.push(Finding::Lost { reference: reference(), number });
                continue;
            }
            let state = Some(&booking.state);
            if state != entry.acknowledged.as_ref() && state != entry.possible.as_ref() {
                let (acknowledged, shown) = (entry.acknowledged.clone(), booking.state.clone());
                findings.push(Finding::WrongState { reference: reference(), acknowledged, shown });
            }
        }
        findings
    }

    /// Takes the server's state as the truth for changes without a response. Cancelled bookings are retired: only a
    /// complete comparison includes them again.
    pub fn settle(&mut self, seen: &[Seen], extent: Extent) {
        let mut shown: BTreeMap<&str, &Seen> =
            seen.iter().filter_map(|booking| Some((booking.reference.as_deref()?, booking))).collect();
        self.entries.retain(|reference, entry| match shown.remove(reference.as_str()) {
            Some(booking) => {
                entry.number = Some(booking.number.clone());
                entry.acknowledged = Some(booking.state.clone());
                (entry.possible, entry.retired) = (None, booking.state.canceled);
                true
            }
            None => extent == Extent::Recent && entry.retired,
        });
    }
}

#[must_use]
pub fn taken(seen: &[Seen], event: &str) -> i64 {
    seen.iter().filter(|booking| booking.state.event == event && !booking.state.canceled).map(|one| one.seats).sum()
}

/// Compares the seats left that the server shows with the seats of each event and its bookings.
#[must_use]
pub fn claims(seats: &BTreeMap<String, i64>, seen: &[Seen], left: &BTreeMap<String, i64>) -> Vec<Finding> {
    seats
        .iter()
        .filter_map(|(event, seats)| {
            let (expected, shown) = (seats - taken(seen, event), left.get(event).copied());
            (shown != Some(expected)).then(|| Finding::Claims { event: event.clone(), expected, shown })
        })
        .collect()
}

#[cfg(test)]
mod tests;
