//! Remove a hold: what it held is free at once.

use crate::App;
use crate::access::Access;
use crate::allocation::release;
use crate::bookings::rights::WriteBookings;
use slotkeeper_domain::id::{ApplicationId, HoldId};
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::holds;

/// Ends the application's hold. Whether there was one that had not ended.
pub async fn remove(
    app: &App,
    access: &Access<WriteBookings>,
    application: &ApplicationId,
    id: HoldId,
) -> Result<bool, StoreError> {
    let (account, application, now) = (access.account().id.clone(), application.clone(), app.now());
    let actor = access.actor().clone();
    app.store()
        .write_unlogged(move |tx| {
            let hold = holds::lock(tx, &account, &application, &id)?.filter(|hold| hold.expires_at > now);
            if hold.is_none() {
                return Ok(false);
            }
            release(tx, &account, &ClaimOwner::Hold(id.clone()), now)?;
            holds::end(tx, &account, &id, now, None)?;
            tx.require_live_key(&actor);
            Ok(true)
        })
        .await
}
