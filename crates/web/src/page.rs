//! What all pages share: the layout, flash messages, and error pages.

use crate::Web;
use crate::cookie;
use crate::installation::{self, Installation};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use slotkeeper_app::caller::SignedIn;
use slotkeeper_app::sessions::find;
use slotkeeper_domain::account::{AccountKind, Role};
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::{Instant, Zone};
use std::sync::Arc;

/// The values of `layout.html`.
#[derive(Default, Clone)]
pub(crate) struct Layout {
    pub(crate) person: Option<Person>,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) flash: Option<Flash>,
    pub(crate) narrow: bool,
    /// Where signing out and in again leads; empty for the start page.
    pub(crate) next: String,
}

/// The user in the header.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) account_name: String,
}

#[derive(Clone)]
pub(crate) struct NavItem {
    pub(crate) label: &'static str,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// The message above the page about what the last request did.
#[derive(Clone)]
pub(crate) struct Flash {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

impl Layout {
    /// The narrow layout of pages for visitors who are not signed in.
    pub(crate) fn narrow() -> Self {
        Self { narrow: true, ..Self::default() }
    }

    /// The layout for a signed-in user. The entry of the navigation with the address `current` is marked.
    pub(crate) fn of(person: &SignedIn, current: &str) -> Self {
        let items: &[(&str, &str)] = match (person.account.kind, person.as_owner().is_ok()) {
            (AccountKind::Developer, _) => &[("Applications", "/developer"), ("API", "/docs")],
            (AccountKind::Portal, true) => &[
                ("Home", "/backoffice"),
                ("Subaccounts", "/backoffice/subaccounts"),
                ("Applications", "/backoffice/applications"),
                ("Team", "/backoffice/team"),
                ("Business profile", "/backoffice/business-profile"),
            ],
            (AccountKind::Portal, false) => &[
                ("Home", "/backoffice"),
                ("Subaccounts", "/backoffice/subaccounts"),
                ("Applications", "/backoffice/applications"),
            ],
            (AccountKind::Business, true) => &[
                ("Home", "/backoffice"),
                ("Calendar feeds", "/backoffice/calendars"),
                ("Applications", "/backoffice/applications"),
                ("E-mails", "/backoffice/emails"),
                ("Team", "/backoffice/team"),
                ("Business profile", "/backoffice/business-profile"),
            ],
            (AccountKind::Business, false) if person.as_manager().is_some() => &[
                ("Home", "/backoffice"),
                ("Calendar feeds", "/backoffice/calendars"),
                ("Applications", "/backoffice/applications"),
                ("E-mails", "/backoffice/emails"),
            ],
            (AccountKind::Business, false) => &[
                ("Home", "/backoffice"),
                ("Calendar feeds", "/backoffice/calendars"),
                ("Applications", "/backoffice/applications"),
            ],
        };
        let nav = items.iter().map(|(label, href)| NavItem { label, href, current: *href == current }).collect();
        Self {
            person: Some(Person {
                email: person.user.email_address.to_string(),
                account_name: person.account.name.to_string(),
            }),
            nav,
            ..Self::default()
        }
    }

