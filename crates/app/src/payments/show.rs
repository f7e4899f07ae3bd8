//! Show a payment.

use super::rights::ReadPayments;
use crate::App;
use crate::access::Access;
use slotkeeper_domain::id::PaymentId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::payments::{self, Payment};

/// The payment with this id; nothing if the key may not know of it.
pub async fn show(app: &App, access: &Access<ReadPayments>, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let (account, visibility) = (access.account().id.clone(), access.visibility().clone());
    let found = app.store().read(move |db| payments::find(db, &account, &id)).await?;
    Ok(found.filter(|payment| visibility.shows(payment.application.as_ref())))
}
