//! The operator's name and links, which every page shows.

use crate::Web;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// What the configuration says of the server's operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The name in the header and in titles.
    pub name: String,
    /// The address of the imprint; empty if there is none.
    pub imprint: String,
    /// The address of the privacy policy; empty if there is none.
    pub privacy: String,
    /// The address of the terms of use; empty if there is none.
    pub terms: String,
}

impl Default for Installation {
    fn default() -> Self {
        Self { name: "Slotkeeper".to_owned(), imprint: String::new(), privacy: String::new(), terms: String::new() }
    }
}

impl Installation {
    /// Label and address of each link in the footer.
    #[must_use]
    pub fn links(&self) -> Vec<(&'static str, String)> {
        let all = [("Imprint", &self.imprint), ("Privacy", &self.privacy), ("Terms", &self.terms)];
        all.into_iter()
            .filter(|(_, address)| !address.is_empty())
            .map(|(name, address)| (name, address.clone()))
            .collect()
    }
}

tokio::task_local! {
    /// Set for the duration of a request, so that no template has to be given it.
    static CURRENT: Arc<Installation>;
}

/// The installation of the current request; outside of one, the default.
pub(crate) fn current() -> Installation {
    CURRENT.try_with(|installation| (**installation).clone()).unwrap_or_default()
}

/// Middleware: makes the installation available to the pages of this request.
pub(crate) async fn provide(State(web): State<Web>, request: Request, next: Next) -> Response {
    CURRENT.scope(Arc::clone(&web.installation), next.run(request)).await
}
