//! Bookings.

use super::linked_people;
use super::list_pages::{RowRange, as_it_was};
use crate::{Json, Param, Row, Snapshot, StoreError, Tx, statements};
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

/// The bookings of a search: within the times, of the product, cancelled ones only if wanted. The times that come first are
/// those that an index serves; the plus keeps the others from being taken for it. The creator, where there is one, comes last,
/// and has indices of its own.
#[rustfmt::skip]
macro_rules! found {
    (by start) => { found!("starts_at BETWEEN ?2 AND ?3 AND +touched_at BETWEEN ?4 AND ?5") };
    (by touch) => { found!("touched_at BETWEEN ?4 AND ?5 AND +starts_at BETWEEN ?2 AND ?3") };
    ($times:expr) => {
        concat!("account_id = ?1 AND ", $times, "
          AND (CAST(?6 AS TEXT) IS NULL OR product_id = ?6) AND (canceled_at IS NULL OR ?7)")
    };
}

/// A page of what is found.
#[rustfmt::skip]
macro_rules! page {
    ($found:expr) => {
        concat!("SELECT ", columns!(), " FROM booking WHERE ", $found, " ORDER BY starts_at, number LIMIT ?8 OFFSET ?9")
    };
}

/// The same of what was found at a change.
#[rustfmt::skip]
macro_rules! page_as_it_was {
    ($found:expr) => { as_it_was!(columns!(), "booking", "number", "starts_at", $found, "?10", "?8", "?9") };
}

/// The bookings of a customer that start within times, within sight. Nobody has so many that an index for each application
/// would be worth it. Where they are sorted, a plus keeps the index by start, which sorts, from being taken for the search.
#[rustfmt::skip]
macro_rules! of_customer {
    () => {
        "account_id = ?1 AND customer_id = ?2 AND starts_at BETWEEN ?3 AND ?4
          AND (CAST(?5 AS TEXT) IS NULL OR application_id = ?5)"
    };
}

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
    LIST_BY_START = page!(found!(by start));
    LIST_BY_TOUCH = page!(found!(by touch));
    LIST_OWN_BY_START = page!(concat!(found!(by start), " AND application_id = ?10"));
    LIST_OWN_BY_TOUCH = page!(concat!(found!(by touch), " AND application_id = ?10"));
    WAS_BY_START = page_as_it_was!(found!(by start));
    WAS_BY_TOUCH = page_as_it_was!(found!(by touch));
    WAS_OWN_BY_START = page_as_it_was!(concat!(found!(by start), " AND application_id = ?11"));
    WAS_OWN_BY_TOUCH = page_as_it_was!(concat!(found!(by touch), " AND application_id = ?11"));
    COUNT_BY_START = concat!("SELECT COUNT(*) FROM booking WHERE ", found!(by start));
    COUNT_BY_TOUCH = concat!("SELECT COUNT(*) FROM booking WHERE ", found!(by touch));
    COUNT_OWN_BY_START = concat!("SELECT COUNT(*) FROM booking WHERE ", found!(by start), " AND application_id = ?8");
    COUNT_OWN_BY_TOUCH = concat!("SELECT COUNT(*) FROM booking WHERE ", found!(by touch), " AND application_id = ?8");
    LIST_OF_CUSTOMER = concat!("SELECT ", columns!(), " FROM booking WHERE ", of_customer!(),
        " ORDER BY +starts_at, number LIMIT ?6 OFFSET ?7");
    WAS_OF_CUSTOMER = as_it_was!(columns!(), "booking", "number", "+starts_at", of_customer!(), "?8", "?6", "?7");
    COUNT_OF_CUSTOMER = concat!("SELECT COUNT(*) FROM booking WHERE ", of_customer!());
    /// Some of a customer's bookings, in the order of an index. The numbers are sorted as something else, which keeps SQLite
    /// from walking through all bookings by start.
    LOCK_SOME = "SELECT number, application_id, starts_at, title, CAST(octet_length(details) AS BIGINT) FROM booking
                 WHERE account_id = ?1 AND customer_id = ?2 AND starts_at >= ?3 AND (starts_at > ?3 OR number > ?4)
                 ORDER BY starts_at, number || '' LIMIT ?5 {FOR UPDATE}";
    RETITLE = "UPDATE booking SET title = ?3, changed_at = ?4, changed_by = ?5, touched_at = ?4, changes = changes + 1
               WHERE account_id = ?1 AND number = ?2";
    AHEAD = concat!("SELECT ", columns!(), " FROM booking WHERE account_id = ?1 AND (starts_at, number) > (?2, ?3)
                     AND canceled_at IS NULL ORDER BY starts_at, number LIMIT ?4");
    HAS_ANY = "SELECT number FROM booking WHERE account_id = ?1 AND customer_id = ?2
               AND (CAST(?3 AS TEXT) IS NULL OR application_id = ?3) LIMIT 1";
    SOME_AFTER = "SELECT number FROM booking
                  WHERE account_id = ?1 AND customer_id = ?2 AND starts_at >= ?3 AND (starts_at > ?3 OR number > ?4) LIMIT 1";
    DELETE = "DELETE FROM booking WHERE account_id = ?1 AND number = ?2";
    ANY_OF_CUSTOMER = "SELECT number FROM booking WHERE account_id = ?1 AND customer_id = ?2
                       AND canceled_at IS NULL AND starts_at > ?3 LIMIT 1";
}

#[derive(Debug, Clone)]
pub struct Booking {
    pub number: BookingNumber,
    /// The application that created it; absent when somebody else did.
    pub application: Option<ApplicationId>,
    pub product: ProductId,
    /// The event; of a course its first class. Absent for appointments.
    pub event: Option<EventId>,
    /// Of a course, the class at which attendance starts, if that is a later one.
    pub enrolled_event: Option<EventId>,
    /// Of a course, the one class, if only one is booked.
    pub drop_in_event: Option<EventId>,
    /// From when to when it is.
    pub span: Span,
    pub customer: CustomerId,
    /// The customer's name, never an address; empty if it is not known.
    pub title: String,
    /// The reference in the caller's system.
    pub external_ref: Option<String>,
    pub party: Party,
    /// Everything nobody searches for.
    pub details: BookingDetails,
    /// What has been paid, in minor units of the account's currency.
    pub paid: i64,
    /// Whether it needs no decision any more.
    pub accepted: bool,
    pub no_show: bool,
    /// When it was created, and by whom.
    pub created: Stamp,
    /// When it was changed last, and by whom.
    pub changed: Option<Stamp>,
    /// When it was cancelled, and by whom.
    pub cancelled: Option<Stamp>,
    /// Whether the cancellation counts in the customer's history.
    pub cancellation_tracked: bool,
    /// How many times it was changed since it was created, its cancellation included. [`update`] counts, whatever stands here.
    pub changes: i64,
}

/// When something was done, and the name of who did it, if it was not a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub at: Instant,
    /// The name of an application or of a person of the business.
    pub agent: Option<String>,
}

