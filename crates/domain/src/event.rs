//! Events: one dated occurrence of a schedule, named for ever.

use crate::id::{ProductId, ScheduleId};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// The id of an event: `<product id>_<schedule id>_<YYYY-MM-DD>`, the day on the business's calendar (wire reference,
/// section 6.2). There need be no row of it, and it stays the same when the schedule's time changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// What can be booked.
    pub product: ProductId,
    /// The rule that yields the event.
    pub schedule: ScheduleId,
    /// The day it is for.
    pub date: Date,
}

/// The text is not the id of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event")]
pub struct NotAnEventId;

/// The years an event can be of, as those of the times in requests.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}_{}", self.product, self.schedule, self.date)
    }
}

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let mut parts = text.splitn(3, '_');
        let mut part = || parts.next().ok_or(NotAnEventId);
        let (product, schedule, day) = (part()?, part()?, part()?);
        let date: Date = day.parse().map_err(|_| NotAnEventId)?;
        // There is one way to write a day; the parser of dates knows more.
        if date.to_string() != day || !YEARS.contains(&date.year()) {
            return Err(NotAnEventId);
        }
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
            &ID.replace("312KAYK", "312kayk"),
            &format!("{ID}_1"),
            &format!(" {ID}"),
        ] {
            assert_eq!(wrong.parse::<EventId>(), Err(NotAnEventId), "{wrong:?}");
        }
    }
}
