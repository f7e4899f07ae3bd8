//! What is refused of customers and linked people, and the members that describe them.

use super::Sentence;
use slotkeeper_app::bookings::place::PersonPlace;
use slotkeeper_domain::customer::{LARGEST_PERSON, LONGEST_LINE, MOST_ENTRIES, PersonError, PersonField};
use std::borrow::Cow;

/// The member that describes the person.
pub(crate) fn place(place: PersonPlace) -> &'static str {
    match place {
        PersonPlace::Customer => "customer",
        PersonPlace::LinkedPerson => "person",
        PersonPlace::Participant => "participants.details.personDetails",
    }
}

/// The member of a person, from the person on.
fn member(field: PersonField) -> &'static str {
    match field {
        PersonField::FirstName => "firstName",
        PersonField::MiddleName => "middleName",
        PersonField::LastName => "lastName",
        PersonField::FacebookId => "facebookId",
        PersonField::Address1 => "streetAddress.address1",
        PersonField::Address2 => "streetAddress.address2",
        PersonField::City => "streetAddress.city",
        PersonField::State => "streetAddress.state",
        PersonField::Postcode => "streetAddress.postcode",
        PersonField::Phones => "phoneNumbers",
        PersonField::PhoneNumber => "phoneNumbers.number",
        PersonField::CustomFields => "customFields",
    }
}

impl Sentence for PersonError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::TooLong(field) => {
                format!("{} can have {LONGEST_LINE} characters at most.", member(*field)).into()
            }
            Self::NotALine(field) => format!("{} must be one line of text.", member(*field)).into(),
            Self::TooMany(field) => format!("{} can have {MOST_ENTRIES} entries at most.", member(*field)).into(),
            Self::TooLarge { largest, bytes } => format!(
                "{} takes up too much: all that is known of a person can have {LARGEST_PERSON} bytes, and this has {bytes}.",
                member(*largest)
            )
            .into(),
            Self::UnknownField(position) => format!(
                "customFields: the entry at position {position} is none of the fields of this business for such a person."
            )
            .into(),
            Self::NotAnAnswer(id) => {
                format!("customFields: the value of field {id} is none that it takes.").into()
            }
        }
    }
}
