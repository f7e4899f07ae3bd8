//! `GET /customers`: the customers, by creation, or those that a search finds.

use super::person::{Customer, Viewer};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Parameter, Query, UnreadQuery};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use slotkeeper_app::App;
use slotkeeper_app::customers::list::{list as find, settled};
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_domain::time::{Date, Instant, WireTime, Zone};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::customer_search::{CustomerSearch, SearchBy, WhoIsMember};

/// Most customers on a page.
const MOST: u32 = 100;
/// Longest text to search for, in characters.
const LONGEST_TEXT: usize = 300;

/// What customers are searched for.
#[derive(Debug, Clone)]
pub(crate) struct SearchText(String);

impl Parameter for SearchText {
    const EXPECTED: &'static str = "a text of 300 characters at most";

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.chars().count() <= LONGEST_TEXT && !text.contains('\0')).then(|| Self(text.to_owned()))
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": LONGEST_TEXT })
    }
}

crate::choices! {
    /// What customers are searched by.
    pub(crate) enum SearchField {
        /// The whole name.
        Name = "name",
        /// The first name.
        FirstName = "firstName",
        /// The last name.
        LastName = "lastName",
        /// The e-mail address.
        EmailAddress = "emailAddress",
    }
}

crate::parameters! {
    /// Which customers are wanted.
    pub(crate) struct ListCustomers {
        /// What `searchText` is compared with; the name, if it is not said.
        search_field: Option<SearchField> = "searchField",
        /// A part of a name, or an e-mail address. Case does not matter.
        search_text: Option<SearchText> = "searchText",
        /// Created from then on.
        created_since: Option<WireTime> = "createdSince",
        /// Whether members are wanted; they are, if it is not said.
        current_members: Option<bool> = "currentMembers",
        /// Whether those who are no members are wanted; they are, if it is not said.
        current_non_members: Option<bool> = "currentNonMembers",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CustomersToken {
    field: SearchField,
    text: String,
    since: Instant,
    members: bool,
    non_members: bool,
    /// The day of which memberships are looked at: the one of the first page.
    today: Option<Date>,
}

impl CustomersToken {
    fn of(wanted: ListCustomers, zone: &Zone, now: Instant) -> Result<Self, ApiError> {
        let text = wanted.search_text.map(|SearchText(text)| text).unwrap_or_default();
        Ok(Self {
            field: wanted.search_field.unwrap_or(SearchField::Name),
            text,
            since: wanted.created_since.map_or(Instant::from_millis(0), |time| time.at(zone)),
            members: wanted.current_members.unwrap_or(true),
            non_members: wanted.current_non_members.unwrap_or(true),
            today: Some(zone.date_of(now)),
        })
    }

    /// What to look for, if anybody is wanted at all.
    fn on(&self, today: Date) -> Option<CustomerSearch> {
        // Tokens of yesterday's program say no day.
        let today = self.today.unwrap_or(today);
        let who = match (self.members, self.non_members) {
            (true, true) => WhoIsMember::Both,
            (true, false) => WhoIsMember::Members(today),
            (false, true) => WhoIsMember::Others(today),
            (false, false) => return None,
        };
        let text = self.text.clone();
        let by = match self.field {
            // Without a text there is nothing to compare a field with (wire reference, section 3.3).
            _ if text.is_empty() => SearchBy::Everybody,
            SearchField::Name => SearchBy::Name(text),
            SearchField::FirstName => SearchBy::FirstName(text),
            SearchField::LastName => SearchBy::LastName(text),
            SearchField::EmailAddress => SearchBy::EmailAddress(text),
        };
        Some(CustomerSearch { since: self.since, by, who })
    }
}

/// The customers that the key may read.
pub(crate) async fn list(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: UnreadQuery<ListCustomers>,
) -> Result<OkJson<List<Customer>>, ApiError> {
    let account = caller.access().account();
    let _turn = caller.turn(&app).await;
    let paging = Paging::read(&app, &account.id, "GET /customers", &page, MOST, || {
        CustomersToken::of(wanted.read()?, &account.zone, app.now())
    })?;
    let viewer = Viewer::of(&app, &caller);
    let Some(search) = paging.search.on(viewer.today) else { return Ok(OkJson(paging.list(0, Vec::new()))) };
    let visibility = caller.access().visibility();
    let search = settled(&app, caller.access(), search).await?;
    let page = paging.wanted(visibility);
    let found = app.read(caller.access(), move |cx| Ok::<_, StoreError>((find(cx, &search, page)?, cx.catalogue()?)));
    let (found, catalogue) = found.await?;
    let by = viewer.with(&catalogue);
    let data = found.rows.iter().map(|customer| by.customer(customer)).collect();
    Ok(OkJson(paging.fixed_list(found.fixed, visibility, data)))
}
