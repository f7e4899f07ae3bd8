//! Accounts: their kinds, the roles of their users, and their settings.

mod locale;

pub use locale::{Country, Currency, Language, Languages};

use crate::change::words;
use crate::normal_form::composed;
use std::fmt;
use std::str::FromStr;

words! {
    AccountKind {
        Business = "business",
        Developer = "developer",
        /// Manages subaccounts, each of them a business.
        Portal = "portal",
    }
}

words! {
    /// The role of a user in an account.
    Role {
        /// Everything. Only an owner decides about applications.
        Owner = "owner",
        /// The daily business, without decisions about applications.
        Manager = "manager",
        /// Bookings and customers.
        Staff = "staff",
    }
}

impl Role {
    /// Whether the role includes what a manager can do.
    #[must_use]
    pub fn manages(self) -> bool {
        match self {
            Self::Owner | Self::Manager => true,
            Self::Staff => false,
        }
    }
}

/// The text is not one of the choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the choices")]
pub struct NotAChoice;

/// The name of a business, a person or an application: one line of 1 to 100 characters, trimmed, in normal form C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// In characters.
    pub const LONGEST: usize = 100;

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    #[error("the name is empty")]
    Empty,
    /// More than [`Name::LONGEST`] characters.
    #[error("the name has more than {} characters", Name::LONGEST)]
    TooLong,
    /// Several lines, or characters that are not shown: see [`is_readable`].
    #[error("the name is not one line of readable text")]
    NotReadable,
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = composed(text.trim());
        if text.is_empty() {
            Err(NotAName::Empty)
        } else if text.chars().count() > Self::LONGEST {
            Err(NotAName::TooLong)
        } else if !is_readable(&text) {
            Err(NotAName::NotReadable)
        } else {
            Ok(Self(text.into_owned()))
        }
    }
}

/// Whether the line has no control characters and no characters that are invisible or reorder the text around them.
/// Joiners and variation selectors, which some scripts and emoji need, are accepted after the character that they join.
#[must_use]
pub fn is_readable(line: &str) -> bool {
    let mut joins = false;
    line.chars().all(|character| {
        let fits = match character {
            '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' => joins,
            _ => !character.is_control() && !is_invisible(character),
        };
        joins = !character.is_ascii() && !matches!(character, '\u{200C}' | '\u{200D}');
        fits
    })
}

/// Unicode's `Default_Ignorable_Code_Point`, line and paragraph separators, embeddings, and the blank of Braille.
fn is_invisible(character: char) -> bool {
    matches!(
        u32::from(character),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFF8 | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF
    )
}

words! {
    /// The use of a phone number (wire reference, section 4.1).
    PhoneKind {
        Mobile = "mobile",
        Work = "work",
        Home = "home",
        Fax = "fax",
    }
}

/// The public contact details of a business. All are optional; texts are trimmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactDetails {
    pub email_address: Option<String>,
    /// As the owner typed it.
    pub phone_number: Option<String>,
    pub phone_kind: Option<PhoneKind>,
    pub website_url: Option<String>,
    /// VAT number, company number and the like.
    pub legal_identifiers: Option<String>,
    pub address1: Option<String>,
    pub address2: Option<String>,
    pub city: Option<String>,
    /// State, province or region.
    pub state: Option<String>,
    pub postcode: Option<String>,
    /// Shown to customers.
    pub description: Option<String>,
    pub logo_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_honest_line() {
        assert_eq!("  Harbour Lights ".parse::<Name>().map(|name| name.to_string()), Ok("Harbour Lights".into()));
        for right in ["Café ☕\u{FE0F}", "👩\u{200D}🚀 Tours", "می\u{200C}خواهم", "O’Neill & Söhne"] {
            assert!(right.parse::<Name>().is_ok(), "{right:?}");
        }
        for wrong in [
            "",
            "   ",
            "a\nb",
            "pay\u{202E}lap",
            "zero\u{200B}width",
            "pay\u{200D}pal",
            "\u{200D}",
            "\u{FE0F}",
            "\u{3164}",
            "\u{2800}",
            "\u{115F}",
            "soft\u{AD}ware",
            "a\u{61C}b",
            "a\u{180E}b",
            "a\u{E0041}b",
            &"x".repeat(101),
        ] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong:?}");
        }
    }
}
