//! End one key of an application that has several, after asking.

use crate::Web;
use crate::page::{self, Layout};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use slotkeeper_app::authorizations::uninstall::end_one;

#[derive(Template)]
#[template(path = "backoffice/end_key.html")]
struct EndPage {
    layout: Layout,
}

pub(crate) async fn ask(OwnerPage(owner): OwnerPage) -> Response {
    page::show(&EndPage { layout: Layout::of(&owner, "").narrowed() })
}

pub(crate) async fn end(State(web): State<Web>, OwnerPage(owner): OwnerPage, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return page::error_page(StatusCode::NOT_FOUND) };
    match end_one(&web.app, &owner, id).await {
        Ok(true) => page::see_other("/backoffice/applications?notice=ended"),
        Ok(false) => page::error_page(StatusCode::NOT_FOUND),
        Err(error) => page::store_failed(&error),
    }
}
