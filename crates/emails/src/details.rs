//! The tables of an e-mail: details and prices of the booking.

use crate::clean::one_line;
use crate::context::{Booking, Costs, EmailContext, People};
use crate::format::{amount, when};
use crate::kind::{Audience, EmailKind};
use crate::language::{Locale, Texts, fill};
use crate::template::Placeholder;
use crate::values::{choice_value, line, value};
use slotkeeper_domain::options::LONGEST_TEXT;

/// Most times of a course that are listed; the others are counted.
const MOST_TIMES: usize = 60;

/// Most categories, options and price lines that are listed, more than any product has.
const MOST_ROWS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub label: String,
    /// One line or several.
    pub values: Vec<String>,
    /// Whether the row is emphasised, as a total is.
    pub strong: bool,
}

impl Row {
    fn new(label: String, value: String) -> Self {
        Self { label, values: vec![value], strong: false }
    }
}

/// Everything about the booking except prices. The customer's name and contact are only in e-mails to the business.
pub(crate) fn details(kind: EmailKind, input: &EmailContext, locale: Locale) -> Vec<Row> {
    let booking = &input.booking;
    let mut rows = Vec::new();
    let mut add = |label: fn(&Texts) -> &'static str, values: Vec<String>| {
        let values: Vec<_> = values.into_iter().filter(|value| !value.is_empty()).collect();
        if !values.is_empty() {
            rows.push(Row { label: locale.say(label), values, strong: false });
        }
    };
    let of = |placeholder| vec![value(placeholder, input, locale).as_str().to_owned()];
    add(|texts| texts.product, of(Placeholder::Product));
    add(|texts| texts.when, times(input, locale));
    add(|texts| texts.people, vec![people(booking, locale)]);
    for choice in booking.options.iter().take(MOST_ROWS) {
        let (name, chosen) = (line(&choice.name), one_line(&choice_value(choice, locale), LONGEST_TEXT));
        if !chosen.is_empty() {
            rows.push(Row::new(name, chosen));
        }
    }
    let mut add = |label: fn(&Texts) -> &'static str, placeholder| {
        let value = value(placeholder, input, locale).as_str().to_owned();
        if !value.is_empty() {
            rows.push(Row::new(locale.say(label), value));
        }
    };
    if kind.audience() == Audience::Staff {
        add(|texts| texts.customer, Placeholder::CustomerName);
        add(|texts| texts.email, Placeholder::CustomerEmail);
        add(|texts| texts.phone, Placeholder::CustomerPhone);
    }
    add(|texts| texts.booking_number, Placeholder::BookingNumber);
    add(|texts| texts.cancellation_reason, Placeholder::CancellationReason);
    add(|texts| texts.cancellation_fee, Placeholder::CancellationFee);
    // Also in e-mails to the business and below an owner's own text, so that a request is not taken for a booking.
    if !booking.accepted && booking.cancellation.is_none() {
        rows.push(Row::new(locale.say(|texts| texts.status), locale.say(|texts| texts.not_accepted)));
    }
    rows
}

/// Price lines, total, payments and what remains.
pub(crate) fn prices(costs: &Costs, locale: Locale) -> Vec<Row> {
    let lines = costs.lines().iter().take(MOST_ROWS);
    let mut rows: Vec<Row> = lines.map(|price| Row::new(line(&price.text), amount(price.amount, locale))).collect();
    let mut add = |label: fn(&Texts) -> &'static str, money, strong| {
        rows.push(Row { label: locale.say(label), values: vec![amount(money, locale)], strong });
    };
    add(|texts| texts.total, costs.total(), true);
    if costs.paid().minor() != 0 {
        add(|texts| texts.paid, costs.paid(), false);
    }
    match costs.open().minor() {
        1.. => add(|texts| texts.open, costs.open(), true),
        0 => {}
        // i64::MIN cannot be negated; no booking is overpaid by as much.
        _ => add(|texts| texts.overpaid, costs.open().times(-1).unwrap_or(costs.open()), true),
    }
    rows
}

fn times(input: &EmailContext, locale: Locale) -> Vec<String> {
    let all = &input.booking.times;
    let listed = all.iter().take(MOST_TIMES).map(|span| when(*span, &input.business.zone, locale));
    let mut times: Vec<String> = listed.collect();
    if let Some(more @ 1..) = all.len().checked_sub(MOST_TIMES) {
        times.push(locale.count(|texts| texts.more_times, u32::try_from(more).unwrap_or(u32::MAX)));
    }
    times
}

pub(crate) fn participants(booking: &Booking, locale: Locale) -> String {
    list_of(&booking.people, locale)
}

/// Categories with at least one person, such as “2 × Adults, 1 × Children”.
pub(crate) fn list_of(people: &[People], locale: Locale) -> String {
    let some = people.iter().filter(|people| people.number > 0).take(MOST_ROWS);
    let category = |people: &People| {
        let values = [("number", people.number.to_string()), ("category", line(&people.category))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        fill(&locale.say(|texts| texts.people_of_category), &values)
    };
    some.map(category).collect::<Vec<_>>().join(", ")
}

pub(crate) fn people_count(booking: &Booking, locale: Locale) -> String {
    count_of(&booking.people, locale)
}

/// The number of people in all categories, in words; empty if it is zero.
pub(crate) fn count_of(people: &[People], locale: Locale) -> String {
    match people.iter().fold(0, |sum: u32, people| sum.saturating_add(people.number)) {
        0 => String::new(),
        sum => locale.count(|texts| texts.people_count, sum),
    }
}

/// The number of people, with categories in parentheses if there are several.
pub(crate) fn people(booking: &Booking, locale: Locale) -> String {
    let categories = participants(booking, locale);
    let several = booking.people.iter().filter(|people| people.number > 0).count() > 1;
    if several { format!("{} ({categories})", people_count(booking, locale)) } else { categories }
}
