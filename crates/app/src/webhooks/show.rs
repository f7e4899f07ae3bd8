//! Show a webhook.

use crate::App;
use crate::right::{AnyKey, May};
use slotkeeper_domain::id::{AuthorizationId, WebhookId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::webhooks::{self, Webhook};

/// The webhook with this id, if this key registered it.
pub async fn show(
    app: &App,
    may: &May<AnyKey>,
    authorization: &AuthorizationId,
    id: WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    let account = may.account().id.clone();
    let found = app.store().read(move |db| webhooks::find(db, &account, &id)).await?;
    Ok(found.filter(|webhook| webhook.authorization == *authorization))
}
