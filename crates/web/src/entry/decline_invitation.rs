//! `/decline-invitation/{token}`: declines an invitation. It takes a button, because mail scanners follow links.

use super::forgot_password::link_failed;
use crate::Web;
use crate::error::PageResult;
use crate::extract::Path;
use crate::page::{self, Layout};
use askama::Template;
use axum::extract::State;
use slotkeeper_app::sessions::links;
use slotkeeper_app::users::decline;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;

#[derive(Template)]
#[template(path = "entry/decline_invitation.html")]
struct DeclinePage {
    layout: Layout,
    email: String,
    account: String,
}

pub(crate) async fn show(State(web): State<Web>, Path(token): Path<String>) -> PageResult {
    match links::look(&web.app, &LinkToken::new(token), &[Purpose::AcceptInvitation]).await {
        Ok(link) => Ok(page::show(&DeclinePage {
            layout: Layout::narrow(),
            email: link.user.email_address.to_string(),
            account: link.account.to_string(),
        })),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}

pub(crate) async fn decline(State(web): State<Web>, Path(token): Path<String>) -> PageResult {
    match decline::decline(&web.app, &LinkToken::new(token)).await {
        Ok(()) => Ok(page::see_other("/sign-in?notice=declined")),
        Err(error) => link_failed(error, |status, _| page::error_page(status)),
    }
}
