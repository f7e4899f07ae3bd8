//! The page that shows a secret key once, and `/developer/applications/{id}/secret`, which replaces the key.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Path;
use crate::form::Form;
use crate::page::{self, Layout, RefusalPage};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use slotkeeper_app::applications::register::Registered;
use slotkeeper_app::applications::replace_secret::{ReplaceError, replace_secret};
use slotkeeper_app::caller::Developer;
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_domain::secret_key::Overlap;

#[derive(Template)]
#[template(path = "developer/secret.html")]
pub(super) struct SecretPage<'a> {
    layout: Layout,
    registered: bool,
    ends_now: bool,
    old_key: &'static str,
    id: &'a str,
    name: &'a str,
    secret_key: &'a str,
}

#[derive(Clone, Copy)]
pub(super) enum SecretReason {
    Registered,
    /// The older key still works for the overlap.
    Replaced(Overlap),
}

impl SecretPage<'_> {
    pub(super) fn show(developer: &Developer, registered: &Registered, why: SecretReason) -> Response {
        let overlap = match why {
            SecretReason::Registered => None,
            SecretReason::Replaced(overlap) => Overlap::CHOICES.into_iter().find(|(choice, ..)| *choice == overlap),
        };
        page::show(&SecretPage {
            layout: Layout::of(developer, ""),
            registered: matches!(why, SecretReason::Registered),
            ends_now: matches!(why, SecretReason::Replaced(Overlap::None)),
            old_key: overlap.map_or("", |(_, _, words)| words),
            id: registered.application.id.as_str(),
            name: registered.application.name.as_str(),
            secret_key: registered.secret_key.expose(),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct ReplaceForm {
    /// The key to be replaced. Sent again, for instance by reloading the page, the form names a key that is no longer
    /// current and replaces nothing.
    current: String,
    overlap: String,
}

pub(crate) async fn replace(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path(id): Path<ApplicationId>,
    Form(form): Form<ReplaceForm>,
) -> PageResult {
    let (Some(overlap), Ok(current)) = (Overlap::from_form(&form.overlap), form.current.parse()) else {
        return Ok(page::error_page(StatusCode::BAD_REQUEST));
    };
    Ok(match replace_secret(&web.app, &developer, id, current, overlap).await {
        Ok(Some(registered)) => SecretPage::show(&developer, &registered, SecretReason::Replaced(overlap)),
        Ok(None) => return Err(PageError::NotFound),
        Err(ReplaceError::ReplacedBefore) => RefusalPage::new(
            StatusCode::CONFLICT,
            "The secret key was replaced already",
            "The form was sent twice, and this time nothing was done. The new secret key was shown once; if you did not \
             keep it, replace it on the application's page.",
        )
        .seen_by(&developer)
        .into_response(),
        Err(ReplaceError::TooMany) => page::refusal(
            StatusCode::CONFLICT,
            "Too many secret keys overlap",
            "Twenty secret keys of this application work at the same time. Wait until some have ended, or revoke the old ones \
             now.",
        ),
        Err(ReplaceError::Store(error)) => return Err(error.into()),
    })
}
