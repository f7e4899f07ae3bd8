//! The types of parameters and columns.
//!
//! The lists are closed. An `i32`, for example, works for a BIGINT on SQLite and fails on PostgreSQL; here it does not
//! compile. A type of the domain is added with one line in `domain_values.rs`.

use crate::error::StoreError;
use slotkeeper_domain::time::Instant;
use std::borrow::Cow;

/// One value on its way to or from an engine.
#[derive(Clone)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Bool(bool),
    Text(Cow<'a, str>),
    Blob(&'a [u8]),
}

impl Cell<'_> {
    /// The kind of value, for messages; never the value.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "an integer",
            Self::Bool(_) => "a boolean",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }
}

/// The supertraits of [`Param`] and [`Column`], which only this crate can implement.
pub mod sealed {
    use super::Cell;

    pub trait Encode {
        fn cell(&self) -> Cell<'_>;
    }

    /// Is made from one value; `Err` says what would have been right.
    pub trait Decode: Sized {
        /// `Err` names the expected kind of value.
        fn decode(cell: Cell<'_>) -> Result<Self, &'static str>;
    }
}

pub(crate) use sealed::{Decode, Encode};

/// A parameter of a statement: `i64`, `bool`, text, bytes, [`Instant`] (in milliseconds), ids and other text types of
/// the domain, and `Option`s and references of these.
pub trait Param: Encode {}

/// A type that a column is read as: `i64`, `bool`, `String`, `Vec<u8>`, [`Instant`], ids and other text types of the
/// domain, and `Option`s of these.
pub trait Column: Decode {}

impl<P: Encode + ?Sized> Param for P {}
impl<C: Decode> Column for C {}

impl<P: Encode + ?Sized> Encode for &P {
    fn cell(&self) -> Cell<'_> {
        P::cell(self)
    }
}

impl<P: Encode> Encode for Option<P> {
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, Encode::cell)
    }
}

impl<C: Decode> Decode for Option<C> {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Null => Ok(None),
            cell => C::decode(cell).map(Some),
        }
    }
}

impl Encode for i64 {
    fn cell(&self) -> Cell<'_> {
        Cell::Integer(*self)
    }
}

impl Decode for i64 {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Integer(number) => Ok(number),
            _ => Err("an integer"),
        }
    }
}

impl Encode for bool {
    fn cell(&self) -> Cell<'_> {
        Cell::Bool(*self)
    }
}

impl Decode for bool {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            // SQLite has no boolean type.
            Cell::Bool(truth) => Ok(truth),
            Cell::Integer(0) => Ok(false),
            Cell::Integer(1) => Ok(true),
            _ => Err("a boolean"),
        }
    }
}

impl Encode for str {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(self))
    }
}

impl Encode for String {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(self))
    }
}

impl Decode for String {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => Ok(text.into_owned()),
            _ => Err("text"),
        }
    }
}

impl Encode for [u8] {
    fn cell(&self) -> Cell<'_> {
        Cell::Blob(self)
    }
}

impl<const N: usize> Encode for [u8; N] {
    fn cell(&self) -> Cell<'_> {
        Cell::Blob(self)
    }
}

impl Encode for Vec<u8> {
    fn cell(&self) -> Cell<'_> {
        Cell::Blob(self)
    }
}

impl Decode for Vec<u8> {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Blob(bytes) => Ok(bytes.to_owned()),
            _ => Err("bytes"),
        }
    }
}

impl<const N: usize> Decode for [u8; N] {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Blob(bytes) => bytes.try_into().map_err(|_| "bytes of another length"),
            _ => Err("bytes"),
        }
    }
}

/// A value stored as a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> Encode for Json<T> {
    fn cell(&self) -> Cell<'_> {
        // Only maps whose keys are not strings cannot be written, and no stored type has one. The column would then
        // hold no JSON, which fails when it is read.
        Cell::Text(Cow::Owned(serde_json::to_string(&self.0).unwrap_or_default()))
    }
}

impl<T: serde::de::DeserializeOwned> Decode for Json<T> {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        match cell {
            Cell::Text(text) => serde_json::from_str(&text).map(Self).map_err(|_| "a JSON document of its kind"),
            _ => Err("a JSON document of its kind"),
        }
    }
}

impl Encode for Instant {
    fn cell(&self) -> Cell<'_> {
        Cell::Integer(self.as_millis())
    }
}

impl Decode for Instant {
    fn decode(cell: Cell<'_>) -> Result<Self, &'static str> {
        i64::decode(cell).map(Self::from_millis)
    }
}

/// Reads column `index` as a `C`. The error has the column and the kind of value, not the value.
pub(crate) fn decode<C: Decode>(index: usize, cell: Cell<'_>) -> Result<C, StoreError> {
    let kind = cell.kind();
    C::decode(cell)
        .map_err(|wanted| StoreError::inconsistent(format!("column {index} holds {kind} where {wanted} was expected")))
}

pub(crate) fn cells<'a>(params: &'a [&'a dyn Param]) -> Vec<Cell<'a>> {
    params.iter().map(|param| param.cell()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotkeeper_domain::id::AccountId;

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_without_being_shown() {
        let error = decode::<AccountId>(3, Cell::Text("a secret text".into())).expect_err("not an id");
        assert_eq!(error, StoreError::inconsistent("column 3 holds text where a valid id::AccountId was expected"));
        assert!(decode::<i64>(0, Cell::Null).is_err());
        assert_eq!(decode::<Option<i64>>(0, Cell::Null), Ok(None));
        assert_eq!(decode::<Option<i64>>(0, Cell::Integer(5)), Ok(Some(5)));
        assert_eq!(decode::<bool>(0, Cell::Integer(1)), Ok(true));
        assert!(decode::<bool>(0, Cell::Integer(2)).is_err());
    }

    #[test]
    fn references_and_options_are_parameters_too() {
        let id: AccountId = "ABCDEFGH01".parse().expect("an id");
        let absent: Option<&str> = None;
        let kinds: Vec<_> = cells(&[&id, &&id, &Some(&id), &absent, &"text", &vec![1_u8], &true, &7_i64])
            .iter()
            .map(Cell::kind)
            .collect();
        assert_eq!(kinds, ["text", "text", "text", "NULL", "text", "bytes", "a boolean", "an integer"]);
    }
}
