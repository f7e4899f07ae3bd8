//! `/developer/applications/{id}/webhooks`: the application's webhooks, their deliveries and attempts; sends
//! deliveries again and sends tests.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::{Path, Paths, Query};
use crate::form::{Errors, Form};
use crate::page::{self, Layout, RefusalPage, when};
use crate::session::DeveloperPage;
use crate::wording::Sentence;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use slotkeeper_app::applications::signing_key::sign_with_newest;
use slotkeeper_app::caller::Developer;
use slotkeeper_app::webhooks::deliveries::{self, DeliveryView, WebhookDeliveries, WebhookView};
use slotkeeper_app::webhooks::resend::{ResendError, ResendSelection, resend, send_test};
use slotkeeper_domain::id::{AccountId, ApplicationId, WebhookId};
use slotkeeper_domain::time::Zone;
use slotkeeper_domain::webhook::{Topic, message_id};
use slotkeeper_store::tables::deliveries::{Attempt, Delivery, DeliveryStatus};
use slotkeeper_store::tables::webhooks::Webhook;

#[derive(Template)]
#[template(path = "developer/webhooks.html")]
struct WebhooksPage {
    layout: Layout,
    application: String,
    name: String,
    webhooks: Vec<WebhookRow>,
    next: Option<String>,
}

struct WebhookRow {
    business: String,
    topic: String,
    url: String,
    account: String,
    id: String,
    status: Badge,
}

/// A short text with the CSS class that colours it.
struct Badge {
    class: &'static str,
    text: String,
}

fn webhook_status(webhook: &Webhook) -> Badge {
    if webhook.blocked.is_some() {
        return Badge { class: "bad", text: "Blocked".to_owned() };
    }
    match webhook.waiting {
        0 => Badge { class: "good", text: "Up to date".to_owned() },
        number => Badge { class: "", text: format!("{number} queued") },
    }
}

fn topic(Topic { domain, kind }: Topic) -> String {
    format!("{}/{}", domain.as_str(), kind.as_str())
}

#[derive(Deserialize, Default)]
pub(crate) struct AfterQuery {
    after: Option<String>,
}

pub(crate) async fn list(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path(id): Path<ApplicationId>,
    Query(query): Query<AfterQuery>,
) -> PageResult {
    let after = query.after.and_then(|text| {
        let (account, id) = text.split_once('.')?;
        Some((account.parse().ok()?, id.parse().ok()?))
    });
    let application = id.to_string();
    let found = deliveries::webhooks(&web.app, &developer, id, after).await?.ok_or(PageError::NotFound)?;
    let row = |WebhookView { webhook, business, .. }: WebhookView| WebhookRow {
        business: business.to_string(),
        topic: topic(webhook.topic),
        account: webhook.account.to_string(),
        id: webhook.id.to_string(),
        status: webhook_status(&webhook),
        url: webhook.url,
    };
    Ok(page::show(&WebhooksPage {
        layout: Layout::of(&developer, ""),
        application,
        name: found.application.to_string(),
        webhooks: found.webhooks.into_iter().map(row).collect(),
        next: found.next.map(|(account, id)| format!("{account}.{id}")),
    }))
}

#[derive(Template)]
#[template(path = "developer/deliveries.html")]
struct DeliveriesPage {
    layout: Layout,
    application: String,
    account: String,
    id: String,
    business: String,
    topic: String,
    url: String,
    since: String,
    status: Badge,
    blocked: Option<(String, String)>,
    deliveries: Vec<DeliveryRow>,
    next: Option<i64>,
    form: ResendForm,
    errors: Errors,
}

struct DeliveryRow {
    number: i64,
    title: String,
    object: String,
    occurred: String,
    status: Badge,
    attempts: i64,
    last: String,
}

/// The status of a delivery in words; times in the developer's zone.
fn delivery_status(delivery: &Delivery, zone: &Zone) -> Badge {
    let (class, text) = match delivery.status {
        DeliveryStatus::Delivered(at) => ("good", format!("Delivered {}", when(at, zone))),
        DeliveryStatus::Failed(at) => ("bad", format!("Failed {}", when(at, zone))),
        DeliveryStatus::Pending(_) if delivery.tries == 0 => ("", "Queued".to_owned()),
        DeliveryStatus::Pending(at) => ("", format!("Next try {}", when(at, zone))),
    };
    Badge { class, text }
}

