//! Types that are written as text, in JSON as in columns: they read what they wrote, and nothing else.

use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;
use std::str::FromStr;

/// Reads a text with the type's `FromStr`. The message never repeats the text.
pub(crate) fn read<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(|_| de::Error::custom("not a valid text of its kind"))
}

/// Makes types with `as_str` and `FromStr` readable and writable as text.
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
    crate::email::EmailAddress;
    crate::payment::PaymentMethod;
}
