//! What requests say of a person (wire reference, section 4.8).

use crate::bounded::{BoundedList, LONGEST_TAG, code_or_empty, line_or_empty};
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::{NamedValue, PhoneNumber, StreetAddress, Switch};
use schemars::JsonSchema;
use serde::Deserialize;
use slotkeeper_app::bookings::party::PersonInput;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::customer::{Address, FieldInput, Gender, LONGEST_LINE, MOST_ENTRIES, Person, Phone};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::time::{Date, WireDay};
use std::str::FromStr;

/// A customer or a linked person, as requests have it. A member that is missing or null says nothing; an empty text says that
/// there is none.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(rename = "CustomerInput")]
pub(crate) struct PersonBody {
    #[serde(deserialize_with = "line_or_empty::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    first_name: Option<String>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    middle_name: Option<String>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    last_name: Option<String>,
    #[serde(deserialize_with = "line_or_empty::<{ EmailAddress::LONGEST }, _>")]
    #[schemars(length(max = EmailAddress::LONGEST))]
    email_address: Option<String>,
    phone_numbers: Option<BoundedList<PhoneNumber, MOST_ENTRIES>>,
    street_address: Option<StreetAddress>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_LINE, _>")]
    #[schemars(with = "Option<AsParameter<WireDay>>")]
    date_of_birth: Option<String>,
    custom_fields: Option<BoundedList<NamedValue, MOST_ENTRIES>>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_LINE, _>")]
    #[schemars(with = "Option<AsParameter<Gender>>")]
    gender: Option<String>,
    #[serde(deserialize_with = "code_or_empty::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    facebook_id: Option<String>,
    #[serde(deserialize_with = "line_or_empty::<LONGEST_TAG, _>")]
    #[schemars(length(max = LONGEST_TAG))]
    language_code: Option<String>,
    accept_sms_reminders: Option<Switch>,
}

/// One member of what is said: no word of it, or what it is now, which may be nothing.
type Word<T> = Option<Option<T>>;

/// What is said of a person, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct PersonChanges {
    body: PersonBody,
    email_address: Word<EmailAddress>,
    date_of_birth: Word<Date>,
    gender: Word<Gender>,
    language: Word<Language>,
}

/// Reads a member; nothing is an empty text.
fn word<T: FromStr>(text: Option<&String>, refusal: &'static str) -> Result<Word<T>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    if text.is_empty() {
        return Ok(Some(None));
    }
    text.parse().map(|value| Some(Some(value))).map_err(|_| ApiError::bad_request(refusal))
}

/// What is known now of what a text member speaks of.
fn text_over(said: Option<String>, known: Option<String>) -> Option<String> {
    match said {
        Some(text) => Some(text).filter(|text| !text.is_empty()),
        None => known,
    }
}

impl PersonBody {
    /// Reads what is said.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn said(&self) -> Result<PersonChanges, ApiError> {
        let day: Word<WireDay> = word(
            self.date_of_birth.as_ref(),
            "dateOfBirth must be a date such as 1990-03-08, of the years 1850 to 2200.",
        )?;
        // The wire writes the tag with an underscore here (wire reference, section 1.2).
        let tag = self.language_code.as_ref().map(|tag| tag.replace('_', "-"));
        Ok(PersonChanges {
            body: self.clone(),
            email_address: word(self.email_address.as_ref(), "emailAddress does not look like an e-mail address.")?,
            date_of_birth: day.map(|day| day.map(WireDay::date)),
            gender: word(self.gender.as_ref(), "gender must be one of: male, female, unknown.")?,
            language: word(tag.as_ref(), "languageCode must be a language such as en_GB.")?,
        })
    }

    /// A new person of whom this is said.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn input(&self) -> Result<PersonInput, ApiError> {
        let said = self.said()?;
        Ok(PersonInput { custom_fields: said.fields().unwrap_or_default(), person: said.over(Person::default()) })
    }
}

impl PersonChanges {
    /// The answers to custom fields; nothing if there is no word of them.
    pub(crate) fn fields(&self) -> Option<Vec<FieldInput>> {
        let field = |NamedValue { id, name, value }: &NamedValue| FieldInput {
            id: id.clone(),
            name: name.clone(),
            value: value.clone(),
        };
        self.body.custom_fields.as_ref().map(|fields| fields.iter().map(field).collect())
    }

    /// The person with what is said put over what was known.
    pub(crate) fn over(&self, known: Person) -> Person {
        let body = self.body.clone();
        let phone = |phone: PhoneNumber| Phone { number: phone.number, kind: phone.kind };
        Person {
            first_name: text_over(body.first_name, known.first_name),
            middle_name: text_over(body.middle_name, known.middle_name),
            last_name: text_over(body.last_name, known.last_name),
            email_address: self.email_address.clone().unwrap_or(known.email_address),
            phones: body.phone_numbers.map_or(known.phones, |phones| phones.into_iter().map(phone).collect()),
            address: body.street_address.map_or(known.address, |address| Address {
                address1: address.address1,
                address2: address.address2,
                city: address.city,
                country: address.country_code,
                state: address.state,
                postcode: address.postcode,
            }),
            date_of_birth: self.date_of_birth.unwrap_or(known.date_of_birth),
            gender: self.gender.unwrap_or(known.gender),
            custom_fields: known.custom_fields,
            facebook_id: text_over(body.facebook_id, known.facebook_id),
            language: self.language.unwrap_or(known.language),
            accept_sms_reminders: body.accept_sms_reminders.map_or(known.accept_sms_reminders, |switch| switch.0),
        }
    }
}
