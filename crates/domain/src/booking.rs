//! What is stored with a booking or hold, and who its participants are.

use crate::catalogue::CategoryId;
use crate::discounts::AppliedDiscounts;
use crate::id::{LinkedPersonId, ResourceId};
use crate::money::Money;
use crate::options::ChosenOption;
use crate::party::Party;
use crate::price::{Adjustment, Price};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Maximum length of a client's own reference, in characters (wire reference, section 9).
pub const LONGEST_REFERENCE: usize = 256;

/// A booking number: 14 digits, the first of them not 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingNumber(String);

/// The text is not the number of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the number of a booking")]
pub struct NotABookingNumber;

impl BookingNumber {
    pub const LENGTH: usize = 14;

    /// Maps a random number to a booking number.
    #[must_use]
    pub fn from_random(random: u64) -> Self {
        const LEAST: u64 = 10_000_000_000_000;
        Self((LEAST + random % (9 * LEAST)).to_string())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BookingNumber {
    type Err = NotABookingNumber;

    fn from_str(text: &str) -> Result<Self, NotABookingNumber> {
        let digits = text.len() == Self::LENGTH && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && !text.starts_with('0') { Ok(Self(text.to_owned())) } else { Err(NotABookingNumber) }
    }
}

impl fmt::Display for BookingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The properties of a booking that are stored as one JSON document because no query filters by them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingDetails {
    /// The participants that the client named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChosenOption>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// Of an appointment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceId>,
    /// Whether the booking has the event for itself.
    #[serde(default)]
    pub private_event: bool,
    pub price: Price,
    #[serde(rename = "benefits", default, skip_serializing_if = "AppliedDiscounts::is_none")]
    pub discounts: AppliedDiscounts,
    /// The name at the time of booking, for when the product is deleted.
    pub product_name: String,
    /// The origin of the booking, as stated by the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The IP address of the customer, as stated by the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// Whether the customer gets a reminder.
    pub reminders: bool,
    /// Whether the customer gets thanks after the booking.
    pub thank_you: bool,
    #[serde(rename = "cancelation_reason", default, skip_serializing_if = "Option::is_none")]
    pub cancellation_reason: Option<String>,
    #[serde(rename = "cancelation_fee", default, skip_serializing_if = "Option::is_none")]
    pub cancellation_fee: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub person: Who,
    pub category: CategoryId,
    /// Position among the people of the category, from 1.
    pub index: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Customer,
    /// A person linked to the customer.
    Linked(LinkedPersonId),
    /// The client gave no person.
    Unknown,
}

impl Who {
    #[must_use]
    pub fn linked(&self) -> Option<&LinkedPersonId> {
        match self {
            Self::Linked(id) => Some(id),
            Self::Customer | Self::Unknown => None,
        }
    }
}

/// Why named participants do not match the numbers of the party.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParticipantsError {
    #[error("the party has no person {index} of category {category}")]
    NotInParty {
        category: CategoryId,
        /// Counted from 1 within the category.
        index: u32,
    },
    #[error("person {index} of category {category} is named twice")]
    Twice {
        category: CategoryId,
        /// Counted from 1 within the category.
        index: u32,
    },
}

/// Checks that every participant is one of the people in the party and none occurs twice.
pub fn check_participants(people: &[Participant], party: &Party) -> Result<(), ParticipantsError> {
    for (position, person) in people.iter().enumerate() {
        let Participant { category, index, .. } = person;
        let (category, index) = (category.clone(), *index);
        if index == 0 || party.number_of(&category) < index {
            return Err(ParticipantsError::NotInParty { category, index });
        }
        let same = |other: &Participant| (&other.category, other.index) == (&category, index);
        if people[..position].iter().any(same) {
            return Err(ParticipantsError::Twice { category, index });
        }
    }
    Ok(())
}

/// One participant for every person of the party, in its order; unknown where the client gave no person (wire reference,
/// section 4.7).
#[must_use]
pub fn all_participants(named: &[Participant], party: &Party) -> Vec<Participant> {
    let mut all = Vec::new();
    for (category, number) in party.numbers() {
        for index in 1..=number {
            let known = named.iter().find(|person| person.category == *category && person.index == index);
            let unknown = || Participant { person: Who::Unknown, category: category.clone(), index };
            all.push(known.cloned().unwrap_or_else(unknown));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_fourteen_digits() {
        for random in [0, 1, u64::MAX, 89_999_999_999_999] {
            let number = BookingNumber::from_random(random);
            assert_eq!(number.as_str().parse(), Ok(number));
        }
        for wrong in ["", "01234567890123", "3120602148290", "312060214829071", "3120602148290A"] {
            assert_eq!(wrong.parse::<BookingNumber>(), Err(NotABookingNumber), "{wrong}");
        }
    }

    #[test]
    fn every_person_is_listed_once() {
        let party = Party::parse_list("Cadults:2,Cchildren:1").expect("a party");
        let participant = |category: &str, index| Participant {
            person: Who::Customer,
            category: category.parse().expect("an id"),
            index,
        };
        let named = [participant("Cadults", 2)];
        assert_eq!(check_participants(&named, &party), Ok(()));
        let all = all_participants(&named, &party);
        assert_eq!(all.len(), 3);
        assert_eq!((&all[0].person, &all[1].person), (&Who::Unknown, &Who::Customer));
        for wrong in
            [vec![participant("Cadults", 3)], vec![participant("Cadults", 0)], vec![named[0].clone(), named[0].clone()]]
        {
            assert!(check_participants(&wrong, &party).is_err());
        }
    }
}