    /// The same with one narrow column, for pages that hold one card.
    pub(crate) fn narrowed(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// The same, with signing out and in again leading back to `address`.
    pub(crate) fn returning_to(mut self, address: &str) -> Self {
        address.clone_into(&mut self.next);
        self
    }

    pub(crate) fn installation(&self) -> Installation {
        installation::current()
    }

    /// The same, with the flash message that `?notice=` names.
    pub(crate) fn with_flash(mut self, code: Option<&str>) -> Self {
        self.flash = code.and_then(flash);
        self
    }
}

/// The flash message of a code in `?notice=`. The texts are fixed, so that a link cannot put words on our pages.
fn flash(code: &str) -> Option<Flash> {
    let (kind, text) = match code {
        "signed-out" => ("good", "You are signed out."),
        "password-chosen" => ("good", "Your password is set. Sign in with it."),
        "confirmed" => ("good", "Thank you, your e-mail address is confirmed."),
        "link-sent" => ("good", "The e-mail is being sent again. Check your inbox in a moment."),
        "no-mail" => ("info", "No e-mail was sent: no mail server is configured."),
        "saved" => ("good", "Saved."),
        "callback-removed" => ("good", "The callback URL is removed. Keys come by e-mail from now on."),
        "callback-removed-no-mail" => (
            "info",
            "The callback URL is removed. Keys are sent by e-mail now, and no mail server is configured: the application cannot be \
             installed until there is one, or a callback URL.",
        ),
        "sent-again" => ("good", "Sending again. The list below shows the status."),
        "test-sent" => ("good", "Sending the test. The list below shows the status."),
        "signing-key" => ("good", "Deliveries are signed with the newest secret key from now on."),
        "ended" => ("good", "The key is revoked. It no longer works."),
        "ended-before" => ("info", "This key was revoked already."),
        "uninstalled" => ("good", "The application is uninstalled. Its keys no longer work."),
        "uninstalled-before" => ("info", "The application was uninstalled already."),
        "calendar-ended" => ("good", "The calendar feed is revoked. Its link no longer works."),
        "calendar-ended-before" => ("info", "This calendar feed was revoked already."),
        "mail-again" => ("good", "Sending the e-mail again. The list below shows the status."),
        "mail-not-again" => ("info", "This e-mail cannot be sent again. The list below shows its status."),
        "text-reset" => ("good", "Your template is deleted. The default is used again."),
        "invited" => ("good", "The invitation is on its way."),
        "declined" => ("good", "You declined the invitation."),
        "removed" => ("good", "Removed. The person can no longer sign in."),
        _ => return None,
    };
    Some(Flash { kind, text: text.to_owned() })
}

#[derive(serde::Deserialize, Default)]
pub(crate) struct FlashQuery {
    pub(crate) notice: Option<String>,
}

/// The page with this status; 500 if the template cannot be rendered.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.").into_response()
        }
    }
}

pub(crate) fn show(page: &impl Template) -> Response {
    render(StatusCode::OK, page)
}

/// A redirect (303), which the browser follows with GET.
pub(crate) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => error_page(StatusCode::BAD_REQUEST),
    }
}

/// An error page: what is wrong, and what the user can do.
#[derive(Template, Clone)]
#[template(path = "refusal.html")]
pub(crate) struct RefusalPage {
    layout: Layout,
    status: StatusCode,
    title: String,
    text: String,
    details: Vec<String>,
    sign_in_as_other: bool,
    /// Where signing in as another user leads.
    next: String,
}

impl RefusalPage {
    pub(crate) fn new(status: StatusCode, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            layout: Layout::narrow(),
            status,
            title: title.into(),
            text: text.into(),
            details: Vec::new(),
            sign_in_as_other: false,
            next: String::new(),
        }
    }

    /// The same with the layout of a signed-in user.
    pub(crate) fn seen_by(mut self, person: &SignedIn) -> Self {
        self.layout = Layout::of(person, "").narrowed();
        self
    }

    /// The same, offering to sign in as another user.
    pub(crate) fn with_other_sign_in(self, person: &SignedIn) -> Self {
        Self { sign_in_as_other: true, ..self.seen_by(person) }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The same, with signing in as another user leading back to `address`.
    pub(crate) fn returning_to(mut self, address: &str) -> Self {
        address.clone_into(&mut self.next);
        address.clone_into(&mut self.layout.next);
        self
    }

    pub(crate) fn with_details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }
}

impl IntoResponse for RefusalPage {
    fn into_response(self) -> Response {
        let mut response = render(self.status, &self);
        if self.layout.person.is_none() {
            response.extensions_mut().insert(BarePage(Arc::new(self)));
        }
        response
    }
}

/// Marks the response of an error page that was rendered without knowing the user.
#[derive(Clone)]
struct BarePage(Arc<RefusalPage>);

