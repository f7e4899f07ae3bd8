//! What a booking, a hold or a change of them is refused for, beside the order itself.

use super::people::place;
use super::{Sentence, absent, discounts};
use slotkeeper_app::bookings::place::{BookingError, QuoteLapsed};
use slotkeeper_domain::booking::ParticipantsError;
use slotkeeper_domain::customer::MOST_LINKED;
use std::borrow::Cow;

/// For an account without a currency, which sells nothing.
pub(crate) const NO_BUSINESS: &str = "This account does not take bookings.";

impl Sentence for BookingError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Order(why) => why.sentence(),
            Self::Full(why) => why.sentence(),
            Self::Participants(why) => why.sentence(),
            Self::Person { place: person, why } => format!("{}: {}", place(*person), why.sentence()).into(),
            Self::NoPerson => {
                "participants.details: the customer has no linked person with the given personId.".into()
            }
            Self::NeedsCustomer => "customerId or customer is missing: a booking is somebody's.".into(),
            Self::NoCustomer => "customerId: there is no such customer.".into(),
            Self::NotYourCustomer => "participants.details: this API key may not add people to this customer.".into(),
            Self::NoLinkedPerson => absent("person"),
            Self::TooManyLinked => format!("A customer can have {MOST_LINKED} linked people at most.").into(),
            Self::TooManyCustomers(most) => {
                format!("This business has as many customers as it can have here: {most}.").into()
            }
            Self::NoHold => "previousHoldId: there is no such hold.".into(),
            Self::HoldIsBooked => "previousHoldId: this hold has become a booking already.".into(),
            Self::NoBooking => absent("booking"),
            Self::NoEventThen => {
                "startTime: no event of this product starts then. Name the event in eventId, or take the start of one."
                    .into()
            }
            Self::NotYours => "This API key can change only bookings that its application created.".into(),
            Self::Cancelled => "This booking has been cancelled.".into(),
            Self::TooLate(why) => why.sentence(),
            Self::Currency(currency) => {
                let code = currency.as_str();
                format!("The amount of a payment must be in {code}, the currency of this business.").into()
            }
            Self::TooMuch => "The payments add up to more than can be counted.".into(),
            Self::Code { kind, typed, why } => {
                let (member, reason) = (discounts::member(*kind), discounts::reason(*why));
                format!("{member}: the code “{typed}” cannot be used: {reason}.").into()
            }
            Self::PromotionGone(name) => format!(
                "previousHoldId: the promotion “{name}”, with which the hold was priced, has been used up. Ask for a new hold."
            )
            .into(),
            Self::PromiseBroken(lapsed) => format!("previousHoldId: {} Ask for a new hold.", lapsed.sentence()).into(),
            Self::UsedOtherwise(why) => why.sentence(),
            Self::NoBusiness => NO_BUSINESS.into(),
            Self::Store(why) => why.sentence(),
        }
    }
}

/// Continues after the member, so in lower case.
impl Sentence for QuoteLapsed {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Prepaid => {
                "prepaid credits of the customer, with which the hold was priced, have been used up.".into()
            }
            Self::Credit => {
                "credit of the customer, which was to pay a part of what the hold costs, has been used up.".into()
            }
            Self::Price => "the price with which the hold was made has gone up.".into(),
        }
    }
}

impl Sentence for ParticipantsError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NotInParty { category, index } => format!(
                "participants.details: there is no person {index} of category {category} in participants.numbers."
            )
            .into(),
            Self::Twice { category, index } => {
                format!("participants.details: person {index} of category {category} is there twice.").into()
            }
        }
    }
}