impl Booking {
    /// When it was changed last, or else created.
    #[must_use]
    pub fn touched_at(&self) -> Instant {
        self.changed.as_ref().map_or(self.created.at, |changed| changed.at)
    }
}

/// Which bookings to look for. Times are inclusive; without any, all bookings are looked at.
#[derive(Debug, Clone)]
pub struct BookingSearch {
    pub starts: Option<(Instant, Instant)>,
    /// Changed last, or created, within these.
    pub touched: Option<(Instant, Instant)>,
    pub product: Option<ProductId>,
    pub cancelled: bool,
}

/// All times there are.
const ALWAYS: (Instant, Instant) = (Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX));

fn booking(row: &Row) -> Result<Booking, StoreError> {
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
/// [`StoreError::Unique`] when the number is taken; otherwise when the store fails.
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
    note_attendance(tx, account, b, true)
}

/// Which of the customer's linked people come to a booking.
fn note_attendance(tx: &mut Tx, account: &AccountId, booking: &Booking, is_new: bool) -> Result<(), StoreError> {
    let mut people: Vec<_> = booking.details.participants.iter().filter_map(|one| one.person.linked()).collect();
    // One who is named twice comes once.
    people.sort();
    people.dedup();
    let span = Some(booking.span).filter(|_| booking.cancelled.is_none());
    linked_people::set_attendance(tx, account, &booking.customer, (&booking.number, is_new), span, &people)
}

/// A booking of a customer, as far as it matters where all of the customer's are changed or removed.
#[derive(Debug, Clone)]
pub struct OfCustomer {
    pub number: BookingNumber,
    /// The application that created it; absent when somebody else did.
    pub application: Option<ApplicationId>,
    pub starts_at: Instant,
    /// What the calendar shows.
    pub title: String,
    /// How many bytes its details take.
    pub bytes: i64,
}

/// Locks some bookings of a customer until the transaction ends, the cancelled ones included: at most `limit` of those after
/// one, by start and number.
pub fn lock_some(
    tx: &mut Tx,
    account: &AccountId,
    customer: &CustomerId,
    (starts_at, number): (Instant, &str),
    limit: i64,
) -> Result<Vec<OfCustomer>, StoreError> {
    tx.all(LOCK_SOME, &[account, customer, &starts_at, &number, &limit], |row| {
        Ok(OfCustomer {
            number: row.next()?,
            application: row.next()?,
            starts_at: row.next()?,
            title: row.next()?,
            bytes: row.next()?,
        })
    })
}

/// Whether a customer has bookings after one, by start and number.
pub fn has_more(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    (starts_at, number): (Instant, &str),
) -> Result<bool, StoreError> {
    let found: Option<BookingNumber> =
        db.one(SOME_AFTER, &[account, customer, &starts_at, &number], |row| row.next())?;
    Ok(found.is_some())
}

/// Gives a booking another title, which is a change of it.
pub fn retitle(
    tx: &mut Tx,
    account: &AccountId,
    number: &BookingNumber,
    title: &str,
    changed: &Stamp,
) -> Result<(), StoreError> {
    tx.run(RETITLE, &[account, number, &title, &changed.at, &changed.agent]).map(drop)
}

