//! `/calendars/{token}.ics`: a calendar feed. The token in its address is the only credential.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Path;
use crate::page;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use slotkeeper_app::calendars::read::{CalendarFile, CalendarTag, ReadError, read};
use slotkeeper_domain::secret::CalendarToken;
use slotkeeper_domain::throttle::TooMany;

const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// Answers with the iCalendar file, or 304 if the program already has this version. Unknown and revoked tokens get a
/// 404.
pub(crate) async fn show(State(web): State<Web>, Path(file): Path<String>, headers: HeaderMap) -> PageResult {
    let token = CalendarToken::new(file.strip_suffix(".ics").ok_or(PageError::NotFound)?);
    let calendar = match read(&web.app, &token, |tag| is_known(&headers, tag)).await {
        Ok(calendar) => calendar,
        Err(ReadError::Gone) => return Err(PageError::NotFound),
        Err(ReadError::TooMany(too_many)) => return Ok(too_many_requests(too_many)),
        Err(ReadError::Store(error)) => return Err(error.into()),
    };
    // Private: no shared cache keeps the file. No-cache: it is revalidated before each use, so that a revoked feed
    // disappears from caches.
    let headers = |tag: &CalendarTag| [(ETAG, entity_tag(tag)), (CACHE_CONTROL, "private, no-cache".to_owned())];
    Ok(match calendar {
        CalendarFile::Same(tag) => (StatusCode::NOT_MODIFIED, headers(&tag)).into_response(),
        CalendarFile::File(tag, file) => (headers(&tag), [(CONTENT_TYPE, MEDIA_TYPE)], file).into_response(),
    })
}

/// The path of the feed with this token.
pub(crate) fn path(token: &CalendarToken) -> String {
    format!("/calendars/{}.ics", token.expose())
}

fn entity_tag(tag: &CalendarTag) -> String {
    format!("\"{}\"", tag.as_str())
}

/// Whether `If-None-Match` names this version (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &CalendarTag) -> bool {
    let tag = entity_tag(tag);
    let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).map(str::trim).any(|tag_of_client| {
        // A proxy that compresses makes the tag weak.
        tag_of_client == "*" || tag_of_client.strip_prefix("W/").unwrap_or(tag_of_client) == tag
    })
}

fn too_many_requests(too_many: TooMany) -> axum::response::Response {
    let response = page::refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "That was often",
        "A program asks for this calendar again and again. Once an hour is enough.",
    );
    page::retry_after(response, too_many)
}
