//! What every response must satisfy.

use super::members::{assert_members, inner_members};
use slotkeeper_testkit::serde_json::Value;

/// Whatever stands in an answer, wherever: nothing is `null`, amounts are texts, times are those of the business.
pub(in crate::bookings) fn assert_sound(value: &Value, name: &str, text: &str) {
    match value {
        Value::Null => panic!("{name} is null: {text}"),
        Value::Number(number) => assert!(!number.is_f64(), "{name} has decimals: {text}"),
        Value::Bool(_) => {}
        Value::Array(items) => items.iter().for_each(|item| assert_sound(item, name, text)),
        Value::Object(members) => {
            if members.contains_key("currency") {
                assert_members(value, "amount currency", text);
                assert_amount(&members["amount"], text);
            } else if let Some(expected) = inner_members(name) {
                assert_members(value, expected, text);
            }
            members.iter().for_each(|(name, value)| assert_sound(value, name, text));
        }
        Value::String(string) => {
            if name.ends_with("Time") || name.starts_with("startTimeOf") || name == "expiration" {
                assert_time(name, string);
            }
        }
    }
}

/// Euros: no needless zeros, two decimals at most.
fn assert_amount(amount: &Value, text: &str) {
    let amount = amount.as_str().unwrap_or_else(|| panic!("an amount is no text: {text}"));
    let digits = amount.strip_prefix('-').unwrap_or(amount);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "1"));
    let numeric = [whole, decimals].iter().all(|part| part.parse::<u64>().is_ok());
    let needless = decimals.ends_with('0') || (whole.starts_with('0') && whole != "0");
    assert!(numeric && !needless && decimals.len() <= 2, "{amount}: {text}");
}

/// Summer time is from 29 March to 25 October 2026 in Lisbon, and its winter is not written as `Z`.
fn assert_time(name: &str, time: &str) {
    let summer = ("2026-03-29T02:00:00".."2026-10-25T02:00:00").contains(&&time[..19]);
    assert_eq!(&time[19..], if summer { "+01:00" } else { "+00:00" }, "{name}: {time}");
    if ["creationTime", "lastChangeTime", "cancelationTime"].contains(&name) {
        assert_eq!(&time[16..19], ":00", "{name}: {time}");
    }
}
