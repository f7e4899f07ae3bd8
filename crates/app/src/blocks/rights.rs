//! The actions on seat blocks and resource blocks (wire reference, sections 2.2 and 3.6).

use crate::access::Action;
use slotkeeper_domain::permission::Permission::{BlocksRAll, BlocksRwAll, BlocksRwOwn, BlocksRwdAll, BlocksRwdOwn};
use slotkeeper_domain::visibility::PermissionRequirement;

pub struct ReadBlocks;

impl Action for ReadBlocks {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: BlocksRwOwn, all: BlocksRAll };
    const DESCRIPTION: &'static str = "read blocks";
}

pub struct WriteBlocks;

impl Action for WriteBlocks {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: BlocksRwOwn, all: BlocksRwAll };
    const DESCRIPTION: &'static str = "create or change blocks";
}

pub struct DeleteBlocks;

impl Action for DeleteBlocks {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: BlocksRwdOwn, all: BlocksRwdAll };
    const DESCRIPTION: &'static str = "delete blocks";
}
