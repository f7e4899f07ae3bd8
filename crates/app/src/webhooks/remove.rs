//! Delete a webhook.

use super::end::end;
use crate::App;
use crate::access::{Access, AnyKey};
use slotkeeper_domain::id::{AuthorizationId, WebhookId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{accounts, webhooks};

/// Deletes a webhook of this key. What still waits for it is not delivered any more. Whether there was one.
pub async fn remove(
    app: &App,
    access: &Access<AnyKey>,
    authorization: AuthorizationId,
    id: WebhookId,
) -> Result<bool, StoreError> {
    let (account, actor, now) = (access.account().id.clone(), access.actor().clone(), app.now());
    let removed = app
        .store()
        .write(move |tx| {
            accounts::lock(tx, &account)?;
            let found = webhooks::find(tx, &account, &id)?.filter(|webhook| webhook.authorization == authorization);
            let Some(webhook) = found else { return Ok(false) };
            end(tx, &webhook, &actor, now)?;
            Ok(true)
        })
        .await;
    app.store().deliveries().notify_one();
    removed
}
