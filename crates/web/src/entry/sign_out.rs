//! `/sign-out`: ends the session.

use super::sign_in::is_local;
use crate::error::PageResult;
use crate::form::Form;
use crate::session::sign_in_address;
use crate::{Web, cookie, page};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use serde::Deserialize;
use slotkeeper_app::sessions::sign_out;

#[derive(Deserialize)]
pub(crate) struct SignOutForm {
    /// Where the next user goes after signing in.
    #[serde(default)]
    next: String,
}

pub(crate) async fn sign_out(State(web): State<Web>, headers: HeaderMap, Form(form): Form<SignOutForm>) -> PageResult {
    if let Some(token) = cookie::read(&web.app, &headers) {
        sign_out::sign_out(&web.app, &token).await?;
    }
    let mut response = if is_local(&form.next) && form.next.starts_with("/sign-up") {
        page::see_other(&form.next)
    } else if is_local(&form.next) {
        page::see_other(&format!("{}&notice=signed-out", sign_in_address(&form.next)))
    } else {
        page::see_other("/sign-in?notice=signed-out")
    };
    if let Some(cookie) = cookie::clear(&web.app) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}
