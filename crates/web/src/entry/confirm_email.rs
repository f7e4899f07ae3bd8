//! `/confirm-email/{token}`: confirms the user's e-mail address. It takes a button, because mail scanners follow
//! links.

use super::forgot_password::link_failed;
use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Path;
use crate::landing::home_of;
use crate::page::{self, Layout, RefusalPage};
use crate::session::Session;
use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use slotkeeper_app::caller::SignedIn;
use slotkeeper_app::sessions::links::LinkError;
use slotkeeper_app::sessions::{confirm_email, links};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;

#[derive(Template)]
#[template(path = "entry/confirm_email.html")]
struct ConfirmPage {
    layout: Layout,
    email: String,
    account: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    Session(person): Session,
    OriginalUri(uri): OriginalUri,
    Path(token): Path<String>,
) -> PageResult {
    match links::look(&web.app, &LinkToken::new(token), &[Purpose::ConfirmEmail]).await {
        // The link was used before, and the address is confirmed.
        Err(LinkError::Gone) if person.user.email_confirmed_at.is_some() => Ok(confirmed(&person)),
        Ok(link) if link.user.id == person.user.id => Ok(page::show(&ConfirmPage {
            layout: Layout::of(&person, "").narrowed(),
            email: link.user.email_address.to_string(),
            account: person.account.name.to_string(),
        })),
        Ok(link) => Ok(RefusalPage::new(
            StatusCode::FORBIDDEN,
            "This link is for another account",
            format!("It confirms {}, and you are signed in as {}.", link.user.email_address, person.user.email_address),
        )
        .with_other_sign_in(&person)
        .returning_to(uri.path())
        .into_response()),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

pub(crate) async fn confirm(State(web): State<Web>, Session(person): Session, Path(token): Path<String>) -> PageResult {
    match confirm_email::confirm_email(&web.app, &person, &LinkToken::new(token)).await {
        Ok(()) => Ok(confirmed(&person)),
        Err(LinkError::Gone) if person.user.email_confirmed_at.is_some() => Ok(confirmed(&person)),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

fn confirmed(person: &SignedIn) -> Response {
    page::see_other(&format!("{}?notice=confirmed", home_of(person.account.kind)))
}

pub(crate) async fn send_again(State(web): State<Web>, Session(person): Session, Client(from): Client) -> PageResult {
    if !web.sends_email() {
        return Ok(page::see_other(&format!("{}?notice=no-mail", home_of(person.account.kind))));
    }
    match confirm_email::send_again(&web.app, &person, from).await {
        Ok(()) => Ok(page::see_other(&format!("{}?notice=link-sent", home_of(person.account.kind)))),
        Err(error) => link_failed(error, |status, message| page::refusal(status, "That was a lot of e-mail", &message)),
    }
}
