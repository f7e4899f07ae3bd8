//! Block resources for some time.

use super::seize;
use crate::blocks::rights::WriteBlocks;
use crate::blocks::{BlockError, blocking, stamp};
use crate::bookings::place::BookingContext;
use crate::context::Write;
use crate::{App, random};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{ResourceBlockId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};

/// Resources to be blocked.
#[derive(Debug, Clone)]
pub struct NewResourceBlock {
    /// From when to when.
    pub span: Span,
    pub resources: Vec<ResourceId>,
    pub reason: Option<String>,
}

/// Blocks resources, whatever they are needed for: what was booked stays, and nothing more is.
///
/// # Errors
/// [`BlockError`].
pub fn create(cx: &mut Write<'_, WriteBlocks>, new: &NewResourceBlock) -> Result<ResourceBlock, BlockError> {
    let (tx, unit) = cx.tx();
    let mut block = write(tx, unit.app(), &blocking(unit)?, new)?;
    block.created.at = cx.change_time()?;
    Ok(block)
}

fn write(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    new: &NewResourceBlock,
) -> Result<ResourceBlock, BlockError> {
    let id: ResourceBlockId = random::id();
    let NewResourceBlock { span, resources, reason } = new.clone();
    let resources = seize(tx, app, context, &id, span, &resources)?;
    let (application, created) = (context.application().cloned(), stamp(tx, context)?);
    let block = ResourceBlock { id, application, span, resources, reason, created, changed: None };
    resourceblocks::insert(tx, &context.account.id, &block)?;
    let subject = Subject::resource_block(&block.id, context.application());
    tx.record(context.actor.change(&context.account.id, context.now, subject, Kind::Created));
    Ok(block)
}
