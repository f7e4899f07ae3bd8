//! Refuses requests whose URI or headers are larger than any honest client's.
//!
//! The HTTP library has such limits too, but answers with an empty body; so its limits are set higher than these. How much of
//! a head it takes beyond its own limit depends on how the bytes arrive; this limit is exact.

use super::Refuse;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

/// Every API parameter may stand in the query, so there is room; browsers and proxies stop at less.
pub(super) const MAX_URI_BYTES: usize = 16 * 1024;
/// With what else stands in the first line, less than the library keeps of a head that has not ended.
const MAX_HEAD_BYTES: usize = 31 * 1024;
pub(super) const MAX_HEADERS: usize = 100;

pub(super) async fn limit_size(State(refuse): State<Refuse>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match oversized(&parts) {
        Some(status) => refuse(status, &parts),
        None => next.run(Request::from_parts(parts, body)).await,
    }
}

fn oversized(parts: &Parts) -> Option<StatusCode> {
    let authority = parts.uri.authority().map_or(0, |authority| authority.as_str().len());
    let path_and_query = parts.uri.path_and_query().map_or(0, |path| path.as_str().len());
    if authority + path_and_query > MAX_URI_BYTES {
        return Some(StatusCode::URI_TOO_LONG);
    }
    // A header takes its name, its value, a colon, a space and the end of the line.
    let headers: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if parts.headers.len() > MAX_HEADERS || authority + path_and_query + headers > MAX_HEAD_BYTES {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str, headers: &[(String, String)]) -> Parts {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_limits_are_exact() {
        let uri = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert_eq!(oversized(&parts(&uri(MAX_URI_BYTES), &[])), None);
        assert_eq!(oversized(&parts(&uri(MAX_URI_BYTES + 1), &[])), Some(StatusCode::URI_TOO_LONG));

        let many = |count: usize| vec![("a".to_owned(), String::new()); count];
        assert_eq!(oversized(&parts("/", &many(MAX_HEADERS))), None);
        assert_eq!(oversized(&parts("/", &many(MAX_HEADERS + 1))), Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));

        let large = |bytes: usize| [("a".to_owned(), "b".repeat(bytes - 6))];
        assert_eq!(oversized(&parts("/", &large(MAX_HEAD_BYTES))), None);
        assert_eq!(
            oversized(&parts("/", &large(MAX_HEAD_BYTES + 1))),
            Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
        );
    }
}