/// Middleware: renders error pages again with the layout of the signed-in user. Only for client errors: a server that
/// fails or is overloaded should not be asked for the session, too.
pub(crate) async fn frame(State(web): State<Web>, request: Request, next: Next) -> Response {
    let cookies = request.headers().clone();
    let mut response = next.run(request).await;
    let Some(BarePage(bare)) = response.extensions_mut().remove::<BarePage>() else { return response };
    if !bare.status.is_client_error() {
        return response;
    }
    let Some(token) = cookie::read(&web.app, &cookies) else { return response };
    let Ok(Some(person)) = find::find(&web.app, &token).await else { return response };
    let (mut head, body) = response.into_parts();
    let refusal = RefusalPage { layout: Layout::of(&person, "").narrowed(), ..(*bare).clone() };
    match refusal.render() {
        Ok(html) => {
            head.headers.remove(CONTENT_LENGTH);
            Response::from_parts(head, html.into())
        }
        Err(_) => Response::from_parts(head, body),
    }
}

pub(crate) fn refusal(status: StatusCode, title: &str, text: &str) -> Response {
    RefusalPage::new(status, title, text).into_response()
}

/// The error page of a status.
pub(crate) fn error_page(status: StatusCode) -> Response {
    let (title, text) = match status {
        StatusCode::NOT_FOUND => (
            "There is no such page",
            "The address may be mistyped, or what was here is gone. Start again from the beginning.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This page does not work that way", "It does not support this method. Open it from a link instead.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("That was too much", "The form holds more text than it can take. Shorten it and send it again.")
        }
        StatusCode::URI_TOO_LONG | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
            "The address is too long",
            "The address, or what the browser sent with it, is longer than this server takes.",
        ),
        StatusCode::TOO_MANY_REQUESTS => {
            ("Too many connections", "There are too many connections from your network. Try again in a moment.")
        }
        StatusCode::REQUEST_TIMEOUT => ("That took too long", "The request did not arrive in time. Try again."),
        StatusCode::SERVICE_UNAVAILABLE => (
            "The server is busy",
            "It is not certain whether what you asked for was done. Look in a moment, before you send it again.",
        ),
        status if status.is_client_error() => {
            ("That was not understood", "The form arrived incomplete or damaged. Go back and send it again.")
        }
        _ => ("Something went wrong", "The mistake is ours and has been noted. Try again in a moment."),
    };
    refusal(status, title, text)
}

/// A role within a sentence: “you are signed in as …”.
pub(crate) fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Owner => "the owner",
        Role::Manager => "a manager",
        Role::Staff => "a member of staff",
    }
}

/// The wait in words, in whole minutes.
pub(crate) fn wait_in_words(too_many: TooMany) -> String {
    match too_many.wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// Adds `Retry-After`, in seconds.
pub(crate) fn retry_after(mut response: Response, too_many: TooMany) -> Response {
    let seconds = too_many.wait.as_secs().saturating_add(1);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The instant in the account's zone, in words; `UTC` is appended where the zone is UTC.
pub(crate) fn when(at: Instant, zone: &Zone) -> String {
    let words = at.to_words(zone);
    if zone.name() == "UTC" { format!("{words} UTC") } else { words }
}

pub(crate) fn last_used(at: Option<Instant>, zone: &Zone) -> String {
    at.map_or_else(|| "never".to_owned(), |at| when(at, zone))
}

/// The banner for a user whose e-mail address is not confirmed.
pub(crate) struct Unconfirmed {
    pub(crate) email: String,
    /// Whether a mail server is configured.
    pub(crate) delivers: bool,
    pub(crate) demo: bool,
    /// What the account cannot do until then.
    pub(crate) until_then: &'static str,
}

/// The banner, or `None` if the address is confirmed.
pub(crate) fn unconfirmed(web: &Web, person: &SignedIn) -> Option<Unconfirmed> {
    let email = person.user.email_address.to_string();
    let until_then = match person.account.kind {
        AccountKind::Developer => "Until then your applications cannot be installed.",
        AccountKind::Portal => "Until then you cannot invite anyone.",
        AccountKind::Business => "Until then you cannot invite anyone, and no e-mails about bookings go out.",
    };
    let banner = Unconfirmed { email, delivers: web.app.delivers_mail(), demo: web.demo, until_then };
    person.user.email_confirmed_at.is_none().then_some(banner)
}
