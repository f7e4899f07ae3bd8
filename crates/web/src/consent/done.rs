//! `/consent/done/{question}`: the page after a decision that redirects to no callback URL.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Path;
use crate::page::{self, Layout};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::consent::answered::answered;
use slotkeeper_app::consent::decide::DecideError;
use slotkeeper_domain::consent::Decision;
use slotkeeper_domain::id::QuestionId;

#[derive(Template)]
#[template(path = "consent/done.html")]
struct DonePage {
    layout: Layout,
    allowed: bool,
    application: String,
    developer: String,
}

pub(crate) fn address(id: &QuestionId) -> String {
    format!("/consent/done/{id}")
}

pub(crate) async fn show(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<QuestionId>,
) -> PageResult {
    match answered(&web.app, &owner, id).await {
        Ok(answered) => Ok(page::show(&DonePage {
            layout: Layout::of(&owner, "").narrowed(),
            allowed: answered.decision == Decision::Allowed,
            application: answered.application.to_string(),
            developer: answered.developer.to_string(),
        })),
        Err(DecideError::Store(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}
