//! `/demo/inbox`: all e-mails of the demo, which sends none.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Paths;
use crate::page::{self, Layout, when};
use crate::protect::content_policy;
use crate::session::Session;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse};
use slotkeeper_app::outbox::demo_inbox;
use slotkeeper_domain::id::{AccountId, MailId};
use slotkeeper_domain::time::Zone;
use slotkeeper_store::tables::outbox::OutboxEmail;

#[derive(Template)]
#[template(path = "demo/inbox.html")]
struct InboxPage {
    layout: Layout,
    emails: Vec<EmailRow>,
}

struct EmailRow {
    href: String,
    recipient: String,
    subject: String,
    sent: String,
}

#[derive(Template)]
#[template(path = "demo/email.html")]
struct EmailPage {
    layout: Layout,
    recipient: String,
    subject: String,
    sent: String,
    body: Vec<Part>,
    /// Present if the e-mail has HTML.
    parts: Option<Parts>,
}

/// The addresses of the HTML and of the calendar part.
struct Parts {
    html: String,
    calendar: Option<String>,
}

/// The policy of an e-mail's page, which shows the HTML in a frame.
fn framing_policy() -> String {
    format!("{}; frame-src 'self'", content_policy(""))
}

/// The policy of an e-mail's HTML: shown in a frame of this server, with inline styles, and nothing that is loaded or run.
const HTML_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; \
                           base-uri 'none'; sandbox";

/// A part of an e-mail's text.
enum Part {
    Text(String),
    Link(String),
}

fn layout(session: Option<Session>) -> Layout {
    session.map_or_else(Layout::default, |Session(person)| Layout::of(&person, ""))
}

pub(crate) async fn list(State(web): State<Web>, session: Option<Session>) -> PageResult {
    let row = |email: OutboxEmail| EmailRow {
        href: format!("/demo/inbox/{}/{}", email.account, email.id),
        recipient: email.recipient.to_string(),
        subject: unbroken(&email.subject),
        sent: when(email.created_at, &Zone::utc()),
    };
    let emails = demo_inbox::latest(&web.app).await?.into_iter().map(row).collect();
    Ok(page::show(&InboxPage { layout: layout(session), emails }))
}

pub(crate) async fn show(
    State(web): State<Web>,
    session: Option<Session>,
    Paths((account, id)): Paths<(AccountId, MailId)>,
) -> PageResult {
    let (email, content) = demo_inbox::open(&web.app, account, id).await?.ok_or(PageError::NotFound)?;
    let address = |part: &str| format!("/demo/inbox/{}/{}/{part}", email.account, email.id);
    let parts = content
        .parts
        .as_ref()
        .map(|parts| Parts { html: address("html"), calendar: parts.calendar.as_ref().map(|_| address("calendar")) });
    let page = page::show(&EmailPage {
        layout: layout(session),
        recipient: email.recipient.to_string(),
        subject: unbroken(&email.subject),
        sent: when(email.created_at, &Zone::utc()),
        body: with_links(&content.text),
        parts,
    });
    Ok(([(CONTENT_SECURITY_POLICY, framing_policy())], page).into_response())
}

/// The HTML of an e-mail, for a frame.
pub(crate) async fn html(State(web): State<Web>, Paths((account, id)): Paths<(AccountId, MailId)>) -> PageResult {
    let (_, content) = demo_inbox::open(&web.app, account, id).await?.ok_or(PageError::NotFound)?;
    let parts = content.parts.ok_or(PageError::NotFound)?;
    let headers = [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(HTML_POLICY)),
        (X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    Ok((headers, Html(parts.html)).into_response())
}

/// The calendar part of an e-mail as a file.
pub(crate) async fn calendar(State(web): State<Web>, Paths((account, id)): Paths<(AccountId, MailId)>) -> PageResult {
    let (_, content) = demo_inbox::open(&web.app, account, id).await?.ok_or(PageError::NotFound)?;
    let calendar = content.parts.and_then(|parts| parts.calendar).ok_or(PageError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, calendar.content_type()),
        (CONTENT_DISPOSITION, "attachment; filename=\"booking.ics\"".to_owned()),
    ];
    Ok((headers, calendar.text).into_response())
}

/// Prevents a line break inside “e-mail”.
fn unbroken(subject: &str) -> String {
    subject.replace("e-mail", "e\u{2011}mail")
}

/// Turns addresses into links. In our e-mails each address has a line of its own.
fn with_links(text: &str) -> Vec<Part> {
    text.split_inclusive('\n')
        .flat_map(|line| {
            let address = line.trim_end();
            if address.starts_with("http://") || address.starts_with("https://") {
                vec![Part::Link(address.to_owned()), Part::Text("\n".to_owned())]
            } else {
                vec![Part::Text(line.to_owned())]
            }
        })
        .collect()
}
