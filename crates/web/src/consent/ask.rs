//! `/?authappid=…&permissions=…&state=…`: the consent page, which asks the owner to allow or deny an application.

use crate::Web;
use crate::error::PageResult;
use crate::page::{self, Layout, RefusalPage};
use crate::protect::content_policy;
use crate::session::sign_in_address;
use askama::Template;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use slotkeeper_app::caller::SignedIn;
use slotkeeper_app::consent::ask::{self, AskError, ConsentQuestion, ConsentRequest};
use slotkeeper_domain::callback::CallbackUrl;
use slotkeeper_domain::consent::{MalformedRequest, MayNotDecide};
use slotkeeper_domain::permission::{Area, Permission, PermissionSet, Scope};

#[derive(Template)]
#[template(path = "consent/ask.html")]
struct AskPage {
    layout: Layout,
    business: String,
    application: String,
    description: String,
    developer: String,
    callback: Option<CallbackUrl>,
    groups: Vec<Group>,
    earlier: usize,
    /// Whether the application also asks for subaccounts, which this account cannot have.
    without_subaccounts: bool,
    answered_before: bool,
    any_new: bool,
    has_own: bool,
    has_all: bool,
    question: String,
}

/// The permissions of one area, as sentences.
pub(crate) struct Group {
    pub(crate) heading: &'static str,
    pub(crate) lines: Vec<PermissionLine>,
}

pub(crate) struct PermissionLine {
    pub(crate) sentence: &'static str,
    pub(crate) scope: Option<&'static str>,
    pub(crate) is_new: bool,
}

/// Permissions by area, without those that another one includes. `is_new` marks those that were not allowed before.
pub(crate) fn groups(permissions: &PermissionSet, is_new: impl Fn(Permission) -> bool) -> Vec<Group> {
    let line = |permission: Permission| PermissionLine {
        sentence: permission.sentence(),
        scope: match permission.scope() {
            Scope::Own => Some("own"),
            Scope::All => Some("all"),
            Scope::Whole => None,
        },
        is_new: is_new(permission),
    };
    Area::ALL
        .into_iter()
        .map(|area| Group {
            heading: area.heading(),
            lines: permissions.telling().filter(|permission| permission.area() == area).map(line).collect(),
        })
        .filter(|group| !group.lines.is_empty())
        .collect()
}

/// Shows the consent page to an owner; sends a visitor to sign in and back; shows any other user why not.
pub(crate) async fn ask(web: &Web, query: &str, person: Option<SignedIn>) -> PageResult {
    let consent_request = match ask::read(&web.app, query).await {
        Ok(consent_request) => consent_request,
        Err(error) => return refusal_page(error, person.as_ref(), query),
    };
    // The key would be sent by e-mail, and no e-mail is sent.
    if consent_request.application.callback_url.is_none() && !web.sends_email() {
        let refusal = RefusalPage::new(
            StatusCode::CONFLICT,
            "The key could not be handed over",
            "This application gets its keys by e-mail, and no mail server is configured. Nothing was allowed. Ask the \
             operator of this server to configure one, or the developer to register a callback URL.",
        );
        return Ok(match &person {
            Some(person) => refusal.seen_by(person).into_response(),
            None => refusal.into_response(),
        });
    }
    let Some(person) = person else {
        return Ok(page::see_other(&sign_in_address(&format!("/?{query}"))));
    };
    match ask::ask(&web.app, &person, &consent_request).await {
        Ok(asked) => Ok(question_page(&person, consent_request, &asked, query)),
        Err(error) => refusal_page(error, Some(&person), query),
    }
}

