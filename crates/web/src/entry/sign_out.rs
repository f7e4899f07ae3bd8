//! `/sign-out`

use crate::error::PageResult;
use crate::{Web, cookie, page};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use slotkeeper_app::sessions::sign_out;

pub(crate) async fn sign_out(State(web): State<Web>, headers: HeaderMap) -> PageResult {
    if let Some(token) = cookie::read(&web.app, &headers) {
        sign_out::sign_out(&web.app, &token).await?;
    }
    let mut response = page::see_other("/sign-in?notice=signed-out");
    if let Some(cookie) = cookie::take_away(&web.app) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}
