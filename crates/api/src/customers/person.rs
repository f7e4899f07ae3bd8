//! Customers and linked people as answers have them (wire reference, section 4.8).

use crate::caller::Caller;
use crate::document::AsParameter;
use crate::wire::{Money, NamedValue, PhoneNumber, StreetAddress};
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::{Action, Grant};
use slotkeeper_app::customers::show::CustomerView;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::customer::{Gender, Person};
use slotkeeper_domain::money;
use slotkeeper_domain::time::{Date, Instant, WireTime};
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::customers::{Statistics, Visits};
use slotkeeper_store::tables::linked_people;
use std::sync::Arc;

/// What customers and linked people have in common.
#[derive(Debug, Serialize, JsonSchema)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_numbers: Option<Vec<PhoneNumber>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_address: Option<StreetAddress>,
    #[schemars(with = "AsParameter<WireTime>")]
    creation_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    start_time_of_next_booking: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    start_time_of_previous_booking: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_of_birth: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_fields: Vec<NamedValue>,
    #[schemars(with = "AsParameter<Gender>")]
    gender: &'static str,
}

/// A customer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer {
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Money>,
    accept_sms_reminders: bool,
    num_bookings: i64,
    num_cancelations: i64,
    num_no_shows: i64,
    member: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    membership_end: Option<String>,
    #[serde(flatten)]
    common: Common,
    #[serde(skip_serializing_if = "Option::is_none")]
    facebook_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<String>,
}

/// Somebody linked to a customer; also the customer as somebody who comes (wire reference, section 4.7).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkedPerson {
    #[serde(flatten)]
    common: Common,
    customer_id: String,
}

/// With what people are written: what the business asks them, its clock, a language.
#[derive(Clone, Copy)]
pub(crate) struct PersonContext<'a> {
    /// The business.
    pub(crate) account: &'a Account,
    /// What it asks people.
    pub(crate) catalogue: &'a Catalogue,
    /// The language.
    pub(crate) language: Language,
    /// The day it is there, which says who is a member.
    pub(crate) today: Date,
}

/// Who reads an answer: a principal in an account, in a language, on a day there.
#[derive(Clone)]
pub(crate) struct Viewer {
    grant: Arc<Grant>,
    pub(crate) language: Language,
    pub(crate) today: Date,
}

impl Viewer {
    pub(crate) fn of<A: Action>(app: &App, caller: &Caller<A>) -> Self {
        let grant = Arc::clone(caller.access().grant());
        Self { language: caller.language(), today: grant.account().zone.date_of(app.now()), grant }
    }

    /// The receiver of a webhook, who reads the main language of the account.
    pub(crate) fn of_payload(app: &App, grant: &Arc<Grant>) -> Self {
        let account = grant.account();
        let (language, today) = (account.languages.default_language(), account.zone.date_of(app.now()));
        Self { grant: Arc::clone(grant), language, today }
    }

    pub(crate) fn account(&self) -> &Account {
        self.grant.account()
    }

    pub(crate) fn with<'a>(&'a self, catalogue: &'a Catalogue) -> PersonContext<'a> {
        PersonContext { account: self.account(), catalogue, language: self.language, today: self.today }
    }
}

impl<'a> PersonContext<'a> {
    /// The customer as answers have it.
    pub(crate) fn customer(self, shown: &CustomerView) -> Customer {
        let CustomerView { customer, statistics, credit } = shown;
        let Statistics { bookings, cancelations, no_shows, visits } = statistics;
        let person = &customer.person;
        Customer {
            credit: self.account.currency.map(|currency| money::Money::new(credit.total(), currency).into()),
            accept_sms_reminders: person.accept_sms_reminders,
            num_bookings: *bookings,
            num_cancelations: *cancelations,
            num_no_shows: *no_shows,
            member: customer.membership.is_some_and(|membership| membership.covers(self.today)),
            membership_end: customer.membership.and_then(|membership| membership.until()).map(|day| day.to_string()),
            common: self.whole(customer.id.to_string(), person, customer.created_at, visits),
            facebook_id: person.facebook_id.clone(),
            language_code: person.language.map(|language| language.as_str().replace('-', "_")),
        }
    }

    /// The customer as somebody who comes (wire reference, section 4.7).
    pub(crate) fn as_participant(self, shown: &CustomerView) -> LinkedPerson {
        let CustomerView { customer, statistics, .. } = shown;
        let id = customer.id.to_string();
        let common = self.whole(id.clone(), &customer.person, customer.created_at, &statistics.visits);
        LinkedPerson { common, customer_id: id }
    }

    /// The linked person as answers have it.
    pub(crate) fn linked(self, linked: &linked_people::LinkedPerson) -> LinkedPerson {
        let linked_people::LinkedPerson { id, customer, person, created_at, visits } = linked;
        let common = self.common(id.to_string(), person, *created_at, visits);
        LinkedPerson { common, customer_id: customer.to_string() }
    }

    /// A customer always has phone numbers, if none, and an address in a country: the account's, when nothing is known (wire
    /// reference, section 4.1).
    fn whole(self, id: String, person: &Person, created_at: Instant, visits: &Visits) -> Common {
        let mut common = self.common(id, person, created_at, visits);
        common.phone_numbers = common.phone_numbers.or(Some(Vec::new()));
        let address = common.street_address.get_or_insert_default();
        address.country_code = address.country_code.or(self.account.country);
        common
    }

    fn common(self, id: String, person: &Person, created_at: Instant, visits: &Visits) -> Common {
        let zone = &self.account.zone;
        let time = |at: Option<Instant>| at.map(|at| at.to_wire(zone));
        let phones = person.phones.iter().map(|phone| PhoneNumber { number: phone.number.clone(), kind: phone.kind });
        let phones: Vec<_> = phones.collect();
        let address = &person.address;
        let address = StreetAddress {
            address1: address.address1.clone(),
            address2: address.address2.clone(),
            city: address.city.clone(),
            country_code: address.country,
            state: address.state.clone(),
            postcode: address.postcode.clone(),
        };
        Common {
            id,
            first_name: person.first_name.clone(),
            middle_name: person.middle_name.clone(),
            last_name: person.last_name.clone(),
            email_address: person.email_address.as_ref().map(ToString::to_string),
            phone_numbers: Some(phones).filter(|phones| !phones.is_empty()),
            street_address: Some(address).filter(|address| *address != StreetAddress::default()),
            creation_time: created_at.to_wire_minutes(zone),
            start_time_of_next_booking: time(visits.next),
            start_time_of_previous_booking: time(visits.previous),
            date_of_birth: person.date_of_birth.map(|date| date.to_string()),
            custom_fields: person
                .custom_fields
                .iter()
                .filter_map(|answer| {
                    let (name, value) = answer.named(&self.catalogue.custom_fields, self.language)?;
                    Some(NamedValue { id: Some(answer.field.to_string()), name: Some(name), value })
                })
                .collect(),
            gender: person.gender.unwrap_or(Gender::Unknown).as_str(),
        }
    }
}
