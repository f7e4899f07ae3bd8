//! Secrets, one type for each kind. They cannot be printed or compared by accident and are wiped from memory when
//! dropped. The database stores them only as keyed hashes or sealed.

use crate::id::{AccountId, ApplicationId, is_of_ids};
use crate::normal_form::{composed, decomposed};
use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroize;

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The secret as plain text. The caller must not log or store it.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.zeroize();
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }
    )*};
}

secrets! {
    /// A password as the user typed it.
    Password;
    /// An argon2id hash with its salt and cost.
    HashedPassword;
    /// The key of an authorization, called `apiKey` on the wire.
    ApiKey;
    /// The key of an application, shared by all its installations; called `secretKey` on the wire.
    SecretKey;
    /// The value of the session cookie.
    SessionToken;
    /// The secret part of a link in an e-mail.
    LinkToken;
    /// The secret part of the address of a calendar feed.
    CalendarToken;
    /// The secret part of an invitation to sign up. It names no account.
    InvitationToken;
}

/// Random characters in an API key. 16 of 36 possible characters are 82 bits; the secret key adds 190 bits.
pub const API_KEY_RANDOM_LENGTH: usize = 16;

impl ApiKey {
    /// The published form of a key (wire reference, section 2.1): `A`, random characters, the application's id, the
    /// account's id. The key thus names the account whose rows have to be read.
    #[must_use]
    pub fn compose(random: &str, application: &ApplicationId, account: &AccountId) -> Self {
        Self(format!("A{random}{application}{account}"))
    }

    /// The account that the key names; `None` if the text does not have the form of a key.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        let length = 1 + API_KEY_RANDOM_LENGTH + ApplicationId::LENGTH + AccountId::LENGTH;
        let shaped = self.0.len() == length && self.0.starts_with('A') && self.0.bytes().all(is_of_ids);
        if !shaped {
            return None;
        }
        self.0.get(length - AccountId::LENGTH..)?.parse().ok()
    }
}

macro_rules! account_tokens {
    ($($name:ident),*) => {$(
        impl $name {
            /// The account's id, which names the account whose rows have to be read, and a random part.
            #[must_use]
            pub fn compose(account: &AccountId, random: &str) -> Self {
                Self(format!("{account}{random}"))
            }

            /// The account that the token names; `None` if the text does not have the form of a token.
            #[must_use]
            pub fn account(&self) -> Option<AccountId> {
                self.0.get(..AccountId::LENGTH)?.parse().ok()
            }
        }
    )*};
}

account_tokens!(SessionToken, LinkToken, CalendarToken);

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("the password does not have at least {} characters", Password::SHORTEST)]
    TooShort,
    #[error("the password has more than {} characters", Password::LONGEST)]
    TooLong,
    /// Fewer than four different characters, digits in sequence, or the word “password”.
    #[error("the password is too easy to guess")]
    TooEasy,
    #[error("the password is the e-mail address")]
    EmailAddress,
}

impl Password {
    /// In characters.
    pub const SHORTEST: usize = 10;
    /// In characters. Bounds the time of hashing.
    pub const LONGEST: usize = 256;

    /// The password in normal form C, as it is hashed: keyboards encode `é` as one code point or as two.
    #[must_use]
    pub fn composed(&self) -> Self {
        Self(composed(&self.0).into_owned())
    }

    /// The encodings under which the password may have been hashed: normal form C, and if they differ, the text as
    /// typed and normal form D. Earlier versions hashed the text as typed.
    #[must_use]
    pub fn spellings(&self) -> Vec<Self> {
        let mut spellings = vec![self.composed()];
        for other in [Cow::Borrowed(self.0.as_str()), decomposed(&self.0)] {
            if spellings.iter().all(|known| known.0 != other) {
                spellings.push(Self(other.into_owned()));
            }
        }
        spellings
    }

    /// Whether the text is longer than any password, so that it can be refused without hashing.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        // At most four code points are composed into one, so a longer text need not be composed.
        self.0.chars().count() > 4 * Self::LONGEST || self.composed().0.chars().count() > Self::LONGEST
    }

    /// Whether a user with this e-mail address may choose this password.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_choice(&self, email_address: &str) -> Result<(), WeakPassword> {
        let composed = self.composed();
        let text = composed.0.as_str();
        if text.chars().count() < Self::SHORTEST {
            return Err(WeakPassword::TooShort);
        }
        if self.is_too_long() {
            return Err(WeakPassword::TooLong);
        }
        let mut seen: Vec<char> = text.chars().collect();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() < 4 || "01234567890123456789".contains(text) || text.to_lowercase().contains("password") {
            return Err(WeakPassword::TooEasy);
        }
        // Compared without case, as e-mail addresses are.
        if text.eq_ignore_ascii_case(email_address) {
            return Err(WeakPassword::EmailAddress);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print() {
        let secret = SecretKey::new("hunter2hunter2");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "SecretKey(secret) Some(SecretKey(secret))");
    }

    #[test]
    fn an_api_key_names_its_account() {
        let application = "DEMOAPP01ABC".parse().expect("an application id");
        let account = "312KAYAK01".parse().expect("an account id");
        let key = ApiKey::compose("0123456789ABCDEF", &application, &account);
        assert_eq!(key.account(), Some(account));
        for wrong in ["", "A", "312KAYAK01", "demoSecretKey0123456789ABCDefgh", &"Ä".repeat(39), &"a".repeat(39)] {
            assert_eq!(ApiKey::new(wrong).account(), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_token_names_its_account() {
        let account: AccountId = "312KAYAK01".parse().expect("an account id");
        assert_eq!(SessionToken::compose(&account, "rest").account(), Some(account));
        assert_eq!(SessionToken::new("ÄÖÜÄÖÜÄÖÜÄÖÜ").account(), None);
    }

    #[test]
    fn a_password_is_tried_in_every_way_it_may_be_typed() {
        let spellings = |text: &str| {
            let all = Password::new(text).spellings();
            all.iter().map(|spelling| spelling.expose().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(spellings("seven green kayaks"), ["seven green kayaks"]);
        let (c, d) = ("caf\u{e9}".to_owned(), "cafe\u{301}".to_owned());
        assert_eq!(spellings(&c), [c.clone(), d.clone()]);
        assert_eq!(spellings(&d), [c, d]);
        assert_eq!(spellings("\u{e9}e\u{301}"), ["\u{e9}\u{e9}", "\u{e9}e\u{301}", "e\u{301}e\u{301}"]);
        // A password of maximum length, typed with twice as many code points.
        let long = "e\u{301}".repeat(Password::LONGEST);
        assert!(!Password::new(long.as_str()).is_too_long() && Password::new(format!("{long}e")).is_too_long());
    }

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        for weak in ["short", "aaaaaaaaaaaa", "0123456789", "Password1234", "ANNA@example.com", &"x1yz".repeat(65)] {
            assert!(Password::new(weak).check_choice("anna@example.com").is_err(), "{weak}");
        }
        assert_eq!(Password::new("seven green kayaks").check_choice("anna@example.com"), Ok(()));
    }
}
