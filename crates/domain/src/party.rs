//! Parties: how many people of each category a booking is for.

use crate::catalogue::{Catalogue, CategoryId, Product};
use serde::{Deserialize, Serialize};

/// Maximum number of people in a booking, also for staff. Expanded bookings list every one of them.
pub const MOST_PEOPLE: u32 = 1_000;

/// People by category. No entry is 0, and no category occurs twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party(Vec<(CategoryId, u32)>);

/// Why a party is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    #[error("the party is empty")]
    Nobody,
    /// More than [`MOST_PEOPLE`].
    #[error("more than {MOST_PEOPLE} people")]
    TooMany,
    #[error("no such people category: {0}")]
    UnknownCategory(CategoryId),
    #[error("the product is not for people of category {0}")]
    NotOffered(CategoryId),
    #[error("not {min} to {max} people")]
    OutsideLimits {
        /// None for the limit on all people together.
        category: Option<CategoryId>,
        min: u32,
        max: u32,
    },
}

impl Party {
    /// Adds up repeated categories and drops zeros.
    ///
    /// # Errors
    /// [`PartyError::TooMany`].
    pub fn of(numbers: impl IntoIterator<Item = (CategoryId, u32)>) -> Result<Self, PartyError> {
        let mut party: Vec<(CategoryId, u32)> = Vec::new();
        for (category, number) in numbers {
            match party.iter_mut().find(|(known, _)| *known == category) {
                Some((_, sum)) => *sum = sum.saturating_add(number),
                None if number > 0 => party.push((category, number)),
                None => {}
            }
        }
        let people = party.iter().fold(0, |sum: u32, (_, number)| sum.saturating_add(*number));
        if people > MOST_PEOPLE { Err(PartyError::TooMany) } else { Ok(Self(party)) }
    }

    /// In the order in which the categories were given.
    pub fn numbers(&self) -> impl Iterator<Item = (&CategoryId, u32)> {
        self.0.iter().map(|(category, number)| (category, *number))
    }

    #[must_use]
    pub fn number_of(&self, category: &CategoryId) -> u32 {
        self.0.iter().find(|(known, _)| known == category).map_or(0, |(_, number)| *number)
    }

    /// The total number of people.
    #[must_use]
    pub fn people(&self) -> u32 {
        self.0.iter().map(|(_, number)| *number).sum()
    }

    /// The seats that the party takes: people times seats of their category (wire reference, section 6.4).
    #[must_use]
    pub fn seats(&self, catalogue: &Catalogue) -> u32 {
        let seats = |(category, number): (&CategoryId, u32)| {
            catalogue.category(category).map_or(0, |category| category.seats.saturating_mul(number))
        };
        self.numbers().map(seats).fold(0, u32::saturating_add)
    }

    /// The number of people whose category takes seats. Each of them needs a prepaid credit.
    #[must_use]
    pub fn seated(&self, catalogue: &Catalogue) -> u32 {
        let takes_seats = |id: &CategoryId| catalogue.category(id).is_some_and(|category| category.seats > 0);
        self.numbers().filter(|(category, _)| takes_seats(category)).map(|(_, number)| number).sum()
    }

    /// Checks the party against the limits of the product. With `relaxed`, as for staff, only an empty party and
    /// unknown categories are refused.
    pub fn check(&self, product: &Product, catalogue: &Catalogue, relaxed: bool) -> Result<(), PartyError> {
        if self.people() == 0 {
            return Err(PartyError::Nobody);
        }
        for (category, _) in self.numbers() {
            if catalogue.category(category).is_none() {
                return Err(PartyError::UnknownCategory(category.clone()));
            }
            // A category is for sale if the product has a limit for it, whatever the limit.
            let offered = product.limits.iter().any(|limit| limit.category.as_ref() == Some(category));
            if !offered && !relaxed {
                return Err(PartyError::NotOffered(category.clone()));
            }
        }
        if relaxed {
            return Ok(());
        }
        for limit in &product.limits {
            let number = limit.category.as_ref().map_or_else(|| self.people(), |category| self.number_of(category));
            if number < limit.min || limit.max < number {
                let (category, min, max) = (limit.category.clone(), limit.min, limit.max);
                return Err(PartyError::OutsideLimits { category, min, max });
            }
        }
        Ok(())
    }

    /// The compact form that is stored: `Cadults:2,Cchildren:1`.
    #[must_use]
    pub fn to_list(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 12);
        for (category, number) in &self.0 {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(category.as_str());
            text.push(':');
            text.push_str(&number.to_string());
        }
        text
    }

    /// Inverse of [`Party::to_list`].
    pub fn parse_list(text: &str) -> Result<Self, NotAParty> {
        let mut party = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (category, number) = part.split_once(':').ok_or(NotAParty)?;
            party.push((category.parse().map_err(|_| NotAParty)?, number.parse().map_err(|_| NotAParty)?));
        }
        Self::of(party).map_err(|_| NotAParty)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of people")]
pub struct NotAParty;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn party(text: &str) -> Party {
        Party::parse_list(text).expect("a party")
    }

    #[test]
    fn seats_are_counted_by_category() {
        let catalogue = testing::catalogue();
        for (text, people, seats) in
            [("Cadults:2,Cchildren:1", 3, 3), ("Cadults:1,Cinfants:2", 3, 1), ("CQ4T7X:2", 2, 8), ("", 0, 0)]
        {
            assert_eq!((party(text).people(), party(text).seats(&catalogue)), (people, seats), "{text}");
            assert_eq!(party(text).to_list(), text);
        }
        assert_eq!(party("Cadults:1,Cchildren:0,Cadults:2").to_list(), "Cadults:3");
        assert_eq!(Party::parse_list("Cadults:600,Cinfants:401"), Err(NotAParty));
    }

    #[test]
    fn limits_are_kept_unless_staff_book() {
        let catalogue = testing::catalogue();
        let tour = &catalogue.products[0];
        let checked = |text: &str, relaxed| party(text).check(tour, &catalogue, relaxed);
        let category = |id: &str| id.parse::<CategoryId>().expect("an id");
        let outside = |id: Option<&str>, min, max| PartyError::OutsideLimits { category: id.map(category), min, max };
        assert_eq!(checked("Cadults:2,Cchildren:1", false), Ok(()));
        for (text, error, relaxed) in [
            ("", PartyError::Nobody, false),
            ("Cadults:9", outside(None, 1, 8), true),
            ("Cchildren:2", outside(Some("Cadults"), 1, 8), true),
            ("Cadults:1,Cchildren:5", outside(Some("Cchildren"), 0, 4), true),
            ("Cadults:1,Cinfants:1", PartyError::NotOffered(category("Cinfants")), true),
            ("Cadults:1,CXXXXX:1", PartyError::UnknownCategory(category("CXXXXX")), false),
        ] {
            assert_eq!(checked(text, false), Err(error), "{text}");
            assert_eq!(checked(text, true).is_ok(), relaxed, "{text}");
        }
    }
}
