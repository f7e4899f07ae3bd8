//! The content of e-mails.
#![allow(clippy::expect_used, reason = "a test that cannot go on should stop, and say where")]

mod common;

use common::{euros, input, span, written};
use proptest::prelude::*;
use slotkeeper_emails::{
    Cancellation, ChoiceValue, Costs, Customer, EmailContext, EmailKind, RenderedEmail, Template, TemplateSource,
    render,
};

fn of(subject: &str, body: &str, input: &EmailContext) -> RenderedEmail {
    let text = TemplateSource { subject: subject.to_owned(), body: body.to_owned() };
    render(&Template::parse(EmailKind::Confirmation, &text).expect("a template"), input)
}

/// With plain spaces instead of no-break spaces.
fn plain(text: &str) -> String {
    text.replace('\u{A0}', " ")
}

/// The visible text of the HTML, with the addresses of its links.
fn seen(html: &str) -> String {
    let body = html.split_once("<body").expect("a body").1;
    let body = body.replace('\u{2060}', "");
    let mut seen = String::new();
    for part in body.split('<').skip(1) {
        seen.push(' ');
        let address = part.strip_prefix("a href=\"").and_then(|rest| rest.split_once('"'));
        seen.extend(address.map(|(address, _)| format!("{address} ")));
        seen.push_str(part.split_once('>').expect("a closed element").1);
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(seen, |seen, (entity, character)| seen.replace(entity, character))
}

/// The words of a text without the colons that plain text puts behind labels.
fn words(text: &str) -> Vec<String> {
    text.split([' ', '\n']).map(|word| word.trim_end_matches(':').to_owned()).filter(|word| !word.is_empty()).collect()
}

#[test]
fn a_confirmation_in_english() {
    let email = written(EmailKind::Confirmation, &input("en-GB"));
    assert_eq!(plain(email.subject.as_str()), "Booking confirmed: Sunset tour, Tuesday 1 December 2026");
    assert_eq!(
        plain(&email.text),
        "\
Dear Ada Example,

Thank you for booking with Harbour Lights. Your booking is confirmed:

Booked: Sunset tour
When: Tuesday 1 December 2026, 17:00–19:00 (WET)
Who: 3 people (2 × Adults, 1 × Children)
Pick-up: Pier
Lunch: yes
Booking number: 31206021482907

Adults: €1,200.00
Early booking: -€5.00
Total: €1,195.00
Paid: €200.00
Still to pay: €995.00

View your booking:
https://harbour.example/b/1?x=1&y=2

We look forward to seeing you.
Harbour Lights

-- 
Harbour Lights
Pier 3
1000-001 Lisbon
+351 555 0100
hello@example.com
https://harbour.example/
"
    );
}

#[test]
fn a_confirmation_in_german() {
    let email = written(EmailKind::Confirmation, &input("de-DE"));
    assert_eq!(plain(email.subject.as_str()), "Buchungsbestätigung: Sunset tour, Dienstag, 1. Dezember 2026");
    let text = plain(&email.text);
    for part in [
        "Guten Tag Ada Example,\n\nvielen Dank für Ihre Buchung bei Harbour Lights. Hiermit bestätigen wir Ihnen:\n\n",
        "Termin: Dienstag, 1. Dezember 2026, 17:00–19:00 Uhr (WEZ)\nTeilnehmer: 3 Personen (2 × Adults, 1 × Children)\n",
        "Lunch: ja\nBuchungsnummer: 31206021482907\n",
        "Early booking: -5,00 €\nGesamtpreis: 1.195,00 €\nBezahlt: 200,00 €\nNoch zu zahlen: 995,00 €\n",
        "Mit freundlichen Grüßen\nHarbour Lights\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(email.html.contains("<html lang=\"de-DE\">"));
}

