//! Extractors for path and query that answer mistakes with an error page. Those of axum answer with plain text; a lint
//! forbids them.

use crate::page;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::str::FromStr;

/// The only parameter of a path. The page is a 404 if it cannot be parsed as `T`.
pub(crate) struct Path<T>(pub(crate) T);

/// The parameters of a path that has several, in order.
pub(crate) struct Paths<T>(pub(crate) T);

/// The query, deserialised into `T`. Of a repeated name the first value counts. A value with U+0000, which PostgreSQL
/// cannot store, is ignored; a query that cannot be parsed gives the default.
pub(crate) struct Query<T>(pub(crate) T);

async fn read<S: Send + Sync, T>(
    parts: &mut Parts,
    state: &S,
    take: impl FnOnce(&mut dyn Iterator<Item = &str>) -> Option<T>,
) -> Result<T, Response> {
    // Parameters that are not UTF-8 after decoding are a 404 too.
    let params = RawPathParams::from_request_parts(parts, state).await.ok();
    let found = params.and_then(|params| take(&mut params.iter().map(|(_, value)| value)));
    found.ok_or_else(|| page::error_page(StatusCode::NOT_FOUND))
}

fn next<T: FromStr>(values: &mut dyn Iterator<Item = &str>) -> Option<T> {
    values.next()?.parse().ok()
}

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        read(parts, state, next).await.map(Self)
    }
}

impl<S: Send + Sync, A: FromStr, B: FromStr> FromRequestParts<S> for Paths<(A, B)> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        read(parts, state, |values| Some(Self((next(values)?, next(values)?)))).await
    }
}

impl<S: Send + Sync, A: FromStr, B: FromStr, C: FromStr> FromRequestParts<S> for Paths<(A, B, C)> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        read(parts, state, |values| Some(Self((next(values)?, next(values)?, next(values)?)))).await
    }
}

impl<S: Send + Sync, A: FromStr, B: FromStr, C: FromStr, D: FromStr> FromRequestParts<S> for Paths<(A, B, C, D)> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        read(parts, state, |values| Some(Self((next(values)?, next(values)?, next(values)?, next(values)?)))).await
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequestParts<S> for Query<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.uri.query().and_then(parse).unwrap_or_default()))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Option<T> {
    let mut first = BTreeMap::new();
    for (name, value) in serde_urlencoded::from_str::<Vec<(String, String)>>(query).ok()? {
        if !name.contains('\0') && !value.contains('\0') {
            first.entry(name).or_insert(value);
        }
    }
    serde_urlencoded::from_str(&serde_urlencoded::to_string(first).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Notice {
        notice: Option<String>,
    }

    #[test]
    fn of_a_repeated_name_the_first_value_counts() {
        for (query, notice) in [
            ("", None),
            ("other=1", None),
            ("notice=saved", Some("saved")),
            ("notice=a%26b&x=1&notice=second", Some("a&b")),
            ("&&notice=%ff", Some("\u{fffd}")),
            ("notice=a%00b", None),
            ("notice=a%00b&notice=c", Some("c")),
            ("notice=%2500", Some("%00")),
        ] {
            assert_eq!(parse(query), Some(Notice { notice: notice.map(str::to_owned) }), "{query}");
        }
    }
}
