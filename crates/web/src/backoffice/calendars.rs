//! `/backoffice/calendars`: calendar feeds of team members and of resources.

use crate::Web;
use crate::calendar_file;
use crate::error::{PageError, PageResult};
use crate::extract::{Path, Query};
use crate::form::Form;
use crate::page::{self, FlashQuery, Layout, RefusalPage, last_used, when};
use crate::session::{BusinessMemberPage, ManagerPage};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use slotkeeper_app::calendars::CalendarOwner;
use slotkeeper_app::calendars::end::end;
use slotkeeper_app::calendars::list;
use slotkeeper_app::calendars::make::{MakeError, make};
use slotkeeper_app::calendars::replace::replace;
use slotkeeper_app::caller::{BusinessMember, Manager, SignedIn};
use slotkeeper_domain::calendar::{DAYS_AFTER, DAYS_BEFORE};
use slotkeeper_domain::id::{CalendarId, ResourceId};
use slotkeeper_domain::time::Zone;
use slotkeeper_store::tables::calendars::Calendar;

struct CalendarRow {
    id: String,
    by: String,
    at: String,
    last_used: String,
}

struct ResourceRow {
    id: String,
    /// `None` if the resource has been deleted.
    name: Option<String>,
    feed: Option<CalendarRow>,
}

/// The name of the resource, or its id if it has been deleted.
fn named(resource: &ResourceRow) -> &str {
    resource.name.as_deref().unwrap_or(&resource.id)
}

#[derive(Template)]
#[template(path = "backoffice/calendars.html")]
struct CalendarsPage {
    layout: Layout,
    days_before: i32,
    days_after: i32,
    own: Option<CalendarRow>,
    /// `None` for staff, who see only their own feed.
    resources: Option<Vec<ResourceRow>>,
}

