//! `/developer`: the list of the developer's applications.

use crate::Web;
use crate::error::PageResult;
use crate::extract::Query;
use crate::page::{self, FlashQuery, Layout, Unconfirmed};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::applications::show;
use slotkeeper_store::tables::applications::Application;

#[derive(Template)]
#[template(path = "developer/home.html")]
struct HomePage {
    layout: Layout,
    applications: Vec<Application>,
    unconfirmed: Option<Unconfirmed>,
}

pub(crate) async fn show(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    Ok(page::show(&HomePage {
        layout: Layout::of(&developer, "/developer").with_flash(query.notice.as_deref()),
        applications: show::list(&web.app, &developer).await?,
        unconfirmed: page::unconfirmed(&web, &developer),
    }))
}
