//! Small parts that many objects of the wire have (wire reference, section 4.1), and how bodies may write values.
//!
//! Absent values are left out of answers. What is wrong in a body is said by [`said`]: the API puts its words into the
//! message, behind the name of the member.

use crate::bounded::{LONGEST_AMOUNT, LONGEST_ID, LONGEST_NAME, code, id, line, value, written};
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::query::{Parameter, words, yes_or_no};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[doc(hidden)]
pub use serde;
use serde::{Deserialize, Deserializer, Serialize};
#[doc(hidden)]
pub use serde_json;
use serde_json::{Value, json};
use slotkeeper_domain::account::{ContactDetails, Country, Currency, PhoneKind};
use slotkeeper_domain::customer::LONGEST_LINE;
use slotkeeper_domain::money;
use slotkeeper_domain::money::NotAnAmount;
use slotkeeper_domain::options::LONGEST_TEXT as LONGEST_VALUE;
pub use slotkeeper_domain::safe_message::said;
use std::borrow::Cow;

/// An amount of money: `{ "amount": "27.5", "currency": "EUR" }`. Written with a string (wire reference, section 1.3),
/// read from a string or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money(pub money::Money);

impl From<money::Money> for Money {
    fn from(money: money::Money) -> Self {
        Self(money)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written {
            amount: String,
            currency: &'static str,
        }
        Written { amount: self.0.amount(), currency: self.0.currency().as_str() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Read {
            amount: Amount,
            #[serde(deserialize_with = "currency")]
            currency: Currency,
        }
        let Read { amount: Amount(amount), currency } = Read::deserialize(deserializer)?;
        money::Money::parse(&amount, currency).map(Self).map_err(|error| match error {
            NotAnAmount::NotANumber => said("must have an amount that is a decimal number, such as 27.5"),
            NotAnAmount::TooPrecise => said("has more decimals than its currency"),
            NotAnAmount::TooLarge => said("is too large an amount"),
        })
    }
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of money in a currency (ISO 4217).",
            "type": "object",
            "properties": {
                "amount": { "type": "string", "maxLength": LONGEST_AMOUNT, "pattern": r"^-?\d+(\.\d+)?$", "examples": ["27.5"] },
                "currency": { "type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"] },
            },
            "required": ["amount", "currency"],
        })
    }
}

/// The text of an amount.
struct Amount(String);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        if text.len() > LONGEST_AMOUNT {
            return Err(said(format_args!("can have {LONGEST_AMOUNT} characters at most")));
        }
        // Digits and a point, so that the member is named; what they come to depends on the currency.
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let is_decimal = digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if is_decimal { Ok(Self(text)) } else { Err(said("must be a decimal number, such as 27.5")) }
    }
}

fn currency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    let code = String::deserialize(deserializer)?.to_ascii_uppercase();
    code.parse().map_err(|_| said("must be the code of a currency that is in use, such as EUR"))
}

/// A phone number, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhoneNumber {
    /// The number, as written.
    #[serde(deserialize_with = "written::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    pub number: String,
    /// What it is for.
    #[serde(
        rename = "type",
        serialize_with = "write_phone_kind",
        deserialize_with = "phone_kind",
        default = "usual_phone_kind"
    )]
    #[schemars(with = "AsParameter<PhoneKind>")]
    pub kind: PhoneKind,
}

/// What the number of a person is for, where a client does not say: people book with the phone they carry.
fn usual_phone_kind() -> PhoneKind {
    PhoneKind::Mobile
}

fn phone_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PhoneKind, D::Error> {
    let Some(kind) = line::<LONGEST_LINE, _>(deserializer)? else { return Ok(usual_phone_kind()) };
    PhoneKind::from_text(&kind).ok_or_else(|| said(format_args!("must be {}", PhoneKind::EXPECTED)))
}

fn write_phone_kind<S: serde::Serializer>(kind: &PhoneKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

/// A postal address. Whatever is empty is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct StreetAddress {
    /// First line.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "line::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    pub address1: Option<String>,
    /// Second line.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "line::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    pub address2: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "line::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    pub city: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "country")]
    #[schemars(with = "Option<CountryCode>")]
    pub country_code: Option<Country>,
    /// State, province or region.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "line::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    pub state: Option<String>,
    /// Postcode.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "code::<LONGEST_LINE, _>")]
    #[schemars(length(max = LONGEST_LINE))]
    pub postcode: Option<String>,
}

