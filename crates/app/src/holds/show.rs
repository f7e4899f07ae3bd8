//! Show a hold.

use crate::App;
use crate::access::Access;
use crate::bookings::rights::WriteBookings;
use slotkeeper_domain::id::{ApplicationId, HoldId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::holds::{self, Hold};

/// The application's hold, unless it has ended.
pub async fn show(
    app: &App,
    access: &Access<WriteBookings>,
    application: &ApplicationId,
    id: HoldId,
) -> Result<Option<Hold>, StoreError> {
    let (account, application, now) = (access.account().id.clone(), application.clone(), app.now());
    let hold = app.store().read(move |db| holds::find(db, &account, &application, &id)).await?;
    Ok(hold.filter(|hold| hold.expires_at > now))
}
