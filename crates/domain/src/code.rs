//! Codes of promotions and vouchers: what a business gives out, and what customers type.

use crate::normal_form::composed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Longest code, in characters.
pub const LONGEST_CODE: usize = 50;
/// Most codes that one member of a request can hold.
pub const MOST_CODES: usize = 20;

/// A code: 1 to [`LONGEST_CODE`] characters, none of them a comma, in upper case, in normal form C and without white space
/// around it. So two are equal when a customer would say that they are (wire reference, section 6.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

/// The text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {LONGEST_CODE} characters, and no comma among them")]
pub struct NotACode;

impl Code {
    /// The code in upper case.
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
        // What was stored in upper case can be longer than what was typed, and is not measured again.
        let text = String::deserialize(deserializer)?;
        if text.is_empty() { Err(serde::de::Error::custom("not a code")) } else { Ok(Self(text)) }
    }
}

impl Code {
    /// The code that was stored as this text; nothing if that is empty.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}

/// A code as somebody typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedCode {
    /// The code; nothing where no code could look like that.
    pub code: Option<Code>,
    /// What was typed, for messages: at most [`LONGEST_CODE`] characters of it, none that cannot be shown.
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

/// The codes in a text with commas between them, as a customer typed it: each once, in order, without those that are empty.
///
/// # Errors
/// [`TooManyCodes`].
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

/// The codes of a request.
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
        /// Whatever somebody types, what comes of it is bounded, can be shown, and is read again from where it was stored.
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
