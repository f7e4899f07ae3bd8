//! `POST /availability/matchingslots` and `GET /availability/matchingslots/{pageNavigationToken}`: the events or start
//! times that a party can book, with a price to show. The page token holds the whole search, so nothing about it is
//! stored.

use super::slots::MOST;
use super::{CourseSchedule, Mode, course, moving, resources};
use crate::answer::{Created, OkJson};
use crate::body::NewBody;
use crate::bookings::body::{Ignored, options, people};
use crate::bounded::{BoundedList, LONGEST_ID, id};
use crate::caller::Caller;
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, PageToken, Paging};
use crate::path::Id;
use crate::query::Query;
use crate::span::span;
use crate::wire::{Money, NamedValue, PeopleNumber, Resource, null_as_default, said};
use crate::wording::orders::NO_PRODUCT;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use slotkeeper_app::App;
use slotkeeper_app::availability::matching::{Match, MatchingSearch, matching};
use slotkeeper_app::availability::{ReadAvailability, SearchError};
use slotkeeper_app::idempotency::keep;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::{ProductId, ResourceId};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::text::{TextShape, check};
use slotkeeper_domain::time::{Instant, WireTime, Zone};

/// Most entries of each list of a search. The page token holds them all and has to fit into an address.
const MOST_ENTRIES: usize = 50;
/// Most bytes of all options of a search, for the same reason.
const LONGEST_TEXT: usize = 2_000;

/// The operation that page tokens of this list belong to.
const OPERATION: &str = "POST /availability/matchingslots";

crate::parameters! {
    /// As whom to look.
    pub(crate) struct SearchSwitches {
        /// As whom.
        mode: Option<Mode> = "mode",
        /// The number of a booking that is to be moved: what it has counts as free.
        ignore_booking: Option<String> = "ignoreBooking",
    }
}

/// Who comes with which wishes, and when it may be (wire reference, section 4.4).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MatchingSlotsSearchParameters")]
pub(crate) struct SearchParameters {
    #[serde(deserialize_with = "id")]
    #[schemars(length(max = LONGEST_ID))]
    product_id: String,
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: WireTime,
    #[schemars(with = "AsParameter<WireTime>")]
    end_time: WireTime,
    #[schemars(length(min = 1))]
    people_numbers: BoundedList<PeopleNumber, MOST_ENTRIES>,
    #[serde(default, deserialize_with = "null_as_default")]
    #[schemars(with = "Option<BoundedList<NamedValue, MOST_ENTRIES>>")]
    options: BoundedList<NamedValue, MOST_ENTRIES>,
    #[serde(default, deserialize_with = "null_as_default")]
    #[schemars(with = "Option<BoundedList<ResourceInput, MOST_ENTRIES>>")]
    resources: BoundedList<ResourceInput, MOST_ENTRIES>,
}

/// A resource by its id; some clients send the id alone.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename = "ResourceRef")]
pub(crate) struct ResourceInput {
    /// Its id.
    #[schemars(length(max = LONGEST_ID))]
    id: String,
    /// What it is called in answers. Not looked at.
    #[schemars(rename = "name", with = "Option<Ignored>")]
    _name: (),
}

impl<'de> Deserialize<'de> for ResourceInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = match Value::deserialize(deserializer)? {
            Value::String(id) => id,
            Value::Object(members) => match members.get("id") {
                Some(Value::String(id)) => id.clone(),
                _ => return Err(said("must have an id, which is a text")),
            },
            _ => return Err(said("must be a resource, or the id of one")),
        };
        let no_id = |_| said(format_args!("must have an id of {LONGEST_ID} characters at most, on one line"));
        check(&id, TextShape::Line, LONGEST_ID).map_err(no_id)?;
        Ok(Self { id, _name: () })
    }
}

impl ResourceInput {
    /// The id of the resource.
    ///
    /// # Errors
    /// 400 when the text is not an id.
    pub(crate) fn id(&self) -> Result<ResourceId, ApiError> {
        self.id.parse().map_err(|_| ApiError::bad_request("resources: this business has no such resource."))
    }
}

/// The search as the page token holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MatchingSlotsToken {
    product: ProductId,
    first: Instant,
    last: Instant,
    party: Party,
    options: Vec<NamedValue>,
    resources: Vec<ResourceId>,
    relaxed: bool,
    #[serde(default)]
    ignored: Option<String>,
}

/// An event or a start at which all of them can be booked (wire reference, section 4.4).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MatchingSlot {
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    end_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Money>,
    event_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    course_schedule: Option<CourseSchedule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
}

