//! `POST /webhooks`: be told of changes. A webhook for the same domain and type replaces the one before.

use super::webhook::{Webhook, WebhookBody};
use crate::answer::Created;
use crate::body::NewBody;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::idempotency::Answering;
use slotkeeper_app::webhooks::register::{RegisterError, register};
use slotkeeper_store::tables::webhooks;

/// Registers the webhook for this key.
pub(crate) async fn create(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    NewBody { body, key }: NewBody<WebhookBody>,
) -> Result<Created<Webhook>, ApiError> {
    let (unit, zone) = (app.clone(), caller.access().account().zone.clone());
    let answering = Answering::new(key, move |created: &webhooks::Webhook| {
        Created::new(&unit, &format!("/webhooks/{}", created.id), &Webhook::of(created, &zone))
    });
    let authorization = caller.holder().authorization().id.clone();
    register(&app, caller.access(), authorization, body.new_webhook(), answering).await.map_err(|error| match error {
        RegisterError::Url(refusal) => {
            ApiError::bad_request(format!("url: {}.", refusal.to_string().trim_end_matches('.')))
        }
        RegisterError::KeyEnded => ApiError::wrong_keys(),
        RegisterError::UsedOtherwise(error) => error.into(),
        RegisterError::Store(error) => error.into(),
    })
}
