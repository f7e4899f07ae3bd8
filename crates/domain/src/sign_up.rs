//! Who may open an account by signing up.

use crate::account::AccountKind;
use crate::change::words;
use std::time::Duration;

/// How long an invitation to sign up works.
pub const INVITATION_LIFETIME: Duration = Duration::from_secs(14 * 24 * 3_600);

words! {
    /// How an account of some kind can be opened.
    Way {
        Open = "open",
        /// By somebody with an invitation of those who run the server.
        Invited = "invited",
        /// Not by signing up at all.
        Closed = "closed",
    }
}

/// How accounts can be opened.
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
    /// How an account of this kind can be opened. Nobody signs up as a portal.
    #[must_use]
    pub fn way(&self, kind: AccountKind) -> Way {
        match kind {
            AccountKind::Business => self.businesses,
            AccountKind::Developer => self.developers,
            AccountKind::Portal => Way::Closed,
        }
    }

    /// Whether nobody can sign up as anything, not even with an invitation.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.businesses == Way::Closed && self.developers == Way::Closed
    }
}
