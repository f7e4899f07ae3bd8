//! Parameters in queries (wire reference, section 1.9): unknown and empty ones are ignored, and of repeated ones the
//! first that is not empty counts.

use crate::document::ParameterDescription;
use crate::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value, json};
use slotkeeper_domain::catalogue::CategoryId;
use slotkeeper_domain::change::Kind;
use slotkeeper_domain::customer::Gender;
use slotkeeper_domain::id::{
    AccountId, CustomFieldId, CustomerId, HoldId, LinkedPersonId, PaymentId, ProductId, ResourceId, ResourceTypeId,
    ScheduleId, TaxId,
};
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::permission::Permission;
use slotkeeper_domain::secret::Password;
use slotkeeper_domain::time::{WireDay, WireTime};
use slotkeeper_domain::webhook::Domain;
use std::convert::Infallible;
use std::marker::PhantomData;

/// A value that a parameter can have.
pub trait Parameter: Sized {
    /// What is expected, as it continues "The parameter … must be ": `a whole number`.
    const EXPECTED: &'static str;

    /// Reads a value, which is never empty.
    fn from_text(text: &str) -> Option<Self>;

    /// What documents say of it: a JSON Schema.
    #[must_use]
    fn schema() -> Value {
        json!({ "type": "string" })
    }
}

/// Makes types parameters by their `FromStr`: each with what is expected of a text, and its schema if it is more than text.
macro_rules! parameters_from_str {
    ($($type:ty: $expected:expr $(, $schema:tt)?;)*) => {$(
        impl $crate::query::Parameter for $type {
            const EXPECTED: &'static str = $expected;

            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            $(fn schema() -> serde_json::Value {
                serde_json::json!($schema)
            })?
        }
    )*};
}

/// The words of a closed list, for its schema.
pub(crate) fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| word(*one)).collect()
}

parameters_from_str! {
    Domain: "one of: bookings, seatblocks, resourceblocks, customers, payments",
        { "type": "string", "enum": words(Domain::ALL, Domain::as_str) };
    Kind: "one of: created, updated, deleted", { "type": "string", "enum": words(Kind::ALL, Kind::as_str) };
    Gender: "one of: male, female, unknown", { "type": "string", "enum": words(Gender::ALL, Gender::as_str) };
    Permission: "a permission", { "type": "string", "enum": words(&Permission::ALL, Permission::as_str) };
    u64: "a whole number between 0 and 18446744073709551615",
        { "type": "integer", "format": "int64", "minimum": 0, "maximum": 18_446_744_073_709_551_615_u64 };
    u32: "a whole number between 0 and 4294967295", { "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32 };
    i64: "a whole number", { "type": "integer", "format": "int64" };
    PaymentMethod: "one of: creditCard, paypal, bankTransfer, cash, checque, debitCard, existingCredit, accountCredit, \
                    moneyVoucher, other", { "type": "string", "enum": words(PaymentMethod::ALL, PaymentMethod::as_str) };
    WireTime: "a date-time such as 2026-08-14T18:00:00+01:00, of the years 1970 to 2200",
              { "type": "string", "format": "date-time" };
    WireDay: "a date such as 2026-08-14, of the years 1850 to 2200",
             { "type": "string", "format": "date" };
    AccountId: "the id of an account";
    CategoryId: "the id of a people category";
    CustomFieldId: "the id of a custom field";
    CustomerId: "the id of a customer";
    HoldId: "the id of a hold";
    LinkedPersonId: "the id of a person";
    PaymentId: "the id of a payment";
    ProductId: "the id of a product";
    ResourceId: "the id of a resource";
    ResourceTypeId: "the id of a type of resources";
    ScheduleId: "the id of a schedule";
    TaxId: "the id of a tax";
}

/// Any text, spaces at its ends included.
impl Parameter for Password {
    const EXPECTED: &'static str = "a text";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }

    // An empty one counts as absent, like every parameter.
    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1 })
    }
}

/// Whatever clients write for yes and no, in any case: `true`, `1`, `false`, `0`.
impl Parameter for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        yes_or_no(text)
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

