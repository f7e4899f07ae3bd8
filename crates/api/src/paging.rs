//! Lists of several pages (wire reference, section 1.7).
//!
//! A page token holds the whole search, sealed: it needs no memory on the server, works for any page in any order, and
//! cannot be made up. It holds no rights, so every call asks for them anew. Of what is stored it also holds how much was found,
//! and when, so that every page is cut from the same list ([`list_pages`](slotkeeper_store::tables::list_pages)).

use crate::document::ParameterDescription;
use crate::error::ApiError;
use crate::query::{Pairs, Parameters};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use slotkeeper_app::App;
use slotkeeper_app::idempotency::StoredResponse;
use slotkeeper_app::secrets::Usage;
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::list_pages::{ListSnapshot, PageRequest};
use std::convert::Infallible;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

/// How many items a page has when nobody says.
pub const USUAL_PAGE: u32 = 50;

/// How long a page token works.
pub const TOKEN_LIFE: Duration = Duration::from_secs(60 * 60);

/// The text of a page token where a path has one. Any text can be one; [`Paging::read`] finds out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(pub String);

impl FromStr for PageToken {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Of a search that is sent again, the search is kept and not the page, which is large, and which a search makes again.
impl StoredResponse for PageToken {
    fn to_text(&self) -> String {
        self.0.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

impl crate::path::PathId for PageToken {
    const WHAT: &'static str = "search";
}

/// The parameters that choose a page: `itemsPerPage`, `pageNumber` and `pageNavigationToken`.
#[derive(Debug, Clone, Default)]
pub struct PageParameters {
    /// How many items a page has. Not looked at when there is a token.
    pub items_per_page: Option<u32>,
    /// Which page, counted from 1.
    pub page_number: Option<u32>,
    /// The search to go on with.
    pub page_navigation_token: Option<String>,
}

impl PageParameters {
    /// The same page of the search with this token.
    #[must_use]
    pub fn with_token(mut self, token: PageToken) -> Self {
        self.page_navigation_token = Some(token.0);
        self
    }
}

impl Parameters for PageParameters {
    const NAMES: &'static [&'static str] = &["itemsPerPage", "pageNumber", "pageNavigationToken"];

    fn read(pairs: &Pairs) -> Result<Self, ApiError> {
        let page_navigation_token = pairs.value("pageNavigationToken").map(str::to_owned);
        let items_per_page = if page_navigation_token.is_none() { positive(pairs, "itemsPerPage")? } else { None };
        Ok(Self { items_per_page, page_number: positive(pairs, "pageNumber")?, page_navigation_token })
    }

    fn describe() -> Vec<ParameterDescription> {
        let number = json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX });
        let parameter =
            |name, about: &str, schema| ParameterDescription { name, about: about.to_owned(), schema, required: false };
        vec![
            parameter(
                "itemsPerPage",
                "How many items a page has; 50 if it is not said, and as many as this list can have if it is more.",
                number.clone(),
            ),
            parameter("pageNumber", "Which page, counted from 1.", number),
            parameter(
                "pageNavigationToken",
                "The search to go on with: it holds all other parameters, and works for an hour. Bookings, customers, \
                 linked people, payments and blocks are paged as they were found with the first page: what nobody \
                 changes meanwhile is on exactly one page, in whatever order these are read. What was changed is \
                 shown as it is now, where it stood; what is gone, or no longer found by the search, is left out; \
                 what is new waits for the next search. `totalItems` stays.",
                json!({ "type": "string" }),
            ),
        ]
    }
}

fn positive(pairs: &Pairs, name: &str) -> Result<Option<u32>, ApiError> {
    let Some(text) = pairs.value(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number >= 1);
    number.map(Some).ok_or_else(|| not_positive(name))
}

fn not_positive(name: &str) -> ApiError {
    ApiError::bad_request(format!("The parameter {name} must be a whole number between 1 and {}.", u32::MAX))
}

/// Part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Which page, counted from 1.
    pub number: u32,
    /// How many items a page has, at least 1.
    pub size: u32,
}

impl Page {
    /// How many items come before it.
    #[must_use]
    pub fn offset(self) -> i64 {
        i64::from(self.number.saturating_sub(1)).saturating_mul(i64::from(self.size))
    }

    /// How many items it can have.
    #[must_use]
    pub fn limit(self) -> i64 {
        i64::from(self.size)
    }

