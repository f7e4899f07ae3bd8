//! iCalendar (RFC 5545): the calendar part of e-mails (RFC 5546), and feeds that calendar programs subscribe to.
//!
//! Times are written in UTC, so that no program needs our rules of time zones. Recurrence rules, which would need a
//! zone, are not written.

mod business;
mod event;
mod line;

pub use business::{EventBooking, ScheduledEvent};
pub use event::{CalendarAddress, CalendarEvent, Status, Uid};

use crate::language::Locale;
use line::Lines;
use slotkeeper_domain::account::{Language, Name};
use slotkeeper_domain::time::Zone;
use std::time::Duration;

/// What a calendar program does with the object (RFC 5546, section 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Adds the entry, or replaces an older version of it.
    Request,
    Cancel,
    /// Adds or replaces entries without an invitation.
    Publish,
}

impl Method {
    /// The value of METHOD.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

/// A feed that calendar programs subscribe to.
#[derive(Debug, Clone)]
pub struct Feed<'a> {
    /// The name under which programs show it.
    pub name: &'a str,
    /// The zone in which programs show it, if they read X-WR-TIMEZONE.
    pub zone: &'a Zone,
    /// How often programs should ask again: whole minutes, at least one.
    pub refresh: Duration,
    /// All entries. The caller bounds their number.
    pub events: &'a [CalendarEvent],
}

impl Feed<'_> {
    pub const CONTENT_TYPE: &'static str = "text/calendar; charset=utf-8";

    /// The iCalendar file. Lines end in CRLF and have 75 octets at most.
    #[must_use]
    pub fn write(&self) -> String {
        let mut lines = begin();
        lines.text("NAME", self.name);
        lines.text("X-WR-CALNAME", self.name);
        lines.raw("X-WR-TIMEZONE", self.zone.name());
        let minutes = (self.refresh.as_secs() / 60).max(1);
        lines.raw("REFRESH-INTERVAL;VALUE=DURATION", &format!("PT{minutes}M"));
        lines.raw("X-PUBLISHED-TTL", &format!("PT{minutes}M"));
        for event in self.events {
            event.write_in_feed(&mut lines);
        }
        end(lines)
    }
}

/// The default name of a business's feed.
#[must_use]
pub fn feed_name(business: &Name, language: Language) -> String {
    Locale::of(language).say_with(|texts| texts.feed_name, "business", business.as_str())
}

/// The iCalendar object of an e-mail.
pub(crate) fn write_calendar(method: Method, events: &[CalendarEvent]) -> String {
    let mut lines = begin();
    lines.raw("METHOD", method.as_str());
    for event in events {
        event.write(&mut lines);
    }
    end(lines)
}

fn begin() -> Lines {
    let mut lines = Lines::default();
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("VERSION", "2.0");
    lines.raw("PRODID", "-//Slotkeeper//Slotkeeper//EN");
    lines.raw("CALSCALE", "GREGORIAN");
    lines
}

fn end(mut lines: Lines) -> String {
    lines.raw("END", "VCALENDAR");
    lines.into_string()
}
