//! Revokes one key of an application that has several, after a confirmation.

use super::applications::{Key, card};
use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Path;
use crate::page::{self, Layout};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::authorizations::installed::installed;
use slotkeeper_app::authorizations::uninstall::{Ended, end_one};
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::id::AuthorizationId;

#[derive(Template)]
#[template(path = "backoffice/end_key.html")]
struct EndPage {
    layout: Layout,
    is_portal: bool,
    application: String,
    key: Key,
}

pub(crate) async fn ask(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<AuthorizationId>,
) -> PageResult {
    let installed = installed(&web.app, &owner.as_colleague()).await?;
    let found = installed.into_iter().filter_map(|one| card(one, &owner.account.zone)).find_map(|card| {
        let key = card.keys.into_iter().find(|key| key.authorization == id.as_str())?;
        Some((card.name, key))
    });
    let (application, key) = found.ok_or(PageError::NotFound)?;
    let is_portal = owner.account.kind == AccountKind::Portal;
    Ok(page::show(&EndPage { layout: Layout::of(&owner, "").narrowed(), is_portal, application, key }))
}

pub(crate) async fn end(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<AuthorizationId>,
) -> PageResult {
    match end_one(&web.app, &owner, id).await? {
        Ended::Now => Ok(page::see_other("/backoffice/applications?notice=ended")),
        Ended::Before => Ok(page::see_other("/backoffice/applications?notice=ended-before")),
        Ended::Never => Err(PageError::NotFound),
    }
}
