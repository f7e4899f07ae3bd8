//! Rights: what somebody may do, as a type. A use case that not every key may use takes a [`May`] of its right, which
//! only those can show who have it, and which says whose things it reaches.

use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::visibility::{PermissionRequirement, Visibility};
use slotkeeper_store::tables::accounts::Account;
use std::marker::PhantomData;
use std::sync::Arc;

/// The right to do one thing.
pub trait Action: Send + Sync + 'static {
    /// What a key must be allowed for it.
    const REQUIRES: PermissionRequirement;
    /// The kind of accounts in which there is such a right; nothing when the kind makes no difference.
    const IN: Option<AccountKind> = None;
    /// What it is, to go on after “does not have permission to”.
    const DESCRIPTION: &'static str;
}

/// What every key may do (wire reference, section 3.7).
pub struct AnyKey;

impl Action for AnyKey {
    const REQUIRES: PermissionRequirement = PermissionRequirement::AnyKey;
    const DESCRIPTION: &'static str = "use the API";
}

/// Proof that somebody has the right `R` in an account: who it is, and how far the right reaches. Made only where keys
/// are checked.
#[derive(Debug)]
pub struct Access<R> {
    account: Arc<Account>,
    visibility: Visibility,
    actor: Actor,
    right: PhantomData<fn() -> R>,
}

impl<R: Action> Access<R> {
    pub(crate) fn new(account: Arc<Account>, visibility: Visibility, actor: Actor) -> Self {
        Self { account, visibility, actor, right: PhantomData }
    }

    /// The account in which the right is.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Whose things it reaches. Finders take it, so that nothing out of sight is ever loaded.
    #[must_use]
    pub fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// Who it is, for the account's log.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}
