//! The rules for opening an account by signing up.

use crate::account::AccountKind;
use crate::change::words;
use std::time::Duration;

pub const INVITATION_LIFETIME: Duration = Duration::from_secs(14 * 24 * 3_600);

words! {
    /// Whether accounts of a kind can be opened by signing up.
    Way {
        Open = "open",
        /// With an invitation from the operator of the server.
        Invited = "invited",
        Closed = "closed",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignUpRules {
    pub businesses: Way,
    pub developers: Way,
}

impl Default for SignUpRules {
    fn default() -> Self {
        Self { businesses: Way::Open, developers: Way::Open }
    }
}

impl SignUpRules {
    /// Portals cannot be opened by signing up.
    #[must_use]
    pub fn way(&self, kind: AccountKind) -> Way {
        match kind {
            AccountKind::Business => self.businesses,
            AccountKind::Developer => self.developers,
            AccountKind::Portal => Way::Closed,
        }
    }

    /// Whether no account can be opened by signing up, not even with an invitation.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.businesses == Way::Closed && self.developers == Way::Closed
    }
}