/// Writes a booking over what was there; who created it, when, and whose it is stay.
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
    note_attendance(tx, account, b, false)
}

/// The booking with this number.
pub fn find(db: &mut Snapshot, account: &AccountId, number: &BookingNumber) -> Result<Option<Booking>, StoreError> {
    db.one(FIND, &[account, number], booking)
}

/// The booking with this number, locked against changes by others.
pub fn lock(tx: &mut Tx, account: &AccountId, number: &BookingNumber) -> Result<Option<Booking>, StoreError> {
    tx.one(LOCK, &[account, number], booking)
}

/// The bookings of a search within sight, by start and number, or where they stood by these.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &BookingSearch,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<Booking>, StoreError> {
    let BookingSearch { product, cancelled, .. } = search;
    let (starts, touched) = (search.starts.unwrap_or(ALWAYS), search.touched.unwrap_or(ALWAYS));
    let by_start = search.starts.is_some();
    let mut params: Vec<&dyn Param> =
        vec![account, &starts.0, &starts.1, &touched.0, &touched.1, product, cancelled, &limit, &offset];
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    let statement = match (visibility, by_start, as_of) {
        (Visibility::All, true, None) => LIST_BY_START,
        (Visibility::All, false, None) => LIST_BY_TOUCH,
        (Visibility::Own(_), true, None) => LIST_OWN_BY_START,
        (Visibility::Own(_), false, None) => LIST_OWN_BY_TOUCH,
        (Visibility::All, true, Some(_)) => WAS_BY_START,
        (Visibility::All, false, Some(_)) => WAS_BY_TOUCH,
        (Visibility::Own(_), true, Some(_)) => WAS_OWN_BY_START,
        (Visibility::Own(_), false, Some(_)) => WAS_OWN_BY_TOUCH,
    };
    db.all(statement, &params, booking)
}

/// The bookings that are not cancelled, by start and number: at most `limit` after this start and number.
pub fn ahead(
    db: &mut Snapshot,
    account: &AccountId,
    after: (Instant, &str),
    limit: i64,
) -> Result<Vec<Booking>, StoreError> {
    db.all(AHEAD, &[account, &after.0, &after.1, &limit], booking)
}

/// How many bookings a search finds within sight.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &BookingSearch,
) -> Result<i64, StoreError> {
    let BookingSearch { product, cancelled, .. } = search;
    let (starts, touched) = (search.starts.unwrap_or(ALWAYS), search.touched.unwrap_or(ALWAYS));
    let by_start = search.starts.is_some();
    let mut params: Vec<&dyn Param> = vec![account, &starts.0, &starts.1, &touched.0, &touched.1, product, cancelled];
    let found = match visibility {
        Visibility::All => db.one(if by_start { COUNT_BY_START } else { COUNT_BY_TOUCH }, &params, |row| row.next())?,
        Visibility::Own(application) => {
            params.push(application);
            db.one(if by_start { COUNT_OWN_BY_START } else { COUNT_OWN_BY_TOUCH }, &params, |row| row.next())?
        }
    };
    Ok(found.unwrap_or(0))
}

/// The bookings of a customer within sight that start within the times, both included, the cancelled ones among them, by
/// start and number, or where they stood by these.
pub fn list_of_customer(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    customer: &CustomerId,
    (first, last): (Instant, Instant),
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<Booking>, StoreError> {
    let creator = visibility.creator();
    let mut params: Vec<&dyn Param> = vec![account, customer, &first, &last, &creator, &limit, &offset];
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    db.all(if as_of.is_some() { WAS_OF_CUSTOMER } else { LIST_OF_CUSTOMER }, &params, booking)
}

/// How many these are.
pub fn count_of_customer(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    customer: &CustomerId,
    (first, last): (Instant, Instant),
) -> Result<i64, StoreError> {
    let params: [&dyn Param; 5] = [account, customer, &first, &last, &visibility.creator()];
    Ok(db.one(COUNT_OF_CUSTOMER, &params, |row| row.next())?.unwrap_or(0))
}

/// Whether a customer has any booking within sight, cancelled or not.
pub fn has_any(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    customer: &CustomerId,
) -> Result<bool, StoreError> {
    Ok(db.one(HAS_ANY, &[account, customer, &visibility.creator()], |row| row.next::<BookingNumber>())?.is_some())
}

/// Whether a customer has a booking that is not cancelled and starts after `now`.
pub fn has_future(
    db: &mut Snapshot,
    account: &AccountId,
    customer: &CustomerId,
    now: Instant,
) -> Result<bool, StoreError> {
    Ok(db.one(ANY_OF_CUSTOMER, &[account, customer, &now], |row| row.next::<BookingNumber>())?.is_some())
}

/// Removes a booking for good. What it had is given back before.
pub fn delete(tx: &mut Tx, account: &AccountId, number: &BookingNumber) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, number])?;
    Ok(())
}