/// Starts a search and returns its first page. With an idempotency key that was used before, the stored token is read,
/// and the page is computed again.
pub(crate) async fn search(
    caller: Caller<ReadAvailability>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    Query(switches): Query<SearchSwitches>,
    NewBody { body: wanted, key }: NewBody<SearchParameters>,
) -> Result<Created<List<MatchingSlot>>, ApiError> {
    let account = caller.access().account();
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let of_option = |option: &NamedValue| length(&option.id) + length(&option.name) + option.value.len();
    let text: usize = wanted.options.iter().map(of_option).sum();
    if text > LONGEST_TEXT {
        let message = format!("The options of a search can have {LONGEST_TEXT} bytes together, at most.");
        return Err(ApiError::bad_request(message));
    }
    // This operation always starts a new search, so a page token in the query is ignored.
    let page = PageParameters { page_navigation_token: None, ..page };
    let paging = Paging::read(&app, &account.id, OPERATION, &page, MOST, || {
        let no_product = |_| ApiError::bad_request(NO_PRODUCT);
        let times = (Some(wanted.start_time), Some(wanted.end_time));
        let times = span((times.0, "startTime"), (times.1, "endTime"), &account.zone)?;
        // Not reached: both times are mandatory members of the body.
        let (first, last) = times.unwrap_or((Instant::from_millis(0), Instant::from_millis(0)));
        Ok(MatchingSlotsToken {
            product: wanted.product_id.parse().map_err(no_product)?,
            first,
            last,
            party: people(&wanted.people_numbers, "peopleNumbers")?,
            options: wanted.options.into_iter().collect(),
            resources: wanted.resources.iter().map(ResourceInput::id).collect::<Result<_, _>>()?,
            relaxed: Mode::relaxed(switches.mode),
            ignored: switches.ignore_booking,
        })
    })?;
    let paging = match key {
        None => paging,
        // Under a known key the stored token is the first request's search. Once that token has expired, the search
        // starts anew.
        key => {
            let begun = keep(&app, caller.access(), key, PageToken(paging.token().to_owned())).await?;
            let begun = PageParameters { page_number: page.page_number, ..PageParameters::default() }.with_token(begun);
            let lost = || Err(ApiError::not_found("There is no such search."));
            Paging::read(&app, &account.id, OPERATION, &begun, MOST, lost).unwrap_or(paging)
        }
    };
    let path = format!("/availability/matchingslots/{}", paging.token());
    Ok(Created::new(&app, &path, &found(&app, &caller, &paging).await?))
}

/// Another page of a search; 404 when the token is unknown or expired.
pub(crate) async fn page(
    caller: Caller<ReadAvailability>,
    State(app): State<App>,
    Id(token): Id<PageToken>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<MatchingSlot>>, ApiError> {
    let page = page.with_token(token);
    let lost = || Err(ApiError::not_found("There is no such search."));
    let paging = Paging::read(&app, &caller.access().account().id, OPERATION, &page, MOST, lost)?;
    Ok(OkJson(found(&app, &caller, &paging).await?))
}

async fn found(
    app: &App,
    caller: &Caller<ReadAvailability>,
    paging: &Paging<MatchingSlotsToken>,
) -> Result<List<MatchingSlot>, ApiError> {
    let account = caller.access().account();
    let MatchingSlotsToken { product, first, last, party, options: chosen, resources, relaxed, ignored } =
        &paging.search;
    let search = MatchingSearch {
        product: product.clone(),
        first: *first,
        last: *last,
        party: party.clone(),
        options: options(chosen),
        resources: resources.clone(),
        relaxed: *relaxed,
        moving: moving(caller, ignored.as_ref())?,
    };
    // Matches and catalogue come from one snapshot: names of resources fit the ids that were found.
    let found = app.read(caller.access(), move |cx| Ok::<_, SearchError>((matching(cx, &search)?, cx.catalogue()?)));
    let (found, catalogue) = found.await?;
    let data = paging.page.slice_of(&found).iter();
    let data = data.map(|found| slot(found, &catalogue, &account.zone, caller.language())).collect();
    Ok(paging.list(found.len() as u64, data))
}

fn slot(found: &Match, catalogue: &Catalogue, zone: &Zone, language: Language) -> MatchingSlot {
    MatchingSlot {
        start_time: found.span.from.to_wire(zone),
        end_time: found.span.to.to_wire(zone),
        price: found.price.map(Into::into),
        event_id: found.event.clone(),
        course_schedule: found.course.as_ref().map(|schedule| course(schedule, zone, language)),
        resources: resources(&found.resources, catalogue, language),
    }
}
