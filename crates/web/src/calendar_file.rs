//! `/calendars/{token}.ics`: a calendar for programs, which have nothing but its address.

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

/// The media type of calendars (RFC 5545, section 8.1).
const CALENDAR: &str = "text/calendar; charset=utf-8";

/// The calendar, or that it has not changed: programs ask every hour, and mostly nothing has.
pub(crate) async fn show(State(web): State<Web>, Path(file): Path<String>, headers: HeaderMap) -> PageResult {
    let token = CalendarToken::new(file.strip_suffix(".ics").ok_or(PageError::NotFound)?);
    let shown = match read(&web.app, &token, |tag| is_known(&headers, tag)).await {
        Ok(shown) => shown,
        Err(ReadError::Gone) => return Err(PageError::NotFound),
        Err(ReadError::TooMany(too_many)) => return Ok(too_often(too_many)),
        Err(ReadError::Store(error)) => return Err(error.into()),
    };
    // Kept by whoever asked and by nobody in between, and never shown again without asking here.
    let headers = |tag: &CalendarTag| [(ETAG, entity_tag(tag)), (CACHE_CONTROL, "private, no-cache".to_owned())];
    Ok(match shown {
        CalendarFile::Same(tag) => (StatusCode::NOT_MODIFIED, headers(&tag)).into_response(),
        CalendarFile::File(tag, file) => (headers(&tag), [(CONTENT_TYPE, CALENDAR)], file).into_response(),
    })
}

/// The address, with which a program gets the calendar.
pub(crate) fn path(token: &CalendarToken) -> String {
    format!("/calendars/{}.ics", token.expose())
}

fn entity_tag(tag: &CalendarTag) -> String {
    format!("\"{}\"", tag.as_str())
}

/// Whether a program has this state of the calendar (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &CalendarTag) -> bool {
    let tag = entity_tag(tag);
    let named = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).map(str::trim).any(|known| {
        // A proxy that compresses makes tags weak.
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

fn too_often(too_many: TooMany) -> axum::response::Response {
    let answer = page::refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "That was often",
        "A program asks for this calendar again and again. Once an hour is enough.",
    );
    page::retry_after(answer, too_many)
}