/// What a client means by `true`, `1`, `false` or `0`, in any case.
pub(crate) fn yes_or_no(text: &str) -> Option<bool> {
    let is_any = |words: [&str; 2]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_any(["true", "1"]) {
        Some(true)
    } else if is_any(["false", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// A member of a struct of parameters, found by its name.
pub trait Field: Sized {
    /// Whether there must be a value.
    const REQUIRED: bool = false;

    /// Finds the value of the parameter with this name.
    ///
    /// # Errors
    /// 400, naming the parameter and what is expected, when there is a value that cannot be read.
    fn find(pairs: &Pairs, name: &str) -> Result<Self, ApiError>;

    /// What documents say of it: a JSON Schema.
    #[must_use]
    fn schema() -> Value;
}

/// False when there is no value.
impl Field for bool {
    fn find(pairs: &Pairs, name: &str) -> Result<Self, ApiError> {
        Option::<Self>::find(pairs, name).map(Option::unwrap_or_default)
    }

    fn schema() -> Value {
        json!({ "type": "boolean", "default": false })
    }
}

/// Nothing when there is no value.
impl<T: Parameter> Field for Option<T> {
    fn find(pairs: &Pairs, name: &str) -> Result<Self, ApiError> {
        let Some(text) = pairs.value(name) else { return Ok(None) };
        let expected = T::EXPECTED;
        let refuse = || ApiError::bad_request(format!("The parameter {name} must be {expected}."));
        T::from_text(text).map(Some).ok_or_else(refuse)
    }

    fn schema() -> Value {
        T::schema()
    }
}

/// The value of a parameter that must be there.
#[derive(Debug, Clone)]
pub struct Required<T>(pub T);

/// 400, naming the parameter, when there is no value.
impl<T: Parameter> Field for Required<T> {
    const REQUIRED: bool = true;

    fn find(pairs: &Pairs, name: &str) -> Result<Self, ApiError> {
        let value = Option::find(pairs, name)?;
        value.map(Self).ok_or_else(|| ApiError::bad_request(format!("The parameter {name} is missing.")))
    }

    fn schema() -> Value {
        T::schema()
    }
}

/// A struct of parameters, made by [`parameters!`](crate::parameters).
pub trait Parameters: Sized {
    /// The names it reads.
    const NAMES: &'static [&'static str];

    /// Reads them.
    ///
    /// # Errors
    /// 400, naming the first parameter that is wrong and what is expected of it; never what it was.
    fn read(pairs: &Pairs) -> Result<Self, ApiError>;

    /// What documents say of each.
    #[must_use]
    fn describe() -> Vec<ParameterDescription>;
}

impl Parameter for String {
    const EXPECTED: &'static str = "a text without the character U+0000";

    /// PostgreSQL keeps no such character, and nobody means it.
    fn from_text(text: &str) -> Option<Self> {
        (!text.contains('\0')).then(|| text.to_owned())
    }
}

/// The names and values of a query, decoded. It holds keys, and so cannot be printed.
#[derive(Clone)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Decodes a query: `+` is a space, and bytes that are no UTF-8 become replacement characters.
    #[must_use]
    pub fn of(query: &str) -> Self {
        // Pairs of texts can be read from any query.
        Self(serde_urlencoded::from_str(query).unwrap_or_default())
    }

    /// The first value with this name that is not empty.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All names and values but the two keys of the caller: what a request says.
    pub(crate) fn without_keys(&self) -> Vec<&str> {
        let said = self.0.iter().filter(|(name, _)| !["apiKey", "secretKey"].contains(&name.as_str()));
        said.flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect()
    }

    /// Reads a struct of parameters.
    ///
    /// # Errors
    /// Those of [`Parameters::read`].
    pub fn read<T: Parameters>(&self) -> Result<T, ApiError> {
        T::read(self)
    }
}

/// A struct of parameters that is not read until it is asked for: those of a search, which a page token holds already.
#[derive(Clone)]
pub struct UnreadQuery<T>(Pairs, PhantomData<fn() -> T>);

impl<T: Parameters> UnreadQuery<T> {
    /// Reads them.
    ///
    /// # Errors
    /// Those of [`Parameters::read`].
    pub fn read(&self) -> Result<T, ApiError> {
        self.0.read()
    }
}

impl<T, S: Send + Sync> FromRequestParts<S> for UnreadQuery<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Pairs::of(parts.uri.query().unwrap_or_default()), PhantomData))
    }
}

/// A struct of parameters, read from the query of the request.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: Parameters, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Pairs::of(parts.uri.query().unwrap_or_default()).read().map(Self)
    }
}

/// A struct of parameters, with the name each has on the wire. A `bool` is false when it is absent; everything else is
/// an `Option` of a `Parameter`, or a `Required` one.
///
/// ```
/// use slotkeeper_api::query::{Pairs, Parameters};
/// use slotkeeper_domain::time::WireTime;
///
/// slotkeeper_api::parameters! {
///     /// Which bookings are wanted.
///     pub struct ListBookings {
///         /// From when on.
///         start_time: Option<WireTime> = "startTime",
///         /// Whether cancelled ones are wanted too.
///         include_canceled: bool = "includeCanceled",
///     }
/// }
///
/// let wanted: ListBookings = Pairs::of("includeCanceled=True&startTime=&type=1").read().unwrap();
/// assert!(wanted.include_canceled && wanted.start_time.is_none());
/// assert_eq!(ListBookings::NAMES, ["startTime", "includeCanceled"]);
/// ```
#[macro_export]
macro_rules! parameters {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[doc = $about:literal])* $field:ident: $type:ty = $parameter:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[doc = $about])* $vis $field: $type,)* }

        impl $crate::query::Parameters for $name {
            const NAMES: &'static [&'static str] = &[$($parameter),*];

            fn read(pairs: &$crate::query::Pairs) -> ::std::result::Result<Self, $crate::ApiError> {
                ::std::result::Result::Ok(Self {
                    $($field: <$type as $crate::query::Field>::find(pairs, $parameter)?,)*
                })
            }

            fn describe() -> ::std::vec::Vec<$crate::document::ParameterDescription> {
                ::std::vec![$($crate::document::ParameterDescription {
                    name: $parameter,
                    about: ::std::string::ToString::to_string(::core::concat!($($about),*).trim()),
                    schema: <$type as $crate::query::Field>::schema(),
                    required: <$type as $crate::query::Field>::REQUIRED,
                }),*]
            }
        }
    };
}

