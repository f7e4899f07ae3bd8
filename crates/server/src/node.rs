//! One running server: API, pages, HTTP loop and background jobs.

use crate::http::{self, Limits};
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use slotkeeper_api::cors::Origins;
use slotkeeper_app::App;
use slotkeeper_app::secrets::{Usage, same};
use slotkeeper_jobs::Stop;
use slotkeeper_jobs::mailer::Mailer;
use slotkeeper_outgoing::Outgoing;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::server_facts;
use slotkeeper_web::Web;
use std::sync::Arc;
use tokio::net::TcpListener;

pub struct Node {
    /// The pages; they hold the application.
    pub web: Web,
    /// Sends e-mails; `None` without a mail server.
    pub mailer: Option<Mailer>,
    /// Calls webhook receivers; without it, deliveries stay pending.
    pub outgoing: Option<Outgoing>,
    /// The sites whose pages may call the API.
    pub origins: Origins,
    pub limits: Limits,
}

impl Node {
    /// Serves until `stop` completes: then requests under way finish, jobs end, and the store closes.
    pub async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let app = self.web.app.clone();
        let (stopper, told) = Stop::pair();
        let jobs = tokio::spawn(slotkeeper_jobs::run(app.clone(), self.mailer, self.outgoing, told));
        let outcome = {
            let proxies = Arc::clone(&self.web.trusted_proxies);
            http::serve(listener, router(self.web, &self.origins), self.limits, proxies, refuse, stop).await
        };
        stopper.tell();
        if let Err(error) = jobs.await {
            tracing::error!(panicked = error.is_panic(), "the background jobs failed");
        }
        app.store().close().await;
        outcome
    }
}

/// The API's OpenAPI document with this server's address.
#[must_use]
pub fn document(app: &App) -> Arc<serde_json::Value> {
    Arc::new(slotkeeper_api::document::document(&slotkeeper_api::router::operations(), &app.address_of("/v2")))
}

/// The whole router: the API, the pages and the health check.
pub fn router(web: Web, origins: &Origins) -> Router {
    let api = slotkeeper_api::router(web.app.clone());
    let api = match origins.layer() {
        Some(layer) => api.layer(layer),
        None => api,
    };
    // Serialized once: clients that read it slowly share the bytes.
    let (app, document) = (web.app.clone(), Bytes::from(web.document.to_string()));
    let document = move || async move { ([(CONTENT_TYPE, "application/json")], document).into_response() };
    Router::new()
        .route("/openapi.json", get(document).fallback(not_that_way))
        .route("/health", get(|| async move { health(&app).await }).fallback(not_that_way))
        .merge(api)
        .merge(slotkeeper_web::router(web))
        .layer(middleware::from_fn(refuse_deliveries))
}

/// Refuses requests with the header of a webhook delivery: a webhook was registered that leads back to this server in
/// a way its address does not show, such as another host name or a proxy. Served as a request, it could cause the
/// next delivery, without end.
async fn refuse_deliveries(request: Request, next: Next) -> Response {
    if !request.headers().contains_key(DELIVERY_HEADER) {
        return next.run(request).await;
    }
    if is_api(request.uri().path()) { slotkeeper_api::refuse_notice() } else { slotkeeper_web::refuse_notice() }
}

async fn not_that_way() -> Response {
    slotkeeper_web::refuse(StatusCode::METHOD_NOT_ALLOWED)
}

/// The health check for load balancers: whether the store answers.
async fn health(app: &App) -> (StatusCode, &'static str) {
    let answer: Result<_, StoreError> = app.store().read(|db| server_facts::find(db, MASTER_KEY_CHECK)).await;
    match answer {
        Ok(_) => (StatusCode::OK, "well\n"),
        Err(error) => {
            tracing::error!(%error, "health check failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}

/// The response to a request that reaches no handler, or whose handler failed: the JSON error body below `/v2`, a
/// page elsewhere.
fn refuse(status: StatusCode, parts: &Parts) -> Response {
    if is_api(parts.uri.path()) { slotkeeper_api::refuse_outside(status) } else { slotkeeper_web::refuse(status) }
}

fn is_api(path: &str) -> bool {
    path == "/v2" || path.starts_with("/v2/")
}

/// The header of every webhook delivery (wire reference, section 5.2).
const DELIVERY_HEADER: &str = "x-bookeo-messageid";

/// The row of `fact` that ties a database to its master key.
const MASTER_KEY_CHECK: &str = "master-key-check";

/// Checks that the database belongs to the master key; ties a new database to it. With another key no sign-in and no
/// API key would work, so the server does not start.
pub async fn check_master_key(app: &App) -> anyhow::Result<()> {
    let expected = app.vault().hash(Usage::MasterKeyCheck, MASTER_KEY_CHECK);
    let found = app
        .store()
        .write_unlogged(move |tx| {
            server_facts::insert(tx, MASTER_KEY_CHECK, &expected)?;
            server_facts::find(tx, MASTER_KEY_CHECK)
        })
        .await?;
    anyhow::ensure!(
        found.is_some_and(|found| same(&found, &expected)),
        "this database was made with another master key. Use the master.key file that belongs to it (data_dir or \
         master_key_file), or start with an empty database"
    );
    Ok(())
}
