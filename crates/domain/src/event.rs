//! Ids of events.

use crate::id::{ProductId, ScheduleId};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// The id of an event: `<product id>_<schedule id>_<YYYY-MM-DD>`, with the date on the calendar of the business (wire
/// reference, section 6.2). An event needs no row in the database, and its id stays the same when the start time of the
/// schedule changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    pub product: ProductId,
    pub schedule: ScheduleId,
    pub date: Date,
}

/// The text is not the id of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event")]
pub struct NotAnEventId;

/// The years of an event, as of times in requests.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Formatted by hand: large answers contain thousands of ids.
        let digit = |number: u16| char::from_digit(u32::from(number % 10), 10).unwrap_or('0');
        let (year, month, day) = (self.date.year().unsigned_abs(), self.date.month(), self.date.day());
        let (month, day) = (u16::from(month.unsigned_abs()), u16::from(day.unsigned_abs()));
        let mut text = String::with_capacity(self.product.as_str().len() + self.schedule.as_str().len() + 12);
        text.push_str(self.product.as_str());
        text.push('_');
        text.push_str(self.schedule.as_str());
        text.extend(['_', digit(year / 1000), digit(year / 100), digit(year / 10), digit(year)]);
        text.extend(['-', digit(month / 10), digit(month), '-', digit(day / 10), digit(day)]);
        f.write_str(&text)
    }
}

/// Reads a date such as `2026-08-14` and no other form. Faster than a general date parser.
fn day_in(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        digits
            .iter()
            .try_fold(0_i16, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(**digit - b'0')))
    };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let mut parts = text.splitn(3, '_');
        let mut part = || parts.next().ok_or(NotAnEventId);
        let (product, schedule, day) = (part()?, part()?, part()?);
        let date = day_in(day).filter(|date| YEARS.contains(&date.year())).ok_or(NotAnEventId)?;
        let product = product.parse().map_err(|_| NotAnEventId)?;
        let schedule = schedule.parse().map_err(|_| NotAnEventId)?;
        Ok(Self { product, schedule, date })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-14";

    #[test]
    fn an_id_names_product_schedule_and_day() {
        let id: EventId = ID.parse().expect("an id");
        assert_eq!((id.product.as_str(), id.date.to_string().as_str()), ("312KAYK4E9L17A2B6C8D0", "2026-08-14"));
        assert_eq!(id.to_string(), ID);
    }

    #[test]
    fn every_day_comes_back_as_it_was_written() {
        let id: EventId = ID.parse().expect("an id");
        let days = std::iter::successors(Some(jiff::civil::date(1970, 1, 1)), |day| day.tomorrow().ok());
        for date in days.take_while(|day| day.year() <= 2200) {
            let id = EventId { date, ..id.clone() };
            let text = id.to_string();
            assert!(text.ends_with(&format!("_{date}")), "{text}");
            assert_eq!(text.parse(), Ok(id));
        }
    }

    #[test]
    fn an_id_is_written_in_one_way() {
        let product = "312KAYK4E9L17A2B6C8D0";
        for wrong in [
            "",
            product,
            &format!("{product}_2026-08-14"),
            &ID.replace("2026-08-14", "20260814"),
            &ID.replace("2026-08-14", "2026-08-14T00:00"),
            &ID.replace("2026-08-14", "2026-08-32"),
            &ID.replace("2026-08-14", "2026-8-14"),
            &ID.replace("2026-08-14", "2026-08-1/"),
            &ID.replace("2026-08-14", "2026-00-14"),
            &ID.replace("2026-08-14", "1969-08-14"),
            &ID.replace("2026-08-14", "2201-08-14"),
            &ID.replace("312KAYK", "312kayk"),
            &format!("{ID}_1"),
            &format!(" {ID}"),
        ] {
            assert_eq!(wrong.parse::<EventId>(), Err(NotAnEventId), "{wrong:?}");
        }
    }
}
