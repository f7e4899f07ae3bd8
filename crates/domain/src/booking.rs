//! Bookings and holds: what is kept of them.

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

/// Longest reference in the caller's system, in characters (wire reference, section 9).
pub const LONGEST_REFERENCE: usize = 256;

/// The number of a booking: 14 digits, the first of them no zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingNumber(String);

/// The text is not the number of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the number of a booking")]
pub struct NotABookingNumber;

impl BookingNumber {
    /// How many digits there are.
    pub const LENGTH: usize = 14;

    /// The number that some random number stands for.
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

/// What of a booking is written down as one piece, because nobody searches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingDetails {
    /// The people, as far as they were named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChosenOption>,
    /// Extra lines on the price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// The resources of an appointment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceId>,
    /// Whether the event is theirs alone.
    #[serde(default)]
    pub private_event: bool,
    pub price: Price,
    /// What lowers its price.
    #[serde(rename = "benefits", default, skip_serializing_if = "AppliedDiscounts::is_none")]
    pub discounts: AppliedDiscounts,
    /// What the product was called when it was booked, for when it is gone.
    pub product_name: String,
    /// Where the booking came from, as the caller says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The address it was made from, as the caller says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// Whether the customer is to be reminded.
    pub reminders: bool,
    /// Whether the customer is to be thanked afterwards.
    pub thank_you: bool,
    /// Why it was cancelled.
    #[serde(rename = "cancelation_reason", default, skip_serializing_if = "Option::is_none")]
    pub cancellation_reason: Option<String>,
    /// What the cancellation cost.
    #[serde(rename = "cancelation_fee", default, skip_serializing_if = "Option::is_none")]
    pub cancellation_fee: Option<Money>,
}

/// One of the people of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub person: Who,
    /// As what the person comes.
    pub category: CategoryId,
    /// Which of the people of this category, from 1.
    pub index: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Customer,
    /// Somebody linked to the customer.
    Linked(LinkedPersonId),
    /// Nothing is known of the person.
    Unknown,
}

impl Who {
    /// The person linked to the customer, if it is one.
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

/// Whether the people named go with the numbers of the party: each is one of them, and none is there twice.
///
/// # Errors
/// [`ParticipantsRefused`].
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

/// Every person of a party, in order: those that were named, and somebody unknown in place of the others (wire reference,
/// section 4.7).
#[must_use]
pub fn everybody(named: &[Participant], party: &Party) -> Vec<Participant> {
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
    fn everybody_is_listed_and_nobody_twice() {
        let party = Party::parse_list("Cadults:2,Cchildren:1").expect("a party");
        let somebody = |category: &str, index| Participant {
            person: Who::Customer,
            category: category.parse().expect("an id"),
            index,
        };
        let named = [somebody("Cadults", 2)];
        assert_eq!(check_participants(&named, &party), Ok(()));
        let all = everybody(&named, &party);
        assert_eq!(all.len(), 3);
        assert_eq!((&all[0].person, &all[1].person), (&Who::Unknown, &Who::Customer));
        for wrong in
            [vec![somebody("Cadults", 3)], vec![somebody("Cadults", 0)], vec![named[0].clone(), named[0].clone()]]
        {
            assert!(check_participants(&wrong, &party).is_err());
        }
    }
}
