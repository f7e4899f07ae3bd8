//! `GET /changes`: what has changed, in order.

use crate::answer::Shown;
use crate::caller::Caller;
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::query::Query;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::changes::list::list as find;
use slotkeeper_app::right::AnyKey;
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
        /// The number of the last change that is known already; without it from the beginning.
        after: Option<u64> = "after",
        /// How many changes at most, up to 500; 100 without it.
        limit: Option<u32> = "limit",
    }
}

/// A part of the log.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Changes {
    /// What changed, in order.
    data: Vec<Change>,
    /// What to pass as `after` next time. It can be beyond the last change shown, when those after it are not for this key.
    last: i64,
    /// Whether there is more already.
    more: bool,
}

/// One change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    /// Its number; the changes of an account are numbered in order.
    number: i64,
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

/// What changed after a number of what the key may read.
pub(crate) async fn list(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Query(search): Query<ChangesSearch>,
) -> Result<Shown<Changes>, ApiError> {
    let after = i64::try_from(search.after.unwrap_or(0)).unwrap_or(i64::MAX);
    let limit = usize::try_from(search.limit.unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(usize::MAX);
    let part = find(&app, caller.holder(), after, limit).await?;
    let zone = &caller.may().account().zone;
    let data = part.changes.into_iter().map(|(domain, entry)| Change {
        number: entry.number,
        timestamp: entry.at.to_wire(zone),
        domain: domain.as_str(),
        r#type: entry.kind.as_str(),
        item_id: entry.thing_id,
        agent: entry.agent,
    });
    Ok(Shown(Changes { data: data.collect(), last: part.last, more: part.more }))
}
