//! What is wrong with a value, in words that are safe to show to whoever sent it.
//!
//! Most errors of serde repeat the value they complain of, so the API does not show them. An error made by [`said`] is
//! ours and repeats nothing: it starts with a mark by which the API knows it.

use serde::de;
use std::fmt;

/// No error of serde or of a format starts like this.
const MARK: &str = "\u{1}slotkeeper says: ";

/// An error for a `Deserialize` of ours. The phrase continues "The member … ": `must be a whole number`. It must not
/// repeat the value.
pub fn said<E: de::Error>(phrase: impl fmt::Display) -> E {
    E::custom(format_args!("{MARK}{phrase}"))
}

/// The phrase given to [`said`], if this is the text of such an error; with whatever the format added behind it.
#[must_use]
pub fn phrase_in(error: &str) -> Option<&str> {
    error.strip_prefix(MARK)
}
