//! What keys must be allowed to work with customers (wire reference, sections 2.2 and 3.3).

use crate::access::Action;
use slotkeeper_domain::permission::Permission::{
    CustomersRAll, CustomersRwAll, CustomersRwOwn, CustomersRwdAll, CustomersRwdOwn,
};
use slotkeeper_domain::visibility::PermissionRequirement;

pub struct ReadCustomers;

impl Action for ReadCustomers {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: CustomersRwOwn, all: CustomersRAll };
    const DESCRIPTION: &'static str = "read customers";
}

/// Create customers and change them.
pub struct WriteCustomers;

impl Action for WriteCustomers {
    const REQUIRES: PermissionRequirement =
        PermissionRequirement::OwnOrAll { own: CustomersRwOwn, all: CustomersRwAll };
    const DESCRIPTION: &'static str = "create or change customers";
}

pub struct DeleteCustomers;

impl Action for DeleteCustomers {
    const REQUIRES: PermissionRequirement =
        PermissionRequirement::OwnOrAll { own: CustomersRwdOwn, all: CustomersRwdAll };
    const DESCRIPTION: &'static str = "delete customers";
}
