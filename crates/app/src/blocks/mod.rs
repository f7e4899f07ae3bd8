//! What blocks of seats and blocks of resources have in common.

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

/// Why a block is not made, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    #[error(transparent)]
    Refused(#[from] BlockNotAllowed),
    #[error(transparent)]
    Full(#[from] AllocationError),
    /// Or the key does not see the block.
    #[error("no such block")]
    NoBlock,
    /// The key sees the block, and cannot change it.
    #[error("the block was not created by this application")]
    NotYours,
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    /// The account has no currency, so it is no business.
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

/// The rules for customers do not hold for blocks: they are the business's own.
pub(crate) fn blocking(unit: &Unit) -> Result<BookingContext, BlockError> {
    BookingContext::of(unit, true).map_err(|_| BlockError::NoBusiness)
}

/// The block that was found, if it may be changed.
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

/// Now, and the principal's name.
pub(crate) fn stamp(tx: &mut Tx, context: &BookingContext) -> Result<Stamp, StoreError> {
    Ok(Stamp { at: context.now, agent: context.agent(tx)? })
}
