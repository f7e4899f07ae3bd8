//! Change a block of resources. What is not said stays as it was.

use super::seize;
use crate::App;
use crate::access::Access;
use crate::blocks::rights::{ReadBlocks, WriteBlocks};
use crate::blocks::{BlockError, blocking, changeable, reach, record, stamp};
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
pub async fn update(
    app: &App,
    access: &Access<WriteBlocks>,
    sees: Option<&Access<ReadBlocks>>,
    id: ResourceBlockId,
    change: ResourceBlockChange,
) -> Result<ResourceBlock, BlockError> {
    let (context, reach, unit) = (blocking(app, access)?, reach(access, sees), app.clone());
    app.store()
        .write(move |tx| {
            let account = &context.account.id;
            let found = resourceblocks::lock(tx, account, &id)?;
            let block = changeable(found, |block: &ResourceBlock| block.application.as_ref(), &reach)?;
            let ResourceBlockChange { starts_at, ends_at, resources, reason } = change.clone();
            let span = Span { from: starts_at.unwrap_or(block.span.from), to: ends_at.unwrap_or(block.span.to) };
            let resources = resources.unwrap_or_else(|| block.resources.clone());
            let same = span == block.span && resources == block.resources;
            let resources = if same { resources } else { seize(tx, &unit, &context, &id, span, &resources)? };
            let (reason, changed) = (reason.or(block.reason), Some(stamp(tx, &context)?));
            let mut changed = ResourceBlock { span, resources, reason, changed, ..block };
            resourceblocks::update(tx, account, &changed)?;
            record(tx, &context, Subject::resource_block(&id, changed.application.as_ref()), Kind::Updated);
            let at = tx.change_time(account)?;
            changed.changed.iter_mut().for_each(|stamp| stamp.at = at);
            Ok(changed)
        })
        .await
}
