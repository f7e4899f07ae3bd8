//! German. Customers are addressed as “Sie”.

use super::texts::{Counted, Texts};
use super::{Amounts, Clock, Complete, Currency, Region};

pub(super) const GERMAN: Complete = Complete { tag: "de", texts: TEXTS, regions: &[GERMANY, AUSTRIA, SWITZERLAND] };

const TEXTS: Texts = Texts {
    #[cfg(test)]
    plural_forms: 2,
    plural_form: |number| usize::from(number != 1),
    people_count: Counted(&["{count} Person", "{count} Personen"]),
    more_times: Counted(&["und {count} weiterer Termin", "und {count} weitere Termine"]),

    confirmation_subject: "Buchungsbestätigung: {product}, {date}",
    confirmation_body: "\
{greeting}

vielen Dank für Ihre Buchung bei {business}. Hiermit bestätigen wir Ihnen:

{details}

{prices}

{link}

Wir freuen uns auf Sie.

Mit freundlichen Grüßen
{business}",
    requested_subject: "Anfrage erhalten: {product}, {date}",
    requested_body: "\
{greeting}

vielen Dank für Ihre Anfrage bei {business}. Sie ist noch nicht bestätigt. Angefragt haben Sie:

{details}

{prices}

{link}

Wir prüfen Ihre Anfrage und melden uns bei Ihnen.

Mit freundlichen Grüßen
{business}",
    changed_subject: "Buchung geändert: {product}, {date}",
    changed_body: "\
{greeting}

Ihre Buchung wurde geändert. Gebucht ist jetzt:

{details}

{prices}

{link}

Falls Sie damit nicht gerechnet haben, wenden Sie sich bitte an uns.

Mit freundlichen Grüßen
{business}",
    request_changed_subject: "Anfrage geändert: {product}, {date}",
    request_changed_body: "\
{greeting}

Ihre Anfrage wurde geändert. Sie ist noch nicht bestätigt. Angefragt ist jetzt:

{details}

{prices}

{link}

Wir prüfen Ihre Anfrage und melden uns bei Ihnen. Falls Sie mit der Änderung nicht gerechnet haben, wenden Sie sich bitte an uns.

Mit freundlichen Grüßen
{business}",
    cancelled_subject: "Buchung storniert: {product}, {date}",
    cancelled_body: "\
{greeting}

Ihre Buchung wurde storniert:

{details}

Falls Sie damit nicht gerechnet haben, wenden Sie sich bitte an uns.

Mit freundlichen Grüßen
{business}",
    reminder_subject: "Erinnerung: {product}, {date}",
    reminder_body: "\
{greeting}

wir möchten Sie an Ihre Buchung bei {business} erinnern:

{details}

Noch zu zahlen: {open}

{link}

Wir freuen uns auf Sie.

Mit freundlichen Grüßen
{business}",
    thank_you_subject: "{business} sagt Danke",
    thank_you_body: "\
{greeting}

vielen Dank für Ihren Besuch ({product}). Wir hoffen, dass es Ihnen gefallen hat, und würden uns freuen, Sie wiederzusehen.

Mit freundlichen Grüßen
{business}",
    staff_booked_subject: "Neue Buchung: {product}, {date}, {customer_name}",
    staff_booked_body: "\
Es gibt eine neue Buchung:

{details}

{prices}

{link}",
    staff_changed_subject: "Buchung geändert: {product}, {date}, {customer_name}",
    staff_changed_body: "\
Eine Buchung wurde geändert. Gebucht ist jetzt:

{details}

{prices}

{link}",
    staff_cancelled_subject: "Buchung storniert: {product}, {date}, {customer_name}",
    staff_cancelled_body: "\
Eine Buchung wurde storniert:

{details}

{prices}

{link}",

    greeting: "Guten Tag {name},",
    greeting_without_name: "Guten Tag,",
    show_booking: "Buchung ansehen",
    open_booking: "Buchung öffnen",

    product: "Gebucht",
    booking_number: "Buchungsnummer",
    when: "Termin",
    people: "Teilnehmer",
    customer: "Gebucht von",
    email: "E-Mail",
    phone: "Telefon",
    status: "Stand",
    not_accepted: "angefragt, noch nicht bestätigt",
    cancellation_reason: "Grund",
    cancellation_fee: "Stornogebühr",
    total: "Gesamtpreis",
    paid: "Bezahlt",
    open: "Noch zu zahlen",
    overpaid: "Zu viel bezahlt",
    yes: "ja",
    no: "nein",
    people_of_category: "{number}\u{A0}×\u{A0}{category}",
    from_to: "{from} bis {to}",

    feed_name: "{business}: Buchungen",
    busy: "Belegt",

    sample_product: "Hafenrundfahrt",
    sample_adults: "Erwachsene",
    sample_children: "Kinder",
    sample_option: "Treffpunkt",
    sample_choice: "Anleger",
    sample_customer: "Erika Beispiel",
    sample_reason: "Das Wetter ist zu schlecht.",
};

const GERMANY: Region = Region {
    tag: "de-DE",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    day: "{weekday}, {day}.\u{A0}{month} {year}",
    clock: Clock::Hours24("\u{A0}Uhr"),
    zones: &[("CET", "MEZ"), ("CEST", "MESZ"), ("WET", "WEZ"), ("WEST", "WESZ"), ("EET", "OEZ"), ("EEST", "OESZ")],
    amounts: Amounts {
        decimal: ",", group: ".", currency: Currency::Behind, symbols: &[("EUR", "€"), ("GBP", "£")]
    },
    spelling: &[],
};

const AUSTRIA: Region = Region {
    tag: "de-AT",
    months: {
        let mut months = GERMANY.months;
        months[0] = "Jänner";
        months
    },
    amounts: Amounts { currency: Currency::BeforeWithSpace, ..GERMANY.amounts },
    ..GERMANY
};

const SWITZERLAND: Region = Region {
    tag: "de-CH",
    amounts: Amounts { decimal: ".", group: "’", currency: Currency::BeforeWithSpace, symbols: &[] },
    spelling: &[("ß", "ss")],
    ..GERMANY
};
