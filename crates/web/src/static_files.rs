//! Style sheet and pictures, compiled in.

use crate::extract::Path;
use crate::page;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::hash::{DefaultHasher, Hash, Hasher};

const FILES: [(&str, &str, &str); 3] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../static/style.css")),
    ("logo.svg", "image/svg+xml", include_str!("../static/logo.svg")),
    ("favicon.svg", "image/svg+xml", include_str!("../static/favicon.svg")),
];

/// One of the files. Browsers keep it for five minutes and ask whether it changed after that.
pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(file, ..)| *file == name) else {
        return page::error_page(StatusCode::NOT_FOUND);
    };
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
    if known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, *text).into_response() }
}
