//! What an order, a search or an allocation is refused for: products, events, appointments, parties, options, prices.

use super::{Sentence, absent};
use slotkeeper_app::availability::SearchError;
use slotkeeper_domain::appointment::AppointmentNotBookable;
use slotkeeper_domain::booking_rules::{RuleViolation, TooLate};
use slotkeeper_domain::inventory::AllocationError;
use slotkeeper_domain::money::SumError;
use slotkeeper_domain::options::{LONGEST_TEXT, OptionError};
use slotkeeper_domain::order::{LARGEST_WISHES, MOST_ADJUSTMENTS, OrderError, OrderPart};
use slotkeeper_domain::party::{MOST_PEOPLE, PartyError};
use slotkeeper_domain::scheduled::EventNotBookable;
use std::borrow::Cow;

/// An id of a product that the business does not have, or a text that is no such id.
pub(crate) const NO_PRODUCT: &str = "productId: this business has no such product.";

impl Sentence for OrderError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoProduct => NO_PRODUCT.into(),
            Self::Closed => "This product cannot be booked through the API.".into(),
            Self::MembersOnly => "Only current members can book this product.".into(),
            Self::PrepaidOnly => "Only customers with a prepaid credit for each person can book this product.".into(),
            Self::NeedsEvent => "eventId is missing: this product is booked by its events.".into(),
            Self::NeedsStart => {
                "eventId or startTime is missing: one of them says when the appointment starts.".into()
            }
            Self::Event(why) => format!("eventId: {}", why.sentence()).into(),
            Self::Appointment(why) => format!("startTime: {}", why.sentence()).into(),
            Self::OtherProduct => "eventId: this is an appointment of another product.".into(),
            Self::Party(why) => format!("participants.numbers: {}", why.sentence()).into(),
            Self::Option(why) => format!("options: {}", why.sentence()).into(),
            Self::NoPrivateEvents => "privateEvent: this product has no private events.".into(),
            Self::TooManyAdjustments => {
                format!("priceAdjustments can have {MOST_ADJUSTMENTS} entries at most.").into()
            }
            Self::TooLarge { larger, bytes } => format!(
                "{} takes up too much: options and priceAdjustments can have {LARGEST_WISHES} bytes together, and these have \
                 {bytes}.",
                member(*larger)
            )
            .into(),
            Self::NoTax(id) => format!("priceAdjustments.taxIds: this business has no tax {id}.").into(),
            Self::Negative => {
                "priceAdjustments: they take off more than there is, and a price or tax cannot be negative.".into()
            }
            Self::Price(why) => format!("The price cannot be computed: {}.", reason(*why)).into(),
        }
    }
}

fn member(part: OrderPart) -> &'static str {
    match part {
        OrderPart::Options => "options",
        OrderPart::Adjustments => "priceAdjustments",
    }
}

fn reason(error: SumError) -> &'static str {
    match error {
        SumError::TooLarge => "the amount is too large",
        SumError::Currencies => "the amounts are of different currencies",
    }
}

impl Sentence for EventNotBookable {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoEvent => "There is no such event of this product.".into(),
            Self::OtherCourse => "The event ids are not of the same course.".into(),
            Self::NoDropIn => "This course is booked as a whole, and not by single classes.".into(),
            Self::DropInOnly => "This course is booked by single classes only.".into(),
            Self::Begun => "This course has begun, and cannot be joined any more.".into(),
            Self::NotFirst => "This course is joined at the first class that can still be booked.".into(),
            Self::NotNow(why) => why.sentence(),
        }
    }
}

impl Sentence for AppointmentNotBookable {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoStart => "No appointment can start at this time.".into(),
            Self::NoEnd => "The end must be after the start, and 31 days after it at most.".into(),
            Self::NoTime => "There is no time for an appointment of this length then.".into(),
            Self::NotThis(id) => format!("The resource {id} cannot be booked with this product.").into(),
            Self::Away(id) => format!("The resource {id} is not there for the whole time.").into(),
            Self::TooManyResources => "The product does not use so many resources.".into(),
            Self::NotNow(why) => why.sentence(),
        }
    }
}