    /// Its items, out of all of them.
    #[must_use]
    pub fn slice_of<T>(self, all: &[T]) -> &[T] {
        let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX).min(all.len());
        all.get(place(self.offset())..place(self.offset().saturating_add(self.limit()))).unwrap_or_default()
    }

    /// What the wire says of a list with so many items in all.
    fn info(self, total_items: u64) -> Info {
        let total_pages = total_items.div_ceil(u64::from(self.size.max(1)));
        let current_page = if total_items == 0 { 1 } else { self.number };
        Info { total_items, total_pages, current_page, page_navigation_token: None }
    }
}

/// Which page of how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaginationInfo")]
pub struct Info {
    /// Items over all pages.
    pub total_items: u64,
    /// Pages; none when there are no items.
    pub total_pages: u64,
    /// The page, counted from 1. The first when there are no items, whatever was asked for.
    pub current_page: u32,
    /// Only when there are several pages, and not behind the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_navigation_token: Option<String>,
}

/// A page of a list, as the wire has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct List<T> {
    /// Which page of how many.
    pub info: Info,
    /// The items of the page; none beyond the last one.
    pub data: Vec<T>,
}

impl<T> List<T> {
    /// A list that is never divided: whatever it has is on its first page.
    pub(crate) fn whole(data: Vec<T>) -> Self {
        let (total_items, total_pages) = (data.len() as u64, u64::from(!data.is_empty()));
        Self { info: Info { total_items, total_pages, current_page: 1, page_navigation_token: None }, data }
    }
}

/// What a token holds, in front of the search.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed<Search> {
    account: AccountId,
    operation: String,
    items_per_page: u32,
    expires: Instant,
    search: Search,
    /// Absent in tokens of lists that are worked out anew for every page.
    #[serde(default)]
    fixed: Option<FixedFor>,
}

/// What was found when the search began, and within whose sight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FixedFor {
    total: i64,
    number: i64,
    /// The application whose things alone were looked at; nothing if all were.
    own: Option<ApplicationId>,
}

/// A search, and which page of it is wanted.
pub struct Paging<Search> {
    /// What is looked for: from the parameters, or from the token.
    pub search: Search,
    /// The page.
    pub page: Page,
    app: App,
    /// What a token of this search would hold, apart from what was found.
    content: Value,
    fixed: Option<FixedFor>,
    token: OnceLock<String>,
}

impl<Search: Serialize + DeserializeOwned> Paging<Search> {
    /// Reads the search from the token or, when there is none, from the parameters. `operation` names what the token is
    /// for (`GET /bookings`), together with whatever of the path the search depends on and does not hold. More items
    /// than `most` become `most`.
    ///
    /// # Errors
    /// 400 for a page or a size of 0, 404 for a token that is not of this account and operation or is too old, and
    /// those of `search`.
    pub fn read(
        app: &App,
        account: &AccountId,
        operation: &str,
        parameters: &PageParameters,
        most: u32,
        search: impl FnOnce() -> Result<Search, ApiError>,
    ) -> Result<Self, ApiError> {
        let at_least_one = |number: u32, name| if number == 0 { Err(not_positive(name)) } else { Ok(number) };
        let number = at_least_one(parameters.page_number.unwrap_or(1), "pageNumber")?;
        if let Some(token) = &parameters.page_navigation_token {
            let sealed = open::<Search>(app, account, operation, token).ok_or_else(lost_token)?;
            let page = Page { number, size: sealed.items_per_page };
            let content = content_of(&sealed)?;
            let (search, fixed) = (sealed.search, sealed.fixed);
            let (app, token) = (app.clone(), token.clone().into());
            return Ok(Self { search, page, app, content, fixed, token });
        }
        let size = at_least_one(parameters.items_per_page.unwrap_or(USUAL_PAGE), "itemsPerPage")?.min(most);
        let sealed = Sealed {
            account: account.clone(),
            operation: operation.to_owned(),
            items_per_page: size,
            expires: app.now().after(TOKEN_LIFE),
            search: search()?,
            fixed: None,
        };
        let content = content_of(&sealed)?;
        let page = Page { number, size };
        let (search, app) = (sealed.search, app.clone());
        Ok(Self { search, page, app, content, fixed: None, token: OnceLock::new() })
    }
}

impl<Search> Paging<Search> {
    /// The text of the token that leads to every page of this search: letters, digits, `-` and `_`. The one that was
    /// sent, if one was.
    #[must_use]
    pub fn token(&self) -> &str {
        let seal = || {
            let mut content = self.content.clone();
            content["fixed"] = json!(self.fixed);
            URL_SAFE_NO_PAD.encode(self.app.vault().seal(Usage::PageToken, &content.to_string()))
        };
        self.token.get_or_init(seal)
    }

