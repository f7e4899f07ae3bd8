//! Show a webhook.

use crate::App;
use crate::access::{Access, AnyKey};
use slotkeeper_domain::id::{AuthorizationId, WebhookId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::webhooks::{self, Webhook};

/// The webhook with this id, if this key registered it.
pub async fn show(
    app: &App,
    access: &Access<AnyKey>,
    authorization: &AuthorizationId,
    id: WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    let account = access.account().id.clone();
    let found = app.store().read(move |db| webhooks::find(db, &account, &id)).await?;
    Ok(found.filter(|webhook| webhook.authorization == *authorization))
}
