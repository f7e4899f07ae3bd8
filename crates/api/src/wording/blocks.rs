//! What blocks of seats and blocks of resources are refused for.

use super::Sentence;
use super::bookings::NO_BUSINESS;
use super::orders::NO_PRODUCT;
use slotkeeper_app::blocks::BlockError;
use slotkeeper_domain::block::{BlockNotAllowed, MOST_DAYS, MOST_RESOURCES};
use std::borrow::Cow;

impl Sentence for BlockError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Refused(why) => why.sentence(),
            Self::Full(why) => why.sentence(),
            // There are two kinds of blocks; the answer for an id in the path names the right one.
            Self::NoBlock => super::absent("block"),
            Self::NotYours => "This API key can change only blocks that its application created.".into(),
            Self::UsedOtherwise(why) => why.sentence(),
            Self::NoBusiness => NO_BUSINESS.into(),
            Self::Store(why) => why.sentence(),
        }
    }
}

impl Sentence for BlockNotAllowed {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoProduct => NO_PRODUCT.into(),
            Self::Closed => "Seats of this product cannot be blocked through the API.".into(),
            Self::NoSeats => {
                "productId: this product has appointments, which have no seats. Block the resources they use.".into()
            }
            Self::NoEvent => "eventId: there is no such event of this product.".into(),
            Self::Past => "eventId: this event has begun already, or is over.".into(),
            Self::WrongWayRound => "endTime must be after startTime.".into(),
            Self::TooLong => format!("startTime and endTime can be {MOST_DAYS} days apart at most.").into(),
            Self::ResourceCount => format!("resources must have 1 to {MOST_RESOURCES} entries.").into(),
            Self::NoResource(id) => format!("resources: this business has no resource {id}.").into(),
        }
    }
}
