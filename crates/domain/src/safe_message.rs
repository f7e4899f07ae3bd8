//! Deserialisation errors that are safe to show to the client.
//!
//! Most serde errors repeat the rejected value, so the API does not show them. Errors made by [`said`] never do; the
//! API recognises them by a mark at the start.

use serde::de;
use std::fmt;

/// Starts no other error of serde or of a format.
const MARK: &str = "\u{1}slotkeeper says: ";

/// An error for a `Deserialize` implementation. The phrase continues the sentence "The member … ", for example `must be
/// a whole number`, and must not repeat the value.
pub fn said<E: de::Error>(phrase: impl fmt::Display) -> E {
    E::custom(format_args!("{MARK}{phrase}"))
}

/// The phrase of an error made by [`said`], followed by whatever the format appended; `None` for other errors.
#[must_use]
pub fn phrase_in(error: &str) -> Option<&str> {
    error.strip_prefix(MARK)
}