#[test]
fn a_request_is_no_confirmation() {
    for (tag, subject, says, status) in [
        (
            "en-GB",
            "Request received: Sunset tour",
            "It is not confirmed yet.",
            "Status: requested, not confirmed yet\n",
        ),
        (
            "de-DE",
            "Anfrage erhalten: Sunset tour",
            "Sie ist noch nicht bestätigt.",
            "Stand: angefragt, noch nicht bestätigt\n",
        ),
    ] {
        let mut input = input(tag);
        input.booking.accepted = false;
        let email = written(EmailKind::Requested, &input);
        assert!(email.subject.as_str().starts_with(subject), "{}", email.subject);
        assert!(email.text.contains(says) && email.text.contains(status), "{}", email.text);
        // The business is told that it has to answer.
        assert!(written(EmailKind::StaffBooked, &input).text.contains(status));
        input.booking.cancellation = Some(Cancellation::default());
        assert!(!written(EmailKind::Cancelled, &input).text.contains(status));
    }
}

#[test]
fn every_kind_says_what_it_is_about_in_every_language() {
    for tag in ["en-GB", "en-US", "en-AU", "de-DE", "de-AT", "de-CH", "fr-FR"] {
        for kind in EmailKind::ALL {
            let email = written(kind, &input(tag));
            assert!(!email.text.contains(['{', '}']) && !email.subject.as_str().contains('{'), "{}", email.text);
            let about = if kind == EmailKind::ThankYou { "Harbour Lights" } else { "Sunset tour" };
            assert!(email.subject.as_str().contains(about), "{kind:?}: {}", email.subject);
            assert!(email.text.contains("Sunset tour") && seen(&email.html).contains("Sunset tour"), "{}", email.text);
        }
    }
}

#[test]
fn e_mails_to_the_business_name_the_customer() {
    let customer = ["Customer: Ada Example\n", "E-mail: ada@example.com\n", "Phone: +351 555 0199\n"];
    let (staff, confirmation) =
        (written(EmailKind::StaffBooked, &input("en-GB")), written(EmailKind::Confirmation, &input("en-GB")));
    for part in customer {
        assert!(staff.text.contains(part) && !confirmation.text.contains(part), "{part}");
    }
    assert!(staff.text.contains("Open the booking:\nhttps://harbour.example/b/1?x=1&y=2\n"));
}

#[test]
fn a_cancellation_has_its_reason_and_fee() {
    let mut input = input("en-US");
    input.booking.cancellation = Some(Cancellation { reason: Some("Storm".to_owned()), fee: Some(euros(1_000)) });
    let email = written(EmailKind::Cancelled, &input);
    assert!(email.subject.as_str().starts_with("Booking canceled: Sunset tour"), "{}", email.subject);
    assert!(email.text.contains("Reason: Storm\nCancellation fee: €10.00\n"), "{}", email.text);
}

#[test]
fn what_is_not_known_is_not_mentioned() {
    let mut input = input("en-GB");
    let booking = &mut input.booking;
    (booking.times, booking.people, booking.options) = (Vec::new(), Vec::new(), Vec::new());
    (booking.costs, booking.link, booking.customer) = (None, None, Customer::default());
    input.business.contact = slotkeeper_domain::account::ContactDetails::default();
    let email = written(EmailKind::Confirmation, &input);
    assert_eq!(plain(email.subject.as_str()), "Booking confirmed: Sunset tour");
    assert_eq!(
        plain(&email.text),
        "\
Hello,

Thank you for booking with Harbour Lights. Your booking is confirmed:

Booked: Sunset tour
Booking number: 31206021482907

We look forward to seeing you.
Harbour Lights

-- 
Harbour Lights
"
    );
    assert!(email.calendar.is_none() && !email.html.contains("<a "));
}

#[test]
fn a_line_goes_when_its_placeholders_are_empty() {
    let mut input = input("en-GB");
    input.booking.customer.phone = None;
    let email = of(
        "{customer_phone} - {product}",
        "Call: {customer_phone}\n{customer_phone}\n\nPhone {customer_phone}, mail {customer_email}\n\n{customer_phone}\n\nend",
        &input,
    );
    assert_eq!(plain(email.subject.as_str()), "Sunset tour");
    assert!(email.text.starts_with("Phone , mail ada@example.com\n\nend\n\n-- \n"), "{}", email.text);
}

