//! `/backoffice/email-templates`: the templates of e-mails about bookings, with previews.

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

/// The preview is the HTML of an e-mail, with inline styles and nothing that is loaded or sent.
const PREVIEW_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The name of a kind of e-mail, and when it is sent.
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
        EmailKind::StaffBooked => ("New booking, to your team", "To your team, when a booking is made."),
        EmailKind::StaffChanged => ("Booking changed, to your team", "To your team, when a booking is changed."),
        EmailKind::StaffCancelled => ("Booking cancelled, to your team", "To your team, when a booking is cancelled."),
    }
}

/// What a placeholder stands for, in a sentence for the owner.
fn about(placeholder: Placeholder) -> &'static str {
    match placeholder {
        Placeholder::Link => "The page of the booking, if it has one.",
        other => other.about(),
    }
}

#[derive(Template)]
#[template(path = "backoffice/email_templates.html")]
struct EmailTemplatesPage {
    layout: Layout,
    kinds: Vec<EmailKindRow>,
}

struct EmailKindRow {
    name: &'static str,
    about: &'static str,
    templates: Vec<TemplateRow>,
}

/// A template in one language; `own` says since when it differs from the default.
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
    for (key, since) in templates::list(&web.app, &manager).await? {
        let (name, about) = name(key.kind);
        let template = TemplateRow {
            language: key.language.own_name(),
            href: address(key),
            own: since.map(|at| when(at, &manager.account.zone)),
        };
        match kinds.last_mut().filter(|row| row.name == name) {
            Some(row) => row.templates.push(template),
            None => kinds.push(EmailKindRow { name, about, templates: vec![template] }),
        }
    }
    let layout = Layout::of(&manager, "/backoffice/emails").with_flash(query.notice.as_deref());
    Ok(page::show(&EmailTemplatesPage { layout, kinds }))
}

fn address(key: TemplateKey) -> String {
    format!("/backoffice/email-templates/{}/{}", key.kind.as_str(), key.language.as_str())
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
    fn source(&self) -> TemplateSource {
        TemplateSource { subject: self.subject.trim().to_owned(), body: self.body.replace("\r\n", "\n") }
    }
}

type TemplatePath = (EmailKind, Language);

fn template_key((kind, language): TemplatePath) -> Result<TemplateKey, PageError> {
    TemplateKey::find(kind, language).ok_or(PageError::NotFound)
}

pub(crate) async fn show(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(path): Paths<TemplatePath>,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let key = template_key(path)?;
    let (TemplateSource { subject, body }, own) = templates::read(&web.app, &manager, key).await?;
    Ok(render(&manager, key, own, &TemplateForm { subject, body }, Errors::default(), query.notice.as_deref()))
}

fn render(
    manager: &Manager,
    key: TemplateKey,
    own: bool,
    form: &TemplateForm,
    errors: Errors,
    notice: Option<&str>,
) -> Response {
    let (name, about) = name(key.kind);
    let layout = Layout::of(manager, "/backoffice/emails").with_flash(notice);
    let (language, href) = (key.language.own_name(), address(key));
    let placeholders = Placeholder::ALL;
    page::render(
        errors.status(),
        &EmailTemplatePage { layout, name, about, language, href, own, form, errors, placeholders },
    )
}

/// Renders the form again with the mistake in it.
async fn render_with_mistake(
    web: &Web,
    manager: &Manager,
    key: TemplateKey,
    form: &TemplateForm,
    mistake: &TemplateSyntaxError,
) -> PageResult {
    let (_, own) = templates::read(&web.app, manager, key).await?;
    let field = match mistake.part() {
        Part::Subject => "subject",
        Part::Body => "body",
    };
    Ok(render(manager, key, own, form, Errors::one(field, mistake), None))
}

pub(crate) async fn save(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(path): Paths<TemplatePath>,
    Form(form): Form<TemplateForm>,
) -> PageResult {
    let key = template_key(path)?;
    match templates::put(&web.app, &manager, key, form.source()).await {
        Ok(()) => Ok(page::see_other(&format!("{}?notice=saved", address(key)))),
        Err(TemplateError::Refused(mistake)) => render_with_mistake(&web, &manager, key, &form, &mistake).await,
        Err(TemplateError::Store(error)) => Err(error.into()),
    }
}

pub(crate) async fn reset(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(path): Paths<TemplatePath>,
) -> PageResult {
    let key = template_key(path)?;
    templates::reset(&web.app, &manager, key).await?;
    Ok(page::see_other(&format!("{}?notice=text-reset", address(key))))
}

/// Previews the saved template.
pub(crate) async fn preview(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(path): Paths<TemplatePath>,
) -> PageResult {
    let key = template_key(path)?;
    let (TemplateSource { subject, body }, _) = templates::read(&web.app, &manager, key).await?;
    render_preview(&web, &manager, key, &TemplateForm { subject, body }).await
}

/// Previews the template in the form without saving it.
pub(crate) async fn preview_unsaved(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Paths(path): Paths<TemplatePath>,
    Form(form): Form<TemplateForm>,
) -> PageResult {
    let key = template_key(path)?;
    render_preview(&web, &manager, key, &form).await
}

async fn render_preview(web: &Web, manager: &Manager, key: TemplateKey, form: &TemplateForm) -> PageResult {
    match templates::preview(&web.app, manager, key, &form.source()).await {
        Ok(email) => Ok(([(CONTENT_SECURITY_POLICY, PREVIEW_POLICY)], Html(email.html)).into_response()),
        Err(TemplateError::Refused(mistake)) => render_with_mistake(web, manager, key, form, &mistake).await,
        Err(TemplateError::Store(error)) => Err(error.into()),
    }
}
