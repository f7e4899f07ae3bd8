//! `/sign-up/developer`

use super::sign_up::{PersonFields, finish};
use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::form::{Errors, Form};
use crate::page::{self, Layout};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use slotkeeper_app::accounts::sign_up::NewAccount;

#[derive(Template)]
#[template(path = "entry/sign_up_developer.html")]
struct SignUpDeveloperPage<'a> {
    layout: Layout,
    form: &'a DeveloperForm,
    errors: Errors,
}

#[derive(Deserialize, Default)]
pub(crate) struct DeveloperForm {
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    person: PersonFields,
}

pub(crate) async fn show() -> Response {
    page::show(&SignUpDeveloperPage {
        layout: Layout::narrow(),
        form: &DeveloperForm::default(),
        errors: Errors::default(),
    })
}

pub(crate) async fn sign_up(State(web): State<Web>, client: Client, Form(form): Form<DeveloperForm>) -> PageResult {
    let mut errors = Errors::default();
    let name = errors.require("name", &form.name, "Enter the name of the company or team.");
    let account = name.map(|name| NewAccount::Developer { name });
    let again =
        |status, errors| page::render(status, &SignUpDeveloperPage { layout: Layout::narrow(), form: &form, errors });
    finish(&web, client, form.person.clone(), account, errors, again).await
}
