//! `/backoffice/subaccounts`: the businesses of a portal.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Query;
use crate::page::{self, Layout};
use crate::session::AccountMemberPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::subaccounts::list::of_colleague;
use slotkeeper_domain::account::AccountKind;
use slotkeeper_store::tables::subaccounts::AccountName;

/// Businesses on one page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "backoffice/subaccounts.html")]
struct SubaccountsPage {
    layout: Layout,
    total: i64,
    businesses: Vec<AccountName>,
    previous: Option<u32>,
    next: Option<u32>,
}

/// Counted from 1.
#[derive(serde::Deserialize, Default)]
pub(crate) struct PageQuery {
    page: Option<u32>,
}

pub(crate) async fn show(
    State(web): State<Web>,
    AccountMemberPage(member): AccountMemberPage,
    Query(query): Query<PageQuery>,
) -> PageResult {
    if member.account.kind != AccountKind::Portal {
        return Err(PageError::NotFound);
    }
    let page = query.page.unwrap_or(1).max(1);
    let offset = i64::from(page - 1) * i64::from(PAGE);
    let (total, businesses) = of_colleague(&web.app, &member, i64::from(PAGE), offset).await?;
    let more = offset + i64::from(PAGE) < total;
    Ok(page::show(&SubaccountsPage {
        layout: Layout::of(&member, "/backoffice/subaccounts"),
        total,
        businesses,
        previous: (page > 1).then(|| page - 1),
        next: more.then(|| page.saturating_add(1)),
    }))
}
