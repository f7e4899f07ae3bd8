//! One running server: the faces over the use cases, the HTTP loop, and the jobs.

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

/// What one server is made of.
pub struct Node {
    /// The pages, and in them the use cases.
    pub web: Web,
    /// The way to the mail server, if one is configured.
    pub mailer: Option<Mailer>,
    /// The way to the receivers of webhooks. Without it changes wait.
    pub outgoing: Option<Outgoing>,
    /// The sites whose pages may call the API.
    pub origins: Origins,
    /// What a client may take.
    pub limits: Limits,
}

impl Node {
    /// Serves until `stop` completes: then the requests under way finish, the jobs end, and the store closes.
    ///
    /// # Errors
    /// When the listener is not usable.
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
            tracing::error!(panicked = error.is_panic(), "the jobs ended badly");
        }
        app.store().close().await;
        outcome
    }
}

/// The API's document, for this server.
#[must_use]
pub fn document(app: &App) -> Arc<serde_json::Value> {
    Arc::new(slotkeeper_api::document::document(&slotkeeper_api::router::operations(), &app.address_of("/v2")))
}

/// Everything there is to ask for: the API, the pages, and whether the server is well.
pub fn router(web: Web, origins: &Origins) -> Router {
    let api = slotkeeper_api::router(web.app.clone());
    let api = match origins.layer() {
        Some(layer) => api.layer(layer),
        None => api,
    };
    // Written once: whoever asks, and reads slowly, holds no memory of its own.
    let (app, document) = (web.app.clone(), Bytes::from(web.document.to_string()));
    let document = move || async move { ([(CONTENT_TYPE, "application/json")], document).into_response() };
    Router::new()
        .route("/openapi.json", get(document).fallback(not_that_way))
        .route("/health", get(|| async move { health(&app).await }).fallback(not_that_way))
        .merge(api)
        .merge(slotkeeper_web::router(web))
        .layer(middleware::from_fn(take_no_notice))
}

/// Refuses what has the header that every notice has: somebody registered a webhook that leads here by a way that cannot be
/// told from its address, such as a name of one's own or a proxy. Taken as a request it could cause the next notice, without
/// end.
async fn take_no_notice(request: Request, next: Next) -> Response {
    if !request.headers().contains_key(NOTICE) {
        return next.run(request).await;
    }
    if is_api(request.uri().path()) { slotkeeper_api::refuse_notice() } else { slotkeeper_web::refuse_notice() }
}

async fn not_that_way() -> Response {
    slotkeeper_web::refuse(StatusCode::METHOD_NOT_ALLOWED)
}

/// For load balancers: well means that the store answers.
async fn health(app: &App) -> (StatusCode, &'static str) {
    let answer: Result<_, StoreError> = app.store().read(|db| server_facts::find(db, CHECK)).await;
    match answer {
        Ok(_) => (StatusCode::OK, "well\n"),
        Err(error) => {
            tracing::error!(%error, "not well");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}

/// The answer for a request that reaches no handler, or whose handler failed: the error body below `/v2`, a page
/// elsewhere.
fn refuse(status: StatusCode, parts: &Parts) -> Response {
    if is_api(parts.uri.path()) { slotkeeper_api::refuse_outside(status) } else { slotkeeper_web::refuse(status) }
}

fn is_api(path: &str) -> bool {
    path == "/v2" || path.starts_with("/v2/")
}

/// The header that every notice of a webhook has (wire reference, section 5.2).
const NOTICE: &str = "x-bookeo-messageid";

/// The name of the fact that ties a database to its master key.
const CHECK: &str = "master-key-check";

/// Checks that the database belongs to the master key; a new database is tied to it.
///
/// # Errors
/// With another master key than the one the database was made with, nobody could sign in and no key would work; better
/// to say so at once.
pub async fn check_master_key(app: &App) -> anyhow::Result<()> {
    let expected = app.vault().hash(Usage::MasterKeyCheck, CHECK);
    let found = app
        .store()
        .write_unlogged(move |tx| {
            server_facts::insert(tx, CHECK, &expected)?;
            server_facts::find(tx, CHECK)
        })
        .await?;
    anyhow::ensure!(
        found.is_some_and(|found| same(&found, &expected)),
        "this database was made with another master key. Use the master.key file that belongs to it (data_dir or \
         master_key_file), or start with an empty database"
    );
    Ok(())
}
