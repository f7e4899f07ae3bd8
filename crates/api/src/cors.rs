//! Which pages of other sites may call the API from a browser (CORS). Nobody's, unless the operator says so: a page that
//! calls the API has the keys in it (wire reference, section 1.8).

use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The origins whose pages may call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origins {
    /// Nobody's.
    #[default]
    None,
    /// Those of these sites, such as `https://shop.example`.
    These(Vec<HeaderValue>),
    /// Everybody's.
    All,
}

/// How long a browser may remember that it may call.
const REMEMBERED: Duration = Duration::from_secs(600);

impl Origins {
    /// Answers the questions of browsers; nothing for nobody.
    #[must_use]
    pub fn layer(&self) -> Option<CorsLayer> {
        let origin = match self {
            Self::None => return None,
            Self::These(origins) => AllowOrigin::list(origins.iter().cloned()),
            Self::All => AllowOrigin::any(),
        };
        let named = HeaderName::from_static;
        Some(
            CorsLayer::new()
                .allow_origin(origin)
                .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
                .allow_headers([
                    CONTENT_TYPE,
                    named("x-bookeo-apikey"),
                    named("x-bookeo-secretkey"),
                    named("idempotency-key"),
                ])
                .expose_headers([
                    LOCATION,
                    RETRY_AFTER,
                    CONTENT_LANGUAGE,
                    named("ratelimit"),
                    named("ratelimit-policy"),
                ])
                .max_age(REMEMBERED),
        )
    }
}
