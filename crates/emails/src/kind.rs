//! The kinds of e-mails about bookings.

use std::str::FromStr;

/// The event that an e-mail is about, and its audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmailKind {
    /// To the customer: the booking was made.
    Confirmation,
    /// To the customer: the booking was requested, and the business has to accept it.
    Requested,
    /// To the customer: the booking was changed.
    Changed,
    /// To the customer: the request was changed, and the business has to accept it.
    RequestChanged,
    /// To the customer: the booking was cancelled.
    Cancelled,
    /// Reminder, sent to the customer before the booking starts.
    Reminder,
    /// Thank-you e-mail, sent to the customer after the booking has ended.
    ThankYou,
    /// To the business: a booking was made.
    StaffBooked,
    /// To the business: a booking was changed.
    StaffChanged,
    /// To the business: a booking was cancelled.
    StaffCancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    Customer,
    /// Members of the team.
    Staff,
}

/// The text names no kind of e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of e-mail")]
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

    /// The name of the kind in the database and in addresses.
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

    /// Whether the e-mail has a calendar part: those to the customer that change the entry.
    pub(crate) const fn changes_calendars(self) -> bool {
        matches!(self, Self::Confirmation | Self::Requested | Self::Changed | Self::RequestChanged | Self::Cancelled)
    }

    /// Whether the booking waits to be accepted by the business.
    pub(crate) const fn is_request(self) -> bool {
        matches!(self, Self::Requested | Self::RequestChanged)
    }

    /// Whether the booking is cancelled.
    pub(crate) const fn is_cancellation(self) -> bool {
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
            // Statements of the store find e-mails to the business by this prefix.
            assert_eq!(kind.as_str().starts_with("staff_"), kind.audience() == Audience::Staff);
        }
        assert_eq!("Confirmation".parse::<EmailKind>(), Err(NotAnEmailKind));
    }
}
