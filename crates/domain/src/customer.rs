//! Customers and linked people: personal data, its limits, and answers to custom fields.

use crate::account::{Country, Language, PhoneKind, is_readable};
use crate::catalogue::{CustomField, FieldKind};
use crate::change::words;
use crate::email_address::EmailAddress;
use crate::id::CustomFieldId;
use crate::text::json_bytes;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Maximum length of a name, a phone number or a line of an address, in characters.
pub const LONGEST_LINE: usize = 200;

/// Maximum size of all data of a person, in bytes of the JSON that is stored.
pub const LARGEST_PERSON: usize = 16 * 1024;

/// Maximum number of phone numbers, and of custom fields, of a person.
pub const MOST_ENTRIES: usize = 50;

/// Maximum number of people linked to a customer.
pub const MOST_LINKED: u32 = 1_000;

words! {
    /// Wire reference, section 4.8.
    Gender {
        Male = "male",
        Female = "female",
        Unknown = "unknown",
    }
}

/// The data of a customer or linked person. All of it is optional: customers can come from imports or phone calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_address: Option<EmailAddress>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    pub address: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<FieldAnswer>,
    /// Only for customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facebook_id: Option<String>,
    /// The preferred language. Only for customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Only for customers.
    pub accept_sms_reminders: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// As the client wrote it.
    pub number: String,
    pub kind: PhoneKind,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// State, province or county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldAnswer {
    pub field: CustomFieldId,
    /// In the format of the wire; of a choice, the id of the value.
    pub value: String,
}

/// The people that a custom field applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Customer,
    /// A person linked to a customer.
    Participant,
}

/// A field of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonField {
    FirstName,
    MiddleName,
    LastName,
    FacebookId,
    Address1,
    Address2,
    City,
    State,
    Postcode,
    Phones,
    PhoneNumber,
    CustomFields,
}

/// Why the data of a person is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// More than [`LONGEST_LINE`] characters.
    #[error("{0:?} has more than {LONGEST_LINE} characters")]
    TooLong(PersonField),
    #[error("{0:?} is not one line of text")]
    NotALine(PersonField),
    /// More than [`MOST_ENTRIES`] entries.
    #[error("{0:?} has more than {MOST_ENTRIES} entries")]
    TooMany(PersonField),
    /// More than [`LARGEST_PERSON`] bytes.
    #[error("a person of {bytes} bytes, most of them in {largest:?}")]
    TooLarge {
        /// The list that has most of them.
        largest: PersonField,
        /// Bytes of everything known of the person, as JSON.
        bytes: usize,
    },
    /// Neither id nor name is that of a field for such a person. The position is counted from 0.
    #[error("the answer at position {0} is to no custom field of the business")]
    UnknownField(usize),
    #[error("not an answer to the custom field {0}")]
    NotAnAnswer(CustomFieldId),
}

/// The stored name of a customer, or an empty text if it is an e-mail address. Earlier versions stored the address as
/// the name of a nameless customer; names are shown where addresses must not be.
#[must_use]
pub fn name_alone(kept: String) -> String {
    if kept.contains('@') && kept.parse::<EmailAddress>().is_ok() { String::new() } else { kept }
}

impl Person {
    /// First, middle and last name; empty if there is none. Never the e-mail address: names are shown where addresses
    /// must not be, such as in the title of a booking.
    #[must_use]
    pub fn display_name(&self) -> String {
        let names = [&self.first_name, &self.middle_name, &self.last_name];
        let name = names.into_iter().flatten().map(|name| name.trim()).filter(|name| !name.is_empty());
        name.collect::<Vec<_>>().join(" ")
    }

    /// Drops the data that only customers have.
    #[must_use]
    pub fn as_linked(self) -> Self {
        Self { facebook_id: None, language: None, accept_sms_reminders: false, ..self }
    }

    /// Checks the length and form of the texts, and the size of all data. `known` is the stored person that is changed:
    /// one from before the size limit may keep its size, but not grow.
    pub fn check(&self, known: Option<&Self>) -> Result<(), PersonError> {
        let Address { address1, address2, city, state, postcode, .. } = &self.address;
        let lines = [
            (PersonField::FirstName, &self.first_name),
            (PersonField::MiddleName, &self.middle_name),
            (PersonField::LastName, &self.last_name),
            (PersonField::FacebookId, &self.facebook_id),
            (PersonField::Address1, address1),
            (PersonField::Address2, address2),
            (PersonField::City, city),
            (PersonField::State, state),
            (PersonField::Postcode, postcode),
        ];
        for (field, line) in lines {
            check_line(field, line.as_deref().unwrap_or_default())?;
        }
        if self.phones.len() > MOST_ENTRIES {
            return Err(PersonError::TooMany(PersonField::Phones));
        }
        self.phones.iter().try_for_each(|phone| check_line(PersonField::PhoneNumber, &phone.number))?;
        let bytes = json_bytes(self);
        if bytes <= LARGEST_PERSON || known.is_some_and(|known| bytes <= json_bytes(known)) {
            return Ok(());
        }
        let of_phones = json_bytes(&self.phones);
        let of_fields = json_bytes(&self.custom_fields);
        let largest = if of_phones > of_fields { PersonField::Phones } else { PersonField::CustomFields };
        Err(PersonError::TooLarge { largest, bytes })
    }
}

