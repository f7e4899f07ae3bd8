//! `/confirm-email/{token}`: proof that mail arrives. A button, because programs that look at mails follow links.

use super::forgot_password::link_failed;
use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Path;
use crate::landing::home_of;
use crate::page::{self, Layout};
use crate::session::Session;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::sessions::{confirm_email, links};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;

#[derive(Template)]
#[template(path = "entry/confirm_email.html")]
struct ConfirmPage {
    layout: Layout,
    email: String,
}

pub(crate) async fn show(State(web): State<Web>, Path(token): Path<String>) -> PageResult {
    match links::look(&web.app, &LinkToken::new(token), &[Purpose::ConfirmEmail]).await {
        Ok(email) => Ok(page::show(&ConfirmPage { layout: Layout::narrow(), email: email.to_string() })),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

pub(crate) async fn confirm(State(web): State<Web>, session: Option<Session>, Path(token): Path<String>) -> PageResult {
    match confirm_email::confirm_email(&web.app, &LinkToken::new(token)).await {
        Ok(()) => {
            let target = session.map_or("/sign-in", |Session(person)| home_of(person.account.kind));
            Ok(page::see_other(&format!("{target}?notice=confirmed")))
        }
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

pub(crate) async fn send_again(State(web): State<Web>, Session(person): Session, Client(from): Client) -> PageResult {
    match confirm_email::send_again(&web.app, &person, from).await {
        Ok(()) => Ok(page::see_other(&format!("{}?notice=link-sent", home_of(person.account.kind)))),
        Err(error) => link_failed(error, |status, message| page::refusal(status, "That was a lot of mail", &message)),
    }
}