/// The response of the receiver, or why there was none.
fn outcome(attempt: &Attempt) -> String {
    match (attempt.status, &attempt.failure) {
        (Some(status), _) => format!("Status {status} after {} ms", attempt.duration_ms),
        (None, Some(failure)) => failure.clone(),
        (None, None) => String::new(),
    }
}

fn title(delivery: &Delivery) -> String {
    if delivery.number < 0 { format!("Test {}", -delivery.number) } else { format!("Delivery {}", delivery.position) }
}

fn row(view: &DeliveryView, zone: &Zone) -> DeliveryRow {
    let DeliveryView { delivery, last } = view;
    DeliveryRow {
        number: delivery.position,
        title: title(delivery),
        object: delivery.thing_id.clone(),
        occurred: when(delivery.happened_at, zone),
        status: delivery_status(delivery, zone),
        attempts: delivery.attempts,
        last: last.as_ref().map(outcome).unwrap_or_default(),
    }
}

/// The application, the business whose events it receives, and the webhook.
type WebhookPath = (ApplicationId, AccountId, WebhookId);

#[derive(Deserialize, Default)]
pub(crate) struct DeliveriesQuery {
    before: Option<i64>,
    notice: Option<String>,
}

pub(crate) async fn deliveries(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Paths(path): Paths<WebhookPath>,
    Query(query): Query<DeliveriesQuery>,
) -> PageResult {
    render(&web, &developer, path, &query, ResendForm::default(), Errors::default()).await
}

async fn render(
    web: &Web,
    developer: &Developer,
    path: WebhookPath,
    query: &DeliveriesQuery,
    form: ResendForm,
    errors: Errors,
) -> PageResult {
    let application = path.0.to_string();
    let found = deliveries::deliveries(&web.app, developer, path, query.before).await?.ok_or(PageError::NotFound)?;
    let WebhookDeliveries { told: WebhookView { webhook, business, .. }, deliveries, next } = found;
    let zone = &developer.account.zone;
    let page = DeliveriesPage {
        layout: Layout::of(developer, "").with_flash(query.notice.as_deref()),
        application,
        account: webhook.account.to_string(),
        id: webhook.id.to_string(),
        business: business.to_string(),
        topic: topic(webhook.topic),
        since: when(webhook.created_at, zone),
        status: webhook_status(&webhook),
        blocked: webhook.blocked.as_ref().map(|(at, reason)| (when(*at, zone), reason.clone())),
        url: webhook.url,
        deliveries: deliveries.iter().map(|view| row(view, zone)).collect(),
        next,
        form,
        errors,
    };
    Ok(page::render(page.errors.status(), &page))
}

#[derive(Template)]
#[template(path = "developer/delivery.html")]
struct DeliveryPage {
    layout: Layout,
    application: String,
    account: String,
    id: String,
    business: String,
    topic: String,
    number: i64,
    title: String,
    object: String,
    occurred: String,
    message_id: String,
    status: Badge,
    pending: bool,
    blocked: bool,
    attempts: Vec<AttemptRow>,
}

struct AttemptRow {
    attempt: i64,
    at: String,
    outcome: String,
    body: String,
}

