//! Read the contents of a calendar feed and write them as an iCalendar file (RFC 5545).

use super::entries::{CalendarContext, whole};
use crate::App;
use slotkeeper_domain::calendar::{CalendarOf, Window};
use slotkeeper_domain::change::Thing;
use slotkeeper_domain::id::ResourceId;
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::calendar::{CalendarEvent, Feed, feed_name};
use slotkeeper_emails::choose_language;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::calendar_entries::{self as entries, Direction};
use slotkeeper_store::tables::calendars::Calendar;
use slotkeeper_store::tables::change_log;
use slotkeeper_store::{Snapshot, StoreError};
use std::time::Duration;

/// Most bookings of events, and most appointments, from today on. The most distant days are left out.
const MOST_AFTER: i64 = 5_000;
/// The same for days before today.
const MOST_BEFORE: i64 = 1_000;
/// Most blocks of a resource.
const MOST_BLOCKS: i64 = 1_000;
/// How often calendar programs are asked to fetch the file.
const REFRESH: Duration = Duration::from_secs(3_600);

const DIRECTIONS: [(Direction, i64); 2] = [(Direction::Back, MOST_BEFORE), (Direction::Ahead, MOST_AFTER)];

/// The file of a feed; `None` when its resource is no longer in the catalogue.
pub(super) fn file(
    db: &mut Snapshot,
    app: &App,
    (calendar, account): (&Calendar, &Account),
    now: Instant,
) -> Result<Option<String>, StoreError> {
    let catalogue = app.catalogues().of(db, &account.id)?;
    let language = account.languages.default_language();
    let picture = CalendarContext {
        account,
        catalogue: &catalogue,
        language,
        emails: choose_language(account.languages.iter()),
        common: common(db, account)?,
    };
    let window = Window::around(now, &account.zone);
    let (name, events) = match &calendar.of {
        CalendarOf::Person(_) => (feed_name(&account.name, picture.emails), of_person(db, &picture, window)?),
        CalendarOf::Resource(id) => {
            let Some((_, resource)) = catalogue.resource(id) else { return Ok(None) };
            let name = format!("{}: {}", account.name, resource.name.r#in(language));
            (name, of_resource(db, &picture, window, id)?)
        }
    };
    Ok(Some(Feed { name: &name, zone: &account.zone, refresh: REFRESH, events: &events }.write()))
}

/// Number and time of the last change that affects every entry. Never less than the last change numbered before entries
/// had their own counts, because those files contained it as the sequence number.
fn common(db: &mut Snapshot, account: &Account) -> Result<(i64, Instant), StoreError> {
    let mut common = (0, account.created_at);
    for thing in [Thing::Catalogue, Thing::Account] {
        let (number, at) = change_log::last_of(db, &account.id, thing)?.unwrap_or(common);
        common = (common.0.max(number), common.1.max(at));
    }
    let (number, at) = change_log::last_numbered(db, &account.id)?.unwrap_or(common);
    Ok((common.0.max(number), common.1.max(at)))
}

/// All bookings of the account.
fn of_person(
    db: &mut Snapshot,
    picture: &CalendarContext<'_>,
    window: Window,
) -> Result<Vec<CalendarEvent>, StoreError> {
    let id = &picture.account.id;
    let mut events = Vec::new();
    for (direction, most) in DIRECTIONS {
        let (days, span) = spans(direction, window, picture);
        events.extend(picture.events(&whole(entries::events(db, id, direction, days, most)?, most)));
        let appointments = entries::appointments(db, id, direction, span, most)?;
        events.extend(appointments.iter().map(|booked| picture.appointment(booked)));
    }
    Ok(events)
}

/// The bookings and blocks that occupy a resource.
fn of_resource(
    db: &mut Snapshot,
    picture: &CalendarContext<'_>,
    window: Window,
    resource: &ResourceId,
) -> Result<Vec<CalendarEvent>, StoreError> {
    let (id, zone) = (&picture.account.id, &picture.account.zone);
    let mut events = Vec::new();
    for (direction, most) in DIRECTIONS {
        let (_, span) = spans(direction, window, picture);
        let rows = entries::events_of_resource(db, id, resource, direction, span, most)?;
        events.extend(picture.events(&whole(rows, most)));
        let appointments = entries::appointments_of_resource(db, id, resource, direction, span, most)?;
        events.extend(appointments.iter().map(|booked| picture.appointment(booked)));
    }
    let all = Span { from: window.before(zone).from, to: window.after(zone).to };
    let mut blocks = entries::blocks(db, id, resource, all, MOST_BLOCKS)?;
    blocks.sort();
    blocks.dedup();
    events.extend(blocks.iter().map(|block| picture.block(block)));
    Ok(events)
}

type Days = (slotkeeper_domain::time::Date, slotkeeper_domain::time::Date);

fn spans(direction: Direction, window: Window, picture: &CalendarContext<'_>) -> (Days, Span) {
    let zone = &picture.account.zone;
    match direction {
        Direction::Back => ((window.first, window.today.yesterday().unwrap_or(window.today)), window.before(zone)),
        Direction::Ahead => ((window.today, window.last), window.after(zone)),
    }
}