    /// What to ask the store for: the page, and what it is cut from, if the search has begun within this sight. Within another
    /// one it begins now: what was found there is not to be told, and no page of it would help.
    #[must_use]
    pub fn wanted(&self, visibility: &Visibility) -> PageRequest {
        let begun = self.fixed.as_ref().filter(|fixed| fixed.own.as_ref() == visibility.creator());
        let fixed = begun.map(|fixed| ListSnapshot { total: fixed.total, number: fixed.number });
        PageRequest { limit: self.page.limit(), offset: self.page.offset(), fixed }
    }

    /// The page of a stored list as the wire has it. What was found within this sight goes into the token, so that the other
    /// pages are cut from it.
    #[must_use]
    pub fn fixed_list<T>(
        mut self,
        ListSnapshot { total, number }: ListSnapshot,
        visibility: &Visibility,
        data: Vec<T>,
    ) -> List<T> {
        let fixed = FixedFor { total, number, own: visibility.creator().cloned() };
        if self.fixed.as_ref() != Some(&fixed) {
            (self.fixed, self.token) = (Some(fixed), OnceLock::new());
        }
        self.list(u64::try_from(total).unwrap_or(0), data)
    }

    /// The page as the wire has it: so many items over all pages, and those of this page.
    #[must_use]
    pub fn list<T>(&self, total_items: u64, data: Vec<T>) -> List<T> {
        let mut info = self.page.info(total_items);
        // Who reads until there is no token comes to an end, also when asking for one page too many.
        if info.total_pages > 1 && u64::from(info.current_page) <= info.total_pages {
            info.page_navigation_token = Some(self.token().to_owned());
        }
        List { info, data }
    }
}

fn content_of<Search: Serialize>(sealed: &Sealed<Search>) -> Result<Value, ApiError> {
    serde_json::to_value(sealed).map_err(|error| {
        tracing::error!(%error, operation = sealed.operation, "a search cannot be written as JSON");
        ApiError::internal()
    })
}

fn open<Search: DeserializeOwned>(
    app: &App,
    account: &AccountId,
    operation: &str,
    token: &str,
) -> Option<Sealed<Search>> {
    let content = app.vault().open(Usage::PageToken, &URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let sealed: Sealed<Search> = serde_json::from_str(&content).ok()?;
    let fits = sealed.account == *account && sealed.operation == operation && app.now() < sealed.expires;
    (fits && sealed.items_per_page >= 1).then_some(sealed)
}

fn lost_token() -> ApiError {
    ApiError::not_found(
        "This pageNavigationToken does not work: it is more than an hour old, or belongs to another list. Start the \
         search again without it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<(Option<u32>, Option<u32>), ApiError> {
        Pairs::of(query).read::<PageParameters>().map(|read| (read.items_per_page, read.page_number))
    }

    #[test]
    fn page_and_size_are_at_least_one() {
        assert_eq!(read("itemsPerPage=20&pageNumber=3").ok(), Some((Some(20), Some(3))));
        assert_eq!(read("itemsPerPage=&other=0").ok(), Some((None, None)));
        for wrong in ["itemsPerPage=0", "pageNumber=0", "itemsPerPage=-1", "pageNumber=x", "pageNumber=4294967296"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        // With a token, only the page number counts.
        assert_eq!(read("pageNavigationToken=T&itemsPerPage=x&pageNumber=2").ok(), Some((None, Some(2))));
        assert!(read("pageNavigationToken=T&pageNumber=0").is_err());
    }

    #[test]
    fn pages_cover_a_list_without_gaps() {
        let all: Vec<u32> = (0..7).collect();
        let page = |number, size| Page { number, size };
        assert_eq!(page(1, 3).slice_of(&all), [0, 1, 2]);
        assert_eq!(page(3, 3).slice_of(&all), [6]);
        assert_eq!((page(3, 3).offset(), page(3, 3).limit()), (6, 3));
        for beyond in [page(4, 3), page(u32::MAX, u32::MAX)] {
            assert!(beyond.slice_of(&all).is_empty());
        }
        for (items, size, pages) in [(0, 3, 0), (1, 3, 1), (3, 3, 1), (4, 3, 2), (u64::MAX, 1, u64::MAX)] {
            assert_eq!(page(1, size).info(items).total_pages, pages);
        }
    }

    #[test]
    fn the_current_page_is_what_was_asked_for_unless_there_is_nothing() {
        assert_eq!(Page { number: 9, size: 3 }.info(7).current_page, 9);
        assert_eq!(Page { number: 9, size: 3 }.info(0).current_page, 1);
    }
}
