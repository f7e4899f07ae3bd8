//! The kinds of letters.

use std::str::FromStr;

/// What a letter is about, and whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmailKind {
    /// To the customer: booked.
    Confirmation,
    /// To the customer: asked for, and the business has not said yes.
    Requested,
    /// To the customer: the booking is another one now.
    Changed,
    /// To the customer: what was asked for is something else now, and the business has not said yes.
    RequestChanged,
    /// To the customer: cancelled.
    Cancelled,
    /// To the customer: soon.
    Reminder,
    /// To the customer, afterwards.
    ThankYou,
    /// To the business: somebody has booked.
    StaffBooked,
    /// To the business: a booking is another one now.
    StaffChanged,
    /// To the business: a booking was cancelled.
    StaffCancelled,
}

/// Whom a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The customer of a booking.
    Customer,
    /// The people of the business.
    Staff,
}

/// The text names no kind of letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of letter")]
pub struct NotAnEmailKind;

impl EmailKind {
    pub const ALL: [Self; 10] = [
        Self::Confirmation,
        Self::Requested,
        Self::Changed,
        Self::RequestChanged,
        Self::Cancelled,
        Self::Reminder,
        Self::ThankYou,
        Self::StaffBooked,
        Self::StaffChanged,
        Self::StaffCancelled,
    ];

    /// The word that stands for it, in a database or an address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Requested => "requested",
            Self::Changed => "changed",
            Self::RequestChanged => "request_changed",
            Self::Cancelled => "cancelled",
            Self::Reminder => "reminder",
            Self::ThankYou => "thank_you",
            Self::StaffBooked => "staff_booked",
            Self::StaffChanged => "staff_changed",
            Self::StaffCancelled => "staff_cancelled",
        }
    }

    /// Whom it is for.
    #[must_use]
    pub const fn audience(self) -> Audience {
        match self {
            Self::Confirmation
            | Self::Requested
            | Self::Changed
            | Self::RequestChanged
            | Self::Cancelled
            | Self::Reminder
            | Self::ThankYou => Audience::Customer,
            Self::StaffBooked | Self::StaffChanged | Self::StaffCancelled => Audience::Staff,
        }
    }

    /// Whether a calendar entry goes with it: to customers, when something is new for their calendars.
    pub(crate) const fn changes_calendars(self) -> bool {
        matches!(self, Self::Confirmation | Self::Requested | Self::Changed | Self::RequestChanged | Self::Cancelled)
    }

    /// Whether it is about a booking that waits for the business to accept it.
    pub(crate) const fn is_request(self) -> bool {
        matches!(self, Self::Requested | Self::RequestChanged)
    }

    /// Whether it says that a booking is no more.
    pub(crate) const fn is_end(self) -> bool {
        matches!(self, Self::Cancelled | Self::StaffCancelled)
    }
}

impl FromStr for EmailKind {
    type Err = NotAnEmailKind;

    fn from_str(text: &str) -> Result<Self, NotAnEmailKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(NotAnEmailKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_word() {
        for kind in EmailKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            // The store finds the letters to the business by the beginning of the word.
            assert_eq!(kind.as_str().starts_with("staff_"), kind.audience() == Audience::Staff);
        }
        assert_eq!("Confirmation".parse::<EmailKind>(), Err(NotAnEmailKind));
    }
}
