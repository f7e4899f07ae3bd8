//! The resources that two things have at the same time since a clock is set by other rules.

use crate::App;
use crate::caller::AccountMember;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::zone_moves::{self, Conflict};
use slotkeeper_store::{Snapshot, StoreError};

/// How many are shown.
const MOST: i64 = 50;

/// Those of the colleague's account that are not over, each in a line: which resource, when, and what has it. Without anybody's
/// name. One of which one has been moved or cancelled since is left out.
pub async fn list(app: &App, colleague: &AccountMember) -> Result<Vec<String>, StoreError> {
    let (unit, account, now) = (app.clone(), colleague.account.clone(), app.now());
    app.store().read(move |db| lines(db, &unit, &account, now)).await
}

pub(super) fn lines(db: &mut Snapshot, app: &App, account: &Account, now: Instant) -> Result<Vec<String>, StoreError> {
    let found = zone_moves::conflicts(db, &account.id, now, MOST)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let catalogue = app.catalogues().of(db, &account.id)?;
    let language = account.languages.default_language();
    let line = |conflict: Conflict| {
        let resource = catalogue.resource(&conflict.resource);
        let resource = resource.map_or(conflict.resource.as_str(), |(_, resource)| resource.name.r#in(language));
        let named = |(kind, id): &(String, String)| match kind.as_str() {
            "booking" => format!("booking {id}"),
            "resource_block" => "a block".to_owned(),
            _ => {
                let event = id.parse::<slotkeeper_domain::event::EventId>().ok();
                let product = event.as_ref().and_then(|event| catalogue.product(&event.product));
                let product = product.map_or("an event", |product| product.name.r#in(language));
                event.as_ref().map_or_else(|| product.to_owned(), |event| format!("{product} on {}", event.date))
            }
        };
        let when = conflict.span.from.to_words(&account.zone);
        format!("{resource}, {when}: {} and {}", named(&conflict.one), named(&conflict.other))
    };
    Ok(found.into_iter().map(line).collect())
}
