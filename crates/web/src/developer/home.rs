//! `/developer`: the developer's applications.

use crate::Web;
use crate::extract::Query;
use crate::page::{self, Layout, NoticeQuery};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use slotkeeper_app::applications::show;
use slotkeeper_store::tables::applications::Application;

#[derive(Template)]
#[template(path = "developer/home.html")]
struct HomePage {
    layout: Layout,
    applications: Vec<Application>,
    unconfirmed: Option<String>,
    demo: bool,
}

pub(crate) async fn show(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Query(query): Query<NoticeQuery>,
) -> Response {
    match show::list(&web.app, &developer).await {
        Ok(applications) => page::show(&HomePage {
            layout: Layout::of(&developer, "/developer").with_notice(query.notice.as_deref()),
            applications,
            unconfirmed: page::unconfirmed(&developer),
            demo: web.demo,
        }),
        Err(error) => page::store_failed(&error),
    }
}
