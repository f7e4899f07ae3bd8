//! The types of the domain that are stored as text, one line each.
//!
//! A listed type has `as_str` and a `FromStr` that accepts its result. Text from the database that `FromStr` refuses is
//! an inconsistency.

use crate::value::{Cell, Decode, Encode};
use slotkeeper_domain::{
    account, booking, callback, change, code, consent, email_address, event, id, link, party, payment, permission,
    secret, time, webhook,
};
use std::borrow::Cow;

macro_rules! stored_as_text {
    ($($type:path;)*) => {$(
        impl Encode for $type {
            fn cell(&self) -> Cell<'_> {
                Cell::Text(Cow::Borrowed(self.as_str()))
            }
        }

        impl Decode for $type {
            fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
                const WANTED: &str = concat!("a valid ", stringify!($type));
                match cell {
                    Cell::Text(text) => text.parse().map_err(|_| WANTED),
                    _ => Err(WANTED),
                }
            }
        }
    )*};
}

stored_as_text! {
    id::AccountId;
    id::UserId;
    id::ApplicationId;
    id::SecretKeyId;
    id::AuthorizationId;
    id::QuestionId;
    id::MailId;
    id::ProductId;
    id::ResourceId;
    id::CustomerId;
    id::LinkedPersonId;
    id::HoldId;
    id::PaymentId;
    id::SeatBlockId;
    id::ResourceBlockId;
    id::PromotionId;
    id::PrepaidId;
    id::WebhookId;
    id::CalendarId;
    booking::BookingNumber;
    payment::PaymentMethod;
    account::AccountKind;
    account::Country;
    account::Currency;
    account::Name;
    account::PhoneKind;
    account::Role;
    callback::CallbackUrl;
    change::Kind;
    change::Thing;
    consent::Decision;
    email_address::EmailAddress;
    link::Purpose;
    time::RulesId;
    webhook::Domain;
}

macro_rules! stored_as_list {
    ($($type:path;)*) => {$(
        impl Encode for $type {
            fn cell(&self) -> Cell<'_> {
                Cell::Text(Cow::Owned(self.to_list()))
            }
        }

        impl Decode for $type {
            fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
                const WANTED: &str = concat!("a list that is a valid ", stringify!($type));
                match cell {
                    Cell::Text(text) => Self::parse_list(&text).map_err(|_| WANTED),
                    _ => Err(WANTED),
                }
            }
        }
    )*};
}

// These have `to_list` and `parse_list` instead.
stored_as_list! {
    account::Languages;
    permission::PermissionSet;
    party::Party;
}

impl Encode for event::EventId {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Owned(self.to_string()))
    }
}

impl Decode for event::EventId {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => text.parse().map_err(|_| "the id of an event"),
            _ => Err("the id of an event"),
        }
    }
}

/// As `2026-08-14`, so that the order of texts is the order of days.
impl Encode for time::Date {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Owned(self.to_string()))
    }
}

impl Decode for time::Date {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => text.parse().map_err(|_| "a day"),
            _ => Err("a day"),
        }
    }
}

impl Encode for code::Code {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(self.as_str()))
    }
}

impl Decode for code::Code {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => Self::stored(&text).ok_or("a code"),
            _ => Err("a code"),
        }
    }
}

impl Encode for secret::HashedPassword {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(self.expose()))
    }
}

impl Decode for secret::HashedPassword {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        String::decode(cell).map(Self::new)
    }
}

impl Encode for time::Zone {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(self.name()))
    }
}

impl Decode for time::Zone {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(name) => Self::named(&name).map_err(|_| "the name of a time zone"),
            _ => Err("the name of a time zone"),
        }
    }
}
