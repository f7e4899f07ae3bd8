//! English.

use super::texts::{Counted, Texts};
use super::{Amounts, Clock, Complete, Currency, Region};

pub(super) const ENGLISH: Complete = Complete { tag: "en", texts: TEXTS, regions: &[BRITISH, AMERICAN, AUSTRALIAN] };

const TEXTS: Texts = Texts {
    #[cfg(test)]
    plural_forms: 2,
    plural_form: |number| usize::from(number != 1),
    people_count: Counted(&["{count} person", "{count} people"]),
    more_times: Counted(&["and {count} more", "and {count} more"]),

    confirmation_subject: "Booking confirmed: {product}, {date}",
    confirmation_body: "\
{greeting}

Thank you for booking with {business}. Your booking is confirmed:

{details}

{prices}

{link}

We look forward to seeing you.
{business}",
    requested_subject: "Request received: {product}, {date}",
    requested_body: "\
{greeting}

Thank you for your request to {business}. It is not confirmed yet. This is what you asked for:

{details}

{prices}

{link}

We will look at it and answer you.
{business}",
    changed_subject: "Booking changed: {product}, {date}",
    changed_body: "\
{greeting}

Your booking has been changed. This is what is booked now:

{details}

{prices}

{link}

If you did not expect this, please contact us.
{business}",
    request_changed_subject: "Request changed: {product}, {date}",
    request_changed_body: "\
{greeting}

Your request has been changed. It is not confirmed yet. This is what is asked for now:

{details}

{prices}

{link}

We will look at it and answer you. If you did not expect this, please contact us.
{business}",
    cancelled_subject: "Booking cancelled: {product}, {date}",
    cancelled_body: "\
{greeting}

Your booking has been cancelled:

{details}

If you did not expect this, please contact us.
{business}",
    reminder_subject: "Reminder: {product}, {date}",
    reminder_body: "\
{greeting}

This is a reminder of your booking with {business}:

{details}

Still to pay: {open}

{link}

We look forward to seeing you.
{business}",
    thank_you_subject: "Thank you from {business}",
    thank_you_body: "\
{greeting}

Thank you for coming ({product}). We hope that you enjoyed it, and would be glad to see you again.

{business}",
    staff_booked_subject: "New booking: {product}, {date}, {customer_name}",
    staff_booked_body: "\
There is a new booking:

{details}

{prices}

{link}",
    staff_changed_subject: "Booking changed: {product}, {date}, {customer_name}",
    staff_changed_body: "\
A booking has been changed. This is what is booked now:

{details}

{prices}

{link}",
    staff_cancelled_subject: "Booking cancelled: {product}, {date}, {customer_name}",
    staff_cancelled_body: "\
A booking has been cancelled:

{details}

{prices}

{link}",

    greeting: "Dear {name},",
    greeting_without_name: "Hello,",
    show_booking: "View your booking",
    open_booking: "Open the booking",

    product: "Booked",
    booking_number: "Booking number",
    when: "When",
    people: "Who",
    customer: "Customer",
    email: "E-mail",
    phone: "Phone",
    status: "Status",
    not_accepted: "requested, not confirmed yet",
    cancellation_reason: "Reason",
    cancellation_fee: "Cancellation fee",
    total: "Total",
    paid: "Paid",
    open: "Still to pay",
    overpaid: "Overpaid",
    yes: "yes",
    no: "no",
    people_of_category: "{number}\u{A0}×\u{A0}{category}",
    from_to: "{from} to {to}",

    feed_name: "{business}: bookings",
    busy: "Busy",

    sample_product: "Harbour tour",
    sample_adults: "Adults",
    sample_children: "Children",
    sample_option: "Meeting point",
    sample_choice: "Pier",
    sample_customer: "Ada Example",
    sample_reason: "The weather is too rough.",
};

/// As in the United Kingdom.
pub(super) const BRITISH: Region = Region {
    tag: "en-GB",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    day: "{weekday} {day}\u{A0}{month} {year}",
    clock: Clock::Hours24(""),
    zones: &[],
    amounts: Amounts {
        decimal: ".", group: ",", currency: Currency::Before, symbols: &[("GBP", "£"), ("EUR", "€")]
    },
    spelling: &[],
};

const AMERICAN: Region = Region {
    tag: "en-US",
    day: "{weekday}, {month}\u{A0}{day}, {year}",
    clock: Clock::Hours12("AM", "PM"),
    amounts: Amounts { symbols: &[("USD", "$"), ("GBP", "£"), ("EUR", "€")], ..BRITISH.amounts },
    spelling: &[("ancelled", "anceled"), ("Harbour", "Harbor")],
    ..BRITISH
};

const AUSTRALIAN: Region = Region {
    tag: "en-AU",
    clock: Clock::Hours12("am", "pm"),
    amounts: Amounts { symbols: &[("AUD", "$"), ("GBP", "£"), ("EUR", "€")], ..BRITISH.amounts },
    ..BRITISH
};
