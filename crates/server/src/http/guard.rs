//! Refuses requests whose URI or headers are too large, and those without exactly one host: an intermediary might use
//! one host and the server another.
//!
//! The HTTP library has size limits, too, but answers with an empty body; so its limits are set higher than these.
//! How much it accepts beyond its own limit depends on how the bytes arrive; the limits here are exact.

use super::Refuse;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;

/// Every API parameter can be in the query, so this is generous; browsers and proxies stop earlier.
pub(super) const MAX_URI_BYTES: usize = 16 * 1024;
/// With the rest of the first line, below the library's limit for an incomplete head.
const MAX_HEAD_BYTES: usize = 31 * 1024;
pub(super) const MAX_HEADERS: usize = 100;

pub(super) async fn limit_size(State(refuse): State<Refuse>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match oversized(&parts).or_else(|| misaddressed(&parts)) {
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
    // A header counts its name, its value, a colon, a space and the line end.
    let headers: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if parts.headers.len() > MAX_HEADERS || authority + path_and_query + headers > MAX_HEAD_BYTES {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    None
}

/// RFC 9112, section 3.2: exactly one `Host`, except in HTTP/1.0.
fn misaddressed(parts: &Parts) -> Option<StatusCode> {
    let hosts = parts.headers.get_all(HOST).iter().count();
    let named = hosts == 1 || (hosts == 0 && parts.version < Version::HTTP_11);
    (!named).then_some(StatusCode::BAD_REQUEST)
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

    #[test]
    fn a_request_names_one_host() {
        let of = |hosts: &[&str], version: Version| {
            let named: Vec<_> = hosts.iter().map(|host| ("host".to_owned(), (*host).to_owned())).collect();
            let mut parts = parts("/", &named);
            parts.version = version;
            misaddressed(&parts)
        };
        let refused = Some(StatusCode::BAD_REQUEST);
        for (hosts, new, old) in [
            (&["a"][..], None, None),
            (&[], refused, None),
            (&["a", "a"], refused, refused),
            (&["a", "b"], refused, refused),
        ] {
            assert_eq!((of(hosts, Version::HTTP_11), of(hosts, Version::HTTP_10)), (new, old), "{hosts:?}");
        }
    }
}
