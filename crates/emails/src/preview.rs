//! E-mails about a sample booking, for the preview of a template.

use crate::context::{
    Booking, Business, Cancellation, Choice, ChoiceValue, Costs, Customer, EmailContext, People, PriceLine, TimeSpan,
};
use crate::kind::EmailKind;
use crate::language::{Locale, Texts};
use crate::rendered::{RenderedEmail, render};
use crate::template::Template;
use jiff::civil::Time;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::time::Instant;
use std::time::Duration;

/// The template, rendered with a [`sample`].
#[must_use]
pub fn preview(template: &Template, business: Business, language: Language, now: Instant) -> RenderedEmail {
    render(template, &sample(template.kind(), business, language, now))
}

/// A sample booking with the business: a week after `now`, three people, partly paid. Every placeholder that such an
/// e-mail can have a value for has one, unless the profile of the business lacks it.
#[must_use]
pub fn sample(kind: EmailKind, business: Business, language: Language, now: Instant) -> EmailContext {
    let locale = Locale::of(language);
    let say = |text: fn(&Texts) -> &'static str| locale.say(text);
    // 75 units of the currency, not 75 of its minor units.
    let unit = u32::try_from(business.currency.decimals()).map_or(1, |decimals| 10_i64.saturating_pow(decimals));
    let money = |units: i64| Money::new(units.saturating_mul(unit), business.currency);
    let price = |people: String, units| PriceLine { text: people, amount: money(units) };
    let (adults, children) = (say(|texts| texts.sample_adults), say(|texts| texts.sample_children));
    let lines = vec![price(format!("2 × {adults}"), 60), price(format!("1 × {children}"), 15)];
    let day = business.zone.date_of(now.after(Duration::from_secs(7 * 24 * 3600)));
    let start = business.zone.instant_of(day, Time::constant(10, 0, 0, 0));
    let booking = Booking {
        number: BookingNumber::from_random(0),
        product: say(|texts| texts.sample_product),
        times: vec![TimeSpan { start, end: start.after(Duration::from_secs(2 * 3600)) }],
        people: vec![People { category: adults, number: 2 }, People { category: children, number: 1 }],
        options: vec![Choice {
            name: say(|texts| texts.sample_option),
            value: ChoiceValue::Text(say(|texts| texts.sample_choice)),
        }],
        customer: Customer {
            name: say(|texts| texts.sample_customer),
            email: "customer@example.com".parse().ok(),
            phone: Some("+1 555 0100".to_owned()),
        },
        costs: Costs::new(lines, money(75), money(30)).ok(),
        accepted: !kind.is_request(),
        cancellation: kind
            .is_cancellation()
            .then(|| Cancellation { reason: Some(say(|texts| texts.sample_reason)), fee: Some(money(10)) }),
        changes: 0,
        link: "https://example.com/booking".parse().ok(),
    };
    EmailContext { language, written_at: now, business, booking }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::template::Placeholder;
    use crate::values::value;
    use slotkeeper_domain::account::ContactDetails;
    use slotkeeper_domain::time::Zone;

    pub(crate) fn business() -> Business {
        let some = |text: &str| Some(text.to_owned());
        Business {
            account: "ABCDEFGH01".parse().expect("an id"),
            name: "Harbour Lights".parse().expect("a name"),
            zone: Zone::named("Europe/Lisbon").expect("a zone"),
            currency: "EUR".parse().expect("a currency"),
            sender: "bookings@example.com".parse().expect("an address"),
            country: "PT".parse().ok(),
            contact: ContactDetails {
                email_address: some("hello@example.com"),
                phone_number: some("+351 555 0100"),
                website_url: some("harbour.example"),
                legal_identifiers: some("VAT PT000000000"),
                address1: some("Pier 3"),
                city: some("Lisbon"),
                postcode: some("1000-001"),
                ..ContactDetails::default()
            },
        }
    }

    #[test]
    fn a_preview_has_a_value_for_every_placeholder() {
        for tag in ["en-GB", "de-DE"] {
            let language = tag.parse().expect("a language");
            let input = sample(EmailKind::Cancelled, business(), language, Instant::from_millis(1_796_119_200_000));
            let inline = Placeholder::ALL.iter().filter(|placeholder| !placeholder.is_block());
            for placeholder in inline {
                assert!(!value(*placeholder, &input, Locale::of(language)).is_empty(), "{placeholder} in {tag}");
            }
        }
    }
}
