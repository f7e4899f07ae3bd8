//! Subaccounts: businesses that a portal manages (wire reference, section 6.12).

use crate::account::AccountKind;

/// Maximum number of subaccounts of a portal. It keeps the end of an installation, which affects all of them, within
/// one transaction.
pub const MOST_SUBACCOUNTS: i64 = 2_000;

/// Why an account cannot become a subaccount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MayNotJoin {
    /// What should manage it is no portal.
    #[error("only a portal has subaccounts")]
    NoPortal,
    /// It takes no bookings.
    #[error("only a business can be a subaccount")]
    NoBusiness,
    /// A portal manages it already.
    #[error("a portal manages the business already")]
    Managed,
    /// The portal has as many as it can have.
    #[error("a portal can have {MOST_SUBACCOUNTS} subaccounts at most")]
    Full,
}

/// Checks whether `account` can become a subaccount of an account of kind `portal` that has `subaccounts` subaccounts.
/// `managed` says whether a portal manages it already.
pub fn may_join(portal: AccountKind, subaccounts: i64, account: AccountKind, managed: bool) -> Result<(), MayNotJoin> {
    match (portal, account) {
        (AccountKind::Business | AccountKind::Developer, _) => Err(MayNotJoin::NoPortal),
        (AccountKind::Portal, AccountKind::Portal | AccountKind::Developer) => Err(MayNotJoin::NoBusiness),
        // A business has one portal at most.
        (AccountKind::Portal, AccountKind::Business) if managed => Err(MayNotJoin::Managed),
        (AccountKind::Portal, AccountKind::Business) if subaccounts >= MOST_SUBACCOUNTS => Err(MayNotJoin::Full),
        (AccountKind::Portal, AccountKind::Business) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccountKind::{Business, Developer, Portal};

    #[test]
    fn a_portal_manages_businesses_and_nothing_else() {
        for kind in [Business, Developer, Portal] {
            let expected = if kind == Business { Ok(()) } else { Err(MayNotJoin::NoBusiness) };
            assert_eq!(may_join(Portal, 0, kind, false), expected);
            assert_eq!(may_join(Business, 0, kind, false), Err(MayNotJoin::NoPortal));
            assert_eq!(may_join(Developer, 0, kind, false), Err(MayNotJoin::NoPortal));
        }
    }

    #[test]
    fn a_business_has_one_portal_and_a_portal_a_limit() {
        assert_eq!(may_join(Portal, 1, Business, true), Err(MayNotJoin::Managed));
        assert_eq!(may_join(Portal, MOST_SUBACCOUNTS - 1, Business, false), Ok(()));
        assert_eq!(may_join(Portal, MOST_SUBACCOUNTS, Business, false), Err(MayNotJoin::Full));
    }
}
