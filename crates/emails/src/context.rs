//! The data of an e-mail. Internal notes of the business are not part of it.

use crate::link::Link;
use slotkeeper_domain::account::{ContactDetails, Country, Currency, Language, Name};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::money::{Money, SumError};
use slotkeeper_domain::time::{Instant, Zone};

#[derive(Debug, Clone)]
pub struct EmailContext {
    /// The language of the e-mail; English is used if it has no texts. [`crate::choose_language`] finds a better one.
    pub language: Language,
    /// When the e-mail is written; DTSTAMP of the calendar entry.
    pub written_at: Instant,
    pub business: Business,
    pub booking: Booking,
}

/// The business as its customers know it.
#[derive(Debug, Clone)]
pub struct Business {
    pub account: AccountId,
    pub name: Name,
    /// The zone in which all times are shown.
    pub zone: Zone,
    pub currency: Currency,
    /// The sender's address of the e-mail, and the organizer in calendars.
    pub sender: EmailAddress,
    /// Decides where the postcode stands in an address.
    pub country: Option<Country>,
    pub contact: ContactDetails,
}

/// The booking, with texts in the language of the e-mail. Texts may hold any character; they are shown on one line.
#[derive(Debug, Clone)]
pub struct Booking {
    pub number: BookingNumber,
    pub product: String,
    /// One time, the classes of a course in order, or none.
    pub times: Vec<TimeSpan>,
    pub people: Vec<People>,
    /// The chosen options, in the order of the product.
    pub options: Vec<Choice>,
    pub customer: Customer,
    /// `None` where prices are not shown.
    pub costs: Option<Costs>,
    /// False for a request that the business has not accepted.
    pub accepted: bool,
    pub cancellation: Option<Cancellation>,
    /// The number of changes since the booking was made, with its cancellation. Calendars ignore an entry with a
    /// smaller number than the one they have.
    pub changes: u32,
    /// The page of the booking.
    pub link: Option<Link>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSpan {
    pub start: Instant,
    /// If it is not later than the start, only the start is shown.
    pub end: Instant,
}

/// The number of people in a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The name of the category.
    pub category: String,
    pub number: u32,
}

/// An option with its chosen value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The name of the option.
    pub name: String,
    pub value: ChoiceValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceValue {
    Text(String),
    OnOff(bool),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// Empty if it is not known.
    pub name: String,
    /// Without an address no e-mail goes to the customer; the business still gets its own.
    pub email: Option<EmailAddress>,
    /// Shown to the business only.
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLine {
    pub text: String,
    /// Negative for a discount.
    pub amount: Money,
}

/// Price and payments of a booking, all in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    lines: Vec<PriceLine>,
    total: Money,
    paid: Money,
    open: Money,
}

impl Costs {
    /// The lines need not add up to the total; `paid` is the sum of all payments so far.
    ///
    /// # Errors
    ///
    /// If the currencies differ, or a sum is too large.
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

    /// Total minus payments; negative if the booking is overpaid.
    #[must_use]
    pub fn open(&self) -> Money {
        self.open
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cancellation {
    pub reason: Option<String>,
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
