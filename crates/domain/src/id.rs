//! Identifiers, one type for each kind, so that ids of different kinds cannot be confused.
//!
//! Ids consist of the characters `A`–`Z` and `0`–`9` and are compared with case (wire reference, sections 2.1 and 9).
//! They are not secret.

use std::fmt;
use std::str::FromStr;

pub const ID_ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Whether the character is one of [`ID_ALPHABET`]. A comparison instead of a look-up, because large answers contain
/// thousands of ids.
pub(crate) fn is_of_ids(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// The text is not an id: wrong length, or a character other than `A`–`Z` and `0`–`9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct NotAnId;

pub trait Id: FromStr {
    /// In characters.
    const LENGTH: usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $length:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// In characters.
            pub const LENGTH: usize = $length;

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Id for $name {
            const LENGTH: usize = $length;
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let fits = text.len() == Self::LENGTH && text.bytes().all(is_of_ids);
                if fits { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::read(deserializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

ids! {
    /// A business, a developer or a portal.
    AccountId = 10;
    /// A user of an account.
    UserId = 10;
    /// Called `authappid` on the wire.
    ApplicationId = 12;
    /// A secret key of an application. Not the secret itself.
    SecretKeyId = 10;
    /// A grant of access by an owner to an application, with one API key.
    AuthorizationId = 12;
    /// A consent request on the consent page.
    QuestionId = 24;
    /// An e-mail in the outbox.
    MailId = 16;
    ProductId = 21;
    ScheduleId = 21;
    ResourceTypeId = 10;
    ResourceId = 10;
    TaxId = 10;
    CustomFieldId = 6;
    CustomerId = 21;
    LinkedPersonId = 21;
    HoldId = 16;
    PaymentId = 16;
    SeatBlockId = 20;
    ResourceBlockId = 20;
    PromotionId = 10;
    /// A grant of prepaid credits to a customer.
    PrepaidId = 16;
    WebhookId = 16;
    /// A calendar feed. Not the secret in its address.
    CalendarId = 12;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_right_length_and_only_its_alphabet() {
        assert_eq!("ABCDEFGH01".parse::<AccountId>().map(|id| id.to_string()), Ok("ABCDEFGH01".to_owned()));
        for wrong in ["", "ABCDEFGH0", "ABCDEFGH012", "abcdefgh01", "ABCDEFGH0-", "ABCDEFGHÖ"] {
            assert_eq!(wrong.parse::<AccountId>(), Err(NotAnId), "{wrong:?}");
        }
    }
}
