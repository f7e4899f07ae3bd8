//! `GET /bookings`: the bookings that start, or were changed, within some time.

use super::booking::{Booking, Expansion, present};
use crate::answer::Shown;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, Unread};
use crate::span::span;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::bookings::list::list as find;
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_domain::id::ProductId;
use slotkeeper_domain::time::{Instant, WireTime};
use slotkeeper_store::tables::bookings::BookingSearch;

/// Most bookings on a page.
const MOST: u32 = 100;

crate::parameters! {
    /// Which bookings are wanted.
    pub(crate) struct ListBookings {
        /// Starting from then on.
        start_time: Option<WireTime> = "startTime",
        /// Starting until then.
        end_time: Option<WireTime> = "endTime",
        /// Changed last, or created, from then on.
        last_updated_start_time: Option<WireTime> = "lastUpdatedStartTime",
        /// Changed last, or created, until then.
        last_updated_end_time: Option<WireTime> = "lastUpdatedEndTime",
        /// Of which product.
        product_id: Option<String> = "productId",
        /// Cancelled ones, too.
        include_canceled: bool = "includeCanceled",
        /// With their customers.
        expand_customer: bool = "expandCustomer",
        /// With everybody who comes.
        expand_participants: bool = "expandParticipants",
    }
}

/// What a page token keeps of the search.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Search {
    starts: Option<(Instant, Instant)>,
    touched: Option<(Instant, Instant)>,
    product: Option<ProductId>,
    canceled: bool,
    customer: bool,
    participants: bool,
}

/// The bookings that the key may read, by start and number.
pub(crate) async fn list(
    caller: Caller<ReadBookings>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: Unread<ListBookings>,
) -> Result<Shown<List<Booking>>, ApiError> {
    let account = caller.may().account();
    let paging = Paging::read(&app, &account.id, "GET /bookings", &page, MOST, || {
        let wanted = wanted.read()?;
        let product = wanted.product_id.map(|id| id.parse()).transpose();
        let starts = span((wanted.start_time, "startTime"), (wanted.end_time, "endTime"), &account.zone)?;
        let touched = span(
            (wanted.last_updated_start_time, "lastUpdatedStartTime"),
            (wanted.last_updated_end_time, "lastUpdatedEndTime"),
            &account.zone,
        )?;
        if starts.is_none() && touched.is_none() {
            return Err(ApiError::bad_request(
                "Say which bookings: startTime and endTime, or lastUpdatedStartTime and lastUpdatedEndTime.",
            ));
        }
        Ok(Search {
            starts,
            touched,
            product: product.map_err(|_| ApiError::bad_request("productId: this business has no such product."))?,
            canceled: wanted.include_canceled,
            customer: wanted.expand_customer,
            participants: wanted.expand_participants,
        })
    })?;
    let Search { starts, touched, product, canceled, customer, participants } = &paging.search;
    let search = BookingSearch { starts: *starts, touched: *touched, product: product.clone(), canceled: *canceled };
    let (total, found) = find(&app, caller.may(), search, paging.page.limit(), paging.page.offset()).await?;
    let expansion = Expansion { customer: *customer, participants: *participants };
    let data = present(&app, &caller, &found, expansion).await?;
    Ok(Shown(paging.list(u64::try_from(total).unwrap_or(0), data)))
}
