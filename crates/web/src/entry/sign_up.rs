//! `/sign-up`: the choice between the kinds of account, and what both sign-up forms share.

use crate::client::Client;
use crate::error::{PageError, PageResult};
use crate::extract::Query;
use crate::form::Errors;
use crate::landing::home_of;
use crate::page::{self, Layout};
use crate::session::Session;
use crate::wording::Sentence;
use crate::{Web, entry::sign_in};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use slotkeeper_app::accounts::invitation;
use slotkeeper_app::accounts::sign_up::{self, NewAccount, SignUp, SignUpError};
use slotkeeper_app::caller::SignedIn;
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::secret::{InvitationToken, Password};
use slotkeeper_domain::sign_up::{SignUpRules, Way};

#[derive(Template)]
#[template(path = "entry/sign_up.html")]
struct SignUpPage {
    layout: Layout,
    next_query: String,
    businesses: Way,
    developers: Way,
}

/// Shown instead of the form to a user who is signed in already.
#[derive(Template)]
#[template(path = "entry/signed_in.html")]
struct SignedInPage {
    layout: Layout,
    account: String,
    email: String,
    home: String,
    /// Where signing out to create another account leads.
    sign_out_next: String,
}

/// The query of the sign-up pages: where to go afterwards, for instance back to the consent page.
#[derive(Deserialize, Default)]
pub(crate) struct NextQuery {
    #[serde(default)]
    pub(crate) next: String,
    /// The token of an invitation link.
    #[serde(default)]
    pub(crate) invitation: String,
}

/// The query that carries `next` to the following page; empty unless `next` is on this server.
pub(crate) fn next_query(next: &str) -> String {
    if sign_in::is_local(next) {
        format!("?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))
    } else {
        String::new()
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    session: Option<Session>,
    Query(NextQuery { next, .. }): Query<NextQuery>,
) -> Response {
    let next_query = next_query(&next);
    if let Some(Session(person)) = session {
        return signed_in(&person, &next, format!("/sign-up{next_query}"));
    }
    let SignUpRules { businesses, developers } = web.app.sign_up_rules();
    page::show(&SignUpPage { layout: Layout::narrow(), next_query, businesses, developers })
}

pub(super) fn signed_in(person: &SignedIn, next: &str, sign_out_next: String) -> Response {
    page::show(&SignedInPage {
        layout: Layout::of(person, "").narrowed(),
        account: person.account.name.to_string(),
        email: person.user.email_address.to_string(),
        home: if sign_in::is_local(next) { next.to_owned() } else { home_of(person.account.kind).to_owned() },
        sign_out_next,
    })
}

/// The refusal if no account of this kind can be created here, or only with an invitation that works; `None`
/// otherwise.
pub(super) async fn sign_up_refusal(
    web: &Web,
    kind: AccountKind,
    invitation: &str,
) -> Result<Option<Response>, PageError> {
    let works = match web.app.sign_up_rules().way(kind) {
        Way::Open => true,
        Way::Closed => return Ok(Some(refusal(false))),
        Way::Invited if invitation.is_empty() => false,
        Way::Invited => invitation::works(&web.app, &InvitationToken::new(invitation), kind).await?,
    };
    Ok((!works).then(|| refusal(true)))
}

fn refusal(invited: bool) -> Response {
    let (title, text) = if invited {
        (
            "An account here requires an invitation",
            "Follow the link that you were sent; it works once, for fourteen days. If it has been used or is too old, ask \
             the operator of this server for another.",
        )
    } else {
        (
            "Accounts cannot be created here",
            "Ask the operator of this server for an account; or sign in, if you have one.",
        )
    };
    page::refusal(StatusCode::FORBIDDEN, title, text)
}

/// The fields of a sign-up form that are about the user.
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
    #[serde(default)]
    pub(crate) invitation: String,
}

/// Creates the account and signs in, or renders the form again with what is wrong.
pub(crate) async fn finish(
    web: &Web,
    Client(from): Client,
    person: PersonFields,
    account: Option<NewAccount>,
    mut errors: Errors,
    show_form: impl Fn(StatusCode, Errors) -> Response,
) -> PageResult {
    let name = errors.require("person_name", &person.person_name, "Enter your name.");
    let email_address = errors.require("email", &person.email, "Enter your e-mail address.");
    let password = Password::new(person.password);
    if let Err(problem) = password.check_choice(&person.email) {
        errors.add("password", problem.sentence());
    }
    if !errors.list().is_empty() {
        return Ok(show_form(StatusCode::UNPROCESSABLE_ENTITY, errors));
    }
    let (Some(name), Some(email_address), Some(account)) = (name, email_address, account) else {
        return Ok(page::error_page(StatusCode::BAD_REQUEST));
    };
    let invitation = (!person.invitation.is_empty()).then(|| InvitationToken::new(person.invitation));
    let form = SignUp { email_address, name, password, account, invitation };
    Ok(match sign_up::sign_up(&web.app, form, from).await {
        Err(SignUpError::Closed) => refusal(false),
        Err(SignUpError::NotInvited) => refusal(true),
        Ok(opened) => sign_in::start_session(web, &opened, &person.next),
        Err(SignUpError::AddressTaken) => show_form(
            StatusCode::UNPROCESSABLE_ENTITY,
            Errors::one("email", "This address is used by an account already. Sign in, or use another address."),
        ),
        Err(SignUpError::TooMany(too_many)) => {
            let wait = page::wait_in_words(too_many);
            let message =
                format!("Many accounts were created from your network. Please wait {wait} and send the form again.");
            page::retry_after(show_form(StatusCode::TOO_MANY_REQUESTS, Errors::one("", message)), too_many)
        }
        Err(SignUpError::TooMuchMail(too_many)) => {
            let wait = page::wait_in_words(too_many);
            let message =
                format!("Many e-mails were sent to this address already. Please wait {wait}, or use another one.");
            page::retry_after(show_form(StatusCode::TOO_MANY_REQUESTS, Errors::one("email", message)), too_many)
        }
        Err(SignUpError::Password(error)) => sign_in::password_failed(error),
        Err(SignUpError::Store(error)) => return Err(error.into()),
    })
}