#[test]
fn payments_are_shown_unless_they_are_zero() {
    let mut input = input("en-GB");
    let mut paid = |minor| {
        input.booking.costs = Costs::new(Vec::new(), euros(5_000), euros(minor)).ok();
        of("x", "{prices}\n\nOpen: {open}\nPaid: {paid}", &input)
            .text
            .split("\n\n-- ")
            .next()
            .expect("a text")
            .to_owned()
    };
    assert_eq!(paid(0), "Total: €50.00\nStill to pay: €50.00\n\nOpen: €50.00");
    assert_eq!(paid(5_000), "Total: €50.00\nPaid: €50.00\n\nPaid: €50.00");
    assert_eq!(paid(6_000), "Total: €50.00\nPaid: €60.00\nOverpaid: €10.00\n\nPaid: €60.00");
}

#[test]
fn a_course_lists_its_classes_and_no_more_than_sixty() {
    let mut input = input("en-GB");
    input.booking.times = (1..=3).map(|day| span(day, 9, 10)).collect();
    let text = plain(&of("{date}", "{details}", &input).text);
    let classes =
        "When:\n  Tuesday 1 December 2026, 09:00–10:00 (WET)\n  Wednesday 2 December 2026, 09:00–10:00 (WET)\n";
    assert!(text.contains(classes), "{text}");
    input.booking.times = vec![span(1, 9, 10); 62];
    let text = plain(&of("{date}", "{details}", &input).text);
    assert_eq!(text.matches("09:00").count(), 60);
    assert!(text.contains("  and 2 more\n"), "{text}");
}

#[test]
fn foreign_text_adds_no_html_header_or_line() {
    let mut input = input("en-GB");
    let evil = "<script>alert('1')</script>\r\nBcc: x@example.com\r\n\r\n{link} \"&amp;";
    input.booking.product = evil.to_owned();
    input.booking.customer.name = evil.to_owned();
    input.booking.options[0].value = ChoiceValue::Text(evil.to_owned());
    input.business.contact.website_url = Some("javascript:alert(1)".to_owned());
    for kind in EmailKind::ALL {
        let email = written(kind, &input);
        assert!(!email.html.contains("<script") && !email.html.contains("javascript:"), "{}", email.html);
        assert!(!email.subject.as_str().contains(['\r', '\n']));
        assert!(!email.text.contains('\r') && !email.text.lines().any(|line| line.starts_with("Bcc")));
        for address in email.html.split("href=\"").skip(1) {
            assert!(address.starts_with("https://harbour.example/"), "{address}");
        }
    }
    // An owner's template is escaped, too.
    let email = of("<b>{product}</b>", "<img src=x onerror=alert(1)>\n{customer_name}", &input);
    assert!(!email.html.contains("<img") && email.text.starts_with("<img src=x onerror=alert(1)>\n<script>"));
}

#[test]
fn a_link_within_a_line_is_its_address() {
    let email = of("x", "Look here: {link}.", &input("en-GB"));
    assert!(email.text.starts_with("Look here: https://harbour.example/b/1?x=1&y=2.\n"));
    assert!(email.html.contains("?x=1&#38;y=2\"") || email.html.contains("?x=1&amp;y=2\""), "{}", email.html);
}

#[test]
fn a_preview_shows_a_sample_booking() {
    for tag in ["en-GB", "de-DE"] {
        let language = common::language(tag);
        let business = input(tag).business;
        let now = slotkeeper_domain::time::Instant::from_millis(1_796_119_200_000);
        let template = Template::default_for(EmailKind::Confirmation, language);
        let email = slotkeeper_emails::preview(&template, business, language, now);
        assert!(email.text.contains("2026, 10:00–12:00") && email.text.contains("Harbour Lights"), "{}", email.text);
        assert!(email.calendar.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Plain text and HTML have the same content, for any text.
    #[test]
    fn plain_text_and_html_have_the_same_words(product in any::<String>(), name in any::<String>(), chosen in any::<String>()) {
        let mut input = input("de-DE");
        input.booking.product = product;
        input.booking.customer.name = name;
        input.booking.options[0].value = ChoiceValue::Text(chosen);
        for kind in [EmailKind::Confirmation, EmailKind::StaffCancelled] {
            let email = written(kind, &input);
            let mut page = words(&seen(&email.html));
            for word in words(&email.text) {
                let at = page.iter().position(|seen| *seen == word || word == "--");
                prop_assert!(at.is_some(), "{word:?} is missing in {}", email.html);
                if word != "--" {
                    page.swap_remove(at.unwrap_or_default());
                }
            }
        }
    }
}
