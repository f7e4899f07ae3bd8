//! Change a block of resources. What is not said stays as it was.

use super::seize;
use crate::blocks::rights::WriteBlocks;
use crate::blocks::{BlockError, blocking, changeable, stamp};
use crate::context::Write;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{ResourceBlockId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// What is to be different. The list replaces what was there.
#[derive(Debug, Clone, Default)]
pub struct ResourceBlockChange {
    pub starts_at: Option<Instant>,
    pub ends_at: Option<Instant>,
    pub resources: Option<Vec<ResourceId>>,
    pub reason: Option<String>,
}

/// Changes a block and, if it is to be of another time or of other resources, takes those in place of what it has, in one
/// transaction.
///
/// # Errors
/// [`BlockError`].
pub fn update(
    cx: &mut Write<'_, WriteBlocks>,
    id: &ResourceBlockId,
    change: &ResourceBlockChange,
) -> Result<ResourceBlock, BlockError> {
    let (tx, unit) = cx.tx();
    let (account, context) = (unit.account_id(), blocking(unit)?);
    let found = resourceblocks::lock(tx, account, id)?;
    let block = changeable(found, |block: &ResourceBlock| block.application.as_ref(), unit)?;
    let ResourceBlockChange { starts_at, ends_at, resources, reason } = change.clone();
    let span = Span { from: starts_at.unwrap_or(block.span.from), to: ends_at.unwrap_or(block.span.to) };
    let resources = resources.unwrap_or_else(|| block.resources.clone());
    let same = span == block.span && resources == block.resources;
    let resources = if same { resources } else { seize(tx, unit.app(), &context, id, span, &resources)? };
    let (reason, changed) = (reason.or(block.reason), Some(stamp(tx, &context)?));
    let mut changed = ResourceBlock { span, resources, reason, changed, ..block };
    resourceblocks::update(tx, account, &changed)?;
    cx.record(Subject::resource_block(id, changed.application.as_ref()), Kind::Updated);
    let at = cx.change_time()?;
    changed.changed.iter_mut().for_each(|stamp| stamp.at = at);
    Ok(changed)
}
