//! Extractors that require a signed-in user in a role. A page for developers takes a [`DeveloperPage`]; any other user
//! gets an error page.

use crate::error::PageError;
use crate::{Web, cookie, page};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use slotkeeper_app::caller::{AccountMember, BusinessMember, Developer, Manager, Owner, SignedIn};
use slotkeeper_app::sessions::find;

/// Any signed-in user. A visitor is sent to the sign-in page and comes back afterwards.
pub(crate) struct Session(pub(crate) SignedIn);

/// A user of a developer account.
pub(crate) struct DeveloperPage(pub(crate) Developer);

/// Any member of the team of a business or a portal.
pub(crate) struct AccountMemberPage(pub(crate) AccountMember);

/// The owner of a business or a portal.
pub(crate) struct OwnerPage(pub(crate) Owner);

/// Any member of the team of a business.
pub(crate) struct BusinessMemberPage(pub(crate) BusinessMember);

/// The owner or a manager of a business.
pub(crate) struct ManagerPage(pub(crate) Manager);

/// The user of the session cookie, if the session is valid.
async fn signed_in(parts: &Parts, web: &Web) -> Result<Option<SignedIn>, Response> {
    match cookie::read(&web.app, &parts.headers) {
        Some(token) => find::find(&web.app, &token).await.map_err(|error| PageError::from(error).into_response()),
        None => Ok(None),
    }
}

/// The address of the sign-in page that leads back to `target`, a path with its query.
pub(crate) fn sign_in_address(target: &str) -> String {
    format!("/sign-in?next={}", utf8_percent_encode(target, NON_ALPHANUMERIC))
}

impl FromRequestParts<Web> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        if let Some(person) = signed_in(parts, web).await? {
            return Ok(Self(person));
        }
        // A form cannot be sent again after signing in, so another method leads to the start page.
        let target = match parts.method {
            axum::http::Method::GET => parts.uri.path_and_query().map_or("/", |target| target.as_str()),
            _ => "/",
        };
        Err(page::see_other(&sign_in_address(target)))
    }
}

impl OptionalFromRequestParts<Web> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Option<Self>, Response> {
        Ok(signed_in(parts, web).await?.map(Self))
    }
}

macro_rules! pages_for {
    ($($name:ident, $as:expr, $title:literal, $text:literal;)*) => {$(
        impl FromRequestParts<Web> for $name {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
                let Session(person) = <Session as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
                let in_role: fn(&SignedIn) -> Option<_> = $as;
                in_role(&person).map(Self).ok_or_else(|| {
                    page::RefusalPage::new(StatusCode::FORBIDDEN, $title, $text).with_other_sign_in(&person).into_response()
                })
            }
        }
    )*};
}

pages_for! {
    DeveloperPage, SignedIn::as_developer, "This page is for developers",
        "Applications are registered in a developer account, which is separate from the account of a business.";
    AccountMemberPage, SignedIn::as_colleague, "This page is for businesses",
        "A developer account takes no bookings and has no back office. Sign in with the account of a business.";
    ManagerPage, SignedIn::as_manager, "Only owners and managers of a business can do this",
        "Ask the owner or a manager of the business.";
    OwnerPage, |person| person.as_owner().ok(), "Only the owner can do this",
        "Ask the owner of the account. Owners manage applications, the team and the business profile.";
    BusinessMemberPage, SignedIn::as_business_member, "This page is for businesses",
        "Only a business takes bookings and has calendar feeds. Sign in with the account of a business.";
}
