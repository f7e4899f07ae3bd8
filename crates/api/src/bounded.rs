//! Texts and lists of requests, each with the most it may have: no text without a limit in characters, no list without one on
//! its entries. The document says the same limits with `maxLength` and `maxItems`.
//!
//! What is refused here is said with the member it is in. What a whole thing may have, in bytes, is checked where it is written.

use crate::plain_types::whole;
use crate::wire::said;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};
use slotkeeper_domain::text::{TextShape, check};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Longest id, in characters: that of an appointment, which names all its resources.
pub(crate) const LONGEST_ID: usize = 1_000;
/// Longest name by which an option or a custom field is meant, in characters.
pub(crate) const LONGEST_NAME: usize = 300;
/// Longest amount of money as text, in characters: more digits than can be counted with.
pub(crate) const LONGEST_AMOUNT: usize = 40;
/// Longest tag of a language, in characters.
pub(crate) const LONGEST_TAG: usize = 35;

/// A text without the space around it; nothing when it is null. An empty one stays, for where it says something.
fn read_text<'de, D: Deserializer<'de>>(
    deserializer: D,
    shape: TextShape,
    most: usize,
) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| taken(text.trim(), shape, most).map(|()| text.trim().to_owned())).transpose()
}

/// The same where a whole number counts as the text of its digits.
fn read_code<'de, D: Deserializer<'de>>(
    deserializer: D,
    shape: TextShape,
    most: usize,
) -> Result<Option<String>, D::Error> {
    let text = match Option::<Value>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        // One with decimals would be read back otherwise than it was meant.
        Some(Value::Number(number)) => digits(&number).ok_or_else(|| said("must be a text"))?,
        Some(_) => return Err(said("must be a text")),
    };
    taken(&text, shape, most).map(|()| Some(text))
}

/// A whole number as text, also one that is written with decimals; nothing of others.
fn digits(number: &Number) -> Option<String> {
    let whole_number = number.as_f64().and_then(whole).map(|whole| whole.to_string());
    number
        .as_i64()
        .map(|number| number.to_string())
        .or(number.as_u64().map(|number| number.to_string()))
        .or(whole_number)
}

fn taken<E: serde::de::Error>(text: &str, shape: TextShape, most: usize) -> Result<(), E> {
    check(text, shape, most).map_err(said)
}

/// Functions for `deserialize_with`, together with `default` where the member may be missing.
macro_rules! texts {
    ($($(#[$doc:meta])* $stated:ident, $or_empty:ident: $read:ident $shape:expr;)*) => {$(
        $(#[$doc])*
        /// Nothing when it is empty or null.
        ///
        /// # Errors
        /// When it is no text, or none of this shape and length.
        pub(crate) fn $stated<'de, const MOST: usize, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<String>, D::Error> {
            Ok($or_empty::<MOST, D>(deserializer)?.filter(|text| !text.is_empty()))
        }

        $(#[$doc])*
        /// Nothing when it is null; an empty text says something.
        ///
        /// # Errors
        /// When it is no text, or none of this shape and length.
        pub(crate) fn $or_empty<'de, const MOST: usize, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<String>, D::Error> {
            $read(deserializer, $shape, MOST)
        }
    )*};
}

texts! {
    /// One line of at most `MOST` characters, without the space around it.
    line, line_or_empty: read_text TextShape::Line;
    /// Several lines of at most `MOST` characters altogether, without the space around them.
    prose, prose_or_empty: read_text TextShape::Prose;
    /// One line of at most `MOST` characters of what is often made of digits, such as a postcode or a reference: some clients
    /// write it as a number.
    code, code_or_empty: read_code TextShape::Line;
}

/// For `deserialize_with`: an id that must be there, as it is.
///
/// # Errors
/// When it is no text, or longer than any id.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    exactly::<LONGEST_ID, D>(deserializer)
}

/// For `deserialize_with`: a line that must be there, as it is, space around it included.
///
/// # Errors
/// When it is no text, or none of one line and this length.
pub(crate) fn exactly<'de, const MOST: usize, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    taken(&text, TextShape::Line, MOST)?;
    Ok(text)
}

/// For `deserialize_with`: codes as customers paste them, on one line or several, or a number; nothing when it is empty or null.
///
/// # Errors
/// When it is neither a text nor a whole number, or none of this length.
pub(crate) fn codes<'de, const MOST: usize, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(read_code(deserializer, TextShape::Prose, MOST)?.filter(|text| !text.is_empty()))
}

