//! `GET /changes`: what has changed, in order.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::query::Query;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::changes::list::{ListError, Start, list as find};
use slotkeeper_domain::change::Kind;
use slotkeeper_domain::time::WireTime;
use slotkeeper_domain::webhook::Domain;

/// Most changes in an answer.
const MOST: u32 = 500;
/// How many there are when nobody says.
const USUAL: u32 = 100;

crate::parameters! {
    /// From where on.
    pub(crate) struct ChangesSearch {
        /// The `last` of the answer before; without it from the beginning.
        after: Option<String> = "after",
        /// How many changes at most, up to 500; 100 without it.
        limit: Option<u32> = "limit",
    }
}

/// A part of the log.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Changes {
    /// What changed, in order.
    data: Vec<Change>,
    /// What to pass as `after` next time. It says nothing to anybody but the server, and is another text each time.
    last: String,
    /// Whether there is more already.
    more: bool,
}

/// One change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    #[schemars(with = "AsParameter<WireTime>")]
    timestamp: String,
    #[schemars(with = "AsParameter<Domain>")]
    domain: &'static str,
    #[schemars(with = "AsParameter<Kind>")]
    r#type: &'static str,
    /// The booking number, or the id of the customer, payment or block.
    item_id: String,
    /// The application or the person who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
}

/// What changed from a mark on of what the key may read.
pub(crate) async fn list(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Query(search): Query<ChangesSearch>,
) -> Result<OkJson<Changes>, ApiError> {
    let from = match search.after {
        None => Start::Beginning,
        Some(text) if text.is_empty() => Start::Beginning,
        // What was said before there were marks.
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Start::Number(text.parse().unwrap_or(i64::MAX)),
        Some(text) => Start::Mark(text),
    };
    let limit = usize::try_from(search.limit.unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(usize::MAX);
    let part = find(&app, caller.holder(), from, limit).await.map_err(|error| match error {
        ListError::NoMark => ApiError::bad_request(
            "The parameter after must be the member last of an earlier answer for this account. Without it the list begins \
             at the beginning.",
        ),
        ListError::Store(error) => error.into(),
    })?;
    let account = caller.access().account();
    let zone = &account.zone;
    let data = part.changes.into_iter().map(|(domain, entry)| Change {
        timestamp: entry.at.to_wire(zone),
        domain: domain.as_str(),
        r#type: entry.kind.as_str(),
        item_id: entry.thing_id,
        agent: entry.agent,
    });
    Ok(OkJson(Changes { data: data.collect(), last: part.last.seal(&app, &account.id), more: part.more }))
}
