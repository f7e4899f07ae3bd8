//! From a template and what is known to a letter.

use crate::calendar::{CalendarEvent, Method, write_calendar};
use crate::clean::HeaderText;
use crate::context::EmailContext;
use crate::language::Locale;
use crate::template::Template;
use crate::{compose, html, plain};

/// An e-mail but for its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    pub subject: HeaderText,
    /// The plain text; lines end in `\n`.
    pub text: String,
    /// The same as HTML: a whole page without scripts, pictures and anything else to be loaded.
    pub html: String,
    /// An entry for the customer's calendar, with kinds that are about one, when the booking has a time.
    pub calendar: Option<CalendarPart>,
}

/// An alternative of an e-mail that calendars read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPart {
    /// What calendars are to do with it.
    pub method: Method,
    /// The iCalendar object (RFC 5545), with CRLF at the end of each line.
    pub text: String,
}

impl CalendarPart {
    /// The media type; mail programs want the method in it, too (RFC 6047, section 2.4).
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
    let cancelled = template.kind().is_end() || input.booking.cancellation.is_some();
    let events = CalendarEvent::for_customer(input, cancelled);
    let method = match events.as_slice() {
        [] => return None,
        [event] if event.attendee.is_some() && cancelled => Method::Cancel,
        [event] if event.attendee.is_some() => Method::Request,
        _ => Method::Publish,
    };
    Some(CalendarPart { method, text: write_calendar(method, &events) })
}