fn check_line(field: PersonField, line: &str) -> Result<(), PersonError> {
    if line.chars().count() > LONGEST_LINE {
        return Err(PersonError::TooLong(field));
    }
    if line.is_empty() || is_readable(line) { Ok(()) } else { Err(PersonError::NotALine(field)) }
}

/// An answer to a custom field in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInput {
    /// Wins over the name.
    pub id: Option<String>,
    /// In any language of the business.
    pub name: Option<String>,
    pub value: String,
}

/// Checks and converts the answers in a request. Of repeated answers to one field the last one counts.
///
/// # Errors
/// [`PersonError::UnknownField`], [`PersonError::NotAnAnswer`].
pub fn answers(fields: &[CustomField], about: About, inputs: &[FieldInput]) -> Result<Vec<FieldAnswer>, PersonError> {
    if inputs.len() > MOST_ENTRIES {
        return Err(PersonError::TooMany(PersonField::CustomFields));
    }
    let mut answers: Vec<FieldAnswer> = Vec::with_capacity(inputs.len());
    for (position, input) in inputs.iter().enumerate() {
        let applies = |field: &&CustomField| match about {
            About::Customer => field.for_customer,
            About::Participant => field.for_participants,
        };
        let named = |field: &&CustomField| match (&input.id, &input.name) {
            (Some(id), _) => field.id.as_str() == id,
            (None, Some(name)) => field.name.is(name),
            (None, None) => false,
        };
        let field = fields.iter().filter(applies).find(named).ok_or(PersonError::UnknownField(position))?;
        let value = read_answer(field, &input.value).ok_or_else(|| PersonError::NotAnAnswer(field.id.clone()))?;
        // The last answer to a field counts.
        answers.retain(|answer| answer.field != field.id);
        answers.push(FieldAnswer { field: field.id.clone(), value });
    }
    Ok(answers)
}

fn read_answer(field: &CustomField, text: &str) -> Option<String> {
    match &field.kind {
        FieldKind::Choice { values, .. } => {
            let value =
                values.iter().find(|value| value.name.is(text)).or(values.iter().find(|value| value.id == text));
            value.map(|value| value.id.clone())
        }
        FieldKind::Number { min, max, .. } => {
            let number: i64 = text.trim().parse().ok()?;
            (*min <= number && number <= *max).then(|| number.to_string())
        }
        FieldKind::OnOff { .. } => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some("true".to_owned()),
            "false" | "0" => Some("false".to_owned()),
            _ => None,
        },
        FieldKind::Text => (text.chars().count() <= crate::options::LONGEST_TEXT).then(|| text.to_owned()),
    }
}

impl FieldAnswer {
    /// The names of the field and of the answer in this language; `None` if the business has removed the field or the
    /// value.
    #[must_use]
    pub fn named(&self, fields: &[CustomField], language: Language) -> Option<(String, String)> {
        let field = fields.iter().find(|field| field.id == self.field)?;
        let value = match &field.kind {
            FieldKind::Choice { values, .. } => {
                values.iter().find(|value| value.id == self.value)?.name.r#in(language).to_owned()
            }
            FieldKind::Number { .. } | FieldKind::OnOff { .. } | FieldKind::Text => self.value.clone(),
        };
        Some((field.name.r#in(language).to_owned(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_an_address() {
        let person = Person {
            first_name: Some(" Ada ".to_owned()),
            middle_name: Some(" ".to_owned()),
            last_name: Some("Example".to_owned()),
            email_address: Some("ada@example.com".parse().unwrap()),
            ..Person::default()
        };
        assert_eq!(person.display_name(), "Ada Example");
        let nameless = Person { first_name: None, last_name: None, ..person };
        assert_eq!(nameless.display_name(), "");
        for (kept, shown) in [("ada@example.com", ""), ("Ada @ Example", "Ada @ Example"), ("Ada", "Ada"), ("", "")] {
            assert_eq!(name_alone(kept.to_owned()), shown);
        }
    }
}
