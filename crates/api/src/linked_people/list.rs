//! `GET /customers/{id}/linkedpeople`: the people linked to a customer.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::customers::person::{LinkedPerson, Viewer};
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::path::Id;
use crate::query::Query;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::linked_people::list::list as find;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::StoreError;

/// Most people on a page.
const MOST: u32 = 100;

/// The people linked to the customer, by creation.
pub(crate) async fn list(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Id(customer): Id<CustomerId>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<LinkedPerson>>, ApiError> {
    let operation = format!("GET /customers/{customer}/linkedpeople");
    // There is nothing to search by.
    let _turn = caller.turn(&app).await;
    let paging = Paging::<()>::read(&app, &caller.access().account().id, &operation, &page, MOST, || Ok(()))?;
    let visibility = caller.access().visibility();
    let page = paging.wanted(visibility);
    let found =
        app.read(caller.access(), move |cx| Ok::<_, StoreError>((find(cx, &customer, page)?, cx.catalogue()?))).await?;
    let (found, catalogue) = (found.0.ok_or_else(ApiError::absent::<CustomerId>)?, found.1);
    let viewer = Viewer::of(&app, &caller);
    let by = viewer.with(&catalogue);
    let data = found.rows.iter().map(|linked| by.linked(linked)).collect();
    Ok(OkJson(paging.fixed_list(found.fixed, visibility, data)))
}
