//! A sample business and booking.

use slotkeeper_domain::account::{ContactDetails, Language};
use slotkeeper_domain::money::Money;
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_emails::{
    Booking, Business, Choice, ChoiceValue, Costs, Customer, EmailContext, EmailKind, People, PriceLine, RenderedEmail,
    Template, TimeSpan, render,
};

pub fn language(tag: &str) -> Language {
    tag.parse().expect("a language")
}

pub fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().expect("a currency"))
}

/// A time of the first days of December 2026 in Lisbon, where clocks show UTC then.
pub fn span(day: i8, from: i8, to: i8) -> TimeSpan {
    let lisbon = Zone::named("Europe/Lisbon").expect("a zone");
    let at = |hour| lisbon.instant_of(jiff::civil::date(2026, 12, day), jiff::civil::time(hour, 0, 0, 0));
    TimeSpan { start: at(from), end: at(to) }
}

/// A tour of three people, partly paid.
pub fn input(tag: &str) -> EmailContext {
    let some = |text: &str| Some(text.to_owned());
    let people = |category: &str, number| People { category: category.to_owned(), number };
    let price = |text: &str, minor| PriceLine { text: text.to_owned(), amount: euros(minor) };
    EmailContext {
        language: language(tag),
        written_at: Instant::from_millis(1_795_000_000_000),
        business: Business {
            account: "ABCDEFGH01".parse().expect("an id"),
            name: "Harbour Lights".parse().expect("a name"),
            zone: Zone::named("Europe/Lisbon").expect("a zone"),
            currency: "EUR".parse().expect("a currency"),
            sender: "bookings@example.com".parse().expect("an address"),
            country: "PT".parse().ok(),
            contact: ContactDetails {
                email_address: some("hello@example.com"),
                phone_number: some("+351 555 0100"),
                website_url: some("https://harbour.example/"),
                address1: some("Pier 3"),
                city: some("Lisbon"),
                postcode: some("1000-001"),
                ..ContactDetails::default()
            },
        },
        booking: Booking {
            number: "31206021482907".parse().expect("a number"),
            product: "Sunset tour".to_owned(),
            times: vec![span(1, 17, 19)],
            people: vec![people("Adults", 2), people("Children", 1), people("Infants", 0)],
            options: vec![
                Choice { name: "Pick-up".to_owned(), value: ChoiceValue::Text("Pier".to_owned()) },
                Choice { name: "Lunch".to_owned(), value: ChoiceValue::OnOff(true) },
            ],
            customer: Customer {
                name: "Ada Example".to_owned(),
                email: "ada@example.com".parse().ok(),
                phone: some("+351 555 0199"),
            },
            costs: Costs::new(
                vec![price("Adults", 120_000), price("Early booking", -500)],
                euros(119_500),
                euros(20_000),
            )
            .ok(),
            accepted: true,
            cancellation: None,
            changes: 2,
            link: "https://harbour.example/b/1?x=1&y=2".parse().ok(),
        },
    }
}

/// The e-mail of the default template.
pub fn written(kind: EmailKind, input: &EmailContext) -> RenderedEmail {
    render(&Template::default_for(kind, input.language), input)
}
