//! What all pages share: the frame, notices, and pages for when something is not as it should be.

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

/// The frame of a page.
#[derive(Default, Clone)]
pub(crate) struct Layout {
    pub(crate) person: Option<Person>,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) notice: Option<Flash>,
    pub(crate) narrow: bool,
    /// Where somebody comes to who signs out here and in again; empty for the start page.
    pub(crate) next: String,
}

/// Who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) account_name: String,
}

/// An entry of the navigation.
#[derive(Clone)]
pub(crate) struct NavItem {
    pub(crate) label: &'static str,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// A line above the page: what was just done.
#[derive(Clone)]
pub(crate) struct Flash {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

impl Layout {
    /// The frame for nobody in particular: narrow, as entry pages are.
    pub(crate) fn narrow() -> Self {
        Self { narrow: true, ..Self::default() }
    }

    /// The frame for somebody who signed in, on the page at `current`.
    pub(crate) fn of(person: &SignedIn, current: &str) -> Self {
        let items: &[(&str, &str)] = match (person.account.kind, person.as_owner().is_ok()) {
            (AccountKind::Developer, _) => &[("Applications", "/developer"), ("API", "/docs")],
            (AccountKind::Portal, true) => &[
                ("Home", "/backoffice"),
                ("Subaccounts", "/backoffice/subaccounts"),
                ("Applications", "/backoffice/applications"),
                ("People", "/backoffice/people"),
                ("Details", "/backoffice/details"),
            ],
            (AccountKind::Portal, false) => &[
                ("Home", "/backoffice"),
                ("Subaccounts", "/backoffice/subaccounts"),
                ("Applications", "/backoffice/applications"),
            ],
            (AccountKind::Business, true) => &[
                ("Home", "/backoffice"),
                ("Calendars", "/backoffice/calendars"),
                ("Applications", "/backoffice/applications"),
                ("E-mails", "/backoffice/mails"),
                ("People", "/backoffice/people"),
                ("Details", "/backoffice/details"),
            ],
            (AccountKind::Business, false) if person.as_manager().is_some() => &[
                ("Home", "/backoffice"),
                ("Calendars", "/backoffice/calendars"),
                ("Applications", "/backoffice/applications"),
                ("E-mails", "/backoffice/mails"),
            ],
            (AccountKind::Business, false) => &[
                ("Home", "/backoffice"),
                ("Calendars", "/backoffice/calendars"),
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

    /// The same, for pages that hold one card.
    pub(crate) fn narrowed(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// The same; somebody who signs out here and in again comes back to this address.
    pub(crate) fn and_back_to(mut self, address: &str) -> Self {
        address.clone_into(&mut self.next);
        self
    }

    /// Who runs the server, as every page says.
    pub(crate) fn installation(&self) -> Installation {
        installation::current()
    }

    /// The same, with the notice that a redirect asked for.
    pub(crate) fn with_notice(mut self, code: Option<&str>) -> Self {
        self.notice = code.and_then(notice);
        self
    }
}

/// Notices by the code in `?notice=`. Fixed texts, so that nobody can put words into our mouth with a link.
fn notice(code: &str) -> Option<Flash> {
    let (kind, text) = match code {
        "signed-out" => ("good", "You are signed out."),
        "password-chosen" => ("good", "Your password is set. Sign in with it."),
        "confirmed" => ("good", "Thank you, your e-mail address is confirmed."),
        "link-sent" => ("good", "The e-mail is on its way again. Look into your inbox in a moment."),
        "no-mail" => ("info", "No e-mail was sent, because this server cannot send any yet."),
        "saved" => ("good", "Saved."),
        "callback-removed" => ("good", "The callback URL is removed. Keys come by e-mail from now on."),
        "callback-removed-no-mail" => (
            "info",
            "The callback URL is removed. Keys would come by e-mail from now on, which this server cannot send yet: until it can, \
             or there is a callback URL again, nobody can install the application.",
        ),
        "sent-again" => ("good", "It is being sent again. What becomes of it is in the list below."),
        "test-sent" => ("good", "The test is on its way. What becomes of it is in the list below."),
        "signing-key" => ("good", "Notices are signed with the newest secret key from now on."),
        "ended" => ("good", "The key has ended. It no longer works."),
        "ended-before" => ("info", "This key had ended already."),
        "uninstalled" => ("good", "The application is uninstalled. Its keys no longer work."),
        "uninstalled-before" => ("info", "The application was uninstalled already."),
        "calendar-ended" => ("good", "The calendar has ended. Its address leads nowhere any more."),
        "calendar-ended-before" => ("info", "This calendar had ended already."),
        "mail-again" => ("good", "The e-mail is tried again. What becomes of it is in the list below."),
        "mail-not-again" => ("info", "This e-mail cannot be sent again. What became of it is in the list below."),
        "text-reset" => ("good", "Your text is deleted. Letters say again what comes with the program."),
        "invited" => ("good", "The invitation is on its way."),
        "declined" => ("good", "You declined. You are not invited there any more."),
        "removed" => ("good", "Removed. The person can no longer sign in."),
        _ => return None,
    };
    Some(Flash { kind, text: text.to_owned() })
}

/// `?notice=…`
#[derive(serde::Deserialize, Default)]
pub(crate) struct FlashQuery {
    pub(crate) notice: Option<String>,
}

/// A page with its status.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.").into_response()
        }
    }
}

/// A page that shows what was asked for.
pub(crate) fn show(page: &impl Template) -> Response {
    render(StatusCode::OK, page)
}

/// Sends the browser on with a GET.
pub(crate) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => error_page(StatusCode::BAD_REQUEST),
    }
}

/// A page that says why not, and what to do.
#[derive(Template, Clone)]
#[template(path = "refusal.html")]
pub(crate) struct RefusalPage {
    layout: Layout,
    status: StatusCode,
    title: String,
    text: String,
    details: Vec<String>,
    sign_in_as_other: bool,
    /// Where somebody else comes to after signing in.
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

