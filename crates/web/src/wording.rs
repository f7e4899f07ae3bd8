//! The sentences of errors on pages. Errors of `domain` and `app` are codes; where a page has one sentence for a code, it is
//! here. Every match is exhaustive: a new variant does not compile without its sentence. What depends on the page, such as the
//! field of a form or a link to go on, is said where the page is made.

use slotkeeper_app::webhooks::resend::{MOST_AGAIN, ResendError};
use slotkeeper_domain::account::{Name, NotAName};
use slotkeeper_domain::callback::NotACallbackUrl;
use slotkeeper_domain::email_address::NotAnEmailAddress;
use slotkeeper_domain::secret::{Password, WeakPassword};
use std::borrow::Cow;

/// The sentence of an error for the reader of a page.
pub(crate) trait Sentence {
    fn sentence(&self) -> Cow<'static, str>;
}

impl Sentence for NotAName {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "Please give a name.".into(),
            Self::TooLong => format!("A name can have {} characters at most.", Name::LONGEST).into(),
            Self::NotReadable => "A name is one line of text, without invisible characters.".into(),
        }
    }
}

impl Sentence for NotAnEmailAddress {
    fn sentence(&self) -> Cow<'static, str> {
        "This does not look like an e-mail address. It needs a name, an @ and a domain, without accents or letters of other \
         scripts: anna@example.com"
            .into()
    }
}

impl Sentence for NotACallbackUrl {
    fn sentence(&self) -> Cow<'static, str> {
        let sentence = match self {
            Self::Unreadable => "This is not a complete address. It should look like https://example.com/callback",
            Self::NotSecure => {
                "Use https. Plain http is accepted only for this machine: http://127.0.0.1 or http://localhost"
            }
            Self::UserName => "Leave out the user name and password in the address.",
            Self::Fragment => "Leave out the part from # on: the answer is added to the query, in front of it.",
            Self::Characters => {
                "Write the address with plain ASCII characters; escape others as %xx, and names of hosts as xn--…"
            }
            Self::Reserved => {
                "The query of the address must not contain success, apiKey or state: the answer uses these names."
            }
            Self::TooLong => "The address can have 1000 characters at most.",
        };
        sentence.into()
    }
}

impl Sentence for WeakPassword {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::TooShort => format!("Choose a password of at least {} characters.", Password::SHORTEST).into(),
            Self::TooLong => format!("Choose a password of at most {} characters.", Password::LONGEST).into(),
            Self::TooEasy => "This password is too easy to guess. A few unrelated words make a good one.".into(),
            Self::EmailAddress => "The password must not be the e-mail address.".into(),
        }
    }
}

impl Sentence for ResendError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoWebhook => "There is no such webhook.".into(),
            Self::Blocked => "The webhook is blocked. Register it anew: nothing is sent to this one any more.".into(),
            Self::TooMany => format!(
                "These are more than {MOST_AGAIN} notices, and no more than that can be sent again at once. Choose fewer."
            )
            .into(),
            Self::None => "There is no notice like that which has arrived or was given up.".into(),
            Self::NothingToTell => {
                "Nothing that this key may read has changed lately, so there is nothing to show. Change something and try again."
                    .into()
            }
            // The page answers it as every failure of the store.
            Self::Store(_) => "Something went wrong on our side.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_worded_for_pages() {
        let table: [(&dyn Sentence, &str); 19] = [
            (&NotAName::Empty, "Please give a name."),
            (&NotAName::TooLong, "A name can have 100 characters at most."),
            (&NotAName::NotReadable, "A name is one line of text, without invisible characters."),
            (
                &NotAnEmailAddress,
                "This does not look like an e-mail address. It needs a name, an @ and a domain, without accents or letters of \
                 other scripts: anna@example.com",
            ),
            (
                &NotACallbackUrl::Unreadable,
                "This is not a complete address. It should look like https://example.com/callback",
            ),
            (
                &NotACallbackUrl::NotSecure,
                "Use https. Plain http is accepted only for this machine: http://127.0.0.1 or http://localhost",
            ),
            (&NotACallbackUrl::UserName, "Leave out the user name and password in the address."),
            (
                &NotACallbackUrl::Fragment,
                "Leave out the part from # on: the answer is added to the query, in front of it.",
            ),
            (
                &NotACallbackUrl::Characters,
                "Write the address with plain ASCII characters; escape others as %xx, and names of hosts as xn--…",
            ),
            (
                &NotACallbackUrl::Reserved,
                "The query of the address must not contain success, apiKey or state: the answer uses these names.",
            ),
            (&NotACallbackUrl::TooLong, "The address can have 1000 characters at most."),
            (&WeakPassword::TooShort, "Choose a password of at least 10 characters."),
            (&WeakPassword::TooLong, "Choose a password of at most 256 characters."),
            (&WeakPassword::TooEasy, "This password is too easy to guess. A few unrelated words make a good one."),
            (&WeakPassword::EmailAddress, "The password must not be the e-mail address."),
            (&ResendError::Blocked, "The webhook is blocked. Register it anew: nothing is sent to this one any more."),
            (
                &ResendError::TooMany,
                "These are more than 1000 notices, and no more than that can be sent again at once. Choose fewer.",
            ),
            (&ResendError::None, "There is no notice like that which has arrived or was given up."),
            (
                &ResendError::NothingToTell,
                "Nothing that this key may read has changed lately, so there is nothing to show. Change something and try \
                 again.",
            ),
        ];
        for (error, sentence) in table {
            assert_eq!(error.sentence(), sentence);
        }
    }
}
