//! Codes of promotions and vouchers.

use crate::normal_form::composed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// In characters.
pub const LONGEST_CODE: usize = 50;
/// Maximum number of codes in one member of a request.
pub const MOST_CODES: usize = 20;

/// A code of 1 to [`LONGEST_CODE`] characters without commas, trimmed, in upper case and normal form C, so that codes
/// that look alike are equal (wire reference, section 6.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

/// The text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {LONGEST_CODE} characters, and no comma among them")]
pub struct NotACode;

impl Code {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let text = composed(text.trim());
        let wrong = |char: char| char == ',' || char.is_control();
        if text.is_empty() || text.chars().count() > LONGEST_CODE || text.contains(wrong) {
            return Err(NotACode);
        }
        Ok(Self(composed(&text.to_uppercase()).into_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A stored code is not checked for length again: upper case can be longer than the text that was typed.
        let text = String::deserialize(deserializer)?;
        if text.is_empty() { Err(serde::de::Error::custom("not a code")) } else { Ok(Self(text)) }
    }
}

impl Code {
    /// A code from the database; `None` for an empty text.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}

/// A code as the customer typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedCode {
    /// `None` if the text cannot be a code.
    pub code: Option<Code>,
    /// The text for messages: without control characters, cut to [`LONGEST_CODE`] characters.
    pub typed: String,
}

/// There are more codes than can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {MOST_CODES} codes")]
pub struct TooManyCodes;

impl TypedCode {
    fn of(text: &str) -> Self {
        let mut typed: String = text.chars().filter(|char| !char.is_control()).take(LONGEST_CODE).collect();
        if text.chars().count() > LONGEST_CODE {
            typed.push('…');
        }
        Self { code: text.parse().ok(), typed }
    }
}

/// Reads a comma-separated list of codes: each once, in order, without empty entries.
pub fn codes(input: &str) -> Result<Vec<TypedCode>, TooManyCodes> {
    let mut found: Vec<TypedCode> = Vec::new();
    for text in input.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let typed = TypedCode::of(text);
        if found.contains(&typed) || found.iter().any(|known| known.code.is_some() && known.code == typed.code) {
            continue;
        }
        if found.len() == MOST_CODES {
            return Err(TooManyCodes);
        }
        found.push(typed);
    }
    Ok(found)
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    pub promotions: Vec<TypedCode>,
    pub vouchers: Vec<TypedCode>,
}

/// Why a code cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("no such code")]
    Unknown,
    /// Of a code for one use.
    #[error("the code has been used")]
    Used,
    /// The promotion has a limit on its uses.
    #[error("the promotion has been used up")]
    UsedUp,
    #[error("the code is not valid yet")]
    TooEarly,
    #[error("the code has expired")]
    Expired,
    #[error("the code is for other products")]
    OtherProduct,
    #[error("the code is for other days")]
    OtherDay,
    /// Another of its codes is.
    #[error("the promotion is used in the booking already")]
    SamePromotion,
    #[error("the booking is paid with another voucher for a service")]
    SecondVoucher,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_the_same_whatever_characters_it_is_typed_with() {
        let code = |text: &str| text.parse::<Code>().expect("a code");
        assert_eq!(code("\u{e9}t\u{e9}"), code("E\u{301}te\u{301}"));
        assert_eq!(codes("\u{e9}t\u{e9}, e\u{301}te\u{301}").expect("codes").len(), 1);
        assert_ne!(code("ete"), code("\u{e9}t\u{e9}"));
    }

    #[test]
    fn codes_are_read_as_customers_type_them() {
        let typed = |input: &str| codes(input).expect("codes").into_iter().map(|code| code.typed).collect::<Vec<_>>();
        assert_eq!(typed(" summer10 , Gift-1,,SUMMER10 ,gift 2"), ["summer10", "Gift-1", "gift 2"]);
        assert_eq!(typed(" , ,"), [""; 0]);
        let summer = codes("Summer10").expect("codes").remove(0).code.expect("a code");
        assert_eq!((summer.as_str(), " sUMMER10\t".parse()), ("SUMMER10", Ok(summer.clone())));
        let long = codes(&"x".repeat(51)).expect("codes").remove(0);
        assert_eq!((long.code, long.typed), (None, format!("{}…", "x".repeat(50))));
        let strange = codes("a\u{0}b").expect("codes").remove(0);
        assert_eq!((strange.code, strange.typed.as_str()), (None, "ab"));
        let many = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(codes(&many(20)).map(|codes| codes.len()), Ok(20));
        assert_eq!(codes(&many(21)), Err(TooManyCodes));
        for wrong in ["", "  ", "a,b", "a\nb"] {
            assert_eq!(wrong.parse::<Code>(), Err(NotACode), "{wrong:?}");
        }
    }

    proptest! {
        /// Any input gives bounded, printable texts, and codes that can be read back after being stored.
        #[test]
        fn anything_can_be_typed(input in ".{0,200}") {
            if let Ok(found) = codes(&input) {
                for TypedCode { code, typed } in found {
                    prop_assert!(typed.chars().count() <= LONGEST_CODE + 1 && !typed.contains(char::is_control));
                    if let Some(code) = code {
                        let json = serde_json::to_string(&code).expect("a text");
                        prop_assert_eq!(serde_json::from_str::<Code>(&json).expect("a code"), code);
                    }
                }
            }
        }
    }
}
