//! Bookings. Searches are in [`booking_search`](super::booking_search).

use super::linked_people;
use crate::{Json, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::{BookingDetails, BookingNumber};
use slotkeeper_domain::customer::name_alone;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId, ProductId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::party::Party;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

#[rustfmt::skip]
macro_rules! columns {
    () => {
        "number, application_id, product_id, event_id, enrolled_event_id, drop_in_event_id, starts_at, ends_at, customer_id, \
         title, external_ref, party, details, paid, accepted, no_show, created_at, created_by, changed_at, changed_by, \
         canceled_at, canceled_by, cancelation_tracked, changes, touched_at"
    };
}

pub(super) use columns;

statements! {
    INSERT = concat!("INSERT INTO booking (account_id, ", columns!(), ")
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                ?24, ?25, ?26)");
    UPDATE = "UPDATE booking SET product_id = ?3, event_id = ?4, enrolled_event_id = ?5, drop_in_event_id = ?6,
                     starts_at = ?7, ends_at = ?8, title = ?9, external_ref = ?10, party = ?11, details = ?12, paid = ?13,
                     accepted = ?14, no_show = ?15, changed_at = ?16, changed_by = ?17, canceled_at = ?18, canceled_by = ?19,
                     cancelation_tracked = ?20, touched_at = ?21, changes = changes + 1
              WHERE account_id = ?1 AND number = ?2";
    FIND = concat!("SELECT ", columns!(), " FROM booking WHERE account_id = ?1 AND number = ?2");
    LOCK = concat!("SELECT ", columns!(), " FROM booking WHERE account_id = ?1 AND number = ?2 {FOR UPDATE}");
    /// `number || ''` keeps SQLite from reading all bookings by start instead of the customer's.
    LOCK_SOME_OF_CUSTOMER = "SELECT number, application_id, starts_at, title, CAST(octet_length(details) AS BIGINT) FROM booking
                 WHERE account_id = ?1 AND customer_id = ?2 AND starts_at >= ?3 AND (starts_at > ?3 OR number > ?4)
                 ORDER BY starts_at, number || '' LIMIT ?5 {FOR UPDATE}";
    RETITLE = "UPDATE booking SET title = ?3, changed_at = ?4, changed_by = ?5, touched_at = ?4, changes = changes + 1
               WHERE account_id = ?1 AND number = ?2";
    LIST_ACTIVE_AFTER = concat!("SELECT ", columns!(), " FROM booking WHERE account_id = ?1 AND (starts_at, number) > (?2, ?3)
                     AND canceled_at IS NULL ORDER BY starts_at, number LIMIT ?4");
    HAS_ANY = "SELECT number FROM booking WHERE account_id = ?1 AND customer_id = ?2
               AND (CAST(?3 AS TEXT) IS NULL OR application_id = ?3) LIMIT 1";
    HAS_MORE_OF_CUSTOMER = "SELECT number FROM booking
                  WHERE account_id = ?1 AND customer_id = ?2 AND starts_at >= ?3 AND (starts_at > ?3 OR number > ?4) LIMIT 1";
    DELETE = "DELETE FROM booking WHERE account_id = ?1 AND number = ?2";
    HAS_FUTURE = "SELECT number FROM booking WHERE account_id = ?1 AND customer_id = ?2
                       AND canceled_at IS NULL AND starts_at > ?3 LIMIT 1";
}

#[derive(Debug, Clone)]
pub struct Booking {
    pub number: BookingNumber,
    /// The application that created it, if one did.
    pub application: Option<ApplicationId>,
    pub product: ProductId,
    /// The event; for a course its first class; absent for appointments.
    pub event: Option<EventId>,
    /// For a course, the class at which attendance starts, if it is a later one.
    pub enrolled_event: Option<EventId>,
    /// For a course, the class that is booked, if it is only one.
    pub drop_in_event: Option<EventId>,
    pub span: Span,
    pub customer: CustomerId,
    /// The customer's name, never an address; empty if unknown.
    pub title: String,
    /// The client's reference.
    pub external_ref: Option<String>,
    pub party: Party,
    /// The fields that no search uses, as JSON.
    pub details: BookingDetails,
    /// In minor units of the account's currency.
    pub paid: i64,
    /// False while the business has to accept or deny it.
    pub accepted: bool,
    pub no_show: bool,
    pub created: Stamp,
    pub changed: Option<Stamp>,
    pub cancelled: Option<Stamp>,
    /// Whether the cancellation counts in the customer's history.
    pub cancellation_tracked: bool,
    /// How many times it was changed, its cancellation included. Raised by [`update`], which ignores this field.
    pub changes: i64,
}

/// The time of an action and the name of the agent, if it was not a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub at: Instant,
    /// The name of an application or of a member of the business.
    pub agent: Option<String>,
}

impl Booking {
    /// When it was last changed or, if never, created.
    #[must_use]
    pub fn touched_at(&self) -> Instant {
        self.changed.as_ref().map_or(self.created.at, |changed| changed.at)
    }
}

pub(super) fn booking(row: &Row) -> Result<Booking, StoreError> {
    let stamp = |at: Option<Instant>, agent: Option<String>| at.map(|at| Stamp { at, agent });
    Ok(Booking {
        number: row.next()?,
        application: row.next()?,
        product: row.next()?,
        event: row.next()?,
        enrolled_event: row.next()?,
        drop_in_event: row.next()?,
        span: Span { from: row.next()?, to: row.next()? },
        customer: row.next()?,
        title: name_alone(row.next()?),
        external_ref: row.next()?,
        party: row.next()?,
        details: row.next::<Json<_>>()?.0,
        paid: row.next()?,
        accepted: row.next()?,
        no_show: row.next()?,
        created: Stamp { at: row.next()?, agent: row.next()? },
        changed: stamp(row.next()?, row.next()?),
        cancelled: stamp(row.next()?, row.next()?),
        cancellation_tracked: row.next()?,
        changes: row.next()?,
    })
}

/// Adds a booking.
///
/// # Errors
/// [`StoreError::Unique`] if the number is taken.
pub fn insert(tx: &mut Tx, account: &AccountId, booking: &Booking) -> Result<(), StoreError> {
    let b = booking;
    let (changed, cancelled) = (b.changed.as_ref(), b.cancelled.as_ref());
    tx.run(
        INSERT,
        &[
            account,
            &b.number,
            &b.application,
            &b.product,
            &b.event,
            &b.enrolled_event,
            &b.drop_in_event,
            &b.span.from,
            &b.span.to,
            &b.customer,
            &b.title,
            &b.external_ref,
            &b.party,
            &Json(&b.details),
            &b.paid,
            &b.accepted,
            &b.no_show,
            &b.created.at,
            &b.created.agent,
            &changed.map(|stamp| stamp.at),
            &changed.and_then(|stamp| stamp.agent.as_deref()),
            &cancelled.map(|stamp| stamp.at),
            &cancelled.and_then(|stamp| stamp.agent.as_deref()),
            &b.cancellation_tracked,
            &b.changes,
            &b.touched_at(),
        ],
    )?;
    write_attendance(tx, account, b, true)
}

/// Writes which of the customer's linked people attend the booking.
fn write_attendance(tx: &mut Tx, account: &AccountId, booking: &Booking, is_new: bool) -> Result<(), StoreError> {
    let mut people: Vec<_> = booking.details.participants.iter().filter_map(|one| one.person.linked()).collect();
    // A person can be named for two places of the party.
    people.sort();
    people.dedup();
    // A cancelled booking has no attendance, but keeps its participants.
    let span = Some(booking.span).filter(|_| booking.cancelled.is_none());
    linked_people::set_attendance(tx, account, &booking.customer, (&booking.number, is_new), span, &people)
}

/// The fields of a booking that are needed to change or delete all bookings of a customer.
#[derive(Debug, Clone)]
pub struct OfCustomer {
    pub number: BookingNumber,
    /// The application that created it, if one did.
    pub application: Option<ApplicationId>,
    pub starts_at: Instant,
    pub title: String,
    /// The size of its details in bytes.
    pub bytes: i64,
}

/// Locks at most `limit` bookings of the customer, cancelled ones included, after this start and number.
pub fn lock_some_of_customer(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    (starts_at, number): (Instant, &str),
    limit: i64,
) -> Result<Vec<OfCustomer>, StoreError> {
    tx.all(LOCK_SOME_OF_CUSTOMER, &[account, customer, &starts_at, &number, &limit], |row| {
        Ok(OfCustomer {
            number: row.next()?,
            application: row.next()?,
            starts_at: row.next()?,
            title: row.next()?,
            bytes: row.next()?,
        })
    })
}

/// Whether the customer has bookings after this start and number.
pub fn has_more_of_customer(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    (starts_at, number): (Instant, &str),
) -> Result<bool, StoreError> {
    let next: Option<BookingNumber> =
        db.one(HAS_MORE_OF_CUSTOMER, &[account, customer, &starts_at, &number], |row| row.next())?;
    Ok(next.is_some())
}

/// Sets the title, which counts as a change of the booking.
pub fn retitle(
    tx: &mut Tx,
    account: &AccountId,
    number: &BookingNumber,
    title: &str,
    changed: &Stamp,
) -> Result<(), StoreError> {
    tx.run(RETITLE, &[account, number, &title, &changed.at, &changed.agent]).map(drop)
}

/// Overwrites a booking, except for its creation and its customer.
pub fn update(tx: &mut Tx, account: &AccountId, booking: &Booking) -> Result<(), StoreError> {
    let b = booking;
    let (changed, cancelled) = (b.changed.as_ref(), b.cancelled.as_ref());
    tx.run(
        UPDATE,
        &[
            account,
            &b.number,
            &b.product,
            &b.event,
            &b.enrolled_event,
            &b.drop_in_event,
            &b.span.from,
            &b.span.to,
            &b.title,
            &b.external_ref,
            &b.party,
            &Json(&b.details),
            &b.paid,
            &b.accepted,
            &b.no_show,
            &changed.map(|stamp| stamp.at),
            &changed.and_then(|stamp| stamp.agent.as_deref()),
            &cancelled.map(|stamp| stamp.at),
            &cancelled.and_then(|stamp| stamp.agent.as_deref()),
            &b.cancellation_tracked,
            &b.touched_at(),
        ],
    )?;
    write_attendance(tx, account, b, false)
}

pub fn find(db: &mut Snapshot, account: &AccountId, number: &BookingNumber) -> Result<Option<Booking>, StoreError> {
    db.one(FIND, &[account, number], booking)
}

/// The booking with this number, locked until the transaction ends.
pub fn lock(tx: &mut Tx, account: &AccountId, number: &BookingNumber) -> Result<Option<Booking>, StoreError> {
    tx.one(LOCK, &[account, number], booking)
}

/// At most `limit` bookings that are not cancelled, after this start and number, by both.
pub fn list_active_after(
    db: &mut Snapshot,
    account: &AccountId,
    after: (Instant, &str),
    limit: i64,
) -> Result<Vec<Booking>, StoreError> {
    db.all(LIST_ACTIVE_AFTER, &[account, &after.0, &after.1, &limit], booking)
}

/// Whether the customer has any visible booking, cancelled or not.
pub fn has_any(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    customer: &CustomerId,
) -> Result<bool, StoreError> {
    Ok(db.one(HAS_ANY, &[account, customer, &visibility.creator()], |row| row.next::<BookingNumber>())?.is_some())
}

/// Whether the customer has a booking that is not cancelled and starts after `now`.
pub fn has_future(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    now: Instant,
) -> Result<bool, StoreError> {
    Ok(db.one(HAS_FUTURE, &[account, customer, &now], |row| row.next::<BookingNumber>())?.is_some())
}

/// Deletes a booking for good. Its claims have to be released first.
pub fn delete(tx: &mut Tx, account: &AccountId, number: &BookingNumber) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, number])?;
    Ok(())
}
