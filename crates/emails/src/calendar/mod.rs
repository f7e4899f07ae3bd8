//! iCalendar (RFC 5545): entries that come with letters (RFC 5546), and feeds that calendar programs subscribe to.
//!
//! Times are written in UTC. Every program shows them on its user's clock, and none has to know our time zones; rules
//! that repeat on a wall clock, which would need a zone, are not written.

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

/// What a calendar is to do with an object (RFC 5546, section 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Enter it, or change the entry that is there.
    Request,
    Cancel,
    /// Know of it; nobody is invited.
    Publish,
}

impl Method {
    /// The word of the standard.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

/// A calendar that programs subscribe to.
#[derive(Debug, Clone)]
pub struct Feed<'a> {
    /// What programs call it.
    pub name: &'a str,
    /// The zone to show it in, for programs that want one.
    pub zone: &'a Zone,
    /// How often programs may ask again. Whole minutes, at least one.
    pub refresh: Duration,
    /// What is in it. Whoever makes the list bounds it.
    pub events: &'a [CalendarEvent],
}

impl Feed<'_> {
    /// The media type of the answer.
    pub const CONTENT_TYPE: &'static str = "text/calendar; charset=utf-8";

    /// The file: lines end in CRLF and have 75 octets at most.
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

/// What a feed of bookings is called when nobody has named it: the business and a word for bookings.
#[must_use]
pub fn feed_name(business: &Name, language: Language) -> String {
    Locale::of(language).say_with(|texts| texts.feed_name, "business", business.as_str())
}

/// The object that goes with a letter.
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
