//! The two keys of a call: in headers, in the query, or one here and one there (wire reference, section 1.1).

use axum::http::request::Parts;
use slotkeeper_domain::secret::{ApiKey, SecretKey};

/// What a call carries.
pub(crate) struct Keys {
    pub(crate) api_key: Option<ApiKey>,
    pub(crate) secret_key: Option<SecretKey>,
}

impl Keys {
    /// Finds the keys. A header counts before the query; empty is absent.
    pub(crate) fn of(parts: &Parts) -> Self {
        Self {
            api_key: find(parts, "x-bookeo-apikey", "apiKey").map(ApiKey::new),
            secret_key: find(parts, "x-bookeo-secretkey", "secretKey").map(SecretKey::new),
        }
    }
}

fn find(parts: &Parts, header: &str, parameter: &str) -> Option<String> {
    let from_header =
        parts.headers.get(header).and_then(|value| value.to_str().ok()).map(|value| value.trim().to_owned());
    from_header.filter(|value| !value.is_empty()).or_else(|| query_value(parts.uri.query()?, parameter))
}

/// The first value of a query parameter that is not empty.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    pairs.into_iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn keys(uri: &str, headers: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let request = headers.iter().fold(Request::get(uri), |request, (name, value)| request.header(*name, *value));
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let keys = Keys::of(&parts);
        (keys.api_key.map(|key| key.expose().to_owned()), keys.secret_key.map(|key| key.expose().to_owned()))
    }

    #[test]
    fn keys_are_found_wherever_they_are() {
        let both = (Some("A".to_owned()), Some("S".to_owned()));
        assert_eq!(keys("/x?apiKey=A&secretKey=S", &[]), both);
        assert_eq!(keys("/x?&secretKey=S&type=1&apiKey=A", &[]), both);
        assert_eq!(keys("/x", &[("X-Bookeo-apiKey", "A"), ("X-Bookeo-secretKey", " S ")]), both);
        assert_eq!(keys("/x?secretKey=S", &[("x-bookeo-apikey", "A")]), both);
        assert_eq!(keys("/x?apiKey=B&secretKey=S", &[("x-bookeo-apikey", "A")]), both);
        assert_eq!(keys("/x?apiKey=&secretKey", &[]), (None, None));
        assert_eq!(keys("/x", &[]), (None, None));
    }
}