fn question_page(
    person: &SignedIn,
    consent_request: ConsentRequest,
    consent_question: &ConsentQuestion,
    query: &str,
) -> Response {
    let ConsentRequest { request, application, developer_email } = consent_request;
    let is_repeated = consent_question.earlier > 0;
    let groups =
        groups(&consent_question.permissions, |permission| is_repeated && consent_question.news.contains(&permission));
    let has = |scope| consent_question.permissions.telling().any(|permission| permission.scope() == scope);
    // Some browsers apply form-action to the redirects after a form, too.
    let target = application.callback_url.as_ref().map(|callback| format!(" {}", callback.policy_sources()));
    let policy = content_policy(&target.unwrap_or_default());
    // Signing in as another user leads back to this question.
    let mut layout = Layout::of(person, "").narrowed().returning_to(&format!("/?{query}"));
    // No navigation: the page offers two answers and nothing else.
    layout.nav.clear();
    let mut response = page::show(&AskPage {
        layout,
        business: person.account.name.to_string(),
        application: application.name.to_string(),
        description: application.description,
        developer: developer_email.to_string(),
        callback: application.callback_url,
        any_new: groups.iter().any(|group| group.lines.iter().any(|line| line.is_new)),
        groups,
        earlier: consent_question.earlier,
        without_subaccounts: consent_question.permissions != request.permissions,
        answered_before: consent_question.answered_before,
        has_own: has(Scope::Own),
        has_all: has(Scope::All),
        question: consent_question.id.to_string(),
    });
    match HeaderValue::from_str(&policy) {
        Ok(policy) => {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            response
        }
        Err(_) => page::error_page(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The error page of each reason why there is nothing to decide. None leads to the application.
fn refusal_page(error: AskError, person: Option<&SignedIn>, query: &str) -> PageResult {
    const TRY_AGAIN: &str = "Go back to the application and start again. If it happens again, tell its developer: the link \
                          the application made is wrong.";
    let refusal = match error {
        AskError::Malformed(MalformedRequest::Application) | AskError::UnknownApplication => RefusalPage::new(
            StatusCode::NOT_FOUND,
            "There is no such application",
            format!("The link names an application that is not registered here. {TRY_AGAIN}"),
        ),
        AskError::Malformed(MalformedRequest::NoPermissions) => RefusalPage::new(
            StatusCode::BAD_REQUEST,
            "The application asks for nothing",
            format!("The link does not say which permissions the application wants. {TRY_AGAIN}"),
        ),
        AskError::Malformed(MalformedRequest::UnknownPermissions(unknown)) => RefusalPage::new(
            StatusCode::BAD_REQUEST,
            "The application asks for something that does not exist",
            format!("The link names permissions that this server does not know. {TRY_AGAIN}"),
        )
        .with_details(unknown.into_iter().take(20).map(|unknown| unknown.0.chars().take(60).collect()).collect()),
        AskError::Malformed(MalformedRequest::State) => RefusalPage::new(
            StatusCode::BAD_REQUEST,
            "The link is damaged",
            format!("Its state is too long or has characters that cannot stand in an address. {TRY_AGAIN}"),
        ),
        AskError::Malformed(MalformedRequest::Repeated(name)) => RefusalPage::new(
            StatusCode::BAD_REQUEST,
            "The link is not clear",
            format!("It says {name} twice, so it is not clear what is consent_question. {TRY_AGAIN}"),
        ),
        AskError::StateMissing(application) => RefusalPage::new(
            StatusCode::BAD_REQUEST,
            "The link is not complete",
            format!(
                "{} wants the answer sent to its own address, and for that the link needs a state: a random value by which \
                 the application knows the answer again. {TRY_AGAIN}",
                application.name
            ),
        ),
        AskError::DeveloperUnconfirmed(application) => RefusalPage::new(
            StatusCode::CONFLICT,
            "The developer is not confirmed",
            format!(
                "The developer of {} has not confirmed the e-mail address by which you could tell who it is. Nothing can \
                 be allowed until then. Are you the developer? Follow the link in the e-mail you got when you signed up.",
                application.name
            ),
        ),
        AskError::MayNotDecide(MayNotDecide::DeveloperAccount) => RefusalPage::new(
            StatusCode::FORBIDDEN,
            "A developer account cannot install applications",
            "Applications are installed in the account of a business, which takes bookings. Sign in as its owner to decide. \
             To try out your own application, create a business account with another e-mail address.",
        ),
        AskError::MayNotDecide(MayNotDecide::NotTheOwner(role)) => RefusalPage::new(
            StatusCode::FORBIDDEN,
            "Only the owner can decide this",
            format!(
                "You are signed in as {}. Which applications may work with the business is for its owner to decide. \
                 Send the owner the link you followed.",
                page::role_in_words(role)
            ),
        ),
        AskError::NothingGrantable => RefusalPage::new(
            StatusCode::CONFLICT,
            "This account has no subaccounts",
            "The application asks to work with subaccounts and for nothing else. Only a portal has subaccounts, so there is \
             nothing to allow here. If you have a portal, sign in as its owner.",
        ),
        AskError::TooMany(too_many) => {
            let wait = page::wait_in_words(too_many);
            let refusal = RefusalPage::new(
                StatusCode::TOO_MANY_REQUESTS,
                "You were asked very often",
                format!("Something opens this page over and over. Please wait {wait}, and open the link again."),
            );
            return Ok(page::retry_after(refusal.into_response(), too_many));
        }
        AskError::Store(error) => return Err(error.into()),
    };
    Ok(match person {
        // Another user could decide, and comes back to this question.
        Some(person) if matches!(refusal.status(), StatusCode::FORBIDDEN | StatusCode::CONFLICT) => {
            refusal.with_other_sign_in(person).returning_to(&format!("/?{query}")).into_response()
        }
        Some(person) => refusal.seen_by(person).into_response(),
        None => refusal.into_response(),
    })
}
