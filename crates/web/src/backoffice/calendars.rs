//! `/backoffice/calendars`: addresses for calendar programs.

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

/// A calendar that was made.
struct CalendarRow {
    id: String,
    by: String,
    at: String,
    last_used: String,
}

/// A resource, and its calendar if one was made.
struct ResourceRow {
    id: String,
    /// Absent when it is gone.
    name: Option<String>,
    made: Option<CalendarRow>,
}

/// What a resource is called on the page: by its id when it is gone.
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
    /// Nothing for somebody who may not make any.
    resources: Option<Vec<ResourceRow>>,
}

fn made(calendar: Calendar, zone: &Zone) -> CalendarRow {
    CalendarRow {
        id: calendar.id.to_string(),
        by: calendar.made_by.to_string(),
        at: when(calendar.created_at, zone),
        last_used: last_used(calendar.last_used_at, zone),
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    BusinessMemberPage(worker): BusinessMemberPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let zone = &worker.account.zone;
    let own = list::own(&web.app, &worker).await?.map(|calendar| made(calendar, zone));
    let resources = match worker.as_manager() {
        Some(manager) => Some(list::of_resources(&web.app, &manager).await?),
        None => None,
    };
    let resource = |listed: list::ResourceCalendar| ResourceRow {
        id: listed.id.to_string(),
        name: listed.name,
        made: listed.calendar.map(|calendar| made(calendar, zone)),
    };
    Ok(page::show(&CalendarsPage {
        layout: Layout::of(&worker, "/backoffice/calendars").with_notice(query.notice.as_deref()),
        days_before: DAYS_BEFORE,
        days_after: DAYS_AFTER,
        own,
        resources: resources.map(|resources| resources.into_iter().map(resource).collect()),
    }))
}

/// The one page that shows an address.
#[derive(Template)]
#[template(path = "backoffice/calendar_address.html")]
struct AddressPage {
    layout: Layout,
    is_own: bool,
    replaced: bool,
    address: String,
}

#[derive(Deserialize)]
pub(crate) struct CalendarForm {
    /// The calendar that is to be replaced or ended; empty where there is none yet. A form that is sent once more, as by
    /// reloading the page, does nothing.
    current: String,
}

pub(crate) async fn make_own(
    State(web): State<Web>,
    BusinessMemberPage(worker): BusinessMemberPage,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    address(&web, &worker, (&CalendarOwner::own(&worker), true), &form).await
}

pub(crate) async fn make_of_resource(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<ResourceId>,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    address(&web, &manager, (&CalendarOwner::of_resource(&manager, id), false), &form).await
}

async fn address(
    web: &Web,
    person: &SignedIn,
    (mine, is_own): (&CalendarOwner, bool),
    form: &CalendarForm,
) -> PageResult {
    let replaced = !form.current.is_empty();
    let made = match form.current.parse::<CalendarId>() {
        Ok(current) => replace(&web.app, mine, current).await,
        Err(_) if replaced => return Ok(page::error_page(StatusCode::BAD_REQUEST)),
        Err(_) => make(&web.app, mine).await,
    };
    Ok(match made {
        Ok(token) => page::show(&AddressPage {
            layout: Layout::of(person, ""),
            is_own,
            replaced,
            address: web.app.address_of(&calendar_file::path(&token)),
        }),
        Err(MakeError::NotFound) => return Err(PageError::NotFound),
        Err(MakeError::MadeBefore) => RefusalPage::new(
            StatusCode::CONFLICT,
            "There is another address already",
            "The form was sent twice, or somebody else was quicker, and this time nothing was done. The address was shown \
             once; if nobody kept it, replace it on the page of calendars.",
        )
        .in_front_of(person)
        .into_response(),
        Err(MakeError::Store(error)) => return Err(error.into()),
    })
}

/// Asks before an address ends, whether another takes its place or none does.
#[derive(Template)]
#[template(path = "backoffice/calendar_end.html")]
struct AskPage {
    layout: Layout,
    /// What the resource is called; nothing for the calendar of whoever asks.
    resource: Option<String>,
    replaces: bool,
    made: CalendarRow,
}

pub(crate) async fn ask_replace_own(
    State(web): State<Web>,
    BusinessMemberPage(worker): BusinessMemberPage,
) -> PageResult {
    ask_own(&web, &worker, true).await
}

pub(crate) async fn ask_end_own(State(web): State<Web>, BusinessMemberPage(worker): BusinessMemberPage) -> PageResult {
    ask_own(&web, &worker, false).await
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

async fn ask_own(web: &Web, worker: &BusinessMember, replaces: bool) -> PageResult {
    let own = list::own(&web.app, worker).await?.ok_or(PageError::NotFound)?;
    let made = made(own, &worker.account.zone);
    Ok(page::show(&AskPage { layout: Layout::of(worker, "").narrowed(), resource: None, replaces, made }))
}

async fn ask_of_resource(web: &Web, manager: &Manager, id: &ResourceId, replaces: bool) -> PageResult {
    let listed = list::of_resources(&web.app, manager).await?.into_iter().find(|listed| listed.id == *id);
    let found = listed.and_then(|listed| Some((listed.name, listed.calendar?))).ok_or(PageError::NotFound)?;
    let resource = Some(found.0.unwrap_or_else(|| id.to_string()));
    let made = made(found.1, &manager.account.zone);
    Ok(page::show(&AskPage { layout: Layout::of(manager, "").narrowed(), resource, replaces, made }))
}

pub(crate) async fn end_own(
    State(web): State<Web>,
    BusinessMemberPage(worker): BusinessMemberPage,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    end_one(&web, &CalendarOwner::own(&worker), &form).await
}

pub(crate) async fn end_of_resource(
    State(web): State<Web>,
    ManagerPage(manager): ManagerPage,
    Path(id): Path<ResourceId>,
    Form(form): Form<CalendarForm>,
) -> PageResult {
    end_one(&web, &CalendarOwner::of_resource(&manager, id), &form).await
}

async fn end_one(web: &Web, mine: &CalendarOwner, form: &CalendarForm) -> PageResult {
    let Ok(current) = form.current.parse() else { return Ok(page::error_page(StatusCode::BAD_REQUEST)) };
    let ended = end(&web.app, mine, current).await?;
    let notice = if ended { "calendar-ended" } else { "calendar-ended-before" };
    Ok(page::see_other(&format!("/backoffice/calendars?notice={notice}")))
}
