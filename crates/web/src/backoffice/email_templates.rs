//! `/backoffice/letters`: what letters about bookings say.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::{Paths, Query};
use crate::form::{Errors, Form};
use crate::page::{self, FlashQuery, Layout, when};
use crate::session::ManagerPage;
use askama::Template;
use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use slotkeeper_app::caller::Manager;
use slotkeeper_app::emails::templates::{self, TemplateError, TemplateKey};
use slotkeeper_domain::account::Language;
use slotkeeper_emails::{EmailKind, Part, Placeholder, TemplateSource, TemplateSyntaxError};

/// What a preview may do: show itself, with the styles that stand beside its words as in every e-mail, and nothing else.
const PREVIEW_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// What a kind of letter is called, and when it is written.
fn name(kind: EmailKind) -> (&'static str, &'static str) {
    match kind {
        EmailKind::Confirmation => ("Booking confirmed", "To the customer, when a booking is made."),
        EmailKind::Requested => {
            ("Request received", "To the customer, when a booking is made that you have yet to accept.")
        }
        EmailKind::Changed => ("Booking changed", "To the customer, when a booking is changed."),
        EmailKind::RequestChanged => {
            ("Request changed", "To the customer, when a booking is changed that you have yet to accept.")
        }
        EmailKind::Cancelled => ("Booking cancelled", "To the customer, when a booking is cancelled."),
        EmailKind::Reminder => ("Reminder", "To the customer, before the booking."),
        EmailKind::ThankYou => ("Thank you", "To the customer, after the booking."),
        EmailKind::StaffBooked => ("New booking, to your people", "To your people, when a booking is made."),
        EmailKind::StaffChanged => ("Booking changed, to your people", "To your people, when a booking is changed."),
        EmailKind::StaffCancelled => {
            ("Booking cancelled, to your people", "To your people, when a booking is cancelled.")
        }
    }
}

/// What a placeholder stands for in the letters that are written today.
fn about(placeholder: Placeholder) -> &'static str {
    match placeholder {
        Placeholder::Link => "The page of the booking. There is no such page yet, so it is empty.",
        other => other.about(),
    }
}

#[derive(Template)]
#[template(path = "backoffice/email_templates.html")]
struct EmailTemplatesPage {
    layout: Layout,
    kinds: Vec<EmailKindRow>,
}

/// A kind of letter in the list.
struct EmailKindRow {
    name: &'static str,
    about: &'static str,
    texts: Vec<TemplateRow>,
}

/// One of its texts.
struct TemplateRow {
    language: &'static str,
    href: String,
    own: Option<String>,
}

pub(crate) async fn list(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let mut kinds: Vec<EmailKindRow> = Vec::new();
    for (of, since) in templates::list(&web.app, &manager).await? {
        let (name, about) = name(of.kind);
        let text = TemplateRow {
            language: of.language.own_name(),
            href: address(of),
            own: since.map(|at| when(at, &manager.account.zone)),
        };
        match kinds.last_mut().filter(|line| line.name == name) {
            Some(line) => line.texts.push(text),
            None => kinds.push(EmailKindRow { name, about, texts: vec![text] }),
        }
    }
    let layout = Layout::of(&manager, "/backoffice/mails").with_notice(query.notice.as_deref());
    Ok(page::show(&EmailTemplatesPage { layout, kinds }))
}

fn address(of: TemplateKey) -> String {
    format!("/backoffice/letters/{}/{}", of.kind.as_str(), of.language.as_str())
}

#[derive(Template)]
#[template(path = "backoffice/email_template.html")]
struct EmailTemplatePage<'a> {
    layout: Layout,
    name: &'static str,
    about: &'static str,
    language: &'static str,
    href: String,
    own: bool,
    form: &'a TemplateForm,
    errors: Errors,
    placeholders: &'static [Placeholder],
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct TemplateForm {
    subject: String,
    body: String,
}

impl TemplateForm {
    fn text(&self) -> TemplateSource {
        TemplateSource { subject: self.subject.trim().to_owned(), body: self.body.replace("\r\n", "\n") }
    }
}

/// Which text an address names.
type TemplatePath = (EmailKind, Language);

fn text_of((kind, language): TemplatePath) -> Result<TemplateKey, PageError> {
    TemplateKey::find(kind, language).ok_or(PageError::NotFound)
}

pub(crate) async fn show(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(place): Paths<TemplatePath>,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let of = text_of(place)?;
    let (TemplateSource { subject, body }, own) = templates::read(&web.app, &manager, of).await?;
    Ok(render(&manager, of, own, &TemplateForm { subject, body }, Errors::default(), query.notice.as_deref()))
}

fn render(
    manager: &Manager,
    of: TemplateKey,
    own: bool,
    form: &TemplateForm,
    errors: Errors,
    notice: Option<&str>,
) -> Response {
    let (name, about) = name(of.kind);
    let layout = Layout::of(manager, "/backoffice/mails").with_notice(notice);
    let (language, href) = (of.language.own_name(), address(of));
    let placeholders = Placeholder::ALL;
    page::render(
        errors.status(),
        &EmailTemplatePage { layout, name, about, language, href, own, form, errors, placeholders },
    )
}

/// The form again, with what is wrong with it.
async fn again(
    web: &Web,
    manager: &Manager,
    of: TemplateKey,
    form: &TemplateForm,
    refused: &TemplateSyntaxError,
) -> PageResult {
    let (_, own) = templates::read(&web.app, manager, of).await?;
    let field = match refused.part() {
        Part::Subject => "subject",
        Part::Body => "body",
    };
    Ok(render(manager, of, own, form, Errors::one(field, refused), None))
}

pub(crate) async fn save(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(place): Paths<TemplatePath>,
    Form(form): Form<TemplateForm>,
) -> PageResult {
    let of = text_of(place)?;
    match templates::put(&web.app, &manager, of, form.text()).await {
        Ok(()) => Ok(page::see_other(&format!("{}?notice=saved", address(of)))),
        Err(TemplateError::Refused(refused)) => again(&web, &manager, of, &form, &refused).await,
        Err(TemplateError::Store(error)) => Err(error.into()),
    }
}

pub(crate) async fn reset(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(place): Paths<TemplatePath>,
) -> PageResult {
    let of = text_of(place)?;
    templates::reset(&web.app, &manager, of).await?;
    Ok(page::see_other(&format!("{}?notice=text-reset", address(of))))
}

/// The letter that the saved text makes.
pub(crate) async fn preview(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(place): Paths<TemplatePath>,
) -> PageResult {
    let of = text_of(place)?;
    let (TemplateSource { subject, body }, _) = templates::read(&web.app, &manager, of).await?;
    filled_in(&web, &manager, of, &TemplateForm { subject, body }).await
}

/// The letter that a text makes which is not saved.
pub(crate) async fn preview_unsaved(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(place): Paths<TemplatePath>,
    Form(form): Form<TemplateForm>,
) -> PageResult {
    let of = text_of(place)?;
    filled_in(&web, &manager, of, &form).await
}

async fn filled_in(web: &Web, manager: &Manager, of: TemplateKey, form: &TemplateForm) -> PageResult {
    match templates::preview(&web.app, manager, of, &form.text()).await {
        Ok(email) => Ok(([(CONTENT_SECURITY_POLICY, PREVIEW_POLICY)], Html(email.html)).into_response()),
        Err(TemplateError::Refused(refused)) => again(web, manager, of, form, &refused).await,
        Err(TemplateError::Store(error)) => Err(error.into()),
    }
}