/// An enumeration of the wire, with the word each variant has there: a `Parameter`, and text
/// in bodies and answers. A word that is not listed is refused, and those that are, are named.
///
/// ```
/// use slotkeeper_api::query::Parameter;
///
/// slotkeeper_api::choices! {
///     /// On whose behalf something is done.
///     pub enum Mode {
///         /// Of a customer.
///         Frontend = "frontend",
///         /// Of a manager.
///         Backend = "backend",
///     }
/// }
///
/// assert_eq!(Mode::from_text("backend"), Some(Mode::Backend));
/// assert_eq!(Mode::EXPECTED, "one of: frontend, backend");
/// ```
#[macro_export]
macro_rules! choices {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $(#[$first_meta:meta])* $first:ident = $first_word:literal
        $(, $(#[$variant_meta:meta])* $variant:ident = $word:literal)* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name { $(#[$first_meta])* $first, $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// The word on the wire.
            #[must_use]
            $vis fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $(Self::$variant => $word,)* }
            }
        }

        impl $crate::query::Parameter for $name {
            const EXPECTED: &'static str = concat!("one of: ", $first_word $(, ", ", $word)*);

            fn from_text(text: &str) -> ::std::option::Option<Self> {
                match text {
                    $first_word => ::std::option::Option::Some(Self::$first),
                    $($word => ::std::option::Option::Some(Self::$variant),)*
                    _ => ::std::option::Option::None,
                }
            }

            fn schema() -> $crate::wire::serde_json::Value {
                $crate::wire::serde_json::json!({ "type": "string", "enum": [$first_word $(, $word)*] })
            }
        }

        impl $crate::wire::serde::Serialize for $name {
            fn serialize<S: $crate::wire::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::wire::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::wire::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::wire::parameter(deserializer)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use axum::response::IntoResponse;

    choices! {
        /// Who acts.
        enum Mode {
            /// A customer.
            Frontend = "frontend",
            /// A manager.
            Backend = "backend",
        }
    }

    parameters! {
        /// Of every kind.
        struct Many {
            /// A time.
            start: Option<WireTime> = "startTime",
            /// A switch.
            all: bool = "includeAll",
            /// A switch that may be unknown.
            notify: Option<bool> = "notifyUsers",
            /// A number.
            number: Option<u32> = "number",
            /// A text.
            text: Option<String> = "searchText",
            /// An id.
            hold: Option<HoldId> = "previousHoldId",
            /// A choice.
            mode: Option<Mode> = "mode",
        }
    }

    #[test]
    fn what_clients_send_is_read() {
        let many: Many = Pairs::of("").read().expect("parameters");
        assert!(many.start.is_none() && !many.all && many.notify.is_none() && many.mode.is_none());
        let many: Many = Pairs::of(
            "&type=1&number=&number=7&number=x&startTime=2026-08-14T18:00:00+01:00&includeAll=True&notifyUsers=0\
             &searchText=Anna+%2B%C3%9C&mode=backend&previousHoldId=ABCDEFGHIJKLMNOP&novalue",
        )
        .read()
        .expect("parameters");
        assert_eq!(many.start, "2026-08-14T17:00:00Z".parse().ok());
        assert!(many.all && many.notify == Some(false) && many.number == Some(7));
        assert_eq!((many.text.as_deref(), many.mode), (Some("Anna +Ü"), Some(Mode::Backend)));
        assert_eq!(many.hold.map(|hold| hold.to_string()).as_deref(), Some("ABCDEFGHIJKLMNOP"));
    }

    #[tokio::test]
    async fn what_is_wrong_is_named_and_not_repeated() {
        for (query, says) in [
            ("includeAll=maybe", "The parameter includeAll must be true or false."),
            ("number=-1", "The parameter number must be a whole number between 0 and 4294967295."),
            ("startTime=maybe", "The parameter startTime must be a date-time such as 2026-08-14T18:00:00+01:00, of "),
            ("mode=maybe", "The parameter mode must be one of: frontend, backend."),
            ("previousHoldId=maybe", "The parameter previousHoldId must be the id of a hold."),
        ] {
            let error = Pairs::of(query).read::<Many>().expect_err("wrong").into_response();
            assert_eq!(error.status(), 400);
            let body = to_bytes(error.into_body(), 1000).await.expect("a body");
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains(says) && !body.contains("maybe"), "{body}");
        }
        assert!(Required::<u32>::find(&Pairs::of("number="), "number").is_err());
        assert_eq!(Required::<u32>::find(&Pairs::of("number=1"), "number").ok().map(|number| number.0), Some(1));
    }
}
