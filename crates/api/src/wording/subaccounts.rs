//! What the installation of an application in a subaccount is refused for.

use super::{Sentence, absent};
use crate::error::WRONG_KEYS;
use slotkeeper_app::authorizations::installed::MOST_AUTHORIZATIONS;
use slotkeeper_app::subaccounts::install::InstallError;
use std::borrow::Cow;

impl Sentence for InstallError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::NoSubaccount => absent("subaccount"),
            Self::Ended => WRONG_KEYS.into(),
            Self::TooMany => format!(
                "An account can have {MOST_AUTHORIZATIONS} live keys, and this subaccount has. Keys of other applications must \
                 end first."
            )
            .into(),
            Self::KeyEnded => {
                "This request was answered before, with an API key that has ended since. Take a new Idempotency-Key for a new \
                 one."
                    .into()
            }
            Self::UsedOtherwise(why) => why.sentence(),
            Self::Store(why) => why.sentence(),
        }
    }
}
