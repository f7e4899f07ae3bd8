//! `GET /settings/apikeyinfo`: what the key is allowed.

use crate::caller::Caller;
use crate::document::AsParameter;
use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::access::AnyKey;
use slotkeeper_domain::permission::Permission;
use slotkeeper_domain::time::WireTime;

/// What an API key opens, and what it may do there (wire reference, section 4.2).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKeyInfo {
    account_id: String,
    #[schemars(with = "Vec<AsParameter<Permission>>")]
    permissions: Vec<&'static str>,
    #[schemars(with = "AsParameter<WireTime>")]
    creation_time: String,
}

/// The account, the permissions as they were granted, and when the key was made.
pub(crate) async fn show(caller: Caller<AnyKey>) -> Json<ApiKeyInfo> {
    let (authorization, account) = (caller.holder().authorization(), caller.holder().account());
    let mut permissions: Vec<_> = authorization.permissions.iter().map(|permission| permission.as_str()).collect();
    permissions.sort_unstable();
    Json(ApiKeyInfo {
        account_id: account.id.to_string(),
        permissions,
        creation_time: authorization.created_at.to_wire_minutes(&account.zone),
    })
}
