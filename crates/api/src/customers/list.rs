//! `GET /customers`: the customers, by creation, or those that a search finds.

use super::person::Customer;
use crate::answer::Shown;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, Unread};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::list::list as find;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_domain::time::{Instant, WireTime};
use slotkeeper_store::tables::customers::{CustomerSearch, SearchBy};

/// Most customers on a page.
const MOST: u32 = 100;
/// Longest text to search for, in characters.
const LONGEST_TEXT: usize = 300;

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
        search_text: Option<String> = "searchText",
        /// Created from then on.
        created_since: Option<WireTime> = "createdSince",
        /// Whether those who are no members are wanted; they are, if it is not said.
        current_non_members: Option<bool> = "currentNonMembers",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Search {
    field: SearchField,
    text: String,
    since: Instant,
    non_members: bool,
}

/// The customers that the key may read.
pub(crate) async fn list(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: Unread<ListCustomers>,
) -> Result<Shown<List<Customer>>, ApiError> {
    let account = caller.may().account();
    let paging = Paging::read(&app, &account.id, "GET /customers", &page, MOST, || {
        let wanted = wanted.read()?;
        let text = wanted.search_text.unwrap_or_default();
        if text.chars().count() > LONGEST_TEXT || text.contains('\0') {
            let message = format!("The parameter searchText must be a text of {LONGEST_TEXT} characters at most.");
            return Err(ApiError::bad_request(message));
        }
        // Without a text there is nothing to compare a field with (wire reference, section 3.3).
        let field = wanted.search_field.filter(|_| !text.is_empty()).unwrap_or(SearchField::Name);
        let since = wanted.created_since.map_or(Instant::from_millis(0), |time| time.at(&account.zone));
        Ok(Search { field, text, since, non_members: wanted.current_non_members.unwrap_or(true) })
    })?;
    // Nobody is a member until a business can make somebody one.
    if !paging.search.non_members {
        return Ok(Shown(paging.list(0, Vec::new())));
    }
    let text = paging.search.text.clone();
    let by = match paging.search.field {
        SearchField::Name => SearchBy::Name(text),
        SearchField::FirstName => SearchBy::FirstName(text),
        SearchField::LastName => SearchBy::LastName(text),
        SearchField::EmailAddress => SearchBy::EmailAddress(text),
    };
    let search = CustomerSearch { since: paging.search.since, by };
    let (total, found) = find(&app, caller.may(), search, paging.page.limit(), paging.page.offset()).await?;
    let catalogue = read(&app, caller.may()).await?;
    let data = found.iter().map(|shown| Customer::of(shown, account, &catalogue, caller.language())).collect();
    Ok(Shown(paging.list(u64::try_from(total).unwrap_or(0), data)))
}
