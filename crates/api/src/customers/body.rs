//! What requests say of a person (wire reference, section 4.8).

use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::{NamedValue, PhoneNumber, StreetAddress, Switch, text};
use schemars::JsonSchema;
use serde::Deserialize;
use slotkeeper_app::bookings::party::PersonInput;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::customer::{Address, FieldInput, Gender, Person, Phone};
use slotkeeper_domain::email::EmailAddress;
use slotkeeper_domain::time::WireDay;

/// A customer or a linked person, as requests have it. A member that is missing says nothing.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(rename = "CustomerInput")]
pub(crate) struct PersonBody {
    #[serde(deserialize_with = "text")]
    first_name: Option<String>,
    #[serde(deserialize_with = "text")]
    middle_name: Option<String>,
    #[serde(deserialize_with = "text")]
    last_name: Option<String>,
    #[serde(deserialize_with = "text")]
    email_address: Option<String>,
    phone_numbers: Option<Vec<PhoneNumber>>,
    street_address: Option<StreetAddress>,
    #[serde(deserialize_with = "text")]
    date_of_birth: Option<String>,
    custom_fields: Option<Vec<NamedValue>>,
    #[serde(deserialize_with = "text")]
    #[schemars(with = "Option<AsParameter<Gender>>")]
    gender: Option<String>,
    #[serde(deserialize_with = "text")]
    facebook_id: Option<String>,
    #[serde(deserialize_with = "text")]
    language_code: Option<String>,
    accept_sms_reminders: Option<Switch>,
}

/// What is said of a person, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    body: PersonBody,
    email_address: Option<EmailAddress>,
    date_of_birth: Option<slotkeeper_domain::time::Date>,
    gender: Option<Gender>,
    language: Option<Language>,
}

impl PersonBody {
    /// Reads what is said.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn said(&self) -> Result<Said, ApiError> {
        let refuse = |message: &'static str| move || ApiError::bad_request(message);
        let email_address = self
            .email_address
            .as_ref()
            .map(|text| text.parse().ok().ok_or_else(refuse("emailAddress does not look like an e-mail address.")));
        let day = |text: &String| text.parse::<WireDay>().ok().map(WireDay::date);
        let date_of_birth = self
            .date_of_birth
            .as_ref()
            .map(|text| day(text).ok_or_else(refuse("dateOfBirth must be a date such as 1990-03-08.")));
        let gender = self
            .gender
            .as_ref()
            .map(|text| text.parse().ok().ok_or_else(refuse("gender must be one of: male, female, unknown.")));
        // The wire writes the tag with an underscore here (wire reference, section 1.2).
        let language = self.language_code.as_ref().map(|tag| {
            tag.replace('_', "-").parse().ok().ok_or_else(refuse("languageCode must be a language such as en_GB."))
        });
        Ok(Said {
            body: self.clone(),
            email_address: email_address.transpose()?,
            date_of_birth: date_of_birth.transpose()?,
            gender: gender.transpose()?,
            language: language.transpose()?,
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

impl Said {
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
            first_name: body.first_name.or(known.first_name),
            middle_name: body.middle_name.or(known.middle_name),
            last_name: body.last_name.or(known.last_name),
            email_address: self.email_address.clone().or(known.email_address),
            phones: body.phone_numbers.map_or(known.phones, |phones| phones.into_iter().map(phone).collect()),
            address: body.street_address.map_or(known.address, |address| Address {
                address1: address.address1,
                address2: address.address2,
                city: address.city,
                country: address.country_code,
                state: address.state,
                postcode: address.postcode,
            }),
            date_of_birth: self.date_of_birth.or(known.date_of_birth),
            gender: self.gender.or(known.gender),
            custom_fields: known.custom_fields,
            facebook_id: body.facebook_id.or(known.facebook_id),
            language: self.language.or(known.language),
            accept_sms_reminders: body.accept_sms_reminders.map_or(known.accept_sms_reminders, |switch| switch.0),
        }
    }
}
