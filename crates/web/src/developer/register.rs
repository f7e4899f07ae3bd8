//! `/developer/applications`: the form that registers an application.

use super::secret::{SecretPage, SecretReason};
use crate::Web;
use crate::error::PageResult;
use crate::form::{Errors, Form, optional};
use crate::page::{self, Layout};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use slotkeeper_app::applications::register::{self, RegisterError};
use slotkeeper_domain::account::is_readable;
use slotkeeper_domain::callback::CallbackUrl;

/// Longest description, in characters.
pub(super) const LONGEST_DESCRIPTION: usize = 500;

#[derive(Template)]
#[template(path = "developer/register.html")]
struct RegisterPage<'a> {
    layout: Layout,
    form: &'a RegisterForm,
    errors: Errors,
}

#[derive(Deserialize, Default)]
pub(crate) struct RegisterForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    callback_url: String,
}

pub(crate) async fn show(DeveloperPage(developer): DeveloperPage) -> Response {
    let layout = Layout::of(&developer, "").narrowed();
    page::show(&RegisterPage { layout, form: &RegisterForm::default(), errors: Errors::default() })
}

/// Registers the application and answers with the page that shows its secret key. The key is not shown again.
pub(crate) async fn register(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Form(form): Form<RegisterForm>,
) -> PageResult {
    let show_form = |errors| {
        let layout = Layout::of(&developer, "").narrowed();
        page::render(StatusCode::UNPROCESSABLE_ENTITY, &RegisterPage { layout, form: &form, errors })
    };
    let mut errors = Errors::default();
    let name = errors.require("name", &form.name, "Enter the name of the application.");
    let description = description(&mut errors, &form.description);
    let callback_url = callback_url(&mut errors, &form.callback_url);
    let (Some(name), Some(description), Some(callback_url)) = (name, description, callback_url) else {
        return Ok(show_form(errors));
    };
    Ok(match register::register(&web.app, &developer, name, description, callback_url).await {
        Ok(registered) => SecretPage::show(&developer, &registered, SecretReason::Registered),
        Err(RegisterError::NameTaken) => show_form(Errors::one(
            "name",
            "You have an application of this name already. If you have just sent this form twice: it is registered. The \
             secret key was shown once; it can be replaced on the application's page.",
        )),
        Err(RegisterError::TooMany) => {
            show_form(Errors::one("", "A developer account can have 100 applications, and yours has."))
        }
        Err(RegisterError::Store(error)) => return Err(error.into()),
    })
}

/// Trims a description and removes carriage returns. A mistake is added to `errors`.
pub(super) fn description(errors: &mut Errors, text: &str) -> Option<String> {
    let text = text.trim().replace('\r', "");
    if text.chars().count() > LONGEST_DESCRIPTION {
        errors.add("description", "A description can have 500 characters at most.");
        return None;
    }
    if !text.split('\n').all(is_readable) {
        errors.add("description", "The description has characters that cannot be shown.");
        return None;
    }
    Some(text)
}

/// Parses the callback URL. `Some(None)` if the field is empty, `None` if there is a mistake.
pub(super) fn callback_url(errors: &mut Errors, text: &str) -> Option<Option<CallbackUrl>> {
    match optional(text) {
        None => Some(None),
        Some(text) => errors.read("callback_url", &text).map(Some),
    }
}
