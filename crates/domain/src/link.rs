//! Links in mails that work once.

use crate::change::words;
use std::time::Duration;

words! {
    /// What a link is for.
    Purpose {
        /// To prove that mail arrives at an address.
        ConfirmEmail = "confirm_email",
        /// To choose a new password after forgetting the old one.
        ResetPassword = "reset_password",
        /// To choose the first password, after an invitation.
        AcceptInvitation = "accept_invitation",
    }
}

impl Purpose {
    /// How long a link works.
    #[must_use]
    pub fn lifetime(self) -> Duration {
        let hours = match self {
            Self::ResetPassword => 1,
            Self::ConfirmEmail | Self::AcceptInvitation => 7 * 24,
        };
        Duration::from_secs(hours * 3_600)
    }
}
