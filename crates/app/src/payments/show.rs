//! Read one payment.

use super::rights::ReadPayments;
use crate::context::Read;
use slotkeeper_domain::id::PaymentId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::payments::{self, Payment};

/// The payment with this id; `None` when there is none that the principal may see.
pub fn show(cx: &mut Read<'_, ReadPayments>, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
    let (db, unit) = cx.db();
    let found = payments::find(db, unit.account_id(), id)?;
    Ok(found.filter(|payment| unit.visibility().shows(payment.application.as_ref())))
}
