//! `/sign-up/developer`: the form that creates a developer account.

use super::sign_up::{NextQuery, PersonFields, finish, sign_up_refusal, signed_in};
use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Query;
use crate::form::{Errors, Form};
use crate::page::{self, Layout};
use crate::session::Session;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;
use slotkeeper_app::accounts::sign_up::NewAccount;
use slotkeeper_domain::account::AccountKind;

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

pub(crate) async fn show(
    State(web): State<Web>,
    session: Option<Session>,
    Query(NextQuery { invitation, .. }): Query<NextQuery>,
) -> PageResult {
    if let Some(Session(person)) = session {
        let query = if invitation.is_empty() { String::new() } else { format!("?invitation={invitation}") };
        return Ok(signed_in(&person, "", format!("/sign-up/developer{query}")));
    }
    if let Some(refusal) = sign_up_refusal(&web, AccountKind::Developer, &invitation).await? {
        return Ok(refusal);
    }
    let person = PersonFields { invitation, ..PersonFields::default() };
    Ok(page::show(&SignUpDeveloperPage {
        layout: Layout::narrow(),
        form: &DeveloperForm { person, ..DeveloperForm::default() },
        errors: Errors::default(),
    }))
}

pub(crate) async fn sign_up(State(web): State<Web>, client: Client, Form(form): Form<DeveloperForm>) -> PageResult {
    let mut errors = Errors::default();
    let name = errors.require("name", &form.name, "Enter the name of the company or team.");
    let account = name.map(|name| NewAccount::Developer { name });
    let show_form =
        |status, errors| page::render(status, &SignUpDeveloperPage { layout: Layout::narrow(), form: &form, errors });
    finish(&web, client, form.person.clone(), account, errors, show_form).await
}
