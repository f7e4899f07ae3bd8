//! Every operation of the API.

use crate::body::LARGEST_BODY;
use crate::error::refuse;
use crate::operation::Operations;
use crate::{availability, bookings, customers, holds, language, linked_people, settings};
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
        .get("/settings/apikeyinfo", settings::apikeyinfo::show)
        .get("/settings/business", settings::business::show)
        .get("/settings/customercustomfields", settings::customercustomfields::list)
        .get("/settings/languages", settings::languages::list)
        .get("/settings/peoplecategories", settings::peoplecategories::list)
        .get("/settings/products", settings::products::list)
        .get("/settings/resources", settings::resources::list)
        .get("/settings/taxes", settings::taxes::list)
        .get("/availability/slots", availability::slots::list)
        .post("/availability/matchingslots", availability::matchingslots::search)
        .get("/availability/matchingslots/{pageNavigationToken}", availability::matchingslots::page)
        .post("/holds", holds::create::create)
        .get("/holds/{id}", holds::show::show)
        .delete("/holds/{id}", holds::remove::remove)
        .get("/bookings", bookings::list::list)
        .post("/bookings", bookings::create::create)
        .get("/bookings/{bookingNumber}", bookings::show::show)
        .put("/bookings/{bookingNumber}", bookings::update::update)
        .delete("/bookings/{bookingNumber}", bookings::cancel::cancel)
        .get("/bookings/{bookingNumber}/customer", bookings::customer::show)
        .get("/customers", customers::list::list)
        .post("/customers", customers::create::create)
        .get("/customers/{id}", customers::show::show)
        .put("/customers/{id}", customers::update::update)
        .delete("/customers/{id}", customers::remove::remove)
        .get("/customers/{id}/authenticate", customers::authenticate::authenticate)
        .get("/customers/{id}/bookings", customers::bookings::list)
        .get("/customers/{id}/linkedpeople", linked_people::list::list)
        .post("/customers/{id}/linkedpeople", linked_people::create::create)
        .get("/customers/{customerid}/linkedpeople/{id}", linked_people::show::show)
        .put("/customers/{customerid}/linkedpeople/{id}", linked_people::update::update)
        .delete("/customers/{customerid}/linkedpeople/{id}", linked_people::remove::remove)
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
        .layer(middleware::from_fn(language::name_language))
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
    headers.append(VARY, HeaderValue::from_static("user-agent"));
    response
}

/// The answer for a request that is refused outside the router; with the headers that every answer has.
#[must_use]
pub fn refuse_outside(status: StatusCode) -> Response {
    without_caching(language::named(refuse(status), Language::BRITISH_ENGLISH))
}
