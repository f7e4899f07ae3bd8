//! `/sign-up`: which kind of account?

use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Query;
use crate::form::Errors;
use crate::page::{self, Layout};
use crate::{Web, entry::sign_in};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use slotkeeper_app::accounts::sign_up::{self, NewAccount, SignUp, SignUpError};
use slotkeeper_domain::secret::Password;

#[derive(Template)]
#[template(path = "entry/sign_up.html")]
struct SignUpPage {
    layout: Layout,
    carried: String,
}

/// Where somebody wanted to go before there was an account: the question of an application, for example.
#[derive(Deserialize, Default)]
pub(crate) struct NextQuery {
    #[serde(default)]
    pub(crate) next: String,
}

/// The query that carries an address on to the next page; empty when there is none to carry.
pub(crate) fn carried(next: &str) -> String {
    if sign_in::is_local(next) {
        format!("?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))
    } else {
        String::new()
    }
}

pub(crate) async fn show(Query(NextQuery { next }): Query<NextQuery>) -> Response {
    page::show(&SignUpPage { layout: Layout::narrow(), carried: carried(&next) })
}

/// The part of a sign-up form that is about the person.
#[derive(Deserialize, Default, Clone)]
pub(crate) struct PersonFields {
    #[serde(default)]
    pub(crate) person_name: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) password: String,
    #[serde(default)]
    pub(crate) next: String,
}

/// Signs up with an account that was read from a form, or shows the form again with what is wrong.
pub(crate) async fn finish(
    web: &Web,
    Client(from): Client,
    person: PersonFields,
    account: Option<NewAccount>,
    mut errors: Errors,
    again: impl Fn(StatusCode, Errors) -> Response,
) -> PageResult {
    let name = errors.require("person_name", &person.person_name, "Enter your name.");
    let email_address = errors.require("email", &person.email, "Enter your e-mail address.");
    let password = Password::new(person.password);
    if let Err(problem) = password.check_choice(&person.email) {
        errors.add("password", problem);
    }
    if !errors.list().is_empty() {
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, errors));
    }
    let (Some(name), Some(email_address), Some(account)) = (name, email_address, account) else {
        return Ok(page::error_page(StatusCode::BAD_REQUEST));
    };
    Ok(match sign_up::sign_up(&web.app, SignUp { email_address, name, password, account }, from).await {
        Ok(opened) => sign_in::welcome(web, &opened, &person.next),
        Err(SignUpError::AddressTaken) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            Errors::one(
                "email",
                "Somebody signs in with this address already. Sign in, or use another address: one address, one account.",
            ),
        ),
        Err(SignUpError::TooMany(too_many)) => {
            let wait = page::wait_in_words(too_many);
            let message =
                format!("Many accounts were opened from your network. Please wait {wait} and send the form again.");
            page::retry_after(again(StatusCode::TOO_MANY_REQUESTS, Errors::one("", message)), too_many)
        }
        Err(SignUpError::TooMuchMail(too_many)) => {
            let wait = page::wait_in_words(too_many);
            let message =
                format!("Many e-mails were sent to this address already. Please wait {wait}, or use another one.");
            page::retry_after(again(StatusCode::TOO_MANY_REQUESTS, Errors::one("email", message)), too_many)
        }
        Err(SignUpError::Password(error)) => sign_in::password_failed(error),
        Err(SignUpError::Store(error)) => return Err(error.into()),
    })
}
