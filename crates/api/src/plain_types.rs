//! Values are read as the API's document has them, and as clients in use write them, which serde alone does not do in three
//! ways.
//!
//! What has members is an object: serde also takes a list for it, its items for the members one after the other, so that
//! `["5", "EUR"]` would pass for an amount of money. `3.0` is a whole number, as it is for JSON Schema. And so is `"3"`: some
//! clients write numbers as texts.
//!
//! Types that look at the value before they read it, as `untagged` and `flatten` do, are not covered: bodies of requests
//! have none.

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A deserializer that reads like that at any depth; around whatever else serde goes through on the way: the visitors,
/// lists, objects and seeds.
pub(crate) struct Documented<T>(pub(crate) T);

/// A visitor that wants a whole number.
struct Whole<V>(V);

/// The whole number that is written with decimals, all of them 0.
pub(crate) fn whole(number: f64) -> Option<i64> {
    // The text of a number that is too large is no `i64`.
    if number.fract() == 0.0 { format!("{number:.0}").parse().ok() } else { None }
}

/// The whole number that a text stands for.
pub(crate) fn whole_in(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.split_once('.').map_or(Some(text), |(digits, decimals)| {
        let zeros = !decimals.is_empty() && decimals.bytes().all(|decimal| decimal == b'0');
        zeros.then_some(digits)
    });
    digits?.parse().ok()
}

/// Methods for whole numbers. They ask for whatever is there, because a text that is asked for a number fails at once.
macro_rules! whole_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.0.deserialize_any(Whole(visitor))
        }
    )*};
}

/// Methods that pass on, with the visitor wrapped.
macro_rules! forward {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.0.$method($($name,)* Documented(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Documented<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_map(Documented(visitor))
    }

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i128();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Methods for values that have nothing in them.
macro_rules! plain {
    ($($method:ident: $type:ty;)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Whole<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    plain! {
        visit_bool: bool;
        visit_i64: i64;
        visit_u64: u64;
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V::Value, E> {
        match whole_in(value) {
            Some(whole) => self.0.visit_i64(whole),
            None => self.0.visit_str(value),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        match whole(value) {
            Some(whole) => self.0.visit_i64(whole),
            None => self.0.visit_f64(value),
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Documented<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    plain! {
        visit_bool: bool;
        visit_i64: i64;
        visit_i128: i128;
        visit_u64: u64;
        visit_u128: u128;
        visit_f64: f64;
        visit_str: &str;
        visit_borrowed_str: &'de str;
        visit_string: String;
        visit_bytes: &[u8];
        visit_borrowed_bytes: &'de [u8];
        visit_byte_buf: Vec<u8>;
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Documented(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Documented(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Documented(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Documented(members))
    }

    /// Enumerations of the wire are words, with nothing in them.
    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(variant)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Documented<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(Documented(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Documented<A> {
    type Error = A::Error;

    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.0.next_key_seed(Documented(seed))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.0.next_value_seed(Documented(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Documented<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(Documented(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Inner {
        number: Option<f64>,
        text: Option<String>,
        list: Vec<Inner>,
        by_name: BTreeMap<String, Inner>,
        nothing: (),
        switch: bool,
        pair: (i64, u64),
        inner: Option<Box<Inner>>,
        word: Option<Word>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Word {
        One,
    }

    fn read(text: &str) -> Result<Inner, serde_json::Error> {
        Inner::deserialize(Documented(&mut serde_json::Deserializer::from_str(text)))
    }

    #[test]
    fn everything_else_is_read_as_before() {
        for text in [
            "{}",
            r#"{"number": 1.5, "text": "a\nb", "list": [{}, {"text": null}], "by_name": {"a": {"switch": true}}}"#,
            r#"{"nothing": null, "pair": [-1, 2], "inner": {"inner": {"list": []}}, "word": "One", "other": [[1], {}]}"#,
        ] {
            assert_eq!(read(text).unwrap(), serde_json::from_str(text).unwrap(), "{text}");
        }
        for text in [r#"{"number": "1"}"#, r#"{"word": "Two"}"#, r#"{"pair": [1]}"#, "1", "{"] {
            let (ours, plain) = (read(text).unwrap_err(), serde_json::from_str::<Inner>(text).unwrap_err());
            assert_eq!(ours.to_string(), plain.to_string());
        }
    }

    #[test]
    fn a_whole_number_can_have_decimals_that_are_0_and_be_a_text() {
        for (text, pair) in [
            ("[-3.0, 2]", Some((-3, 2))),
            ("[1e3, 2.0]", Some((1000, 2))),
            ("[1.5, 2]", None),
            ("[1e30, 2]", None),
            ("[1, -2.0]", None),
            (r#"["-3", " 2 "]"#, Some((-3, 2))),
            (r#"["3.00", 2]"#, Some((3, 2))),
            (r#"["3.5", 2]"#, None),
            (r#"["3.", 2]"#, None),
            (r#"["", 2]"#, None),
            (r#"["three", 2]"#, None),
            (r#"["1e3", 2]"#, None),
            (r#"[1, "-2"]"#, None),
            ("[true, 2]", None),
            ("[null, 2]", None),
            ("[[1], 2]", None),
        ] {
            assert_eq!(read(&format!(r#"{{"pair": {text}}}"#)).ok().map(|read| read.pair), pair, "{text}");
        }
        assert_eq!((whole(0.0), whole(-0.0), whole(f64::NAN), whole(f64::INFINITY)), (Some(0), Some(0), None, None));
    }

    #[test]
    fn a_list_is_no_object_at_any_depth() {
        for text in [
            "[]",
            r#"{"inner": [1, "a"]}"#,
            r#"{"list": [[]]}"#,
            r#"{"by_name": {"a": [null]}}"#,
            r#"{"inner": {"inner": []}}"#,
        ] {
            assert!(serde_json::from_str::<Inner>(text).is_ok(), "{text}: serde itself refuses it now");
            assert!(read(text).unwrap_err().to_string().contains("sequence"), "{text}");
        }
    }
}
