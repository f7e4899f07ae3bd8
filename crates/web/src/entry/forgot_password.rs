//! `/forgot-password`: sends the link that resets a password.

use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::form::{Errors, Form};
use crate::page::{self, Layout};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use slotkeeper_app::sessions::forgot_password::forgot_password;
use slotkeeper_app::sessions::links::LinkError;

#[derive(Template)]
#[template(path = "entry/forgot_password.html")]
struct ForgotPage {
    layout: Layout,
    email: String,
    errors: Errors,
    sent: bool,
    demo: bool,
    delivers: bool,
    sends: bool,
}

#[derive(Deserialize)]
pub(crate) struct ForgotForm {
    email: String,
}

pub(crate) async fn show(State(web): State<Web>) -> Response {
    let (layout, errors) = (Layout::narrow(), Errors::default());
    page::show(&ForgotPage {
        layout,
        email: String::new(),
        errors,
        sent: false,
        demo: web.demo,
        delivers: web.app.delivers_mail(),
        sends: web.sends_email(),
    })
}

pub(crate) async fn send(State(web): State<Web>, Client(from): Client, Form(form): Form<ForgotForm>) -> PageResult {
    let page = |sent, errors| ForgotPage {
        layout: Layout::narrow(),
        email: form.email.clone(),
        errors,
        sent,
        demo: web.demo,
        delivers: web.app.delivers_mail(),
        sends: web.sends_email(),
    };
    let mut errors = Errors::default();
    if !web.sends_email() {
        // The template says that no e-mail can be sent.
        return Ok(page::show(&page(false, errors)));
    }
    let Some(address) = errors.read("email", &form.email) else {
        return Ok(page::render(StatusCode::UNPROCESSABLE_ENTITY, &page(false, errors)));
    };
    match forgot_password(&web.app, address, from).await {
        Ok(()) => Ok(page::show(&page(true, errors))),
        Err(error) => {
            link_failed(error, |status, message| page::render(status, &page(false, Errors::one("", message))))
        }
    }
}

/// The page for a link that could not be sent or used. `show_form` renders the form for limits that pass.
pub(crate) fn link_failed(error: LinkError, show_form: impl Fn(StatusCode, String) -> Response) -> PageResult {
    Ok(match error {
        LinkError::Gone => page::refusal(
            StatusCode::GONE,
            "This link does not work any more",
            "Links in e-mails work once, for a limited time. A link to a new password comes from \
             “Forgot your password?” on the sign-in page, and one that confirms your address from the page you see after \
             signing in; for an invitation ask the owner of the account.",
        ),
        LinkError::TooMany(too_many) => {
            let message = format!(
                "Many e-mails were sent to this address already. Check the inbox, or wait {}.",
                page::wait_in_words(too_many)
            );
            page::retry_after(show_form(StatusCode::TOO_MANY_REQUESTS, message), too_many)
        }
        LinkError::Password(error) => super::sign_in::password_failed(error),
        LinkError::Store(error) => return Err(error.into()),
    })
}
