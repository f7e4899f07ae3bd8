//! Parties: how many people of each category a booking is for.

use crate::catalogue::{Catalogue, CategoryId, Product};
use serde::{Deserialize, Serialize};

/// Maximum number of people in a booking, also for staff. Expanded bookings list every one of them.
pub const MOST_PEOPLE: u32 = 1_000;

/// People by category. No entry is 0, and no category occurs twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party(Vec<(CategoryId, u32)>);

/// Why a party cannot book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    /// There is nobody in it.
    #[error("A booking is for one person at least.")]
    Nobody,
    /// More than can be counted with.
    #[error("There can be {MOST_PEOPLE} people in a booking at most.")]
    TooMany,
    /// The business has no such category.
    #[error("This business has no people category {0}.")]
    UnknownCategory(CategoryId),
    /// The product is not for them.
    #[error("People of category {0} cannot book this product.")]
    NotOffered(CategoryId),
    /// Too few or too many, of a category or altogether.
    #[error("{}", outside(.category.as_ref(), *.min, *.max))]
    OutsideLimits {
        /// The category; absent for all together.
        category: Option<CategoryId>,
        min: u32,
        max: u32,
    },
}

fn outside(category: Option<&CategoryId>, min: u32, max: u32) -> String {
    let who =
        category.map_or_else(|| "people altogether".to_owned(), |category| format!("people of category {category}"));
    format!("This product takes {min} to {max} {who}.")
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
        let checked =
            |text: &str, relaxed| party(text).check(tour, &catalogue, relaxed).map_err(|error| error.to_string());
        assert_eq!(checked("Cadults:2,Cchildren:1", false), Ok(()));
        for (text, message, relaxed) in [
            ("", "A booking is for one person at least.", false),
            ("Cadults:9", "This product takes 1 to 8 people altogether.", true),
            ("Cchildren:2", "This product takes 1 to 8 people of category Cadults.", true),
            ("Cadults:1,Cchildren:5", "This product takes 0 to 4 people of category Cchildren.", true),
            ("Cadults:1,Cinfants:1", "People of category Cinfants cannot book this product.", true),
            ("Cadults:1,CXXXXX:1", "This business has no people category CXXXXX.", false),
        ] {
            assert_eq!(checked(text, false), Err(message.to_owned()), "{text}");
            assert_eq!(checked(text, true).is_ok(), relaxed, "{text}");
        }
    }
}
