//! Blocks of resources.

pub mod create;
pub mod list;
pub mod remove;
pub mod show;
pub mod update;

use crate::App;
use crate::allocation::{NewClaim, allocate};
use crate::blocks::BlockError;
use crate::bookings::place::BookingContext;
use slotkeeper_domain::block;
use slotkeeper_domain::id::{ResourceBlockId, ResourceId};
use slotkeeper_domain::inventory::{AllocationRequest, ClaimOwner, ResourceAbsence, Span};
use slotkeeper_store::Tx;

/// Takes the time of a block in the same step in which it gives back what it has; says of which resources, each once.
fn seize(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    id: &ResourceBlockId,
    span: Span,
    ids: &[ResourceId],
) -> Result<Vec<ResourceId>, BlockError> {
    let account = &context.account.id;
    let catalogue = app.catalogues().of(tx, account)?;
    let resources = block::resources(&catalogue, ids, span)?;
    let blocked = resources.iter().map(|(id, _)| id.clone()).collect();
    let request =
        AllocationRequest { absence: Some(ResourceAbsence { span, resources }), ..AllocationRequest::default() };
    let owner = ClaimOwner::ResourceBlock(id.clone());
    let instead_of = std::slice::from_ref(&owner);
    let zone = &context.account.zone;
    allocate(
        tx,
        account,
        &NewClaim { request: &request, owner: &owner, instead_of, expires_at: None, zone },
        context.now,
    )?;
    Ok(blocked)
}
