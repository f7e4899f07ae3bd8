//! Pages, rendered on the server, for people in browsers. They work without scripts.
//!
//! [`router()`] lists every page. A page is one file: what it shows, its handlers, and a template of the same name in
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

/// The page for a request that reaches no handler, or whose handler failed; with the headers that every page has.
#[must_use]
pub fn refuse(status: StatusCode) -> Response {
    protect::dress(page::error_page(status))
}

/// The page for a notice of a webhook that was sent here.
#[must_use]
pub fn refuse_notice() -> Response {
    let text = "It has the header X-Bookeo-MessageId. Notices are not taken here.";
    protect::dress(page::refusal(StatusCode::BAD_REQUEST, "This is a notice of a webhook", text))
}

/// What the pages need.
#[derive(Clone)]
pub struct Web {
    pub app: App,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// Whether this is the demo, which shows everybody's mail.
    pub demo: bool,
    /// The API's document, OpenAPI 3.1.
    pub document: Arc<serde_json::Value>,
    /// Who runs the server.
    pub installation: Arc<Installation>,
}

impl Web {
    /// Whether e-mails reach anybody: by a mail server or, in the demo, in its inbox.
    pub(crate) fn sends_mail(&self) -> bool {
        self.demo || self.app.delivers_mail()
    }
}

impl FromRef<Web> for App {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}
