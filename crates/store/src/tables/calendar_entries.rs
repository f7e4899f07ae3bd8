//! The entries of calendars: bookings of events, appointments, and blocks of resources, within some days.
//!
//! Each statement reads one range of an index, up to its limit, so earlier bookings cost nothing. The days before today
//! are read backwards, so that the nearest entries remain if there are too many.

use crate::sql::Sql;
use crate::{Param, Row, Snapshot, StoreError, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::customer::name_alone;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ProductId, ResourceBlockId, ResourceId};
use slotkeeper_domain::inventory::{LONGEST_PIECE, Span};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::time::{Date, Instant};

/// The columns of a [`Booked`].
macro_rules! booked {
    () => {
        "booking.number, booking.product_id, booking.details{::json} ->> 'product_name', booking.starts_at, booking.ends_at, \
         booking.title, booking.party, booking.accepted, booking.changes, booking.touched_at"
    };
}

/// Events of some days with their bookings, grouped by event. CROSS JOIN fixes the order of tables on SQLite, which
/// would otherwise begin with all claims of the account.
#[rustfmt::skip]
macro_rules! events {
    ($order:literal) => {
        concat!("SELECT event.id, event.changes, event.changed_at, ", booked!(), "
         FROM event CROSS JOIN seat_claim CROSS JOIN booking
         WHERE event.account_id = ?1 AND event.day BETWEEN ?2 AND ?3
           AND seat_claim.account_id = event.account_id AND seat_claim.event_id = event.id
           AND seat_claim.holder_kind = 'booking'
           AND booking.account_id = seat_claim.account_id AND booking.number = seat_claim.holder_id
         ORDER BY event.day ", $order, ", event.id, booking.created_at, booking.number LIMIT ?4")
    };
}

/// Appointments that start within a span.
#[rustfmt::skip]
macro_rules! appointments {
    ($order:literal) => {
        concat!("SELECT ", booked!(), " FROM booking
         WHERE account_id = ?1 AND starts_at >= ?2 AND starts_at < ?3 AND event_id IS NULL AND canceled_at IS NULL
         ORDER BY starts_at ", $order, ", number LIMIT ?4")
    };
}

/// Events that use a resource and start within a span, with their bookings. An event with nothing but holds, whose
/// claim of the resource expires, is not included.
#[rustfmt::skip]
macro_rules! events_of_resource {
    ($order:literal) => {
        concat!("SELECT resource_claim.holder_id, event.changes, event.changed_at, resource_claim.starts_at,
                resource_claim.ends_at, ", booked!(), "
         FROM resource_claim
         LEFT JOIN event ON event.account_id = resource_claim.account_id AND event.id = resource_claim.holder_id
         LEFT JOIN seat_claim ON seat_claim.account_id = resource_claim.account_id
              AND seat_claim.event_id = resource_claim.holder_id AND seat_claim.holder_kind = 'booking'
         LEFT JOIN booking ON booking.account_id = seat_claim.account_id AND booking.number = seat_claim.holder_id
         WHERE resource_claim.account_id = ?1 AND resource_claim.resource_id = ?2
           AND resource_claim.starts_at >= ?3 AND resource_claim.starts_at < ?4
           AND resource_claim.holder_kind = 'event' AND resource_claim.expires_at IS NULL
         ORDER BY resource_claim.starts_at ", $order, ", resource_claim.holder_id, booking.created_at, booking.number LIMIT ?5")
    };
}

/// Appointments that use a resource and start within a span.
#[rustfmt::skip]
macro_rules! appointments_of_resource {
    ($order:literal) => {
        concat!("SELECT ", booked!(), "
         FROM resource_claim
         JOIN booking ON booking.account_id = resource_claim.account_id AND booking.number = resource_claim.holder_id
         WHERE resource_claim.account_id = ?1 AND resource_claim.resource_id = ?2
           AND resource_claim.starts_at >= ?3 AND resource_claim.starts_at < ?4
           AND resource_claim.holder_kind = 'booking' AND resource_claim.expires_at IS NULL
         ORDER BY resource_claim.starts_at ", $order, ", resource_claim.holder_id LIMIT ?5")
    };
}

statements! {
    EVENTS_BEFORE = events!("DESC");
    EVENTS_AFTER = events!("ASC");
    APPOINTMENTS_BEFORE = appointments!("DESC");
    APPOINTMENTS_AFTER = appointments!("ASC");
    EVENTS_OF_RESOURCE_BEFORE = events_of_resource!("DESC");
    EVENTS_OF_RESOURCE_AFTER = events_of_resource!("ASC");
    APPOINTMENTS_OF_RESOURCE_BEFORE = appointments_of_resource!("DESC");
    APPOINTMENTS_OF_RESOURCE_AFTER = appointments_of_resource!("ASC");
    /// A long block has several claims, one for each piece of its time.
    BLOCKS = "SELECT resource_block.id, resource_block.starts_at, resource_block.ends_at, resource_block.created_at,
                     resource_block.touched_at
              FROM resource_claim
              JOIN resource_block ON resource_block.account_id = resource_claim.account_id
                   AND resource_block.id = resource_claim.holder_id
              WHERE resource_claim.account_id = ?1 AND resource_claim.resource_id = ?2
                AND resource_claim.starts_at > ?3 AND resource_claim.starts_at < ?5 AND resource_claim.ends_at > ?4
                AND resource_claim.holder_kind = 'resource_block'
              ORDER BY resource_claim.starts_at DESC, resource_claim.holder_id LIMIT ?6";
}

/// The direction in which to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Back,
    Ahead,
}

/// A booking as calendars show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    pub number: BookingNumber,
    pub product: ProductId,
    /// The product's name at the time of booking.
    pub product_name: String,
    /// Of a course, from the first to the last class.
    pub span: Span,
    /// The customer's name, never an address; empty if unknown.
    pub title: String,
    pub party: Party,
    /// False while the business has to accept or deny it.
    pub accepted: bool,
    pub changes: i64,
    /// When it was last changed or, if never, created.
    pub touched_at: Instant,
}

/// A booking of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Of a course, the class.
    pub event: EventId,
    /// The changes of the bookings that have left the event, plus the number of arrivals and departures.
    pub changes: i64,
    /// When the last booking left, if one has.
    pub changed_at: Option<Instant>,
    /// The event's use of the requested resource; absent if none was requested.
    pub taken: Option<Span>,
    /// Absent if only something else keeps the event's resources, such as a block of seats.
    pub booked: Option<Booked>,
}

fn booked(row: &Row) -> Result<Option<Booked>, StoreError> {
    let (number, product, product_name): (Option<_>, Option<_>, Option<String>) =
        (row.next()?, row.next()?, row.next()?);
    let (from, to): (Option<Instant>, Option<Instant>) = (row.next()?, row.next()?);
    let (title, party, accepted): (Option<String>, Option<_>, Option<bool>) = (row.next()?, row.next()?, row.next()?);
    let (changes, touched_at): (Option<i64>, Option<Instant>) = (row.next()?, row.next()?);
    let span = from.zip(to).map(|(from, to)| Span { from, to });
    let named = product.zip(product_name).zip(title.map(name_alone));
    let times = span.zip(touched_at);
    // All columns are NULL together, where the outer join finds no booking.
    Ok(number.zip(named).zip(times).zip(party).map(
        |(((number, ((product, product_name), title)), (span, touched_at)), party)| {
            let (accepted, changes) = (accepted.unwrap_or(true), changes.unwrap_or(0));
            Booked { number, product, product_name, span, title, party, accepted, changes, touched_at }
        },
    ))
}

fn all_booked(db: &mut Snapshot, statement: Sql, params: &[&dyn Param]) -> Result<Vec<Booked>, StoreError> {
    Ok(db.all(statement, params, booked)?.into_iter().flatten().collect())
}

/// The booked events of these days (inclusive) with their bookings, at most `limit` rows, by day; grouped by event.
pub fn events(
    db: &mut Snapshot,
    account: &AccountId,
    direction: Direction,
    (first, last): (Date, Date),
    limit: i64,
) -> Result<Vec<EventRow>, StoreError> {
    let statement = if direction == Direction::Back { EVENTS_BEFORE } else { EVENTS_AFTER };
    let (first, last) = (first.to_string(), last.to_string());
    db.all(statement, &[account, &first, &last, &limit], |row| {
        let (event, changes, changed_at) = (row.next()?, row.next()?, row.next()?);
        Ok(EventRow { event, changes, changed_at, taken: None, booked: booked(row)? })
    })
}

/// At most `limit` appointments that start within the span.
pub fn appointments(
    db: &mut Snapshot,
    account: &AccountId,
    direction: Direction,
    span: Span,
    limit: i64,
) -> Result<Vec<Booked>, StoreError> {
    let statement = if direction == Direction::Back { APPOINTMENTS_BEFORE } else { APPOINTMENTS_AFTER };
    all_booked(db, statement, &[account, &span.from, &span.to, &limit])
}

/// The events that use the resource and start within the span, with their bookings, at most `limit` rows; grouped by
/// event.
pub fn events_of_resource(
    db: &mut Snapshot,
    account: &AccountId,
    resource: &ResourceId,
    direction: Direction,
    span: Span,
    limit: i64,
) -> Result<Vec<EventRow>, StoreError> {
    let back = direction == Direction::Back;
    let statement = if back { EVENTS_OF_RESOURCE_BEFORE } else { EVENTS_OF_RESOURCE_AFTER };
    db.all(statement, &[account, resource, &span.from, &span.to, &limit], |row| {
        let (event, changes, changed_at): (_, Option<i64>, _) = (row.next()?, row.next()?, row.next()?);
        let (changes, from, to) = (changes.unwrap_or(0), row.next()?, row.next()?);
        Ok(EventRow { event, changes, changed_at, taken: Some(Span { from, to }), booked: booked(row)? })
    })
}

/// At most `limit` appointments that use the resource and start within the span.
pub fn appointments_of_resource(
    db: &mut Snapshot,
    account: &AccountId,
    resource: &ResourceId,
    direction: Direction,
    span: Span,
    limit: i64,
) -> Result<Vec<Booked>, StoreError> {
    let back = direction == Direction::Back;
    let statement = if back { APPOINTMENTS_OF_RESOURCE_BEFORE } else { APPOINTMENTS_OF_RESOURCE_AFTER };
    all_booked(db, statement, &[account, resource, &span.from, &span.to, &limit])
}

/// A block of a resource as calendars show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockRow {
    pub block: ResourceBlockId,
    pub span: Span,
    pub created_at: Instant,
    /// When it was last changed or, if never, created.
    pub touched_at: Instant,
}

/// The blocks of a resource that overlap the span, with their whole duration, once for each piece in the span; at most
/// `limit` pieces, the latest.
pub fn blocks(
    db: &mut Snapshot,
    account: &AccountId,
    resource: &ResourceId,
    span: Span,
    limit: i64,
) -> Result<Vec<BlockRow>, StoreError> {
    // No piece is longer, so this bounds the range in the index.
    let earliest = span.from.before(LONGEST_PIECE);
    db.all(BLOCKS, &[account, resource, &earliest, &span.from, &span.to, &limit], |row| {
        let (block, span) = (row.next()?, Span { from: row.next()?, to: row.next()? });
        Ok(BlockRow { block, span, created_at: row.next()?, touched_at: row.next()? })
    })
}
