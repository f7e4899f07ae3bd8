//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

/// An e-mail address in lower case. Addresses that differ in case only are equal on this server.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// In characters (RFC 5321).
    pub const LONGEST: usize = 254;
}

/// The text is not an e-mail address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnEmailAddress;

impl EmailAddress {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = NotAnEmailAddress;

    fn from_str(text: &str) -> Result<Self, NotAnEmailAddress> {
        let options =
            email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
        let text = text.trim();
        // Quoted local parts can contain spaces and line breaks. They are not supported.
        if !text.is_ascii() || text.contains('"') || text.len() > Self::LONGEST {
            return Err(NotAnEmailAddress);
        }
        email_address::EmailAddress::parse_with_options(text, options)
            .map(|_| Self(text.to_ascii_lowercase()))
            .map_err(|_| NotAnEmailAddress)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Never prints the address, because debug output is logged.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_lower_case() {
        assert_eq!(" Anna@Example.COM ".parse::<EmailAddress>().map(|a| a.to_string()), Ok("anna@example.com".into()));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for wrong in [
            "",
            "anna",
            "anna@",
            "@example.com",
            "anna@example",
            "a b@example.com",
            "a@b.com\r\nBcc: c@d.com",
            "\"a b\"@example.com",
            "Anna <anna@example.com>",
            "anna@[127.0.0.1]",
            "änna@example.com",
            &long,
        ] {
            assert_eq!(wrong.parse::<EmailAddress>(), Err(NotAnEmailAddress), "{wrong:?}");
        }
    }
}
