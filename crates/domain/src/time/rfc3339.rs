//! A reader of RFC 3339 dates and date-times that accepts the deviations common among clients.

use jiff::civil::{Date, DateTime, Time};

/// The offset of a date-time.
pub(super) enum Offset {
    /// `-00:00`: the time zone of the account.
    Account,
    Seconds(i32),
}

/// Reads an RFC 3339 date-time: the wall-clock time and its offset. Also accepts common deviations: no seconds, an
/// offset without colon or minutes, and a space instead of the `T` or before the offset.
pub(super) fn read(text: &[u8]) -> Option<(DateTime, Offset)> {
    let (date, text) = date(text)?;
    let text = after(text, b"Tt ")?;
    let (hour, text) = number::<2>(text)?;
    let (minute, text) = number::<2>(after(text, b":")?)?;
    let (second, millis, text) = match after(text, b":") {
        Some(text) => {
            let (second, text) = number::<2>(text)?;
            let (millis, text) = fraction(text)?;
            (second, millis, text)
        }
        None => (0, 0, text),
    };
    // Clocks of this server have no leap second: it is read as the end of its minute.
    let (second, millis) = if second == 60 { (59, 999) } else { (second, millis) };
    let (hour, minute, second) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?);
    let time = Time::new(hour, minute, second, i32::from(millis) * 1_000_000).ok()?;
    Some((date.to_datetime(time), offset(text)?))
}

/// Reads a date at the start of the text, and returns what follows.
pub(super) fn date(text: &[u8]) -> Option<(Date, &[u8])> {
    let (year, text) = number::<4>(text)?;
    let (month, text) = number::<2>(after(text, b"-")?)?;
    let (day, text) = number::<2>(after(text, b"-")?)?;
    Some((Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?, text))
}

/// Milliseconds, truncated from any number of digits; 0 without a fraction.
fn fraction(text: &[u8]) -> Option<(i16, &[u8])> {
    let Some(text) = after(text, b".") else { return Some((0, text)) };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let (digits, rest) = text.split_at(length);
    let millis = (0..3).fold(0, |sum, place| sum * 10 + digits.get(place).map_or(0, |byte| i16::from(byte - b'0')));
    Some((millis, rest))
}

fn offset(text: &[u8]) -> Option<Offset> {
    // Some clients write a space before the offset.
    let text = match text {
        [b' ', b'+' | b'-' | b' ' | b'Z' | b'z', ..] => &text[1..],
        text => text,
    };
    let (sign, text) = text.split_first()?;
    if matches!(sign, b'Z' | b'z') {
        return text.is_empty().then_some(Offset::Seconds(0));
    }
    let (hours, text) = number::<2>(text)?;
    let (minutes, text) = if text.is_empty() { (0, text) } else { number::<2>(after(text, b":").unwrap_or(text))? };
    if !text.is_empty() || hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    match sign {
        // A plus in a query string decodes to a space.
        b'+' | b' ' => Some(Offset::Seconds(seconds)),
        b'-' if seconds == 0 => Some(Offset::Account),
        b'-' => Some(Offset::Seconds(-seconds)),
        _ => None,
    }
}

/// A number of exactly this many digits.
fn number<const DIGITS: usize>(text: &[u8]) -> Option<(i16, &[u8])> {
    let (digits, rest) = text.split_at_checked(DIGITS)?;
    let all = digits.iter().all(u8::is_ascii_digit);
    all.then(|| (digits.iter().fold(0, |sum, byte| sum * 10 + i16::from(byte - b'0')), rest))
}

fn after<'a>(text: &'a [u8], any_of: &[u8]) -> Option<&'a [u8]> {
    text.split_first().filter(|(first, _)| any_of.contains(first)).map(|(_, rest)| rest)
}
