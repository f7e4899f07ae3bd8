//! What keys must be allowed to work with payments (wire reference, sections 2.2 and 3.5).

use crate::right::Right;
use slotkeeper_domain::permission::Permission::{PaymentsRAll, PaymentsRwAll, PaymentsRwOwn};
use slotkeeper_domain::right::Needs;

pub struct ReadPayments;

impl Right for ReadPayments {
    const NEEDS: Needs = Needs::OwnOrAll { own: PaymentsRwOwn, all: PaymentsRAll };
    const TO: &'static str = "read payments";
}

pub struct WritePayments;

impl Right for WritePayments {
    const NEEDS: Needs = Needs::OwnOrAll { own: PaymentsRwOwn, all: PaymentsRwAll };
    const TO: &'static str = "record payments";
}
