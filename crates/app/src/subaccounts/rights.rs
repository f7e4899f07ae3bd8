//! What keys must be allowed to work with the subaccounts of a portal (wire reference, sections 2.2 and 3.8).

use crate::access::Action;
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::permission::Permission;
use slotkeeper_domain::visibility::PermissionRequirement;

/// List the subaccounts of a portal, and install the application in them.
pub struct ManageSubaccounts;

impl Action for ManageSubaccounts {
    const REQUIRES: PermissionRequirement = PermissionRequirement::One(Permission::SubaccountsRw);
    const IN: Option<AccountKind> = Some(AccountKind::Portal);
    const DESCRIPTION: &'static str = "work with subaccounts: that takes a portal's key with subaccounts_rw";
}
