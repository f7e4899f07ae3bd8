//! `GET /webhooks/{webhookId}`: one webhook of this key.

use super::webhook::Webhook;
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::webhooks::show::show as find;
use slotkeeper_domain::id::WebhookId;

/// The webhook, if this key registered it.
pub(crate) async fn show(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Id(id): Id<WebhookId>,
) -> Result<OkJson<Webhook>, ApiError> {
    let found = find(&app, caller.access(), &caller.holder().authorization().id, id).await?;
    let webhook = found.ok_or_else(ApiError::absent::<WebhookId>)?;
    Ok(OkJson(Webhook::of(&webhook, &caller.access().account().zone)))
}
