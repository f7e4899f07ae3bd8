//! What keys must be allowed to work with customers (wire reference, sections 2.2 and 3.3).

use crate::right::Right;
use slotkeeper_domain::permission::Permission::{
    CustomersRAll, CustomersRwAll, CustomersRwOwn, CustomersRwdAll, CustomersRwdOwn,
};
use slotkeeper_domain::right::Needs;

pub struct ReadCustomers;

impl Right for ReadCustomers {
    const NEEDS: Needs = Needs::OwnOrAll { own: CustomersRwOwn, all: CustomersRAll };
    const TO: &'static str = "read customers";
}

/// Create customers and change them.
pub struct WriteCustomers;

impl Right for WriteCustomers {
    const NEEDS: Needs = Needs::OwnOrAll { own: CustomersRwOwn, all: CustomersRwAll };
    const TO: &'static str = "create or change customers";
}

pub struct DeleteCustomers;

impl Right for DeleteCustomers {
    const NEEDS: Needs = Needs::OwnOrAll { own: CustomersRwdOwn, all: CustomersRwdAll };
    const TO: &'static str = "delete customers";
}