/// The schema of a country's code. Requests may also write it in small letters, and leave it empty.
struct CountryCode;

impl JsonSchema for CountryCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "CountryCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Z]{2}$" })
    }
}

impl StreetAddress {
    /// The address of a business.
    #[must_use]
    pub fn of_business(contact: &ContactDetails, country: Option<Country>) -> Self {
        let ContactDetails { address1, address2, city, state, postcode, .. } = contact.clone();
        Self { address1, address2, city, country_code: country, state, postcode }
    }
}

/// The refusal of a body without a member that must be there.
pub(crate) fn missing(member: &str) -> ApiError {
    ApiError::bad_request(format!("The member {member} is missing."))
}

fn country<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Country>, D::Error> {
    let code = line::<LONGEST_LINE, D>(deserializer)?.map(|code| code.to_ascii_uppercase());
    let country = code.map(|code| code.parse()).transpose();
    country.map_err(|_| said("must be the code of a country (ISO 3166-1, two letters), such as PT"))
}

/// For `deserialize_with`, together with `default`: `null` stands for the default, as clients send it for whole lists.
///
/// # Errors
/// When it is something else that the type cannot be.
pub fn null_as_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A switch in a body, however clients write it: `true`, `"True"`, `1`, `"0"`. For members that may be absent,
/// `Option<Switch>`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switch(pub bool);

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let on = match Value::deserialize(deserializer)? {
            Value::Bool(on) => Some(on),
            Value::String(text) => yes_or_no(&text),
            Value::Number(number) => yes_or_no(&number.to_string()),
            _ => None,
        };
        on.map(Self).ok_or_else(|| said("must be true or false"))
    }
}

impl JsonSchema for Switch {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Switch".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

/// The kinds of phone numbers.
impl Parameter for PhoneKind {
    const EXPECTED: &'static str = "one of: mobile, work, home, fax";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn schema() -> Value {
        json!({ "type": "string", "enum": words(Self::ALL, Self::as_str) })
    }
}

/// For `deserialize_with`, together with `default`: a [`Switch`] that is off when it is `null`.
///
/// # Errors
/// When it is neither.
pub fn lenient_bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    null_as_default::<Switch, D>(deserializer).map(|switch| switch.0)
}

/// For `deserialize_with`: a text that is read as the [`Parameter`] of a query would be.
///
/// # Errors
/// When it is no text, or not what the type expects.
pub fn parameter<'de, T: Parameter, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    T::from_text(&text).ok_or_else(|| said(format_args!("must be {}", T::EXPECTED)))
}

/// A resource: in answers with its name, in requests by its id alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Resource {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// A picture, by its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Image {
    /// Where it is: an address of the web, as the business wrote it.
    pub url: String,
}

/// So many people of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeopleNumber {
    /// The category.
    #[serde(deserialize_with = "id")]
    #[schemars(length(max = LONGEST_ID))]
    pub people_category_id: String,
    /// How many people.
    #[schemars(range(min = 0, max = u32::MAX))]
    pub number: u32,
}

