//! The pages: rendered on the server, usable without scripts.
//!
//! [`router()`] lists every page. A page is one file with its handlers and a template of the same name in
//! `templates/`. Pages call the use cases of `slotkeeper-app` and decide nothing themselves.

mod backoffice;
mod calendar_file;
mod client;
mod consent;
mod cookie;
mod demo;
mod developer;
mod docs;
mod entry;
mod error;
mod extract;
mod form;
mod installation;
mod landing;
mod page;
mod protect;
mod router;
mod session;
mod static_files;
mod wording;

pub use installation::Installation;
pub use router::router;

use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::response::Response;
use ipnet::IpNet;
use slotkeeper_app::App;
use std::sync::Arc;

/// The error page for a request that reached no handler or whose handler failed, with the headers of every page.
#[must_use]
pub fn refuse(status: StatusCode) -> Response {
    protect::with_headers(page::error_page(status))
}

/// The error page for a webhook delivery that was sent to this server by mistake.
#[must_use]
pub fn refuse_notice() -> Response {
    let text = "It has the header X-Bookeo-MessageId. This server receives no webhooks.";
    protect::with_headers(page::refusal(StatusCode::BAD_REQUEST, "This is a delivery of a webhook", text))
}

/// The state of the pages.
#[derive(Clone)]
pub struct Web {
    pub app: App,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Arc<[IpNet]>,
    /// Whether this is the demo, which shows all e-mails to every visitor.
    pub demo: bool,
    /// The OpenAPI 3.1 document of the API.
    pub document: Arc<serde_json::Value>,
    pub installation: Arc<Installation>,
}

impl Web {
    /// Whether e-mails arrive: through a mail server or, in the demo, in its inbox.
    pub(crate) fn sends_email(&self) -> bool {
        self.demo || self.app.delivers_mail()
    }
}

impl FromRef<Web> for App {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}
