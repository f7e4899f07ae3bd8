//! Pairs of times that say from when to when to look (wire reference, sections 1.9 and 3.2).

use crate::error::ApiError;
use serde::{Deserialize, Serialize};
use slotkeeper_domain::time::{Instant, WireTime, Zone};
use std::time::Duration;

/// Longest span: 31 days, and the hour that they have more when summer time ends.
const LONGEST: Duration = Duration::from_secs((31 * 24 + 1) * 60 * 60);

crate::parameters! {
    /// The two pairs by which bookings and blocks are listed.
    pub(crate) struct TimePairs {
        /// Starting from then on.
        start_time: Option<WireTime> = "startTime",
        /// Starting until then.
        end_time: Option<WireTime> = "endTime",
        /// Changed last, or created, from then on.
        last_updated_start_time: Option<WireTime> = "lastUpdatedStartTime",
        /// Changed last, or created, until then.
        last_updated_end_time: Option<WireTime> = "lastUpdatedEndTime",
    }
}

/// The two pairs, read. Both ends are included, and both pairs together mean both.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Within {
    /// When it starts.
    pub(crate) starts: Option<(Instant, Instant)>,
    /// When it was changed last, or else created.
    pub(crate) touched: Option<(Instant, Instant)>,
}

impl TimePairs {
    /// Reads the pairs, of which one is needed at least; `what` is what is listed.
    ///
    /// # Errors
    /// 400 as for [`span`], and when there is neither.
    pub(crate) fn within(&self, what: &str, zone: &Zone) -> Result<Within, ApiError> {
        let starts = span((self.start_time, "startTime"), (self.end_time, "endTime"), zone)?;
        let touched = span(
            (self.last_updated_start_time, "lastUpdatedStartTime"),
            (self.last_updated_end_time, "lastUpdatedEndTime"),
            zone,
        )?;
        if starts.is_none() && touched.is_none() {
            return Err(ApiError::bad_request(format!(
                "Say which {what}: startTime and endTime, or lastUpdatedStartTime and lastUpdatedEndTime.",
            )));
        }
        Ok(Within { starts, touched })
    }
}

/// From when to when; nothing if neither is said.
///
/// # Errors
/// 400 when one of the two is missing, they are the wrong way round, or too far apart.
pub(crate) fn span(
    (begin, begin_name): (Option<WireTime>, &str),
    (end, end_name): (Option<WireTime>, &str),
    zone: &Zone,
) -> Result<Option<(Instant, Instant)>, ApiError> {
    let (begin, end) = match (begin, end) {
        (Some(begin), Some(end)) => (begin.at(zone), end.at(zone)),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(pair(end_name, begin_name)),
        (None, Some(_)) => return Err(pair(begin_name, end_name)),
    };
    if end < begin {
        return Err(ApiError::bad_request(format!("{end_name} must not be before {begin_name}.")));
    }
    if end.since(begin) > LONGEST {
        return Err(ApiError::bad_request(format!("{begin_name} and {end_name} can be 31 days apart at most.")));
    }
    Ok(Some((begin, end)))
}

fn pair(missing: &str, given: &str) -> ApiError {
    ApiError::bad_request(format!("{missing} is missing: {given} needs it."))
}
