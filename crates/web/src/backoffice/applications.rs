//! `/backoffice/applications`: the installed applications, their keys and permissions.

use crate::Web;
use crate::consent::ask::{Group, groups};
use crate::error::PageResult;
use crate::extract::Query;
use crate::page::{self, FlashQuery, Layout, last_used, when};
use crate::session::AccountMemberPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::authorizations::installed::{InstalledApplication, installed};
use slotkeeper_domain::time::Zone;
use slotkeeper_store::tables::authorizations::Installed;

#[derive(Template)]
#[template(path = "backoffice/applications.html")]
struct ApplicationsPage {
    layout: Layout,
    business: String,
    is_owner: bool,
    applications: Vec<Card>,
}

pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) developer: String,
    pub(super) keys: Vec<Key>,
}

pub(super) struct Key {
    pub(super) authorization: String,
    pub(super) groups: Vec<Group>,
    pub(super) granted_by: String,
    /// Whether the application made this key itself, with a key of the portal.
    pub(super) through_portal: bool,
    pub(super) granted_at: String,
    pub(super) last_used: String,
}

pub(super) fn card(application: InstalledApplication, zone: &Zone) -> Option<Card> {
    let first = application.authorizations.first()?;
    Some(Card {
        id: application.id.to_string(),
        name: first.application_name.to_string(),
        description: first.description.clone(),
        developer: first.developer_email.to_string(),
        keys: application
            .authorizations
            .iter()
            .map(|installed| Key {
                authorization: installed.authorization.id.to_string(),
                groups: groups(&installed.authorization.permissions, |_| false),
                granted_by: granted_by(installed),
                through_portal: installed.portal_name.is_some(),
                granted_at: when(installed.authorization.created_at, zone),
                last_used: last_used(installed.authorization.last_used_at, zone),
            })
            .collect(),
    })
}

fn granted_by(installed: &Installed) -> String {
    match (&installed.portal_name, &installed.granted_by_name) {
        (Some(portal), _) => format!("The portal {portal}"),
        (None, Some(owner)) => owner.to_string(),
        (None, None) => "a former member of the team".to_owned(),
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    AccountMemberPage(member): AccountMemberPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let installed = installed(&web.app, &member).await?;
    Ok(page::show(&ApplicationsPage {
        layout: Layout::of(&member, "/backoffice/applications").with_flash(query.notice.as_deref()),
        business: member.account.name.to_string(),
        is_owner: member.as_owner().is_ok(),
        applications: installed.into_iter().filter_map(|one| card(one, &member.account.zone)).collect(),
    }))
}
