//! What seat blocks and resource blocks share: errors and the check whether a block can be changed.

pub mod rights;

use crate::allocation::ClaimError;
use crate::bookings::place::{AccessLevel, BookingContext, ChangeScope};
use crate::context::Unit;
use crate::idempotency::KeyReused;
use rights::ReadBlocks;
use slotkeeper_domain::block::BlockNotAllowed;
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_domain::inventory::AllocationError;
use slotkeeper_store::tables::bookings::Stamp;
use slotkeeper_store::{StoreError, Tx};

#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    #[error(transparent)]
    Refused(#[from] BlockNotAllowed),
    #[error(transparent)]
    Full(#[from] AllocationError),
    /// There is no such block, or it is outside the key's visibility.
    #[error("no such block")]
    NoBlock,
    /// The block is visible to the key, but not within the scope of its write permission.
    #[error("the block was not created by this application")]
    NotYours,
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    /// The account is not a business: it has no currency.
    #[error("the account takes no bookings")]
    NoBusiness,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ClaimError> for BlockError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Full(full) => Self::Full(full),
            ClaimError::Store(error) => Self::Store(error),
        }
    }
}

/// The context for a block. The booking rules for customers do not apply, since a block is the business's own.
pub(crate) fn blocking(unit: &Unit) -> Result<BookingContext, BlockError> {
    BookingContext::of(unit, true).map_err(|_| BlockError::NoBusiness)
}

/// The block, if the principal may change it.
pub(crate) fn changeable<B>(
    found: Option<B>,
    creator: impl Fn(&B) -> Option<&ApplicationId>,
    unit: &Unit,
) -> Result<B, BlockError> {
    let block = found.ok_or(BlockError::NoBlock)?;
    match ChangeScope::of::<ReadBlocks>(unit).to(creator(&block)) {
        AccessLevel::Changed => Ok(block),
        AccessLevel::Seen => Err(BlockError::NotYours),
        AccessLevel::Absent => Err(BlockError::NoBlock),
    }
}

/// The time of the unit and the name of the principal.
pub(crate) fn stamp(tx: &mut Tx, context: &BookingContext) -> Result<Stamp, StoreError> {
    Ok(Stamp { at: context.now, agent: context.agent(tx)? })
}
