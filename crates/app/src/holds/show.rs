//! Read one hold.

use crate::bookings::rights::WriteBookings;
use crate::context::Read;
use slotkeeper_domain::id::HoldId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::holds::{self, Hold};

/// The application's hold with this id; `None` when there is none, or when it has ended.
pub fn show(cx: &mut Read<'_, WriteBookings>, id: &HoldId) -> Result<Option<Hold>, StoreError> {
    let (db, unit) = cx.db();
    let Some(application) = unit.application() else { return Ok(None) };
    let hold = holds::find(db, unit.account_id(), application, id)?;
    Ok(hold.filter(|hold| hold.expires_at > unit.now()))
}
