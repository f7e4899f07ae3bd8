//! Who may do what, as types: an [`Access`] proves that a principal may do an [`Action`] in an account. Faces ask for one
//! before they call a use case, and a use case takes nothing less.

use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::change::{Actor, Key};
use slotkeeper_domain::visibility::{PermissionRequirement, Visibility};
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::authorizations::Authorization;
use std::marker::PhantomData;
use std::sync::Arc;

/// Something that a principal can be allowed to do, such as reading bookings.
pub trait Action: Send + Sync + 'static {
    /// The permissions of an API key that allow it.
    const REQUIRES: PermissionRequirement;
    /// The kind of account in which it can be done; `None`: any kind.
    const IN: Option<AccountKind> = None;
    /// Continues the sentence “does not have permission to …”.
    const DESCRIPTION: &'static str;
}

/// What every API key may do (wire reference, section 3.7).
pub struct AnyKey;

impl Action for AnyKey {
    const REQUIRES: PermissionRequirement = PermissionRequirement::AnyKey;
    const DESCRIPTION: &'static str = "use the API";
}

/// A principal in an account, and what it is allowed there. Made where keys are checked, and by [`Access::import`].
#[derive(Debug)]
pub struct Grant {
    account: Arc<Account>,
    actor: Actor,
    /// The authorization behind the API key. `None`: everything is allowed, as in imports.
    authorization: Option<Arc<Authorization>>,
}

impl Grant {
    /// What the API key of an authorization is allowed in its account.
    pub(crate) fn of_key(account: Arc<Account>, authorization: Arc<Authorization>) -> Arc<Self> {
        let actor = Actor::Key(Key {
            developer: authorization.developer.clone(),
            application: authorization.application.clone(),
            account: authorization.account.clone(),
            authorization: authorization.id.clone(),
        });
        Arc::new(Self { account, actor, authorization: Some(authorization) })
    }

    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The principal, as the account's change log names it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The proof that the principal may do `A`; `None` when it may not, or when accounts of this kind have no such action.
    #[must_use]
    pub fn access<A: Action>(self: &Arc<Self>) -> Option<Access<A>> {
        if A::IN.is_some_and(|kind| kind != self.account.kind) {
            return None;
        }
        let visibility = match self.authorization.as_deref() {
            Some(Authorization { permissions, application, .. }) => A::REQUIRES.visibility(permissions, application)?,
            None => Visibility::All,
        };
        Some(Access { grant: Arc::clone(self), visibility, action: PhantomData })
    }
}

/// Proof that a principal may do `A` in an account, and to which of the account's things. Cheap to clone.
#[derive(Debug)]
pub struct Access<A> {
    grant: Arc<Grant>,
    visibility: Visibility,
    // The field `action` is a function pointer type, so that `Access<A>` is `Send` and `Sync` whatever `A` is.
    action: PhantomData<fn() -> A>,
}

impl<A> Clone for Access<A> {
    fn clone(&self) -> Self {
        Self { grant: Arc::clone(&self.grant), visibility: self.visibility.clone(), action: PhantomData }
    }
}

impl<A> Access<A> {
    /// Access to everything in an account, in the name of this actor, without a check: for data that the operator brings in,
    /// such as the demo's.
    #[must_use]
    pub fn import(account: Arc<Account>, actor: Actor) -> Self {
        let grant = Arc::new(Grant { account, actor, authorization: None });
        Self { grant, visibility: Visibility::All, action: PhantomData }
    }

    #[must_use]
    pub fn account(&self) -> &Account {
        &self.grant.account
    }

    /// The things of the account the action is allowed on. Finders take it, so that other things are never loaded.
    #[must_use]
    pub fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.grant.actor
    }

    #[must_use]
    pub fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }
}
