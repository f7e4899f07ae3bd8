//! `/sign-out`

use crate::{Web, cookie, page};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use slotkeeper_app::sessions::sign_out;

pub(crate) async fn sign_out(State(web): State<Web>, headers: HeaderMap) -> Response {
    if let Some(token) = cookie::read(&web.app, &headers)
        && let Err(error) = sign_out::sign_out(&web.app, &token).await
    {
        return page::store_failed(&error);
    }
    let mut response = page::see_other("/sign-in?notice=signed-out");
    if let Some(cookie) = cookie::take_away(&web.app) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
