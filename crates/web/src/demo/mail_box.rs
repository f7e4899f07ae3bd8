//! `/demo/mail`: every mail the demo would have sent.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Paths;
use crate::page::{self, Layout, when};
use crate::session::Session;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::mail::mail_box;
use slotkeeper_domain::id::{AccountId, MailId};
use slotkeeper_domain::time::Zone;
use slotkeeper_store::tables::mails::Mail;

#[derive(Template)]
#[template(path = "demo/mails.html")]
struct MailsPage {
    layout: Layout,
    mails: Vec<Line>,
}

struct Line {
    href: String,
    recipient: String,
    subject: String,
    sent: String,
}

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct MailPage {
    layout: Layout,
    recipient: String,
    subject: String,
    sent: String,
    body: Vec<Part>,
}

/// A stretch of a mail's text.
enum Part {
    Text(String),
    Link(String),
}

fn layout(session: Option<Session>) -> Layout {
    session.map_or_else(Layout::default, |Session(person)| Layout::of(&person, ""))
}

pub(crate) async fn list(State(web): State<Web>, session: Option<Session>) -> PageResult {
    let line = |mail: Mail| Line {
        href: format!("/demo/mail/{}/{}", mail.account, mail.id),
        recipient: mail.recipient.to_string(),
        subject: unbroken(&mail.subject),
        sent: when(mail.created_at, &Zone::utc()),
    };
    let mails = mail_box::latest(&web.app).await?.into_iter().map(line).collect();
    Ok(page::show(&MailsPage { layout: layout(session), mails }))
}

pub(crate) async fn show(
    State(web): State<Web>,
    session: Option<Session>,
    Paths((account, id)): Paths<(AccountId, MailId)>,
) -> PageResult {
    let (mail, content) = mail_box::open(&web.app, account, id).await?.ok_or(PageError::NotFound)?;
    Ok(page::show(&MailPage {
        layout: layout(session),
        recipient: mail.recipient.to_string(),
        subject: unbroken(&mail.subject),
        sent: when(mail.created_at, &Zone::utc()),
        body: with_links(&content.text),
    }))
}

/// Keeps a phone from breaking the line inside “e-mail”.
fn unbroken(subject: &str) -> String {
    subject.replace("e-mail", "e\u{2011}mail")
}

/// Makes the addresses in a text into links. They are our own: each stands alone on its line.
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
