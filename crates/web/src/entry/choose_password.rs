//! `/choose-password/{token}`: after forgetting the old one, or with an invitation.

use super::forgot_password::link_failed;
use crate::Web;
use crate::error::PageResult;
use crate::extract::Path;
use crate::form::{Errors, Form};
use crate::page::{self, Layout};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use slotkeeper_app::sessions::choose_password::choose_password;
use slotkeeper_app::sessions::links;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::{LinkToken, Password};

#[derive(Template)]
#[template(path = "entry/choose_password.html")]
struct ChoosePage {
    layout: Layout,
    email: String,
    errors: Errors,
}

#[derive(Deserialize)]
pub(crate) struct ChooseForm {
    password: String,
}

const PURPOSES: &[Purpose] = &[Purpose::ResetPassword, Purpose::AcceptInvitation];

pub(crate) async fn show(State(web): State<Web>, Path(token): Path<String>) -> PageResult {
    match links::look(&web.app, &LinkToken::new(token), PURPOSES).await {
        Ok(email) => {
            let (layout, errors) = (Layout::narrow(), Errors::default());
            Ok(page::show(&ChoosePage { layout, email: email.to_string(), errors }))
        }
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

pub(crate) async fn choose(
    State(web): State<Web>,
    Path(token): Path<String>,
    Form(form): Form<ChooseForm>,
) -> PageResult {
    let token = LinkToken::new(token);
    let email = match links::look(&web.app, &token, PURPOSES).await {
        Ok(email) => email.to_string(),
        Err(error) => return link_failed(error, |status, _| page::error_page(status)),
    };
    let password = Password::new(form.password);
    if let Err(problem) = password.check_choice(&email) {
        let errors = Errors::one("password", problem);
        let page = ChoosePage { layout: Layout::narrow(), email, errors };
        return Ok(page::render(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    match choose_password(&web.app, &token, password).await {
        Ok(()) => Ok(page::see_other("/sign-in?notice=password-chosen")),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}
