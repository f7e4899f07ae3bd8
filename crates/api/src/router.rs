//! Every operation of the API.

use crate::answer_bytes::weigh;
use crate::body::LARGEST_BODY;
use crate::error::{ApiError, refuse};
use crate::operation::Operations;
use crate::{
    availability, bookings, changes, customers, holds, language, linked_people, payments, resourceblocks,
    response_notes, seatblocks, settings, subaccounts, webhooks,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, EXPIRES, PRAGMA, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::any;
use slotkeeper_app::App;
use slotkeeper_domain::account::Language;
use tower_http::compression::CompressionLayer;

/// Every operation, by path.
#[must_use]
pub fn operations() -> Operations {
    Operations::new()
        .get("/settings/apikeyinfo", "What the key is allowed, and in which account.", settings::apikeyinfo::show)
        .get("/settings/business", "The business: its name, address and contact details.", settings::business::show)
        .get(
            "/settings/customercustomfields",
            "What the business asks customers and participants.",
            settings::customercustomfields::list,
        )
        .get("/settings/languages", "The languages of the business.", settings::languages::list)
        .get(
            "/settings/peoplecategories",
            "The categories of people, and how many seats each takes.",
            settings::peoplecategories::list,
        )
        .get("/settings/products", "The products, in the order of the business.", settings::products::list)
        .get("/settings/resources", "The resources, by type.", settings::resources::list)
        .get("/settings/taxes", "The taxes.", settings::taxes::list)
        .get(
            "/availability/slots",
            "The events of scheduled products, each with the seats that are left.",
            availability::slots::list,
        )
        .post(
            "/availability/matchingslots",
            "Searches for what a party can book: its first page.",
            availability::matchingslots::search,
        )
        .get(
            "/availability/matchingslots/{pageNavigationToken}",
            "Another page of a search.",
            availability::matchingslots::page,
        )
        .post(
            "/holds",
            "Holds seats or resources for a while, and says what the booking will cost.",
            holds::create::create,
        )
        .get("/holds/{id}", "A hold of this application that has not ended.", holds::show::show)
        .delete("/holds/{id}", "Ends a hold.", holds::remove::remove)
        .get("/bookings", "The bookings that start, or were changed last, within some time.", bookings::list::list)
        .post("/bookings", "Books, with or without a hold before it.", bookings::create::create)
        .get("/bookings/{bookingNumber}", "A booking.", bookings::show::show)
        .put(
            "/bookings/{bookingNumber}",
            "Changes a booking: members that are missing stay as they are.",
            bookings::update::update,
        )
        .delete("/bookings/{bookingNumber}", "Cancels a booking, which stays readable.", bookings::cancel::cancel)
        .get("/bookings/{bookingNumber}/customer", "The customer of a booking.", bookings::customer::show)
        .get("/bookings/{bookingNumber}/payments", "What was paid for a booking.", bookings::payments::list)
        .post(
            "/bookings/{bookingNumber}/payments",
            "Records a payment for a booking, or a refund.",
            bookings::payments::create,
        )
        .get("/customers", "The customers, by creation, or those that a search finds.", customers::list::list)
        .post("/customers", "Creates a customer.", customers::create::create)
        .get("/customers/{id}", "A customer.", customers::show::show)
        .put(
            "/customers/{id}",
            "Changes a customer: members that are missing stay as they are.",
            customers::update::update,
        )
        .delete(
            "/customers/{id}",
            "Deletes a customer who has no bookings ahead, with all bookings.",
            customers::remove::remove,
        )
        .get(
            "/customers/{id}/authenticate",
            "Checks the password of a customer.",
            customers::authenticate::authenticate,
        )
        .get("/customers/{id}/bookings", "What a customer has booked, by start.", customers::bookings::list)
        .get("/customers/{id}/linkedpeople", "The people linked to a customer.", linked_people::list::list)
        .post("/customers/{id}/linkedpeople", "Links somebody new to a customer.", linked_people::create::create)
        .get("/customers/{customerid}/linkedpeople/{id}", "Somebody linked to a customer.", linked_people::show::show)
        .put(
            "/customers/{customerid}/linkedpeople/{id}",
            "Changes somebody linked to a customer: members that are missing stay as they are.",
            linked_people::update::update,
        )
        .delete(
            "/customers/{customerid}/linkedpeople/{id}",
            "Removes somebody linked to a customer.",
            linked_people::remove::remove,
        )
        .get("/payments", "The payments, by when the money was received.", payments::list::list)
        .get("/payments/{id}", "A payment.", payments::show::show)
        .get(
            "/seatblocks",
            "The seat blocks of events that start, or blocks changed last, within some time.",
            seatblocks::list::list,
        )
        .post("/seatblocks", "Takes seats of an event out of sale.", seatblocks::create::create)
        .get("/seatblocks/{id}", "A seat block.", seatblocks::show::show)
        .put(
            "/seatblocks/{id}",
            "Changes a seat block: members that are missing stay as they are.",
            seatblocks::update::update,
        )
        .delete("/seatblocks/{id}", "Deletes a seat block: its seats are on sale again.", seatblocks::remove::remove)
        .get(
            "/resourceblocks",
            "The resource blocks that start, or were changed last, within some time.",
            resourceblocks::list::list,
        )
        .post("/resourceblocks", "Makes resources unavailable for a time.", resourceblocks::create::create)
        .get("/resourceblocks/{id}", "A resource block.", resourceblocks::show::show)
        .put(
            "/resourceblocks/{id}",
            "Changes a resource block: members that are missing stay as they are.",
            resourceblocks::update::update,
        )
        .delete(
            "/resourceblocks/{id}",
            "Deletes a resource block: the resources are available again.",
            resourceblocks::remove::remove,
        )
        .get("/subaccounts", "The businesses of the portal.", subaccounts::list::list)
        .post(
            "/subaccounts/{subaccountId}/apikeys",
            "Installs the application in a business of the portal; the new key is the end of Location.",
            subaccounts::install::install,
        )
        .delete(
            "/subaccounts/{subaccountId}/apikeys/{apiKey}",
            "Ends the application's key in a business of the portal.",
            subaccounts::uninstall::uninstall,
        )
        .get("/webhooks", "The webhooks of this key.", webhooks::list::list)
        .post(
            "/webhooks",
            "Registers a webhook: changes are told to its address. It replaces the one of the same domain and type.",
            webhooks::create::create,
        )
        .get("/webhooks/{webhookId}", "A webhook of this key.", webhooks::show::show)
        .delete("/webhooks/{webhookId}", "Deletes a webhook: nothing more is told.", webhooks::remove::remove)
        .get(
            "/changes",
            "What has changed, in order, of what the key may read: for whoever missed notices.",
            changes::list::list,
        )
}

/// The router for `/v2` and everything below it.
pub fn router(app: App) -> Router {
    router_of(operations(), app)
}

/// The router for these operations, below `/v2`, with what is common to all: every answer is JSON, in a named language,
/// and not cached.
pub fn router_of(operations: Operations, app: App) -> Router {
    let api = operations
        .into_router()
        .fallback(not_found)
        .method_not_allowed_fallback(|| async { refuse(StatusCode::METHOD_NOT_ALLOWED) });
    Router::new()
        .nest("/v2", api)
        // Nesting leaves out the one path that ends in its slash.
        .route("/v2/", any(not_found))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(refuse_large_bodies))
        .layer(middleware::from_fn_with_state(app.clone(), weigh))
        .layer(middleware::from_fn(response_notes::note))
        .layer(middleware::from_fn(forbid_caching))
        .layer(CompressionLayer::new())
        .with_state(app)
}

async fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND)
}

/// A body that says it is too large is refused before anything else, also where no operation would read it.
async fn refuse_large_bodies(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LARGEST_BODY as u64) {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE);
    }
    next.run(request).await
}

/// Wire reference, section 1.8.
async fn forbid_caching(request: Request, next: Next) -> Response {
    without_caching(next.run(request).await)
}

fn without_caching(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, no-cache, no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(EXPIRES, HeaderValue::from_static("Mon, 01 Jan 1990 00:00:00 GMT"));
    // Also where there is nothing to compress (wire reference, section 1.1).
    for varies in ["accept-encoding", "user-agent"] {
        headers.append(VARY, HeaderValue::from_static(varies));
    }
    response
}

/// The answer for a request that is refused outside the router; with the headers that every answer has.
#[must_use]
pub fn refuse_outside(status: StatusCode) -> Response {
    without_caching(language::named(refuse(status), Language::BRITISH_ENGLISH))
}

/// The answer for a notice of a webhook that was sent here.
#[must_use]
pub fn refuse_notice() -> Response {
    let error = ApiError::bad_request(
        "This is a notice of a webhook: it has the header X-Bookeo-MessageId. Notices are not taken here, because one could \
         cause the next, without end. Send requests without that header.",
    );
    without_caching(language::named(axum::response::IntoResponse::into_response(error), Language::BRITISH_ENGLISH))
}
