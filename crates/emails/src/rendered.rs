//! Renders a template with the data of a booking.

use crate::calendar::{CalendarEvent, Method, write_calendar};
use crate::clean::HeaderText;
use crate::context::EmailContext;
use crate::language::Locale;
use crate::template::Template;
use crate::{compose, html, plain};

/// An e-mail without its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    pub subject: HeaderText,
    /// Lines end in `\n`.
    pub text: String,
    /// A page with the same content, without scripts, pictures and anything else that is loaded.
    pub html: String,
    /// For kinds that change the customer's calendar, if the booking has a time.
    pub calendar: Option<CalendarPart>,
}

/// The alternative part of an e-mail that calendars read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPart {
    pub method: Method,
    /// The iCalendar object (RFC 5545). Lines end in CRLF.
    pub text: String,
}

impl CalendarPart {
    /// The media type, which repeats the method (RFC 6047, section 2.4).
    #[must_use]
    pub fn content_type(&self) -> String {
        format!("text/calendar; charset=utf-8; method={}", self.method.as_str())
    }
}

#[must_use]
pub fn render(template: &Template, input: &EmailContext) -> RenderedEmail {
    let locale = Locale::of(input.language);
    let subject = HeaderText::of(&compose::subject(template, input, locale));
    let blocks = compose::body(template, input, locale);
    let imprint = compose::imprint(input);
    RenderedEmail {
        text: plain::write(&blocks, &imprint),
        html: html::write(locale.region.tag, subject.as_str(), &blocks, &imprint),
        calendar: calendar(template, input),
        subject,
    }
}

fn calendar(template: &Template, input: &EmailContext) -> Option<CalendarPart> {
    if !template.kind().changes_calendars() {
        return None;
    }
    let cancelled = template.kind().is_cancellation() || input.booking.cancellation.is_some();
    let events = CalendarEvent::for_customer(input, cancelled);
    let method = match events.as_slice() {
        [] => return None,
        [event] if event.attendee.is_some() && cancelled => Method::Cancel,
        [event] if event.attendee.is_some() => Method::Request,
        // Several entries, or no attendee: this cannot be an invitation.
        _ => Method::Publish,
    };
    Some(CalendarPart { method, text: write_calendar(method, &events) })
}