/// For `deserialize_with`: what is often made of digits, and must be there.
///
/// # Errors
/// When it is neither a text nor a whole number, or none of this length.
pub(crate) fn written<'de, const MOST: usize, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    code_or_empty::<MOST, D>(deserializer)?.ok_or_else(|| said("must be a text"))
}

/// For `deserialize_with`: the value of an option or of a custom field, which must be there, as it is, space around it included.
/// On the wire it is a text, whatever the option is (wire reference, section 4.1); clients also write numbers and switches as
/// what they are.
///
/// # Errors
/// When it is none of these, or none of several lines and this length.
pub(crate) fn value<'de, const MOST: usize, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => digits(&number).unwrap_or_else(|| number.to_string()),
        _ => return Err(said("must be a text, a number, true or false")),
    };
    taken(&text, TextShape::Prose, MOST)?;
    Ok(text)
}

/// An id in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct IdText(
    #[serde(deserialize_with = "id")]
    #[schemars(length(max = LONGEST_ID))]
    pub(crate) String,
);

/// A list of at most `MOST` entries. What is longer is refused before it is read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoundedList<T, const MOST: usize>(Vec<T>);

impl<T, const MOST: usize> Default for BoundedList<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MOST: usize> Deref for BoundedList<T, MOST> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MOST: usize> IntoIterator for BoundedList<T, MOST> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for BoundedList<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reading::<T, MOST>(PhantomData))
    }
}

struct Reading<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Reading<T, MOST> {
    type Value = BoundedList<T, MOST>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut few = Vec::new();
        while let Some(item) = items.next_element()? {
            if few.len() == MOST {
                return Err(said(format_args!("can have {MOST} entries at most")));
            }
            few.push(item);
        }
        Ok(BoundedList(few))
    }
}

impl<T: JsonSchema, const MOST: usize> JsonSchema for BoundedList<T, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Few_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "maxItems": MOST })
    }
}

/// The first that is there twice.
pub(crate) fn twice<T: Ord>(items: &[T]) -> Option<&T> {
    let mut sorted: Vec<&T> = items.iter().collect();
    sorted.sort();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotkeeper_domain::safe_message::phrase_in;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Body {
        #[serde(deserialize_with = "line::<3, _>")]
        line: Option<String>,
        #[serde(deserialize_with = "prose_or_empty::<5, _>")]
        prose: Option<String>,
        list: Option<BoundedList<IdText, 2>>,
    }

    fn read(text: &str) -> Result<Body, String> {
        serde_json::from_str(text)
            .map_err(|error: serde_json::Error| phrase_in(&error.to_string()).unwrap_or("nothing of ours").to_owned())
    }

    #[test]
    fn texts_and_lists_have_their_limits() {
        let some = |text: &str| Some(text.to_owned());
        for (text, line, prose) in [
            ("{}", None, None),
            (r#"{"line":null,"prose":null}"#, None, None),
            (r#"{"line":"  ","prose":"  "}"#, None, some("")),
            (r#"{"line":" éàü ","prose":"a\r\n\tb"}"#, some("éàü"), some("a\r\n\tb")),
        ] {
            assert_eq!(read(text), Ok(Body { line, prose, list: None }), "{text}");
        }
        for (text, says) in [
            (r#"{"line":"abcd"}"#, "can have 3 characters at most"),
            (r#"{"line":"a\nb"}"#, "must be one line"),
            (r#"{"prose":"a\u0001b"}"#, "must not contain control characters"),
            (r#"{"list":["a","b","c"]}"#, "can have 2 entries at most"),
            (r#"{"list":["a\u0000"]}"#, "must be one line"),
            (r#"{"list":"a"}"#, "nothing of ours"),
        ] {
            let refused = read(text).expect_err("too much");
            assert!(refused.starts_with(says), "{text}: {refused}");
        }
        assert_eq!(read(r#"{"list":["a","b"]}"#).expect("two").list.expect("a list").len(), 2);
    }

    #[test]
    fn what_is_there_twice_is_found() {
        assert_eq!((twice(&[3, 1, 2]), twice(&[3, 1, 2, 1]), twice::<u8>(&[])), (None, Some(&1), None));
    }
}