/// An option of a booking, or an answer to a custom field: by id or by name (wire reference, section 4.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedValue {
    /// The id. It wins over the name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    pub id: Option<String>,
    /// The name, in any language of the account.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "line::<LONGEST_NAME, _>")]
    #[schemars(length(max = LONGEST_NAME))]
    pub name: Option<String>,
    /// The value, as text.
    #[serde(deserialize_with = "value::<LONGEST_VALUE, _>")]
    #[schemars(length(max = LONGEST_VALUE))]
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotkeeper_domain::safe_message::phrase_in;

    fn read(text: &str) -> Result<String, String> {
        serde_json::from_str::<Money>(text)
            .map(|money| serde_json::to_string(&money).expect("a text"))
            .map_err(|error| phrase_in(&error.to_string()).unwrap_or("no phrase").to_owned())
    }

    #[test]
    fn money_is_read_from_texts_and_numbers_and_written_as_text() {
        for (amount, written) in
            [("\"27.50\"", "27.5"), ("27.5", "27.5"), ("-3", "-3"), ("100.00", "100"), ("0", "0"), ("0.1", "0.1")]
        {
            let money = read(&format!(r#"{{"amount":{amount},"currency":"EUR","more":1}}"#));
            assert_eq!(money, Ok(format!(r#"{{"amount":"{written}","currency":"EUR"}}"#)));
        }
        for (amount, currency, says) in [
            ("\"27.555\"", "EUR", "has more decimals than its currency"),
            ("0.30000000000000004", "EUR", "has more decimals"),
            ("1e30", "EUR", "must be a decimal number"),
            ("\"1e3\"", "EUR", "must be a decimal number"),
            ("\"\"", "EUR", "must be a decimal number"),
            ("null", "EUR", "must be a decimal number"),
            ("\"5.\"", "EUR", "must have an amount"),
            ("\"99999999999999999999\"", "EUR", "is too large"),
            ("1", "XXX", "must be the code of a currency"),
        ] {
            let refused = read(&format!(r#"{{"amount":{amount},"currency":"{currency}"}}"#)).expect_err("wrong");
            assert!(refused.starts_with(says), "{amount}: {refused}");
        }
    }

    #[test]
    fn an_address_has_what_is_not_empty() {
        let address: StreetAddress =
            serde_json::from_str(r#"{"city":" Porto ","state":"","postcode":null,"countryCode":"pt"}"#)
                .expect("an address");
        assert_eq!(serde_json::to_string(&address).expect("a text"), r#"{"city":"Porto","countryCode":"PT"}"#);
        assert!(serde_json::from_str::<StreetAddress>(r#"{"countryCode":"Portugal"}"#).is_err());
        let phone: PhoneNumber = serde_json::from_str(r#"{"number":"1","type":"work","ext":"2"}"#).expect("a number");
        assert_eq!(serde_json::to_string(&phone).expect("a text"), r#"{"number":"1","type":"work"}"#);
    }

    #[test]
    fn what_clients_write_otherwise_is_read_as_it_is_meant() {
        for phone in [r#"{"number":351}"#, r#"{"number":"351","type":null}"#, r#"{"number":351.0,"type":""}"#] {
            let phone: PhoneNumber = serde_json::from_str(phone).expect("a number");
            assert_eq!(serde_json::to_string(&phone).expect("a text"), r#"{"number":"351","type":"mobile"}"#);
        }
        for wrong in
            [r#"{}"#, r#"{"number":null}"#, r#"{"number":true}"#, r#"{"number":1.5}"#, r#"{"number":"1","type":7}"#]
        {
            assert!(serde_json::from_str::<PhoneNumber>(wrong).is_err(), "{wrong}");
        }
        for (written, expected) in [
            ("\"3\"", "3"),
            ("3", "3"),
            ("3.0", "3"),
            ("-2", "-2"),
            ("1.5", "1.5"),
            ("18446744073709551615", "18446744073709551615"),
            ("true", "true"),
            ("false", "false"),
            ("\" as it is \"", " as it is "),
        ] {
            let option: NamedValue = serde_json::from_str(&format!(r#"{{"value":{written}}}"#)).expect("a value");
            assert_eq!(option.value, expected, "{written}");
        }
        for wrong in ["null", "[]", "{}", "[1]"] {
            assert!(serde_json::from_str::<NamedValue>(&format!(r#"{{"value":{wrong}}}"#)).is_err(), "{wrong}");
        }
        let address: StreetAddress = serde_json::from_str(r#"{"postcode":1100}"#).expect("an address");
        assert_eq!(address.postcode.as_deref(), Some("1100"));
        let money = read(r#"{"amount":5,"currency":"eur"}"#);
        assert_eq!(money, Ok(r#"{"amount":"5","currency":"EUR"}"#.to_owned()));
    }

    #[test]
    fn switches_and_lists_are_what_clients_send() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default, deserialize_with = "lenient_bool")]
            on: bool,
            maybe: Option<Switch>,
            #[serde(default, deserialize_with = "null_as_default")]
            list: Vec<u32>,
        }
        for (text, expected) in [
            ("{}", (false, None, 0)),
            (r#"{"on":null,"maybe":null,"list":null}"#, (false, None, 0)),
            (r#"{"on":"True","maybe":0,"list":[1]}"#, (true, Some(false), 1)),
            (r#"{"on":1,"maybe":"true"}"#, (true, Some(true), 0)),
        ] {
            let body: Body = serde_json::from_str(text).expect("a body");
            assert_eq!((body.on, body.maybe.map(|switch| switch.0), body.list.len()), expected, "{text}");
        }
        assert!(serde_json::from_str::<Body>(r#"{"on":"maybe"}"#).is_err());
    }
}
