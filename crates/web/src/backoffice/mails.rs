//! `/backoffice/mails`: what became of the business's e-mails.

use crate::Web;
use crate::error::PageResult;
use crate::extract::Query;
use crate::page::{self, Layout, when};
use crate::session::ManagerPage;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;
use slotkeeper_app::mail::list;
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_store::tables::mails::{Fate, Followed};

#[derive(Template)]
#[template(path = "backoffice/mails.html")]
struct MailsPage {
    layout: Layout,
    mails: Vec<Line>,
    next: Option<String>,
    delivers: bool,
}

struct Line {
    subject: String,
    recipient: String,
    written: String,
    look: &'static str,
    fate: String,
    trouble: Option<String>,
}

/// What became of a mail, in words; times by the clock of the business.
fn line(mail: Followed, zone: &Zone) -> Line {
    let (look, fate) = match mail.fate {
        Fate::Sent(at) => ("good", format!("Sent {}", when(at, zone))),
        Fate::Waits(_) if mail.attempts == 0 => ("", "Waits".to_owned()),
        Fate::Waits(at) => ("", format!("Next try {}", when(at, zone))),
        Fate::GivenUp => ("bad", "Given up".to_owned()),
        Fate::Kept => ("", "Kept: no mail server".to_owned()),
    };
    let trouble = mail.last_error.map(|error| match mail.attempts {
        1 => format!("After 1 attempt: {error}"),
        attempts => format!("After {attempts} attempts: {error}"),
    });
    Line {
        subject: mail.subject,
        recipient: mail.recipient.to_string(),
        written: when(mail.created_at, zone),
        look,
        fate,
        trouble,
    }
}

#[derive(Deserialize, Default)]
pub(crate) struct BeforeQuery {
    before: Option<String>,
}

pub(crate) async fn show(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Query(query): Query<BeforeQuery>,
) -> PageResult {
    let before = query.before.and_then(|text| {
        let (at, id) = text.split_once('.')?;
        Some((Instant::from_millis(at.parse().ok()?), id.parse().ok()?))
    });
    let (mails, next) = list::list(&web.app, &manager, before).await?;
    let zone = &manager.account.zone;
    Ok(page::show(&MailsPage {
        layout: Layout::of(&manager, "/backoffice/mails"),
        mails: mails.into_iter().map(|mail| line(mail, zone)).collect(),
        next: next.map(|(at, id)| format!("{}.{id}", at.as_millis())),
        delivers: web.app.delivers_mail(),
    }))
}
