//! The types of option values, and their validation.

use axum::http::HeaderValue;
use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use slotkeeper_api::cors::Origins;
use slotkeeper_domain::account::Name;
use slotkeeper_domain::retry_policy::RetryPolicy;
use slotkeeper_domain::sign_up::Way;
use slotkeeper_outgoing::{AllowedReceiver, Proxy};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;
use toml::Value;
use url::Url;

/// The server's public address: scheme, host and port, without a path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(String);

impl PublicUrl {
    #[must_use]
    pub fn http(address: SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached over TLS; cookies are then `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = "must be an address such as https://book.example.org, with http or https and without a path";
        let url = Url::parse(text).map_err(|_| shape)?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare && matches!(url.scheme(), "http" | "https") {
            Ok(Self(url.origin().ascii_serialization()))
        } else {
            Err(shape)
        }
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The address of a PostgreSQL database, which may contain a password; empty for SQLite. `{:?}` does not show it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Whether the database is SQLite.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The address with its password. The caller must keep it out of logs and messages.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self(text.to_owned()))
        } else {
            // The value is not repeated: it may contain a password.
            Err("must be empty, for SQLite, or begin with postgres://")
        }
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "DatabaseUrl(empty)" } else { "DatabaseUrl(secret)" })
    }
}

/// The password of the mail server's user. `{:?}` does not show it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct MailPassword(String);

impl MailPassword {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password in clear. The caller must keep it out of logs and messages.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "MailPassword(empty)" } else { "MailPassword(secret)" })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Starts in clear text and must upgrade to TLS.
    Starttls,
    /// TLS from the first byte.
    Tls,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// Parses an address to listen on; `localhost` is 127.0.0.1. The error is a sentence that gives the expected form.
pub fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}").parse(),
        None => text.parse(),
    };
    address.map_err(|_| "must be an address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

pub(super) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parse_listen(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn between<'de, const MIN: i64, const MAX: i64, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = i64::deserialize(deserializer)?;
    (MIN..=MAX)
        .contains(&number)
        .then(|| T::try_from(number).ok())
        .flatten()
        .ok_or_else(|| D::Error::custom(format!("must be between {MIN} and {MAX}")))
}

pub(super) fn trusted_proxies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: &String| {
        text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
            D::Error::custom("must be a list of addresses and networks, such as \"127.0.0.1\" or \"10.0.0.0/8\"")
        })
    };
    Vec::<String>::deserialize(deserializer)?.iter().map(network).collect()
}

pub(super) fn allowed_receivers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AllowedReceiver>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = texts.iter().map(|text| text.parse().map_err(|wrong| D::Error::custom(format!("each {wrong}"))));
    read.collect()
}

/// A list of numbers, or `None` if one is not a `T`. Numbers may be strings, because lists from the environment are.
fn numbers<'de, D: Deserializer<'de>, T: TryFrom<i64> + FromStr>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    let number = |value: &Value| match value {
        Value::Integer(number) => T::try_from(*number).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    Ok(Vec::<Value>::deserialize(deserializer)?.iter().map(number).collect())
}

pub(super) fn ports<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u16>, D::Error> {
    let ports = numbers(deserializer)?.filter(|ports| !ports.is_empty() && !ports.contains(&0));
    ports.ok_or_else(|| D::Error::custom("must be a list of ports from 1 to 65535, such as [443, 8443]"))
}

pub(super) fn retry_minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RetryPolicy, D::Error> {
    let minutes: Option<Vec<u64>> = numbers(deserializer)?;
    let waits = |minutes: Vec<u64>| minutes.into_iter().map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    let schedule = minutes.and_then(|minutes| RetryPolicy::new(waits(minutes)).ok());
    schedule.ok_or_else(|| {
        D::Error::custom("must be a list of 1 to 20 waits in minutes, each from 1 to 10080, such as [1, 5, 15]")
    })
}

/// The value is not repeated in the error: it may contain a password.
pub(super) fn proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Proxy>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

pub(super) fn cors_origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Origins, D::Error> {
    let origins = Vec::<String>::deserialize(deserializer)?;
    if origins.is_empty() {
        return Ok(Origins::None);
    }
    if origins == ["*"] {
        return Ok(Origins::All);
    }
    let origin = |text: &String| {
        // As browsers send an origin: no path, not even a slash.
        let same = Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == *text);
        let value = same.then(|| HeaderValue::from_str(text).ok()).flatten();
        value.ok_or_else(|| D::Error::custom("must be a list of origins, such as \"https://shop.example\", or [\"*\"]"))
    };
    origins.iter().map(origin).collect::<Result<_, _>>().map(Origins::These)
}

/// Only a plausibility check; the address is parsed where e-mails are composed.
pub(super) fn sender<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.contains('@') && !text.contains(char::is_control) {
        Ok(text)
    } else {
        Err(D::Error::custom("must be an e-mail address, such as \"Slotkeeper <no-reply@example.org>\""))
    }
}

pub(super) fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match crate::logging::filter(&text) {
        Some(_) => Ok(text),
        None => Err(D::Error::custom("must be a level, such as \"info\", or a list such as \"info,hyper=debug\"")),
    }
}

pub(super) fn way<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Way, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(|_| D::Error::custom("must be \"open\", \"invited\" or \"closed\""))
}

/// The name at the top of pages and in their titles.
pub(super) fn installation_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let name: Name = text.parse().map_err(|_| D::Error::custom("must be a name on one line"))?;
    Ok(name.to_string())
}

/// An address that every page links to; or empty.
pub(super) fn page_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_page = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if text.is_empty() || is_page {
        Ok(text)
    } else {
        Err(D::Error::custom("must be empty or the address of a page, such as https://example.org/imprint"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_has_no_path() {
        for (text, expected) in [
            ("https://book.example.org", "https://book.example.org"),
            ("https://book.example.org/", "https://book.example.org"),
            ("HTTPS://Book.example.org:443", "https://book.example.org"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().as_str(), expected);
        }
        for text in ["", "book.example.org", "ftp://a", "https://a/b", "https://a?b", "https://a#b", "https://u:p@a"] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
        assert_eq!(PublicUrl::http("[::1]:9".parse().unwrap()), "http://[::1]:9".parse().unwrap());
        assert!("https://a".parse::<PublicUrl>().unwrap().is_https());
        assert!(!"http://a".parse::<PublicUrl>().unwrap().is_https());
    }

    #[test]
    fn an_address_to_listen_on_has_a_port() {
        assert_eq!(parse_listen("localhost:80").unwrap(), "127.0.0.1:80".parse().unwrap());
        assert!(parse_listen("[::]:80").is_ok());
        for text in ["", "80", ":80", "localhost", "example.org:80", "localhost:x"] {
            assert!(parse_listen(text).is_err(), "{text}");
        }
    }
}