impl Sentence for RuleViolation {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Past => "It has begun already, or is over.".into(),
            Self::TooSoon { minutes } => format!("It can be booked until {minutes} minutes before it starts.").into(),
            Self::TooLate { days_before, time } => {
                format!("It could be booked until {time}, {days_before} days before its day.").into()
            }
            Self::TooFar { days } => format!("It can be booked {days} days ahead at most.").into(),
        }
    }
}

impl Sentence for TooLate {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Begun => {
                "This booking has begun or is over: it is neither changed nor cancelled any more. externalRef, source, sourceIp \
                 and participants.details can be changed, and payments recorded; mode=backend does the rest."
                    .into()
            }
            Self::Deadline { minutes } => format!(
                "This booking can no longer be changed: that was possible until {minutes} minutes before it starts."
            )
            .into(),
        }
    }
}

impl Sentence for PartyError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Nobody => "A booking is for one person at least.".into(),
            Self::TooMany => format!("There can be {MOST_PEOPLE} people in a booking at most.").into(),
            Self::UnknownCategory(id) => format!("This business has no people category {id}.").into(),
            Self::NotOffered(id) => format!("People of category {id} cannot book this product.").into(),
            Self::OutsideLimits { category: Some(id), min, max } => {
                format!("This product takes {min} to {max} people of category {id}.").into()
            }
            Self::OutsideLimits { category: None, min, max } => {
                format!("This product takes {min} to {max} people altogether.").into()
            }
        }
    }
}

impl Sentence for OptionError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown(position) => {
                format!("The option at position {position} of options is none of this product.").into()
            }
            Self::Disabled(id) => format!("The option {id} cannot be chosen at present.").into(),
            Self::Twice(id) => format!("The option {id} is there twice.").into(),
            Self::NotAValue(id) => format!("The value of option {id} must be the name of one of its values.").into(),
            Self::NotANumber { id, min, max } => {
                format!("The value of option {id} must be a whole number from {min} to {max}.").into()
            }
            Self::NotOnOff(id) => format!("The value of option {id} must be true or false.").into(),
            Self::TooLong(id) => format!("The value of option {id} can have {LONGEST_TEXT} characters at most.").into(),
            Self::Missing(id) => format!("The option {id} must be given.").into(),
        }
    }
}

impl Sentence for AllocationError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::TooFewSeats { event: _, left: 0, wanted } => format!("No seats are left; {wanted} wanted.").into(),
            Self::TooFewSeats { event: _, left: 1, wanted } => format!("Only 1 seat is left; {wanted} wanted.").into(),
            Self::TooFewSeats { event: _, left, wanted } => {
                format!("Only {left} seats are left; {wanted} wanted.").into()
            }
            Self::SoldOut { event: _ } => "No seats are left.".into(),
            Self::AlreadyBooked { event: _ } => {
                "Others have booked this event, so it cannot be taken as a private one.".into()
            }
            Self::EventResourceBusy { event: _, resource: _ } => {
                "What this event needs is not free at that time.".into()
            }
            Self::TooFewResources { free, wanted } => {
                format!("Of the resources this needs, {free} are left for the whole time; {wanted} wanted.").into()
            }
        }
    }
}

impl Sentence for SearchError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoProduct => NO_PRODUCT.into(),
            Self::Closed => "This product cannot be searched for through the API.".into(),
            Self::NotScheduled => {
                "productId: this product has no scheduled events. Search for its appointments with matchingslots."
                    .into()
            }
            Self::Party(why) => format!("peopleNumbers: {}", why.sentence()).into(),
            Self::Option(why) => format!("options: {}", why.sentence()).into(),
            Self::NoBooking => absent("booking"),
            Self::NoResource(id) => format!("resources: this business has no resource {id}.").into(),
            Self::Store(why) => why.sentence(),
        }
    }
}
