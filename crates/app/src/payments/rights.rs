//! What keys must be allowed to work with payments (wire reference, sections 2.2 and 3.5).

use crate::access::Action;
use slotkeeper_domain::permission::Permission::{PaymentsRAll, PaymentsRwAll, PaymentsRwOwn};
use slotkeeper_domain::visibility::PermissionRequirement;

pub struct ReadPayments;

impl Action for ReadPayments {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: PaymentsRwOwn, all: PaymentsRAll };
    const DESCRIPTION: &'static str = "read payments";
}

pub struct WritePayments;

impl Action for WritePayments {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: PaymentsRwOwn, all: PaymentsRwAll };
    const DESCRIPTION: &'static str = "record payments";
}
