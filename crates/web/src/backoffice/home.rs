//! `/backoffice`: the account, and what needs attention.

use crate::Web;
use crate::error::PageResult;
use crate::extract::Query;
use crate::page::{self, FlashQuery, Layout, Unconfirmed, when};
use crate::session::AccountMemberPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::authorizations::installed::installed;
use slotkeeper_app::subaccounts::list;
use slotkeeper_app::zones::conflicts;
use slotkeeper_domain::account::AccountKind;

#[derive(Template)]
#[template(path = "backoffice/home.html")]
struct HomePage {
    layout: Layout,
    name: String,
    facts: Vec<(&'static str, String)>,
    installed: usize,
    /// How many businesses the portal has; `None` for a business.
    subaccounts: Option<i64>,
    is_owner: bool,
    /// Bookings that overlap since the rules of the time zone have changed.
    conflicts: Vec<String>,
    unconfirmed: Option<Unconfirmed>,
}

pub(crate) async fn show(
    State(web): State<Web>,
    AccountMemberPage(member): AccountMemberPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let installed = installed(&web.app, &member).await?.len();
    let account = &member.account;
    let (portal, subaccounts) = match account.kind {
        AccountKind::Portal => (None, Some(list::of_colleague(&web.app, &member, 0, 0).await?.0)),
        AccountKind::Business | AccountKind::Developer => (list::portal_of(&web.app, &member).await?, None),
    };
    let facts = [
        ("Account id", Some(account.id.to_string())),
        ("Portal", portal.map(|portal| portal.name.to_string())),
        ("Country", account.country.map(|country| country.name().to_owned())),
        ("Time zone", Some(account.zone.name().to_owned())),
        ("Currency", account.currency.map(|currency| currency.as_str().to_owned())),
        (
            "Languages",
            Some(account.languages.iter().map(|language| language.own_name()).collect::<Vec<_>>().join(", ")),
        ),
        ("Since", Some(when(account.created_at, &account.zone))),
    ];
    Ok(page::show(&HomePage {
        layout: Layout::of(&member, "/backoffice").with_flash(query.notice.as_deref()),
        name: account.name.to_string(),
        facts: facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect(),
        installed,
        subaccounts,
        is_owner: member.as_owner().is_ok(),
        conflicts: conflicts::list(&web.app, &member).await?,
        unconfirmed: page::unconfirmed(&web, &member),
    }))
}