pub(crate) async fn delivery(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Paths((application, account, webhook, number)): Paths<(ApplicationId, AccountId, WebhookId, i64)>,
) -> PageResult {
    let path = (application.clone(), account, webhook);
    let found = deliveries::delivery(&web.app, &developer, path, number).await?;
    let (WebhookView { webhook, business, .. }, delivery, attempts) = found.ok_or(PageError::NotFound)?;
    let zone = &developer.account.zone;
    Ok(page::show(&DeliveryPage {
        layout: Layout::of(&developer, ""),
        application: application.to_string(),
        account: webhook.account.to_string(),
        id: webhook.id.to_string(),
        business: business.to_string(),
        topic: topic(webhook.topic),
        number,
        title: title(&delivery),
        object: delivery.thing_id.clone(),
        occurred: when(delivery.happened_at, zone),
        message_id: message_id(&webhook.id, number),
        status: delivery_status(&delivery, zone),
        pending: matches!(delivery.status, DeliveryStatus::Pending(_)),
        blocked: webhook.blocked.is_some(),
        attempts: attempts
            .iter()
            .map(|attempt| AttemptRow {
                attempt: attempt.attempt,
                at: when(attempt.at, zone),
                outcome: outcome(attempt),
                body: attempt.answer.clone().unwrap_or_default(),
            })
            .collect(),
    }))
}

/// Which deliveries to send again: a range of their numbers, or all since a time in the developer's zone.
#[derive(Deserialize, Default)]
pub(crate) struct ResendForm {
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
    #[serde(default)]
    since: String,
}

impl ResendForm {
    fn selection(&self, zone: &Zone, errors: &mut Errors) -> Option<ResendSelection> {
        let (first, last, since) = (self.first.trim(), self.last.trim(), self.since.trim());
        match (first.is_empty() && last.is_empty(), since.is_empty()) {
            (false, true) => {
                let mut number = |field, text: &str| {
                    let number = text.parse::<i64>().ok();
                    if number.is_none() {
                        errors.add(field, "Enter the number of a delivery.");
                    }
                    number
                };
                // A single number is a range of one.
                let first = if first.is_empty() { last } else { first };
                let last = if last.is_empty() { first } else { last };
                let (first, last) = (number("first", first), number("last", last));
                Some(ResendSelection::Numbers(first?, last?))
            }
            (true, false) => {
                let local = since.split_once('T').and_then(|(day, time)| Some((day.parse().ok()?, time.parse().ok()?)));
                let since = local.map(|(day, time)| zone.instant_of(day, time));
                if since.is_none() {
                    errors.add("since", "Enter a date and a time, such as 2026-05-04T09:00.");
                }
                since.map(ResendSelection::Since)
            }
            _ => {
                errors.add("first", "Enter either numbers of deliveries, or a date and a time.");
                None
            }
        }
    }
}

pub(crate) async fn again(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Paths(path): Paths<WebhookPath>,
    Form(form): Form<ResendForm>,
) -> PageResult {
    let mut errors = Errors::default();
    let back = address(&path, "sent-again");
    if let Some(selection) = form.selection(&developer.account.zone, &mut errors) {
        match resend(&web.app, &developer, path.clone(), selection).await {
            Ok(_) => return Ok(page::see_other(&back)),
            Err(error @ (ResendError::None | ResendError::TooMany)) => errors.add("first", error.sentence()),
            Err(error) => return resend_refused(error, &developer),
        }
    }
    render(&web, &developer, path, &DeliveriesQuery::default(), form, errors).await
}

pub(crate) async fn test(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Paths(path): Paths<WebhookPath>,
) -> PageResult {
    let back = address(&path, "test-sent");
    match send_test(&web.app, &developer, path).await {
        Ok(_) => Ok(page::see_other(&back)),
        Err(error) => resend_refused(error, &developer),
    }
}

fn address((application, account, webhook): &WebhookPath, notice: &str) -> String {
    format!("/developer/applications/{application}/webhooks/{account}/{webhook}?notice={notice}")
}

fn resend_refused(error: ResendError, developer: &Developer) -> Result<Response, PageError> {
    match error {
        ResendError::NoWebhook => Err(PageError::NotFound),
        ResendError::Store(error) => Err(error.into()),
        error => {
            let refusal = RefusalPage::new(StatusCode::CONFLICT, "Nothing was sent", error.sentence());
            Ok(refusal.seen_by(developer).into_response())
        }
    }
}

pub(crate) async fn signing_key(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path(id): Path<ApplicationId>,
) -> PageResult {
    let target = format!("/developer/applications/{id}?notice=signing-key");
    if !sign_with_newest(&web.app, &developer, id).await? {
        return Err(PageError::NotFound);
    }
    Ok(page::see_other(&target))
}
