//! Identifiers. Each kind has a type of its own, so that one cannot be passed where another is meant.
//!
//! Ids are made of the characters `A`–`Z` and `0`–`9` and are compared exactly, case included
//! (wire reference, sections 2.1 and 9). They are not secrets.

use std::fmt;
use std::str::FromStr;

/// The characters ids are made of.
pub const ID_ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Whether the character is one of [`ID_ALPHABET`]; a comparison, because lists are full of ids.
pub(crate) fn is_of_ids(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// The text is not an id: wrong length, or a character other than `A`–`Z` and `0`–`9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct NotAnId;

/// What all kinds of ids have in common.
pub trait Id: FromStr {
    /// How many characters an id of this kind has.
    const LENGTH: usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $length:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// How many characters an id of this kind has.
            pub const LENGTH: usize = $length;

            /// The id as text.
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
    /// An account: a business, a developer or a portal.
    AccountId = 10;
    /// A user, within an account.
    UserId = 10;
    /// An application; on the wire it is called `authappid`.
    ApplicationId = 12;
    /// One secret key of an application. The id of the row, not the secret.
    SecretKeyId = 10;
    /// An authorization: what an owner granted to an application, with one API key.
    AuthorizationId = 12;
    /// A question put to an owner on the consent page.
    QuestionId = 24;
    /// An e-mail that the server keeps or sends.
    MailId = 16;
    ProductId = 21;
    /// A schedule of a product.
    ScheduleId = 21;
    /// A type of resources.
    ResourceTypeId = 10;
    ResourceId = 10;
    TaxId = 10;
    /// A custom field of customers and participants.
    CustomFieldId = 6;
    CustomerId = 21;
    /// A person linked to a customer.
    LinkedPersonId = 21;
    HoldId = 16;
    PaymentId = 16;
    /// A block of seats.
    SeatBlockId = 20;
    /// A block of resources.
    ResourceBlockId = 20;
    PromotionId = 10;
    /// Prepaid credits of a customer, as they were given.
    PrepaidId = 16;
    WebhookId = 16;
    /// A calendar that programs subscribe to. The id of the row, not the secret.
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
