//! The demo's customers.

use super::bookings::DemoActors;
use slotkeeper_app::bookings::party::PersonInput;
use slotkeeper_app::customers::{membership, password};
use slotkeeper_domain::account::PhoneKind;
use slotkeeper_domain::customer::{Address, FieldInput, Person, Phone};
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::membership::Membership;
use slotkeeper_store::{StoreError, Tx};

/// First name, last name, town, country, language. All are made up.
const CUSTOMERS: [[&str; 5]; 25] = [
    ["Amelia", "Amber", "Bristol", "GB", "en-GB"],
    ["Bento", "Brisa", "Porto", "PT", "pt-PT"],
    ["Clara", "Cove", "Leeds", "GB", "en-GB"],
    ["Duarte", "Duna", "Faro", "PT", "pt-PT"],
    ["Elsa", "Ember", "Malmö", "SE", "en-GB"],
    ["Filipa", "Farol", "Coimbra", "PT", "pt-PT"],
    ["George", "Gale", "Cardiff", "GB", "en-GB"],
    ["Helena", "Horta", "Évora", "PT", "pt-PT"],
    ["Ivo", "Inlet", "Zagreb", "HR", "en-GB"],
    ["Joana", "Jasmim", "Braga", "PT", "pt-PT"],
    ["Karl", "Keel", "Bremen", "DE", "en-GB"],
    ["Leonor", "Lagoa", "Lagos", "PT", "pt-PT"],
    ["Maeve", "Mist", "Galway", "IE", "en-GB"],
    ["Nuno", "Neblina", "Setúbal", "PT", "pt-PT"],
    ["Oscar", "Oar", "Ghent", "BE", "en-GB"],
    ["Petra", "Pebble", "Graz", "AT", "en-GB"],
    ["Quentin", "Quay", "Nantes", "FR", "en-GB"],
    ["Rosa", "Ribeira", "Aveiro", "PT", "pt-PT"],
    ["Samuel", "Shoal", "Dover", "GB", "en-GB"],
    ["Teresa", "Tejo", "Lisboa", "PT", "pt-PT"],
    ["Una", "Undertow", "Cork", "IE", "en-GB"],
    ["Vasco", "Vela", "Sines", "PT", "pt-PT"],
    ["Wanda", "Wave", "Gdynia", "PL", "en-GB"],
    ["Xavier", "Xisto", "Tavira", "PT", "pt-PT"],
    ["Yara", "Yawl", "Utrecht", "NL", "en-GB"],
];

/// The index of the customer who has a password, among those the application created.
const WITH_PASSWORD: usize = 0;

pub(super) fn with_password() -> String {
    address(CUSTOMERS[WITH_PASSWORD])
}

/// Sets password and membership of a customer. Every fifth is a member, alternately for half a year and without end.
pub(super) fn settle(tx: &mut Tx, actors: &DemoActors<'_>, customer: usize, id: &CustomerId) -> Result<(), StoreError> {
    let (account, at, manager) = (&actors.account.id, actors.account.created_at, actors.manager());
    let since = actors.account.zone.date_of(at);
    let until = Some(since.saturating_add(jiff::Span::new().months(6))).filter(|_| !customer.is_multiple_of(10));
    if let Ok(given) = Membership::new(since, until)
        && customer.is_multiple_of(5)
    {
        membership::set_within(tx, account, &manager, at, id, Some(&given))?;
    }
    if customer == WITH_PASSWORD {
        password::set_within(tx, account, &manager, at, id, Some(actors.customer_password))?;
    }
    Ok(())
}

fn address([first, last, ..]: [&str; 5]) -> String {
    format!("{first}.{last}@travellers.example").to_lowercase()
}

/// All customers, in order; every third has answered the business's custom fields.
pub(super) fn invent() -> anyhow::Result<Vec<PersonInput>> {
    (0_u32..).zip(CUSTOMERS).map(|(number, facts)| customer(number, facts)).collect()
}

fn customer(number: u32, facts: [&str; 5]) -> anyhow::Result<PersonInput> {
    let [first, last, city, country, language] = facts;
    let text = |text: &str| Some(text.to_owned());
    let person = Person {
        first_name: text(first),
        last_name: text(last),
        email_address: Some(address(facts).parse()?),
        phones: vec![Phone { number: format!("+351 210 000 {:03}", 100 + number), kind: PhoneKind::Mobile }],
        address: Address { city: text(city), country: Some(country.parse()?), ..Address::default() },
        language: Some(language.parse()?),
        accept_sms_reminders: number.is_multiple_of(4),
        ..Person::default()
    };
    let answer = |name: &str, value: &str| FieldInput { id: None, name: text(name), value: value.to_owned() };
    let experience = if number.is_multiple_of(2) { "Some" } else { "A lot" };
    let custom_fields = match number % 3 {
        0 => vec![
            answer("Experience", experience),
            answer("Can swim 50 m", "true"),
            answer("Emergency contact", &format!("Chris {last}, +351 210 000 {:03}", 200 + number)),
        ],
        _ => Vec::new(),
    };
    Ok(PersonInput { person, custom_fields })
}
