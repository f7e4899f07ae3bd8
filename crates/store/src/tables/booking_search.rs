//! Searches for bookings: by times, or of a customer. Each kind of search has its statement, so that each is served by
//! an index.

use super::bookings::{Booking, booking, columns};
use super::list_pages::{RowRange, as_of_page};
use crate::{Param, Snapshot, StoreError, statements};
use slotkeeper_domain::id::{AccountId, CustomerId, ProductId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

/// The bookings of a search. The unary plus keeps the index of the other pair of times from being used. A condition on
/// the creator, which has its own indices, is appended last.
#[rustfmt::skip]
macro_rules! matching {
    (by start) => { matching!("starts_at BETWEEN ?2 AND ?3 AND +touched_at BETWEEN ?4 AND ?5") };
    (by touch) => { matching!("touched_at BETWEEN ?4 AND ?5 AND +starts_at BETWEEN ?2 AND ?3") };
    ($times:expr) => {
        concat!("account_id = ?1 AND ", $times, "
          AND (CAST(?6 AS TEXT) IS NULL OR product_id = ?6) AND (canceled_at IS NULL OR ?7)")
    };
}

/// A page of the matching bookings.
#[rustfmt::skip]
macro_rules! page {
    ($matching:expr) => {
        concat!("SELECT ", columns!(), " FROM booking WHERE ", $matching, " ORDER BY starts_at, number LIMIT ?8 OFFSET ?9")
    };
}

/// A page of the bookings that matched at a change of the account.
#[rustfmt::skip]
macro_rules! page_as_of {
    ($matching:expr) => { as_of_page!(columns!(), "booking", "number", "starts_at", $matching, "?10", "?8", "?9") };
}

/// The visible bookings of a customer that start within the times. No customer has so many that an index for each
/// application would pay. Where they are sorted, a plus keeps the index by start from being used.
#[rustfmt::skip]
macro_rules! of_customer {
    () => {
        "account_id = ?1 AND customer_id = ?2 AND starts_at BETWEEN ?3 AND ?4
          AND (CAST(?5 AS TEXT) IS NULL OR application_id = ?5)"
    };
}

statements! {
    LIST_BY_START = page!(matching!(by start));
    LIST_BY_TOUCH = page!(matching!(by touch));
    LIST_OWN_BY_START = page!(concat!(matching!(by start), " AND application_id = ?10"));
    LIST_OWN_BY_TOUCH = page!(concat!(matching!(by touch), " AND application_id = ?10"));
    AS_OF_BY_START = page_as_of!(matching!(by start));
    AS_OF_BY_TOUCH = page_as_of!(matching!(by touch));
    AS_OF_OWN_BY_START = page_as_of!(concat!(matching!(by start), " AND application_id = ?11"));
    AS_OF_OWN_BY_TOUCH = page_as_of!(concat!(matching!(by touch), " AND application_id = ?11"));
    COUNT_BY_START = concat!("SELECT COUNT(*) FROM booking WHERE ", matching!(by start));
    COUNT_BY_TOUCH = concat!("SELECT COUNT(*) FROM booking WHERE ", matching!(by touch));
    COUNT_OWN_BY_START = concat!("SELECT COUNT(*) FROM booking WHERE ", matching!(by start), " AND application_id = ?8");
    COUNT_OWN_BY_TOUCH = concat!("SELECT COUNT(*) FROM booking WHERE ", matching!(by touch), " AND application_id = ?8");
    LIST_OF_CUSTOMER = concat!("SELECT ", columns!(), " FROM booking WHERE ", of_customer!(),
        " ORDER BY +starts_at, number LIMIT ?6 OFFSET ?7");
    AS_OF_OF_CUSTOMER = as_of_page!(columns!(), "booking", "number", "+starts_at", of_customer!(), "?8", "?6", "?7");
    COUNT_OF_CUSTOMER = concat!("SELECT COUNT(*) FROM booking WHERE ", of_customer!());
}

/// Conditions of a search. Times are inclusive; without any, all bookings match.
#[derive(Debug, Clone)]
pub struct BookingSearch {
    pub starts: Option<(Instant, Instant)>,
    /// Last changed or, if never, created within these.
    pub touched: Option<(Instant, Instant)>,
    pub product: Option<ProductId>,
    /// Whether cancelled bookings match too.
    pub cancelled: bool,
}

const ALWAYS: (Instant, Instant) = (Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX));

/// The visible bookings of a search, by start and number.
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
        (Visibility::All, true, Some(_)) => AS_OF_BY_START,
        (Visibility::All, false, Some(_)) => AS_OF_BY_TOUCH,
        (Visibility::Own(_), true, Some(_)) => AS_OF_OWN_BY_START,
        (Visibility::Own(_), false, Some(_)) => AS_OF_OWN_BY_TOUCH,
    };
    db.all(statement, &params, booking)
}

/// How many visible bookings a search finds.
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
    let total = match visibility {
        Visibility::All => db.one(if by_start { COUNT_BY_START } else { COUNT_BY_TOUCH }, &params, |row| row.next())?,
        Visibility::Own(application) => {
            params.push(application);
            db.one(if by_start { COUNT_OWN_BY_START } else { COUNT_OWN_BY_TOUCH }, &params, |row| row.next())?
        }
    };
    Ok(total.unwrap_or(0))
}

/// The visible bookings of a customer that start within the times (inclusive), cancelled ones included, by start and
/// number.
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
    db.all(if as_of.is_some() { AS_OF_OF_CUSTOMER } else { LIST_OF_CUSTOMER }, &params, booking)
}

/// How many bookings [`list_of_customer`] finds on all pages.
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