fn row(calendar: Calendar, zone: &Zone) -> CalendarRow {
    CalendarRow {
        id: calendar.id.to_string(),
        by: calendar.made_by.to_string(),
        at: when(calendar.created_at, zone),
        last_used: last_used(calendar.last_used_at, zone),
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    BusinessMemberPage(member): BusinessMemberPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let zone = &member.account.zone;
    let own = list::own(&web.app, &member).await?.map(|calendar| row(calendar, zone));
    let resources = match member.as_manager() {
        Some(manager) => Some(list::of_resources(&web.app, &manager).await?),
        None => None,
    };
    let resource = |listed: list::ResourceCalendar| ResourceRow {
        id: listed.id.to_string(),
        name: listed.name,
        feed: listed.calendar.map(|calendar| row(calendar, zone)),
    };
    Ok(page::show(&CalendarsPage {
        layout: Layout::of(&member, "/backoffice/calendars").with_flash(query.notice.as_deref()),
        days_before: DAYS_BEFORE,
        days_after: DAYS_AFTER,
        own,
        resources: resources.map(|resources| resources.into_iter().map(resource).collect()),
    }))
}

/// The page that shows the link of a feed once.
#[derive(Template)]
#[template(path = "backoffice/calendar_address.html")]
struct LinkPage {
    layout: Layout,
    is_own: bool,
    replaced: bool,
    address: String,
}

#[derive(Deserialize)]
pub(crate) struct CalendarForm {
    /// The feed to be replaced or revoked; empty to create one. Sent again, for instance by reloading the page, the
    /// form names a feed that is no longer current and changes nothing.
    current: String,
}

pub(crate) async fn make_own(
    State(web): State<Web>,
    BusinessMemberPage(member): BusinessMemberPage,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    create_or_replace(&web, &member, (&CalendarOwner::own(&member), true), &form).await
}

pub(crate) async fn make_of_resource(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<ResourceId>,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    create_or_replace(&web, &manager, (&CalendarOwner::of_resource(&manager, id), false), &form).await
}

async fn create_or_replace(
    web: &Web,
    person: &SignedIn,
    (owner, is_own): (&CalendarOwner, bool),
    form: &CalendarForm,
) -> PageResult {
    let replaced = !form.current.is_empty();
    let made = match form.current.parse::<CalendarId>() {
        Ok(current) => replace(&web.app, owner, current).await,
        Err(_) if replaced => return Ok(page::error_page(StatusCode::BAD_REQUEST)),
        Err(_) => make(&web.app, owner).await,
    };
    Ok(match made {
        Ok(token) => page::show(&LinkPage {
            layout: Layout::of(person, ""),
            is_own,
            replaced,
            address: web.app.address_of(&calendar_file::path(&token)),
        }),
        Err(MakeError::NotFound) => return Err(PageError::NotFound),
        Err(MakeError::MadeBefore) => RefusalPage::new(
            StatusCode::CONFLICT,
            "There is another link already",
            "The form was sent twice, or another user was quicker, and this time nothing was done. The link was shown once; \
             if it was not copied, replace it under Calendar feeds.",
        )
        .seen_by(person)
        .into_response(),
        Err(MakeError::Store(error)) => return Err(error.into()),
    })
}

/// The confirmation before a link is replaced or revoked.
#[derive(Template)]
#[template(path = "backoffice/calendar_end.html")]
struct AskPage {
    layout: Layout,
    /// The name of the resource; `None` for the user's own feed.
    resource: Option<String>,
    replaces: bool,
    feed: CalendarRow,
}

pub(crate) async fn ask_replace_own(
    State(web): State<Web>,
    BusinessMemberPage(member): BusinessMemberPage,
) -> PageResult {
    ask_own(&web, &member, true).await
}

pub(crate) async fn ask_end_own(State(web): State<Web>, BusinessMemberPage(member): BusinessMemberPage) -> PageResult {
    ask_own(&web, &member, false).await
}

pub(crate) async fn ask_replace_of_resource(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<ResourceId>,
) -> PageResult {
    ask_of_resource(&web, &manager, &id, true).await
}

pub(crate) async fn ask_end_of_resource(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<ResourceId>,
) -> PageResult {
    ask_of_resource(&web, &manager, &id, false).await
}

async fn ask_own(web: &Web, member: &BusinessMember, replaces: bool) -> PageResult {
    let own = list::own(&web.app, member).await?.ok_or(PageError::NotFound)?;
    let feed = row(own, &member.account.zone);
    Ok(page::show(&AskPage { layout: Layout::of(member, "").narrowed(), resource: None, replaces, feed }))
}

async fn ask_of_resource(web: &Web, manager: &Manager, id: &ResourceId, replaces: bool) -> PageResult {
    let listed = list::of_resources(&web.app, manager).await?.into_iter().find(|listed| listed.id == *id);
    let found = listed.and_then(|listed| Some((listed.name, listed.calendar?))).ok_or(PageError::NotFound)?;
    let resource = Some(found.0.unwrap_or_else(|| id.to_string()));
    let feed = row(found.1, &manager.account.zone);
    Ok(page::show(&AskPage { layout: Layout::of(manager, "").narrowed(), resource, replaces, feed }))
}

pub(crate) async fn end_own(
    State(web): State<Web>,
    BusinessMemberPage(member): BusinessMemberPage,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    end_one(&web, &CalendarOwner::own(&member), &form).await
}

pub(crate) async fn end_of_resource(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<ResourceId>,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    end_one(&web, &CalendarOwner::of_resource(&manager, id), &form).await
}

async fn end_one(web: &Web, owner: &CalendarOwner, form: &CalendarForm) -> PageResult {
    let Ok(current) = form.current.parse() else { return Ok(page::error_page(StatusCode::BAD_REQUEST)) };
    let ended = end(&web.app, owner, current).await?;
    let notice = if ended { "calendar-ended" } else { "calendar-ended-before" };
    Ok(page::see_other(&format!("/backoffice/calendars?notice={notice}")))
}
