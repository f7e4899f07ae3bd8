//! Uninstalls an application, after a confirmation.

use super::applications::card;
use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Path;
use crate::page::{self, Layout};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::authorizations::installed::installed;
use slotkeeper_app::authorizations::uninstall::{Ended, uninstall as uninstall_application};
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::id::ApplicationId;

#[derive(Template)]
#[template(path = "backoffice/uninstall.html")]
struct UninstallPage {
    layout: Layout,
    is_portal: bool,
    application: String,
    business: String,
    keys: usize,
}

pub(crate) async fn ask(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<ApplicationId>,
) -> PageResult {
    let installed = installed(&web.app, &owner.as_colleague()).await?;
    let found = installed.into_iter().find(|one| one.id == id);
    let card = found.and_then(|one| card(one, &owner.account.zone)).ok_or(PageError::NotFound)?;
    Ok(page::show(&UninstallPage {
        layout: Layout::of(&owner, "").narrowed(),
        is_portal: owner.account.kind == AccountKind::Portal,
        application: card.name,
        business: owner.account.name.to_string(),
        keys: card.keys.len(),
    }))
}

pub(crate) async fn uninstall(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<ApplicationId>,
) -> PageResult {
    match uninstall_application(&web.app, &owner, id).await? {
        Ended::Now => Ok(page::see_other("/backoffice/applications?notice=uninstalled")),
        Ended::Before => Ok(page::see_other("/backoffice/applications?notice=uninstalled-before")),
        Ended::Never => Err(PageError::NotFound),
    }
}
