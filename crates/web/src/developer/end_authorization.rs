//! Revokes one authorization of the developer's application, after a confirmation.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Paths;
use crate::page::{self, Layout, when};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::applications::end_authorization::{end_authorization, look};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_domain::permission::Permission;
use slotkeeper_store::tables::authorizations::GrantedBy;

#[derive(Template)]
#[template(path = "developer/end_authorization.html")]
struct EndPage {
    layout: Layout,
    application: String,
    business: String,
    /// Whether the application can make keys for subaccounts with this one. They are revoked with it.
    in_portal: bool,
    /// Whether the application made this key itself, with a key of the portal.
    through_portal: bool,
    since: String,
    permissions: Vec<&'static str>,
}

type AuthorizationPath = (ApplicationId, AccountId, AuthorizationId);

pub(crate) async fn ask(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Paths((application, account, id)): Paths<AuthorizationPath>,
) -> PageResult {
    let found = look(&web.app, &developer, application, account, id).await?;
    let installation = found.ok_or(PageError::NotFound)?;
    Ok(page::show(&EndPage {
        layout: Layout::of(&developer, "").narrowed(),
        application: installation.authorization.application.to_string(),
        business: installation.account_name.to_string(),
        in_portal: installation.authorization.permissions.allows(Permission::SubaccountsRw),
        through_portal: matches!(installation.authorization.granted_by, GrantedBy::Portal(_)),
        since: when(installation.authorization.created_at, &developer.account.zone),
        permissions: installation.authorization.permissions.telling().map(Permission::as_str).collect(),
    }))
}

pub(crate) async fn end(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Paths((application, account, id)): Paths<AuthorizationPath>,
) -> PageResult {
    let target = format!("/developer/applications/{application}?notice=ended#installations");
    if !end_authorization(&web.app, &developer, application, account, id).await? {
        return Err(PageError::NotFound);
    }
    Ok(page::see_other(&target))
}
