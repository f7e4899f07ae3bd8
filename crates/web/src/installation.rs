//! Who runs the server: its name, and the pages where that is told, which stand on every page.

use crate::Web;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Who runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// What it is called.
    pub name: String,
    /// The address of the page that says who runs it; empty for none.
    pub imprint: String,
    /// That of the page about privacy.
    pub privacy: String,
    /// That of the terms of use.
    pub terms: String,
}

impl Default for Installation {
    fn default() -> Self {
        Self { name: "Slotkeeper".to_owned(), imprint: String::new(), privacy: String::new(), terms: String::new() }
    }
}

impl Installation {
    /// The links of the footer: what they are called, and where they lead.
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
    /// While a request is answered. Every page needs it, and none has to be given it.
    static CURRENT: Arc<Installation>;
}

/// That of the server that answers; where no request is, the program's own name.
pub(crate) fn current() -> Installation {
    CURRENT.try_with(|installation| (**installation).clone()).unwrap_or_default()
}

/// Lets the pages that answer a request know it.
pub(crate) async fn tell(State(web): State<Web>, request: Request, next: Next) -> Response {
    CURRENT.scope(Arc::clone(&web.installation), next.run(request)).await
}
