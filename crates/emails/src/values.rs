//! The values of placeholders.

use crate::clean::{LONGEST_VALUE, one_line};
use crate::context::{Business, Choice, ChoiceValue, EmailContext, TimeSpan};
use crate::details;
use crate::format::{address_line, amount, day, time, when};
use crate::language::{Locale, fill};
use crate::link::Link;
use crate::template::Placeholder;

/// The value of a placeholder within a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// One line; empty if there is no value.
    Text(String),
    Link(Link),
}

impl Value {
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Link(link) => link.as_str(),
        }
    }
}

/// The value of a placeholder; empty for placeholders of several lines.
pub(crate) fn value(placeholder: Placeholder, input: &EmailContext, locale: Locale) -> Value {
    let (business, booking) = (&input.business, &input.booking);
    let cancellation = booking.cancellation.as_ref();
    let time_text = |write: fn(TimeSpan, &slotkeeper_domain::time::Zone, Locale) -> String| {
        booking.times.first().map(|span| write(*span, &business.zone, locale)).unwrap_or_default()
    };
    let text = match placeholder {
        Placeholder::Greeting => greeting(input, locale),
        Placeholder::CustomerName => booking.customer.name.clone(),
        Placeholder::CustomerEmail => {
            booking.customer.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default()
        }
        Placeholder::CustomerPhone => booking.customer.phone.clone().unwrap_or_default(),
        Placeholder::Product => booking.product.clone(),
        Placeholder::When => time_text(when),
        Placeholder::Date => time_text(day),
        Placeholder::Time => time_text(time),
        Placeholder::People => details::people_count(booking, locale),
        Placeholder::Participants => details::participants(booking, locale),
        Placeholder::Options => {
            let option = |choice: &Choice| format!("{}: {}", line(&choice.name), choice_value(choice, locale));
            booking.options.iter().map(option).collect::<Vec<_>>().join(", ")
        }
        Placeholder::BookingNumber => booking.number.to_string(),
        Placeholder::Total => booking.costs.as_ref().map(|costs| amount(costs.total(), locale)).unwrap_or_default(),
        Placeholder::Paid => {
            let paid = booking.costs.as_ref().map(|costs| costs.paid()).filter(|paid| paid.minor() != 0);
            paid.map(|paid| amount(paid, locale)).unwrap_or_default()
        }
        Placeholder::Open => {
            let open = booking.costs.as_ref().map(|costs| costs.open()).filter(|open| open.minor() > 0);
            open.map(|open| amount(open, locale)).unwrap_or_default()
        }
        Placeholder::CancellationReason => {
            cancellation.and_then(|cancellation| cancellation.reason.clone()).unwrap_or_default()
        }
        Placeholder::CancellationFee => {
            cancellation.and_then(|cancellation| cancellation.fee).map(|fee| amount(fee, locale)).unwrap_or_default()
        }
        Placeholder::Business => business.name.to_string(),
        Placeholder::BusinessPhone => business.contact.phone_number.clone().unwrap_or_default(),
        Placeholder::BusinessEmail => business.contact.email_address.clone().unwrap_or_default(),
        Placeholder::BusinessWebsite => return website(business).map_or(Value::Text(String::new()), Value::Link),
        Placeholder::BusinessAddress => address_line(business),
        Placeholder::Link => return booking.link.clone().map_or(Value::Text(String::new()), Value::Link),
        Placeholder::Details | Placeholder::Prices => String::new(),
    };
    Value::Text(line(&text))
}

/// Foreign text as one printable line.
pub(crate) fn line(text: &str) -> String {
    one_line(text, LONGEST_VALUE)
}

/// The business's website; `None` if it is not an address that an e-mail may link to.
pub(crate) fn website(business: &Business) -> Option<Link> {
    let written = business.contact.website_url.as_deref()?.trim();
    written.parse().or_else(|_| format!("https://{written}").parse()).ok()
}

/// The chosen value in words.
pub(crate) fn choice_value(choice: &Choice, locale: Locale) -> String {
    match &choice.value {
        ChoiceValue::Text(text) => line(text),
        ChoiceValue::OnOff(true) => locale.say(|texts| texts.yes),
        ChoiceValue::OnOff(false) => locale.say(|texts| texts.no),
    }
}

fn greeting(input: &EmailContext, locale: Locale) -> String {
    let name = line(&input.booking.customer.name);
    if name.is_empty() {
        return locale.say(|texts| texts.greeting_without_name);
    }
    fill(&locale.say(|texts| texts.greeting), &[("name", &name)])
}