    /// The same, shown to somebody who signed in.
    pub(crate) fn in_front_of(mut self, person: &SignedIn) -> Self {
        self.layout = Layout::of(person, "").narrowed();
        self
    }

    /// The same, shown to somebody who signed in and may want to be somebody else.
    pub(crate) fn to(self, person: &SignedIn) -> Self {
        Self { sign_in_as_other: true, ..self.in_front_of(person) }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The same; somebody else who signs in instead comes back to this address.
    pub(crate) fn and_back_to(mut self, address: &str) -> Self {
        address.clone_into(&mut self.next);
        address.clone_into(&mut self.layout.next);
        self
    }

    /// The same, with a list.
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

/// A page that was made where nobody knew who looks at it.
#[derive(Clone)]
struct BarePage(Arc<RefusalPage>);

/// Puts the frame of whoever is signed in around pages that were made without. Only around what the browser or the person got
/// wrong: what the server got wrong, and what it has no time for, asks for nothing more of it.
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

/// A page that says why not.
pub(crate) fn refusal(status: StatusCode, title: &str, text: &str) -> Response {
    RefusalPage::new(status, title, text).into_response()
}

/// The page for a status that comes about before any page is reached, or by itself.
pub(crate) fn error_page(status: StatusCode) -> Response {
    let (title, text) = match status {
        StatusCode::NOT_FOUND => (
            "There is no such page",
            "The address may be mistyped, or what was here is gone. Start again from the beginning.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "This page does not work that way",
            "It was asked for in a way it does not know. Open it from a link instead.",
        ),
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

/// A role as it stands in a sentence: “you are signed in as …”.
pub(crate) fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Owner => "the owner",
        Role::Manager => "a manager",
        Role::Staff => "a member of staff",
    }
}

/// How long to wait, in words.
pub(crate) fn wait_in_words(too_many: TooMany) -> String {
    match too_many.wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// Adds when to come back to an answer that says “too many”.
pub(crate) fn retry_after(mut response: Response, too_many: TooMany) -> Response {
    let seconds = too_many.wait.as_secs().saturating_add(1);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// An instant in an account's wall-clock time; UTC says so.
pub(crate) fn when(at: Instant, zone: &Zone) -> String {
    let words = at.to_words(zone);
    if zone.name() == "UTC" { format!("{words} UTC") } else { words }
}

/// When a key was last used, if ever.
pub(crate) fn last_used(at: Option<Instant>, zone: &Zone) -> String {
    at.map_or_else(|| "never".to_owned(), |at| when(at, zone))
}

/// The banner for somebody who has not confirmed the address yet.
pub(crate) struct Unconfirmed {
    pub(crate) email: String,
    /// Whether e-mail goes out at all; where it does not, only the demo shows it.
    pub(crate) delivers: bool,
    pub(crate) demo: bool,
    /// What waits for it.
    pub(crate) until_then: &'static str,
}

/// The banner, where one is needed.
pub(crate) fn unconfirmed(web: &Web, person: &SignedIn) -> Option<Unconfirmed> {
    let email = person.user.email_address.to_string();
    let until_then = match person.account.kind {
        AccountKind::Developer => "Until then nobody can install your applications.",
        AccountKind::Portal => "Until then you can invite nobody.",
        AccountKind::Business => "Until then you can invite nobody, and no e-mails about bookings go out.",
    };
    let banner = Unconfirmed { email, delivers: web.app.delivers_mail(), demo: web.demo, until_then };
    person.user.email_confirmed_at.is_none().then_some(banner)
}
