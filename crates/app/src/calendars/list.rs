//! List the calendar feeds of a member of the team and of resources.

use crate::App;
use crate::caller::{BusinessMember, Manager};
use slotkeeper_domain::calendar::CalendarOf;
use slotkeeper_domain::id::ResourceId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::calendars::{self, Calendar};

/// Most feeds of resources that are listed.
const MOST: i64 = 1_000;

#[derive(Debug, Clone)]
pub struct ResourceCalendar {
    pub id: ResourceId,
    /// `None` when the resource is no longer in the catalogue.
    pub name: Option<String>,
    pub calendar: Option<Calendar>,
}

/// The member's own feed.
pub async fn own(app: &App, worker: &BusinessMember) -> Result<Option<Calendar>, StoreError> {
    let (account, of) = (worker.account.id.clone(), CalendarOf::Person(worker.user.id.clone()));
    app.store().read(move |db| calendars::find_of(db, &account, &of)).await
}

/// The resources in the order of the catalogue, named in the account's default language, followed by feeds of resources
/// that are no longer in the catalogue.
pub async fn of_resources(app: &App, manager: &Manager) -> Result<Vec<ResourceCalendar>, StoreError> {
    let (unit, account) = (app.clone(), manager.account.clone());
    app.store()
        .read(move |db| {
            let mut made = calendars::of_resources(db, &account.id, MOST)?;
            let catalogue = unit.catalogues().of(db, &account.id)?;
            let language = account.languages.default_language();
            let mut take = |id: &ResourceId| {
                let found = made.iter().position(|calendar| calendar.of.id() == id.as_str());
                found.map(|position| made.swap_remove(position))
            };
            let resources = catalogue.resource_types.iter().flat_map(|kind| &kind.resources);
            let mut listed: Vec<ResourceCalendar> = resources
                .map(|resource| ResourceCalendar {
                    id: resource.id.clone(),
                    name: Some(resource.name.r#in(language).to_owned()),
                    calendar: take(&resource.id),
                })
                .collect();
            listed.extend(made.into_iter().filter_map(|calendar| match &calendar.of {
                CalendarOf::Resource(id) => {
                    Some(ResourceCalendar { id: id.clone(), name: None, calendar: Some(calendar) })
                }
                CalendarOf::Person(_) => None,
            }));
            Ok(listed)
        })
        .await
}
