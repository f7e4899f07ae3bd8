//! Days and times in the zone of the business.

use crate::context::TimeSpan;
use crate::language::{Clock, Locale, fill};
use jiff::{Timestamp, ZonedDateTime};
use slotkeeper_domain::time::{Instant, Zone};

/// The day of the start: `Tuesday 1 December 2026`.
pub(crate) fn day(span: TimeSpan, zone: &Zone, locale: Locale) -> String {
    day_of(&zoned(span.start, zone), locale)
}

/// The times without zone: `10:00–12:00`; only the start if the end is on another day.
pub(crate) fn time(span: TimeSpan, zone: &Zone, locale: Locale) -> String {
    let (start, end) = (zoned(span.start, zone), zoned(span.end, zone));
    if span.start < span.end && start.date() == end.date() {
        range(&start, &end, locale)
    } else {
        with_suffix(&clock(&start, locale), locale)
    }
}

/// Day, times and zone: `Tuesday 1 December 2026, 10:00–12:00 (WET)`. If the offset changes in between, start and end
/// have their own zone.
pub(crate) fn when(span: TimeSpan, zone: &Zone, locale: Locale) -> String {
    let (start, end) = (zoned(span.start, zone), zoned(span.end, zone));
    let (zone_at_start, zone_at_end) = (abbreviation(&start, locale), abbreviation(&end, locale));
    if span.end <= span.start {
        return format!("{} ({zone_at_start})", moment(&start, locale));
    }
    let one_zone = zone_at_start == zone_at_end;
    if one_zone && start.date() == end.date() {
        return format!("{}, {} ({zone_at_start})", day_of(&start, locale), range(&start, &end, locale));
    }
    let from = moment(&start, locale) + &(if one_zone { String::new() } else { format!(" ({zone_at_start})") });
    let to = format!("{} ({zone_at_end})", moment(&end, locale));
    fill(&locale.say(|texts| texts.from_to), &[("from", &from), ("to", &to)])
}

fn moment(at: &ZonedDateTime, locale: Locale) -> String {
    format!("{}, {}", day_of(at, locale), with_suffix(&clock(at, locale), locale))
}

