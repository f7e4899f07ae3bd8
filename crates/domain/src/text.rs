//! Checks of texts from clients, and serde implementations for types that are stored as text.

use serde::{Deserialize, Deserializer, Serialize, de};
use std::borrow::Cow;
use std::str::FromStr;

/// The form of a text, which decides about the control characters it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextShape {
    /// No control characters.
    Line,
    /// No control characters other than line breaks and tabs.
    Prose,
}

/// Why a text is not taken. The words continue "The member … ".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It has more characters than that.
    #[error("can have {0} characters at most")]
    TooLong(usize),
    /// There is a control character in it.
    #[error("must be one line of text, without control characters")]
    NotALine,
    /// There is a control character in it that is neither line break nor tab.
    #[error("must not contain control characters other than line breaks and tabs")]
    NotProse,
}

/// Checks form and length; `most` is in characters. An accepted text takes at most four bytes per character, also as
/// JSON, where a control character could take six.
pub fn check(text: &str, shape: TextShape, most: usize) -> Result<(), TextError> {
    let odd = match shape {
        TextShape::Line => text.contains(char::is_control).then_some(TextError::NotALine),
        TextShape::Prose => {
            let odd = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
            text.contains(odd).then_some(TextError::NotProse)
        }
    };
    if text.len() > most && text.chars().count() > most {
        return Err(TextError::TooLong(most));
    }
    odd.map_or(Ok(()), Err)
}

/// The length of a value as JSON, in bytes. Details of bookings and people are stored as JSON.
#[must_use]
pub fn json_bytes<T: Serialize + ?Sized>(value: &T) -> usize {
    struct Counted(usize);
    impl std::io::Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    // A value that cannot be serialised cannot be stored either.
    if serde_json::to_writer(&mut counted, value).is_ok() { counted.0 } else { usize::MAX }
}

/// Reads a text by the type's `FromStr`. The error does not repeat the text.
pub(crate) fn read<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::custom("not a valid text of its kind"))
}

/// Implements serde for types with `as_str` and `FromStr`, as text.
macro_rules! serde_as_text {
    ($($type:ty;)*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::read(deserializer)
            }
        }
    )*};
}

serde_as_text! {
    crate::account::Country;
    crate::account::Currency;
    crate::account::Language;
    crate::account::PhoneKind;
    crate::catalogue::CategoryId;
    crate::customer::Gender;
    crate::email_address::EmailAddress;
    crate::payment::PaymentMethod;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_has_the_characters_of_its_shape_and_no_more_than_it_may() {
        for (text, line, prose) in [
            ("", Ok(()), Ok(())),
            ("ééé", Ok(()), Ok(())),
            ("éééé", Err(TextError::TooLong(3)), Err(TextError::TooLong(3))),
            ("a\nb", Err(TextError::NotALine), Ok(())),
            ("a\r\n", Err(TextError::NotALine), Ok(())),
            ("\t", Err(TextError::NotALine), Ok(())),
            ("\0", Err(TextError::NotALine), Err(TextError::NotProse)),
            ("\u{1}", Err(TextError::NotALine), Err(TextError::NotProse)),
            ("\u{7f}", Err(TextError::NotALine), Err(TextError::NotProse)),
            ("\u{85}", Err(TextError::NotALine), Err(TextError::NotProse)),
        ] {
            assert_eq!((check(text, TextShape::Line, 3), check(text, TextShape::Prose, 3)), (line, prose), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_has_four_bytes_a_character_at_most(text in any::<String>(), most in 0..40_usize) {
            for shape in [TextShape::Line, TextShape::Prose] {
                if check(&text, shape, most).is_ok() {
                    prop_assert!(json_bytes(&text) <= 4 * most + 2);
                }
            }
            prop_assert_eq!(json_bytes(&text), serde_json::to_string(&text).expect("a text").len());
        }
    }
}
