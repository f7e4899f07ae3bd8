//! `DELETE /webhooks/{webhookId}`: be told no more.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::webhooks::remove::remove as end;
use slotkeeper_domain::id::WebhookId;

/// Deletes the webhook, if this key registered it.
pub(crate) async fn remove(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Id(id): Id<WebhookId>,
) -> Result<NoContent, ApiError> {
    let authorization = caller.holder().authorization().id.clone();
    let found = end(&app, caller.access(), authorization, id).await?;
    if found { Ok(NoContent) } else { Err(ApiError::absent::<WebhookId>()) }
}
