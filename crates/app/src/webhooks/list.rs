//! List the webhooks of a key.

use crate::App;
use crate::access::{Access, AnyKey};
use slotkeeper_domain::id::AuthorizationId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::webhooks::{self, Webhook};

/// The webhooks that this key registered, by domain and type: at most one of each, so they fit on a page.
pub async fn list(
    app: &App,
    access: &Access<AnyKey>,
    authorization: AuthorizationId,
) -> Result<Vec<Webhook>, StoreError> {
    let account = access.account().id.clone();
    app.store().read(move |db| webhooks::of_key(db, &account, &authorization)).await
}
