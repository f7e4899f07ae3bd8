//! What is known when a letter is written. Notes that the business keeps for itself have no place here.

use crate::link::Link;
use slotkeeper_domain::account::{ContactDetails, Country, Currency, Language, Name};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::money::{Money, SumError};
use slotkeeper_domain::time::{Instant, Zone};

/// Everything that a letter can say.
#[derive(Debug, Clone)]
pub struct EmailContext {
    /// In which language. One without texts gets English; [`crate::choose_language`] finds a better one.
    pub language: Language,
    /// When the letter is written; the calendar entry says so.
    pub written_at: Instant,
    /// Whose letter it is.
    pub business: Business,
    /// What it is about.
    pub booking: Booking,
}

/// A business, as its customers know it.
#[derive(Debug, Clone)]
pub struct Business {
    pub account: AccountId,
    /// What it is called.
    pub name: Name,
    /// Where its clocks are: all times are shown in this zone.
    pub zone: Zone,
    /// What it charges in.
    pub currency: Currency,
    /// The address that letters come from: the organizer in calendars.
    pub sender: EmailAddress,
    /// Its country: decides where the postcode stands in an address.
    pub country: Option<Country>,
    /// How it can be reached.
    pub contact: ContactDetails,
}

/// A booking, in the words of the letter's language. Texts may be anything; they are shown on one line.
#[derive(Debug, Clone)]
pub struct Booking {
    pub number: BookingNumber,
    pub product: String,
    /// When: one time, the classes of a course in order, or nothing.
    pub times: Vec<TimeSpan>,
    pub people: Vec<People>,
    /// What was chosen, in the order of the product.
    pub options: Vec<Choice>,
    pub customer: Customer,
    /// What it costs; absent where prices are not to be shown.
    pub costs: Option<Costs>,
    /// Whether it is certain: false while it waits for the business to accept it.
    pub accepted: bool,
    /// Present once it is cancelled.
    pub cancellation: Option<Cancellation>,
    /// How many times it was changed since it was made, its cancellation included. Calendars ignore what is older than
    /// what they have.
    pub changes: u32,
    /// Where the reader can look at it.
    pub link: Option<Link>,
}

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSpan {
    pub start: Instant,
    /// The moment it is over. If that is not later than the start, only the start is told.
    pub end: Instant,
}

/// How many people of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// What the category is called.
    pub category: String,
    pub number: u32,
}

/// An option and what was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the option is called.
    pub name: String,
    pub value: ChoiceValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceValue {
    /// Words or a number.
    Text(String),
    OnOff(bool),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// The name; empty if it is not known.
    pub name: String,
    /// The address; without one no letter can go there, but the business still gets its own.
    pub email: Option<EmailAddress>,
    /// A phone number, for the business.
    pub phone: Option<String>,
}

/// A line of the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLine {
    pub text: String,
    /// How much; a discount if negative.
    pub amount: Money,
}

/// What a booking costs and what of it was paid, all in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    lines: Vec<PriceLine>,
    total: Money,
    paid: Money,
    open: Money,
}

impl Costs {
    /// The lines, which need not add up to the total, and what was paid so far.
    ///
    /// # Errors
    /// When they are of different currencies, or too large to be counted with.
    pub fn new(lines: Vec<PriceLine>, total: Money, paid: Money) -> Result<Self, SumError> {
        let open = total.minus(paid)?;
        if lines.iter().any(|line| line.amount.currency() != total.currency()) {
            return Err(SumError::Currencies);
        }
        Ok(Self { lines, total, paid, open })
    }

    #[must_use]
    pub fn lines(&self) -> &[PriceLine] {
        &self.lines
    }

    #[must_use]
    pub fn total(&self) -> Money {
        self.total
    }

    #[must_use]
    pub fn paid(&self) -> Money {
        self.paid
    }

    /// What is still to be paid; negative if more was paid than the total.
    #[must_use]
    pub fn open(&self) -> Money {
        self.open
    }
}

/// That a booking is cancelled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cancellation {
    /// Why, if somebody said so.
    pub reason: Option<String>,
    /// What the cancellation costs, if anything.
    pub fee: Option<Money>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_the_rest_in_the_same_currency() {
        let money = |minor, code: &str| Money::new(minor, code.parse().expect("a currency"));
        let costs = Costs::new(Vec::new(), money(5_000, "EUR"), money(7_000, "EUR")).expect("costs");
        assert_eq!(costs.open(), money(-2_000, "EUR"));
        assert_eq!(Costs::new(Vec::new(), money(1, "EUR"), money(1, "GBP")), Err(SumError::Currencies));
        let line = PriceLine { text: "Tour".to_owned(), amount: money(1, "GBP") };
        assert_eq!(Costs::new(vec![line], money(1, "EUR"), money(0, "EUR")), Err(SumError::Currencies));
    }
}
