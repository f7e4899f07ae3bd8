//! Remove a hold: what it claimed is free at once.

use crate::allocation::release;
use crate::bookings::rights::WriteBookings;
use crate::context::Write;
use slotkeeper_domain::id::HoldId;
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::holds;

/// Ends the application's hold; `false` when there is none, or it has ended already.
pub fn remove(cx: &mut Write<'_, WriteBookings>, id: &HoldId) -> Result<bool, StoreError> {
    let (tx, unit) = cx.tx();
    let (account, now) = (unit.account_id(), unit.now());
    let Some(application) = unit.application() else { return Ok(false) };
    let hold = holds::lock(tx, account, application, id)?.filter(|hold| hold.expires_at > now);
    if hold.is_none() {
        return Ok(false);
    }
    release(tx, account, &ClaimOwner::Hold(id.clone()), now)?;
    holds::end(tx, account, id, now, None)?;
    Ok(true)
}
