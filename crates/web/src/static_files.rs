//! Style sheet, script and pictures, compiled into the binary.

use crate::error::{PageError, PageResult};
use crate::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use std::hash::{DefaultHasher, Hash, Hasher};

const FILES: [(&str, &str, &str); 4] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../static/style.css")),
    ("docs.js", "text/javascript; charset=utf-8", include_str!("../static/docs.js")),
    ("logo.svg", "image/svg+xml", include_str!("../static/logo.svg")),
    ("favicon.svg", "image/svg+xml", include_str!("../static/favicon.svg")),
];

/// Browsers may keep a file for five minutes and then revalidate it with its `ETag`.
pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> PageResult {
    let (_, kind, text) = FILES.iter().find(|(file, ..)| *file == name).ok_or(PageError::NotFound)?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let known = headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let headers = [
        (ETAG, tag.as_str()),
        (CACHE_CONTROL, "public, max-age=300"),
        (CONTENT_TYPE, kind),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok(if known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, *text).into_response() })
}
