//! `/backoffice/follow-ups`: when reminders and thank-you e-mails are sent.

use crate::Web;
use crate::error::PageResult;
use crate::extract::Query;
use crate::form::{Errors, Form};
use crate::page::{self, FlashQuery, Layout};
use crate::session::ManagerPage;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::caller::Manager;
use slotkeeper_app::emails::follow_up_hours::{self, ProductFollowUps};
use slotkeeper_domain::follow_up::FollowUps;

/// Most hours before the start or after the end of a booking: 60 days.
const MOST_HOURS: u16 = 1_440;

#[derive(Template)]
#[template(path = "backoffice/follow_ups.html")]
struct FollowUpsPage {
    layout: Layout,
    form: HoursForm,
    errors: Errors,
    products: Vec<ProductFollowUps>,
}

/// The hours as text, so that a form with a mistake is shown again unchanged.
#[derive(Default)]
struct HoursForm {
    reminder: String,
    thank_you: String,
}

impl HoursForm {
    fn of(follow_ups: FollowUps) -> Self {
        let text = |hours: Option<u16>| hours.map(|hours| hours.to_string()).unwrap_or_default();
        Self { reminder: text(follow_ups.reminder_hours), thank_you: text(follow_ups.thank_you_hours) }
    }

    fn read(&self, errors: &mut Errors) -> FollowUps {
        let mut hours = |field, text: &str| {
            let text = text.trim();
            let hours = text.parse().ok().filter(|hours| (1..=MOST_HOURS).contains(hours));
            if hours.is_none() && !text.is_empty() {
                errors.add(field, format!("Enter whole hours, 1 to {MOST_HOURS}, or leave the field empty."));
            }
            hours
        };
        FollowUps {
            reminder_hours: hours("reminder", &self.reminder),
            thank_you_hours: hours("thank_you", &self.thank_you),
        }
    }
}

fn page(manager: &Manager, form: HoursForm, errors: Errors, products: Vec<ProductFollowUps>) -> FollowUpsPage {
    let layout = Layout::of(manager, "/backoffice/emails").narrowed();
    FollowUpsPage { layout, form, errors, products }
}

pub(crate) async fn show(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let (follow_ups, products) = follow_up_hours::read(&web.app, &manager).await?;
    let mut page = page(&manager, HoursForm::of(follow_ups), Errors::default(), products);
    page.layout = page.layout.with_flash(query.notice.as_deref());
    Ok(page::show(&page))
}

/// The form repeats `quiet` for each product that is left out.
pub(crate) async fn save(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Form(pairs): Form<Vec<(String, String)>>,
) -> PageResult {
    let (mut form, mut quiet) = (HoursForm::default(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "reminder" => form.reminder = value,
            "thank_you" => form.thank_you = value,
            "quiet" => quiet.push(value),
            _ => {}
        }
    }
    let mut errors = Errors::default();
    let follow_ups = form.read(&mut errors);
    if errors.list().is_empty() {
        let quiet = quiet.iter().filter_map(|id| id.parse().ok()).collect();
        follow_up_hours::put(&web.app, &manager, follow_ups, quiet).await?;
        return Ok(page::see_other("/backoffice/follow-ups?notice=saved"));
    }
    let (_, mut products) = follow_up_hours::read(&web.app, &manager).await?;
    for product in &mut products {
        product.quiet = quiet.iter().any(|id| id == product.product.as_str());
    }
    Ok(page::render(errors.status(), &page(&manager, form, errors, products)))
}
