//! `GET /customers/{id}/bookings`: the bookings of a customer.

use crate::answer::OkJson;
use crate::bookings::booking::{Booking, Expansion, present};
use crate::caller::Caller;
use crate::customers::person::Viewer;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::path::Id;
use crate::query::{Query, UnreadQuery};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_app::customers::bookings::list as find;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::time::{Instant, WireDay, Zone};

/// Most bookings on a page.
const MOST: u32 = 100;

crate::parameters! {
    /// Which bookings are wanted.
    pub(crate) struct ListBookings {
        /// Starting on that day or later.
        begin_date: Option<WireDay> = "beginDate",
        /// Starting on that day or before.
        end_date: Option<WireDay> = "endDate",
        /// With everybody who comes.
        expand_participants: bool = "expandParticipants",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CustomerBookingsToken {
    first: Instant,
    last: Instant,
    participants: bool,
}

impl CustomerBookingsToken {
    fn of(wanted: &ListBookings, zone: &Zone) -> Result<Self, ApiError> {
        if let (Some(begin), Some(end)) = (wanted.begin_date, wanted.end_date)
            && end < begin
        {
            return Err(ApiError::bad_request("endDate must not be before beginDate."));
        }
        let (first, last) = (wanted.begin_date.map(WireDay::date), wanted.end_date.map(WireDay::date));
        Ok(Self {
            first: first.map_or(Instant::from_millis(i64::MIN), |day| zone.beginning_of(day)),
            last: last.map_or(Instant::from_millis(i64::MAX), |day| zone.end_of(day)),
            participants: wanted.expand_participants,
        })
    }
}

/// The bookings of the customer that the key may read, by start and number, the cancelled ones among them. It needs no
/// permission for customers: whose bookings a key may read, it knows.
pub(crate) async fn list(
    caller: Caller<ReadBookings>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
    Query(page): Query<PageParameters>,
    wanted: UnreadQuery<ListBookings>,
) -> Result<OkJson<List<Booking>>, ApiError> {
    let account = caller.access().account();
    let operation = format!("GET /customers/{id}/bookings");
    let _turn = caller.turn(&app).await;
    let paging = Paging::read(&app, &account.id, &operation, &page, MOST, || {
        CustomerBookingsToken::of(&wanted.read()?, &account.zone)
    })?;
    let CustomerBookingsToken { first, last, participants } = paging.search;
    let visibility = caller.access().visibility();
    let (page, viewer) = (paging.wanted(visibility), Viewer::of(&app, &caller));
    let found = app.read(caller.access(), move |cx| {
        let found = find(cx, &id, (first, last), page)?.ok_or_else(ApiError::absent::<CustomerId>)?;
        let data = present(cx, &viewer, &found.rows, Expansion { customer: false, participants })?;
        Ok::<_, ApiError>((found.fixed, data))
    });
    let (fixed, data) = found.await?;
    Ok(OkJson(paging.fixed_list(fixed, visibility, data)))
}