fn day_of(at: &ZonedDateTime, locale: Locale) -> String {
    let region = locale.region;
    let name = |names: &[&'static str], number: i8| {
        usize::try_from(number - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let (day, year) = (at.day().to_string(), at.year().to_string());
    let weekday = name(&region.weekdays, at.weekday().to_monday_one_offset());
    let month = name(&region.months, at.month());
    fill(region.day, &[("weekday", weekday), ("day", &day), ("month", month), ("year", &year)])
}

fn range(start: &ZonedDateTime, end: &ZonedDateTime, locale: Locale) -> String {
    let dash = match locale.region.clock {
        Clock::Hours24(_) => "–",
        Clock::Hours12(..) => " – ",
    };
    with_suffix(&format!("{}{dash}{}", clock(start, locale), clock(end, locale)), locale)
}

fn clock(at: &ZonedDateTime, locale: Locale) -> String {
    let (hour, minute) = (at.hour(), at.minute());
    match locale.region.clock {
        Clock::Hours24(_) => format!("{hour:02}:{minute:02}"),
        Clock::Hours12(before_noon, after_noon) => {
            let half = if hour < 12 { before_noon } else { after_noon };
            format!("{}:{minute:02}\u{A0}{half}", (hour + 11) % 12 + 1)
        }
    }
}

fn with_suffix(clock: &str, locale: Locale) -> String {
    match locale.region.clock {
        Clock::Hours24(suffix) => format!("{clock}{suffix}"),
        Clock::Hours12(..) => clock.to_owned(),
    }
}

/// The abbreviation of the zone at that time. Many zones have only their offset.
fn abbreviation(at: &ZonedDateTime, locale: Locale) -> String {
    let name = at.strftime("%Z").to_string();
    if name.starts_with(['+', '-']) {
        let (hours, minutes) = name.split_at_checked(3).unwrap_or((&name, ""));
        let separator = if minutes.is_empty() { "" } else { ":" };
        return format!("UTC{hours}{separator}{minutes}");
    }
    let own = locale.region.zones.iter().find(|(known, _)| *known == name);
    own.map_or(name.clone(), |(_, own)| (*own).to_owned())
}

/// A time outside the range of dates becomes the last date.
fn zoned(at: Instant, zone: &Zone) -> ZonedDateTime {
    let millis = at.as_millis().clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(zone.rules().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &Zone, text: &str) -> Instant {
        let civil: jiff::civil::DateTime = text.parse().expect("a time");
        zone.instant_of(civil.date(), civil.time())
    }

    fn locale(tag: &str) -> Locale {
        Locale::of(tag.parse().expect("a language"))
    }

    fn check(zone: &str, start: &str, end: &str, tag: &str, written: &str) {
        let zone = Zone::named(zone).expect("a zone");
        let span = TimeSpan { start: at(&zone, start), end: at(&zone, end) };
        assert_eq!(when(span, &zone, locale(tag)).replace('\u{A0}', "~"), written);
    }

    #[test]
    fn a_time_is_written_as_in_the_region() {
        let (start, end) = ("2026-12-01T10:00", "2026-12-01T12:30");
        for (tag, written) in [
            ("en-GB", "Tuesday 1~December 2026, 10:00–12:30 (WET)"),
            ("en-US", "Tuesday, December~1, 2026, 10:00~AM – 12:30~PM (WET)"),
            ("en-AU", "Tuesday 1~December 2026, 10:00~am – 12:30~pm (WET)"),
            ("de-DE", "Dienstag, 1.~Dezember 2026, 10:00–12:30~Uhr (WEZ)"),
            // There are no texts in Japanese, so British English is used.
            ("ja-JP", "Tuesday 1~December 2026, 10:00–12:30 (WET)"),
        ] {
            check("Europe/Lisbon", start, end, tag, written);
        }
        check(
            "Europe/Vienna",
            "2027-01-03T09:05",
            "2027-01-03T09:05",
            "de-AT",
            "Sonntag, 3.~Jänner 2027, 09:05~Uhr (MEZ)",
        );
        check("Asia/Kolkata", start, start, "en-GB", "Tuesday 1~December 2026, 10:00 (IST)");
        check("Asia/Kathmandu", start, start, "en-GB", "Tuesday 1~December 2026, 10:00 (UTC+05:45)");
        check("America/Sao_Paulo", start, start, "de-DE", "Dienstag, 1.~Dezember 2026, 10:00~Uhr (UTC-03)");
    }

    #[test]
    fn midnight_and_noon_are_twelve_on_a_clock_of_twelve_hours() {
        let zone = Zone::utc();
        for (clock, written) in
            [("00:00", "12:00~AM"), ("00:30", "12:30~AM"), ("12:00", "12:00~PM"), ("23:59", "11:59~PM")]
        {
            let start = at(&zone, &format!("2026-12-01T{clock}"));
            let span = TimeSpan { start, end: start };
            assert_eq!(time(span, &zone, locale("en-US")).replace('\u{A0}', "~"), written);
        }
    }

    #[test]
    fn what_ends_on_another_day_or_on_another_clock_says_so() {
        check(
            "Europe/Berlin",
            "2026-12-31T22:00",
            "2027-01-01T02:00",
            "de-DE",
            "Donnerstag, 31.~Dezember 2026, 22:00~Uhr bis Freitag, 1.~Januar 2027, 02:00~Uhr (MEZ)",
        );
        // The clock goes from three back to two.
        check(
            "Europe/Berlin",
            "2026-10-25T01:00",
            "2026-10-25T04:00",
            "en-GB",
            "Sunday 25~October 2026, 01:00 (CEST) to Sunday 25~October 2026, 04:00 (CET)",
        );
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        let (first, last) = (Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX));
        for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"] {
            let zone = Zone::named(zone).expect("a zone");
            assert!(!when(TimeSpan { start: first, end: last }, &zone, locale("en-GB")).is_empty());
            assert!(!when(TimeSpan { start: last, end: first }, &zone, locale("de-DE")).is_empty());
        }
    }
}
