//! The parts of a letter that have several lines: what was booked, and what it costs.

use crate::clean::one_line;
use crate::context::{Booking, Costs, EmailContext, People};
use crate::format::{amount, when};
use crate::kind::{Audience, EmailKind};
use crate::language::{Locale, Texts, fill};
use crate::template::Placeholder;
use crate::values::{choice_value, line, value};
use slotkeeper_domain::options::LONGEST_TEXT;

/// Most times of a course that are listed; of the others their number is told.
const MOST_TIMES: usize = 60;

/// Most categories, options and lines of a price that are listed. No product has as many.
const MOST_ROWS: usize = 200;

/// A label and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub label: String,
    /// What stands behind it: one line or several.
    pub values: Vec<String>,
    /// Whether it is one to look at, as a total is.
    pub strong: bool,
}

impl Row {
    fn new(label: String, value: String) -> Self {
        Self { label, values: vec![value], strong: false }
    }
}

/// Everything about a booking except what it costs. The customer is told to the business only: customers know who they
/// are.
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
    // Also in letters to the business, and within an owner's own words: nobody is to take it for certain.
    if !booking.accepted && booking.cancellation.is_none() {
        rows.push(Row::new(locale.say(|texts| texts.status), locale.say(|texts| texts.not_accepted)));
    }
    rows
}

/// What it costs and what was paid.
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
        // Of the most negative amount there is no opposite; nobody has paid as much.
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

/// How many people of each category.
pub(crate) fn participants(booking: &Booking, locale: Locale) -> String {
    list_of(&booking.people, locale)
}

/// How many people of each of these categories.
pub(crate) fn list_of(people: &[People], locale: Locale) -> String {
    let some = people.iter().filter(|people| people.number > 0).take(MOST_ROWS);
    let category = |people: &People| {
        let values = [("number", people.number.to_string()), ("category", line(&people.category))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        fill(&locale.say(|texts| texts.people_of_category), &values)
    };
    some.map(category).collect::<Vec<_>>().join(", ")
}

/// How many people altogether; nothing if nobody comes.
pub(crate) fn people_count(booking: &Booking, locale: Locale) -> String {
    count_of(&booking.people, locale)
}

/// How many people there are in these categories; nothing if there is nobody.
pub(crate) fn count_of(people: &[People], locale: Locale) -> String {
    match people.iter().fold(0, |sum: u32, people| sum.saturating_add(people.number)) {
        0 => String::new(),
        sum => locale.count(|texts| texts.people_count, sum),
    }
}

/// How many people, and of which categories if there are several.
pub(crate) fn people(booking: &Booking, locale: Locale) -> String {
    let categories = participants(booking, locale);
    let several = booking.people.iter().filter(|people| people.number > 0).count() > 1;
    if several { format!("{} ({categories})", people_count(booking, locale)) } else { categories }
}
