//! Uninstall an application, after asking.

use super::applications::card;
use crate::Web;
use crate::extract::Path;
use crate::page::{self, Layout};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use slotkeeper_app::authorizations::installed::installed;
use slotkeeper_app::authorizations::uninstall::uninstall as uninstall_application;
use slotkeeper_domain::id::ApplicationId;

#[derive(Template)]
#[template(path = "backoffice/uninstall.html")]
struct UninstallPage {
    layout: Layout,
    application: String,
    business: String,
    keys: usize,
}

pub(crate) async fn ask(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<ApplicationId>,
) -> Response {
    let installed = match installed(&web.app, &owner.as_colleague()).await {
        Ok(installed) => installed,
        Err(error) => return page::store_failed(&error),
    };
    let found = installed.into_iter().find(|one| one.id == id);
    match found.and_then(|one| card(one, &owner.account.zone)) {
        Some(card) => page::show(&UninstallPage {
            layout: Layout::of(&owner, "").narrowed(),
            application: card.name,
            business: owner.account.name.to_string(),
            keys: card.keys.len(),
        }),
        None => page::error_page(StatusCode::NOT_FOUND),
    }
}

pub(crate) async fn uninstall(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<ApplicationId>,
) -> Response {
    match uninstall_application(&web.app, &owner, id).await {
        Ok(0) => page::error_page(StatusCode::NOT_FOUND),
        Ok(_) => page::see_other("/backoffice/applications?notice=uninstalled"),
        Err(error) => page::store_failed(&error),
    }
}
