//! Signed-in users by what they may do. A use case takes the type that only the right users become.

use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::change::{Actor, Change, Kind, Subject};
use slotkeeper_domain::consent::{MayNotDecide, may_decide};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::users::User;

use crate::secrets::Hash;

#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user: User,
    pub account: Account,
    /// The hash of the session token.
    pub(crate) session_hash: Hash,
}

/// A user of a developer account.
#[derive(Debug, Clone)]
pub struct Developer(SignedIn);

/// The owner of a business or a portal, who may decide about applications.
#[derive(Debug, Clone)]
pub struct Owner(SignedIn);

/// A user of a business or a portal, in any role.
#[derive(Debug, Clone)]
pub struct AccountMember(SignedIn);

/// A user of a business, in any role.
#[derive(Debug, Clone)]
pub struct BusinessMember(SignedIn);

/// An owner or a manager of a business.
#[derive(Debug, Clone)]
pub struct Manager(SignedIn);

macro_rules! callers {
    ($($name:ident),*) => {$(
        impl std::ops::Deref for $name {
            type Target = SignedIn;

            fn deref(&self) -> &SignedIn {
                &self.0
            }
        }
    )*};
}

callers!(Developer, Owner, AccountMember, BusinessMember, Manager);

impl Owner {
    /// Every owner is a member of the account, so unlike [`SignedIn::as_colleague`] this cannot fail.
    #[must_use]
    pub fn as_colleague(&self) -> AccountMember {
        AccountMember(self.0.clone())
    }
}

impl SignedIn {
    /// `None` when the account is not a developer's.
    #[must_use]
    pub fn as_developer(&self) -> Option<Developer> {
        (self.account.kind == AccountKind::Developer).then(|| Developer(self.clone()))
    }

    /// Fails with the reason when the user is not the owner of a business or a portal.
    pub fn as_owner(&self) -> Result<Owner, MayNotDecide> {
        may_decide(self.account.kind, self.user.role).map(|()| Owner(self.clone()))
    }

    /// `None` when the account is a developer's.
    #[must_use]
    pub fn as_colleague(&self) -> Option<AccountMember> {
        (self.account.kind != AccountKind::Developer).then(|| AccountMember(self.clone()))
    }

    /// `None` when the account is not a business.
    #[must_use]
    pub fn as_business_member(&self) -> Option<BusinessMember> {
        (self.account.kind == AccountKind::Business).then(|| BusinessMember(self.clone()))
    }

    /// `None` when the account is not a business, or the role is not one that manages it.
    #[must_use]
    pub fn as_manager(&self) -> Option<Manager> {
        let manages = self.account.kind == AccountKind::Business && self.user.role.manages();
        manages.then(|| Manager(self.clone()))
    }

    /// A change made by this user, for the change log of the account.
    pub(crate) fn change(&self, at: Instant, subject: Subject<'_>, kind: Kind) -> Change {
        self.actor().change(&self.account.id, at, subject, kind)
    }

    /// This user, as the change log names it.
    pub(crate) fn actor(&self) -> Actor {
        Actor::User(self.account.id.clone(), self.user.id.clone())
    }
}
