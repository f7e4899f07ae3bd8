//! Ids of appointments.

use crate::id::{ProductId, ResourceId};
use crate::time::{Instant, Zone};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// The id under which a search offers an appointment: `<product id>_<start and resources>_<YYYY-MM-DD>`. It stands for
/// this start and these resources (wire reference, section 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentId {
    pub product: ProductId,
    /// Whole minutes.
    pub starts_at: Instant,
    pub resources: Vec<ResourceId>,
    /// On the calendar of the business.
    pub date: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an appointment")]
pub struct NotAnAppointmentId;

/// Length of the start time in the id: minutes since 1970 in base 36, enough for four thousand years.
const START_LENGTH: usize = 6;

impl fmt::Display for AppointmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut minutes = self.starts_at.as_millis().max(0) / 60_000;
        let mut start = [b'0'; START_LENGTH];
        for place in start.iter_mut().rev() {
            let digit = u32::try_from(minutes % 36).ok().and_then(|digit| char::from_digit(digit, 36)).unwrap_or('0');
            *place = u8::try_from(digit.to_ascii_uppercase()).unwrap_or(b'0');
            minutes /= 36;
        }
        write!(f, "{}_", self.product)?;
        start.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))?;
        self.resources.iter().try_for_each(|resource| write!(f, "{resource}"))?;
        write!(f, "_{}", self.date)
    }
}

impl FromStr for AppointmentId {
    type Err = NotAnAppointmentId;

    fn from_str(text: &str) -> Result<Self, NotAnAppointmentId> {
        let mut parts = text.splitn(3, '_');
        let mut part = || parts.next().ok_or(NotAnAppointmentId);
        let (product, what, day) = (part()?, part()?, part()?);
        let (start, resources) = what.split_at_checked(START_LENGTH).ok_or(NotAnAppointmentId)?;
        let written = start.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let minutes = i64::from_str_radix(start, 36).ok().filter(|_| written).ok_or(NotAnAppointmentId)?;
        let date: Date = day.parse().map_err(|_| NotAnAppointmentId)?;
        let resources: Vec<&[u8]> = resources.as_bytes().chunks(ResourceId::LENGTH).collect();
        let resource = |id: &[u8]| std::str::from_utf8(id).ok()?.parse().ok();
        let id = Self {
            product: product.parse().map_err(|_| NotAnAppointmentId)?,
            starts_at: Instant::from_millis(minutes * 60_000),
            resources: resources.into_iter().map(resource).collect::<Option<_>>().ok_or(NotAnAppointmentId)?,
            date,
        };
        // Only the canonical spelling is accepted, so that equal ids are equal texts.
        if id.to_string() == text { Ok(id) } else { Err(NotAnAppointmentId) }
    }
}

/// The id of an appointment, with its date in this time zone.
#[must_use]
pub fn id(product: &ProductId, starts_at: Instant, resources: &[ResourceId], zone: &Zone) -> AppointmentId {
    AppointmentId { product: product.clone(), starts_at, resources: resources.to_vec(), date: zone.date_of(starts_at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn an_id_carries_start_and_resources_and_is_written_in_one_way() {
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let starts_at = zone.instant_of(date(2026, 8, 18), time(10, 0, 0, 0));
        let product: ProductId = "312PRIV3Y6N17C9A1B2C3".parse().expect("an id");
        let resources: [ResourceId; 1] = ["312RS00002".parse().expect("an id")];
        let written = id(&product, starts_at, &resources, &zone).to_string();
        assert_eq!(written.parse(), Ok(id(&product, starts_at, &resources, &zone)));
        assert!(written.ends_with("_2026-08-18"), "{written}");
        for wrong in ["", "_", "312PRIV3Y6N17C9A1B2C3_00A_2026-08-18", &written.to_lowercase(), &format!("{written}0")]
        {
            assert_eq!(wrong.parse::<AppointmentId>(), Err(NotAnAppointmentId), "{wrong}");
        }
    }
}
