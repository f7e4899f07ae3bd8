//! `/choose-password/{token}`: sets a password, with a link from a reset or an invitation.

use super::forgot_password::link_failed;
use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Path;
use crate::form::{Errors, Form};
use crate::page::{self, Layout};
use crate::wording::Sentence;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use slotkeeper_app::sessions::choose_password::choose_password;
use slotkeeper_app::sessions::links::{self, Link};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::{LinkToken, Password};

#[derive(Template)]
#[template(path = "entry/choose_password.html")]
struct ChoosePage {
    layout: Layout,
    email: String,
    /// The inviting account and the role, if the link is an invitation.
    invited: Option<(String, &'static str)>,
    errors: Errors,
}

impl ChoosePage {
    fn of(link: &Link, errors: Errors) -> Self {
        let invited = (link.purpose == Purpose::AcceptInvitation)
            .then(|| (link.account.to_string(), page::role_in_words(link.user.role)));
        Self { layout: Layout::narrow(), email: link.user.email_address.to_string(), invited, errors }
    }
}

#[derive(Deserialize)]
pub(crate) struct ChooseForm {
    password: String,
}

const PURPOSES: &[Purpose] = &[Purpose::ResetPassword, Purpose::AcceptInvitation];

pub(crate) async fn show(State(web): State<Web>, Path(token): Path<String>) -> PageResult {
    match links::look(&web.app, &LinkToken::new(token), PURPOSES).await {
        Ok(link) => Ok(page::show(&ChoosePage::of(&link, Errors::default()))),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

pub(crate) async fn choose(
    State(web): State<Web>,
    Client(from): Client,
    Path(token): Path<String>,
    Form(form): Form<ChooseForm>,
) -> PageResult {
    let token = LinkToken::new(token);
    let link = match links::look(&web.app, &token, PURPOSES).await {
        Ok(link) => link,
        Err(error) => return link_failed(error, |status, _| page::error_page(status)),
    };
    let password = Password::new(form.password);
    if let Err(problem) = password.check_choice(link.user.email_address.as_str()) {
        let errors = Errors::one("password", problem.sentence());
        return Ok(page::render(StatusCode::UNPROCESSABLE_ENTITY, &ChoosePage::of(&link, errors)));
    }
    match choose_password(&web.app, &token, password, from).await {
        Ok(()) => Ok(page::see_other("/sign-in?notice=password-chosen")),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}
