//! Single-use links in e-mails.

use crate::change::words;
use std::time::Duration;

words! {
    Purpose {
        /// Proves that the user receives e-mail at an address.
        ConfirmEmail = "confirm_email",
        /// Chooses a new password after the old one was forgotten.
        ResetPassword = "reset_password",
        /// Chooses the first password of an invited user.
        AcceptInvitation = "accept_invitation",
    }
}

impl Purpose {
    #[must_use]
    pub fn lifetime(self) -> Duration {
        let hours = match self {
            Self::ResetPassword => 1,
            Self::ConfirmEmail | Self::AcceptInvitation => 7 * 24,
        };
        Duration::from_secs(hours * 3_600)
    }
}
