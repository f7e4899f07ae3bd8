//! End one authorization, after asking.

use crate::Web;
use crate::page::{self, Layout};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use slotkeeper_app::applications::end_authorization::end_authorization;

#[derive(Template)]
#[template(path = "developer/end_authorization.html")]
struct EndPage {
    layout: Layout,
    application: String,
}

pub(crate) async fn ask(
    DeveloperPage(developer): DeveloperPage,
    Path((application, _, _)): Path<(String, String, String)>,
) -> Response {
    page::show(&EndPage { layout: Layout::of(&developer, "").narrowed(), application })
}

pub(crate) async fn end(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path((application, account, authorization)): Path<(String, String, String)>,
) -> Response {
    let (Ok(id), Ok(account), Ok(authorization)) = (application.parse(), account.parse(), authorization.parse()) else {
        return page::error_page(StatusCode::NOT_FOUND);
    };
    match end_authorization(&web.app, &developer, id, account, authorization).await {
        Ok(true) => page::see_other(&format!("/developer/applications/{application}?notice=ended#installations")),
        Ok(false) => page::error_page(StatusCode::NOT_FOUND),
        Err(error) => page::store_failed(&error),
    }
}
