//! Customers and linked people as answers have them (wire reference, section 4.8).

use crate::wire::{Money, NamedValue, PhoneNumber, StreetAddress};
use serde::Serialize;
use slotkeeper_app::customers::show::Shown;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::customer::{Gender, Person};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::money;
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::customers::Statistics;

/// What customers and linked people have in common.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<String>,
    phone_numbers: Vec<PhoneNumber>,
    street_address: StreetAddress,
    creation_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time_of_next_booking: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time_of_previous_booking: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_of_birth: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_fields: Vec<NamedValue>,
    gender: &'static str,
}

/// A customer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer {
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Money>,
    accept_sms_reminders: bool,
    num_bookings: i64,
    num_cancelations: i64,
    num_no_shows: i64,
    member: bool,
    #[serde(flatten)]
    common: Common,
    #[serde(skip_serializing_if = "Option::is_none")]
    facebook_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<String>,
}

/// Somebody linked to a customer; also the customer as somebody who comes (wire reference, section 4.7).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkedPerson {
    #[serde(flatten)]
    common: Common,
    customer_id: String,
}

fn common(
    id: String,
    person: &Person,
    created_at: Instant,
    account: &Account,
    catalogue: &Catalogue,
    language: Language,
) -> Common {
    let address = &person.address;
    Common {
        id,
        first_name: person.first_name.clone(),
        middle_name: person.middle_name.clone(),
        last_name: person.last_name.clone(),
        email_address: person.email_address.as_ref().map(ToString::to_string),
        phone_numbers: person
            .phones
            .iter()
            .map(|phone| PhoneNumber { number: phone.number.clone(), kind: phone.kind })
            .collect(),
        // It always has a country: the account's, when nothing is known (wire reference, section 4.1).
        street_address: StreetAddress {
            address1: address.address1.clone(),
            address2: address.address2.clone(),
            city: address.city.clone(),
            country_code: address.country.or(account.country),
            state: address.state.clone(),
            postcode: address.postcode.clone(),
        },
        creation_time: created_at.to_wire_minutes(&account.zone),
        start_time_of_next_booking: None,
        start_time_of_previous_booking: None,
        date_of_birth: person.date_of_birth.map(|date| date.to_string()),
        custom_fields: person
            .custom_fields
            .iter()
            .filter_map(|answer| {
                let (name, value) = answer.named(&catalogue.custom_fields, language)?;
                Some(NamedValue { id: Some(answer.field.to_string()), name: Some(name), value })
            })
            .collect(),
        gender: person.gender.unwrap_or(Gender::Unknown).as_str(),
    }
}

impl Customer {
    /// The customer as answers have it.
    pub(crate) fn of(shown: &Shown, account: &Account, catalogue: &Catalogue, language: Language) -> Self {
        let Shown { customer, statistics, credit } = shown;
        let Statistics { bookings, cancelations, no_shows, next, previous } = statistics;
        let person = &customer.person;
        let time = |at: &Option<Instant>, zone: &Zone| at.map(|at| at.to_wire(zone));
        Self {
            credit: account.currency.map(|currency| money::Money::new(credit.total(), currency).into()),
            accept_sms_reminders: person.accept_sms_reminders,
            num_bookings: *bookings,
            num_cancelations: *cancelations,
            num_no_shows: *no_shows,
            member: false,
            common: Common {
                start_time_of_next_booking: time(next, &account.zone),
                start_time_of_previous_booking: time(previous, &account.zone),
                ..common(customer.id.to_string(), person, customer.created_at, account, catalogue, language)
            },
            facebook_id: person.facebook_id.clone(),
            language_code: person.language.map(|language| language.as_str().replace('-', "_")),
        }
    }
}

impl LinkedPerson {
    /// The person as answers have it.
    pub(crate) fn of(
        id: String,
        person: &Person,
        created_at: Instant,
        customer: &CustomerId,
        account: &Account,
        catalogue: &Catalogue,
        language: Language,
    ) -> Self {
        let common = common(id, person, created_at, account, catalogue, language);
        Self { common, customer_id: customer.to_string() }
    }
}
