//! Block resources for some time.

use super::seize;
use crate::access::Access;
use crate::blocks::rights::WriteBlocks;
use crate::blocks::{BlockError, blocking, record, stamp};
use crate::bookings::place::BookingContext;
use crate::idempotency::{Answering, StoredResponse};
use crate::{App, random};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{ResourceBlockId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
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
pub async fn create<A: StoredResponse>(
    app: &App,
    access: &Access<WriteBlocks>,
    new: NewResourceBlock,
    answering: Answering<ResourceBlock, A>,
) -> Result<A, BlockError> {
    let context = blocking(app, access)?;
    let (unit, id): (_, ResourceBlockId) = (app.clone(), random::id());
    let block = move |tx: &mut Tx| {
        answering.run(tx, &unit, context.whose(), context.now, |tx| {
            let mut block = write(tx, &unit, &context, &new, &id)?;
            block.created.at = tx.change_time(&context.account.id)?;
            Ok(block)
        })
    };
    app.store().write(block).await
}

/// Blocks the same within a transaction that others write in as well, as this actor and at this instant: for data that comes
/// from elsewhere.
///
/// # Errors
/// [`BlockError`].
pub fn create_within(
    tx: &mut Tx,
    app: &App,
    account: &Account,
    actor: &Actor,
    at: Instant,
    new: &NewResourceBlock,
) -> Result<ResourceBlock, BlockError> {
    let context = BookingContext::within(account, actor, at, true).map_err(|_| BlockError::NoBusiness)?;
    write(tx, app, &context, new, &random::id())
}

fn write(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    new: &NewResourceBlock,
    id: &ResourceBlockId,
) -> Result<ResourceBlock, BlockError> {
    let NewResourceBlock { span, resources, reason } = new.clone();
    let resources = seize(tx, app, context, id, span, &resources)?;
    let (application, created) = (context.application().cloned(), stamp(tx, context)?);
    let block = ResourceBlock { id: id.clone(), application, span, resources, reason, created, changed: None };
    resourceblocks::insert(tx, &context.account.id, &block)?;
    record(tx, context, Subject::resource_block(id, context.application()), Kind::Created);
    Ok(block)
}
