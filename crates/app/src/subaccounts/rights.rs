//! What keys must be allowed to work with the subaccounts of a portal (wire reference, sections 2.2 and 3.8).

use crate::right::Right;
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::permission::Permission;
use slotkeeper_domain::right::Needs;

/// List the subaccounts of a portal, and install the application in them.
pub struct ManageSubaccounts;

impl Right for ManageSubaccounts {
    const NEEDS: Needs = Needs::One(Permission::SubaccountsRw);
    const IN: Option<AccountKind> = Some(AccountKind::Portal);
    const TO: &'static str = "work with subaccounts: that takes a portal's key with subaccounts_rw";
}
