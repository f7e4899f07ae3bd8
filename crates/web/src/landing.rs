//! `/`: the landing page, or the consent page if the query is that of an Authorization URL.

use crate::error::PageResult;
use crate::extract::Query;
use crate::page::{self, FlashQuery, Layout};
use crate::session::Session;
use crate::{Web, consent};
use askama::Template;
use axum::extract::{RawQuery, State};
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::consent::AuthorizationRequest;
use slotkeeper_domain::sign_up::{SignUpRules, Way};

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    layout: Layout,
    demo: bool,
    home: Option<&'static str>,
    rules: SignUpRules,
    apikeyinfo: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    Query(FlashQuery { notice }): Query<FlashQuery>,
    session: Option<Session>,
) -> PageResult {
    let person = session.map(|Session(person)| person);
    if let Some(query) = query.filter(|query| AuthorizationRequest::is_meant_by(query)) {
        return consent::ask::ask(&web, &query, person).await;
    }
    let layout = person.as_ref().map_or_else(Layout::default, |person| Layout::of(person, "/"));
    Ok(page::show(&Landing {
        layout: layout.with_flash(notice.as_deref()),
        demo: web.demo,
        home: person.map(|person| home_of(person.account.kind)),
        rules: web.app.sign_up_rules(),
        apikeyinfo: web.app.address_of("/v2/settings/apikeyinfo"),
    }))
}

/// The start page of an account.
pub(crate) fn home_of(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Developer => "/developer",
        AccountKind::Business | AccountKind::Portal => "/backoffice",
    }
}
