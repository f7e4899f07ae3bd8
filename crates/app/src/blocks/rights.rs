//! What keys must be allowed to work with blocks of seats and of resources (wire reference, sections 2.2 and 3.6).

use crate::right::Right;
use slotkeeper_domain::permission::Permission::{BlocksRAll, BlocksRwAll, BlocksRwOwn, BlocksRwdAll, BlocksRwdOwn};
use slotkeeper_domain::right::Needs;

pub struct ReadBlocks;

impl Right for ReadBlocks {
    const NEEDS: Needs = Needs::OwnOrAll { own: BlocksRwOwn, all: BlocksRAll };
    const TO: &'static str = "read blocks";
}

/// Create blocks and change them.
pub struct WriteBlocks;

impl Right for WriteBlocks {
    const NEEDS: Needs = Needs::OwnOrAll { own: BlocksRwOwn, all: BlocksRwAll };
    const TO: &'static str = "create or change blocks";
}

pub struct DeleteBlocks;

impl Right for DeleteBlocks {
    const NEEDS: Needs = Needs::OwnOrAll { own: BlocksRwdOwn, all: BlocksRwdAll };
    const TO: &'static str = "delete blocks";
}
