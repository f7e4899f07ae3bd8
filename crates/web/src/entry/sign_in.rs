//! `/sign-in`: the form, and the session that it starts.

use super::sign_up::next_query;
use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Query;
use crate::form::{Errors, Form};
use crate::landing::home_of;
use crate::page::{self, Layout};
use crate::session::Session;
use crate::{Web, cookie};
use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use slotkeeper_app::passwords::PasswordError;
use slotkeeper_app::sessions::device::Device;
use slotkeeper_app::sessions::sign_in::{self, Opened, SignInError};
use slotkeeper_domain::consent::AuthorizationRequest;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::secret::Password;
use slotkeeper_domain::throttle::TooMany;
use std::time::Duration;

#[derive(Template)]
#[template(path = "entry/sign_in.html")]
struct SignInPage {
    layout: Layout,
    next: String,
    /// `next` as the query of the sign-up pages; empty if there is no `next`.
    next_query: String,
    /// Whether the user comes from an Authorization URL.
    for_consent: bool,
    /// Whether accounts can be created here.
    sign_up_open: bool,
    email: String,
    errors: Errors,
}

impl SignInPage {
    fn new(web: &Web, layout: Layout, (next, email): (String, String), errors: Errors) -> Self {
        let sign_up_open = !web.app.sign_up_rules().is_closed();
        let for_consent = next.strip_prefix("/?").is_some_and(AuthorizationRequest::is_meant_by);
        Self { layout, next_query: next_query(&next), for_consent, sign_up_open, next, email, errors }
    }
}

#[derive(Deserialize, Default)]
pub(crate) struct SignInQuery {
    next: Option<String>,
    notice: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    session: Option<Session>,
    Query(query): Query<SignInQuery>,
) -> Response {
    let next = query.next.unwrap_or_default();
    if let Some(Session(person)) = session {
        let home = home_of(person.account.kind);
        return page::see_other(if is_local(&next) { &next } else { home });
    }
    let layout = Layout::narrow().with_flash(query.notice.as_deref());
    page::show(&SignInPage::new(&web, layout, (next, String::new()), Errors::default()))
}

pub(crate) async fn sign_in(
    State(web): State<Web>,
    Client(from): Client,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> PageResult {
    let show_form = |status, errors| {
        let values = (form.next.clone(), form.email.clone());
        page::render(status, &SignInPage::new(&web, Layout::narrow(), values, errors))
    };
    let Ok(address) = form.email.parse::<EmailAddress>() else {
        let errors = Errors::one("email", "Please write the whole e-mail address.");
        return Ok(show_form(StatusCode::UNPROCESSABLE_ENTITY, errors));
    };
    let password = Password::new(form.password.as_str());
    if password.is_too_long() {
        return Ok(show_form(StatusCode::UNPROCESSABLE_ENTITY, wrong_password()));
    }
    let device_cookie = cookie::device(&web.app, &headers);
    let device = Device::known(&web.app, &device_cookie, &address);
    Ok(match sign_in::sign_in(&web.app, address.clone(), password, from, device).await {
        Ok(opened) => {
            let mut response = start_session(&web, &opened, &form.next);
            if let Some(cookie) = cookie::set_device(&web.app, &Device::remembered(&web.app, &device_cookie, &address))
            {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Err(SignInError::Wrong) => show_form(StatusCode::UNPROCESSABLE_ENTITY, wrong_password()),
        Err(SignInError::TooMany(too_many)) => {
            let wait = page::wait_in_words(too_many);
            let message = format!("Too many attempts. Please wait {wait}, or choose a new password.");
            page::retry_after(show_form(StatusCode::TOO_MANY_REQUESTS, Errors::one("", message)), too_many)
        }
        Err(SignInError::Password(error)) => password_failed(error),
        Err(SignInError::Store(error)) => return Err(error.into()),
    })
}

/// `Retry-After` when the queue of password checks is full.
const BUSY: Duration = Duration::from_secs(5);

fn wrong_password() -> Errors {
    Errors::one("password", "The e-mail address and the password do not match.")
}

/// Sets the session cookie and redirects to `next` if that is on this server, otherwise to the start page of the
/// account.
pub(crate) fn start_session(web: &Web, opened: &Opened, next: &str) -> Response {
    let target = if is_local(next) { next } else { home_of(opened.kind) };
    let mut response = page::see_other(target);
    if let Some(cookie) = cookie::set(&web.app, &opened.token) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// Whether the address stays on this server. Browsers read `//host` and `/\host` as another host.
pub(super) fn is_local(next: &str) -> bool {
    let mut bytes = next.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

pub(crate) fn password_failed(error: PasswordError) -> Response {
    match error {
        PasswordError::Busy => {
            let text = "Nothing was done. Wait some seconds, and send the form again.";
            let refused = page::refusal(StatusCode::SERVICE_UNAVAILABLE, "Many people are signing in", text);
            page::retry_after(refused, TooMany { wait: BUSY })
        }
        PasswordError::Failed => {
            tracing::error!("a password could not be hashed");
            page::error_page(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_stays_on_this_server() {
        for right in ["/", "/developer", "/?authappid=X&permissions=a,b&state=%2F%2Fx"] {
            assert!(is_local(right), "{right}");
        }
        for wrong in [
            "",
            "developer",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/a\r\nb",
        ] {
            assert!(!is_local(wrong), "{wrong:?}");
        }
    }
}
