//! The header `Retry-After` (RFC 9110, section 10.2.3).

use jiff::fmt::rfc2822::DateTimeParser;
use slotkeeper_domain::time::Instant;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Seconds after the response.
    Seconds(u64),
    /// Until that instant, by the receiver's clock.
    Until(Instant),
}

impl RetryAfter {
    /// A longer wait is cut to this: a day.
    pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// Parses the header's value; `None` if it is invalid. Only the current date format of HTTP is read.
    pub(crate) fn read(value: &str) -> Option<Self> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Seconds(value.parse().unwrap_or(u64::MAX)));
        }
        let moment = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value).ok()?;
        Some(Self::Until(Instant::from_millis(moment.as_millisecond())))
    }

    /// The wait from `now` on, at most [`RetryAfter::LONGEST`].
    #[must_use]
    pub fn wait(self, now: Instant) -> Duration {
        let wait = match self {
            Self::Seconds(seconds) => Duration::from_secs(seconds),
            Self::Until(moment) => moment.since(now),
        };
        wait.min(Self::LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_bounded() {
        // 1994-11-06T08:49:37Z
        let now = Instant::from_millis(784_111_777_000);
        for (value, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("86400", Some(86_400)),
            ("86401", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Mon, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("Wed, 01 Dec 9999 23:59:59 GMT", Some(86_400)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 25:00:00 GMT", None),
            ("٣", None),
        ] {
            let read = RetryAfter::read(value).map(|retry| retry.wait(now));
            assert_eq!(read, seconds.map(Duration::from_secs), "{value}");
        }
    }
}
