//! Who asks. A use case that only some callers may use takes a type that only they have.

use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::change::{Actor, Change, Kind, Subject};
use slotkeeper_domain::consent::{MayNotDecide, may_decide};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::users::User;

use crate::secrets::Hash;

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user: User,
    /// The account the person belongs to.
    pub account: Account,
    /// The hash of the session's token.
    pub(crate) session_hash: Hash,
}

/// Somebody of a developer account.
#[derive(Debug, Clone)]
pub struct Developer(SignedIn);

/// The owner of a business or a portal: whoever may decide about applications.
#[derive(Debug, Clone)]
pub struct Owner(SignedIn);

/// Anybody of a business or a portal, whatever the role.
#[derive(Debug, Clone)]
pub struct AccountMember(SignedIn);

/// Anybody of a business, whatever the role.
#[derive(Debug, Clone)]
pub struct BusinessMember(SignedIn);

/// Whoever runs a business: its owner, or a manager.
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
    /// This owner as somebody of the account, which every owner is: unlike the question put to anybody who signed in,
    /// it has one answer.
    #[must_use]
    pub fn as_colleague(&self) -> AccountMember {
        AccountMember(self.0.clone())
    }
}

impl SignedIn {
    /// This person as a developer.
    #[must_use]
    pub fn as_developer(&self) -> Option<Developer> {
        (self.account.kind == AccountKind::Developer).then(|| Developer(self.clone()))
    }

    /// This person as the owner of a business or a portal.
    ///
    /// # Errors
    /// Why the person is none.
    pub fn as_owner(&self) -> Result<Owner, MayNotDecide> {
        may_decide(self.account.kind, self.user.role).map(|()| Owner(self.clone()))
    }

    /// This person as somebody of a business or a portal.
    #[must_use]
    pub fn as_colleague(&self) -> Option<AccountMember> {
        (self.account.kind != AccountKind::Developer).then(|| AccountMember(self.clone()))
    }

    /// This person as somebody of a business.
    #[must_use]
    pub fn as_business_member(&self) -> Option<BusinessMember> {
        (self.account.kind == AccountKind::Business).then(|| BusinessMember(self.clone()))
    }

    /// This person as somebody who runs a business.
    #[must_use]
    pub fn as_manager(&self) -> Option<Manager> {
        let manages = self.account.kind == AccountKind::Business && self.user.role.manages();
        manages.then(|| Manager(self.clone()))
    }

    /// An entry for the log of this person's account.
    pub(crate) fn change(&self, at: Instant, subject: Subject<'_>, kind: Kind) -> Change {
        self.actor().change(&self.account.id, at, subject, kind)
    }

    /// This person, as logs name who did something.
    pub(crate) fn actor(&self) -> Actor {
        Actor::User(self.account.id.clone(), self.user.id.clone())
    }
}
