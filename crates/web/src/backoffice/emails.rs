//! `/backoffice/emails`: the status of the e-mails of the last 30 days.

use crate::Web;
use crate::error::PageResult;
use crate::extract::{Path, Query};
use crate::page::{self, FlashQuery, Layout, when};
use crate::session::ManagerPage;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;
use slotkeeper_app::outbox::{list, resend};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::MailId;
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_store::tables::outbox::{EmailRecord, EmailStatus};

#[derive(Template)]
#[template(path = "backoffice/emails.html")]
struct EmailsPage {
    layout: Layout,
    emails: Vec<EmailRow>,
    next: Option<String>,
    delivers: bool,
}

struct EmailRow {
    /// The address that sends it again, if that is possible.
    resend: Option<String>,
    subject: String,
    recipient: String,
    written: String,
    class: &'static str,
    status: String,
    error: Option<String>,
}

/// An e-mail with its status in words; times in the zone of the business.
fn row(email: EmailRecord, own: &EmailAddress, (zone, delivers): (&Zone, bool)) -> EmailRow {
    let can_resend = delivers
        && email.fate == EmailStatus::GivenUp
        && email.has_text
        && (email.about_booking || email.recipient == *own);
    let (class, status) = match email.fate {
        EmailStatus::Sent(at) => ("good", format!("Sent {}", when(at, zone))),
        EmailStatus::Waits(_) if email.attempts == 0 => ("", "Queued".to_owned()),
        EmailStatus::Waits(at) => ("", format!("Next try {}", when(at, zone))),
        EmailStatus::GivenUp => ("bad", "Failed".to_owned()),
        EmailStatus::Ended if email.attempts == 0 && email.last_error.is_some() => ("", "Not sent".to_owned()),
        EmailStatus::Ended => ("", "Not sent: no longer needed".to_owned()),
        EmailStatus::Kept => ("", "Not sent: no mail server".to_owned()),
    };
    let error = email.last_error.map(|error| match email.attempts {
        0 => error,
        1 => format!("After 1 attempt: {error}"),
        attempts => format!("After {attempts} attempts: {error}"),
    });
    EmailRow {
        resend: can_resend.then(|| format!("/backoffice/emails/{}/again", email.id)),
        subject: email.subject,
        recipient: email.recipient.to_string(),
        written: when(email.created_at, zone),
        class,
        status,
        error,
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
    Query(flash): Query<FlashQuery>,
) -> PageResult {
    let before = query.before.and_then(|text| {
        let (at, id) = text.split_once('.')?;
        Some((Instant::from_millis(at.parse().ok()?), id.parse().ok()?))
    });
    let (emails, next) = list::list(&web.app, &manager, before).await?;
    let (zone, own, delivers) = (&manager.account.zone, &manager.user.email_address, web.app.delivers_mail());
    Ok(page::show(&EmailsPage {
        layout: Layout::of(&manager, "/backoffice/emails").with_flash(flash.notice.as_deref()),
        emails: emails.into_iter().map(|email| row(email, own, (zone, delivers))).collect(),
        next: next.map(|(at, id)| format!("{}.{id}", at.as_millis())),
        delivers,
    }))
}

pub(crate) async fn again(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<MailId>,
) -> PageResult {
    let sends = web.app.delivers_mail();
    let notice = if sends && resend::again(&web.app, &manager, id).await? { "mail-again" } else { "mail-not-again" };
    Ok(page::see_other(&format!("/backoffice/emails?notice={notice}")))
}
