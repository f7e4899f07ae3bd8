//! Blocks of seats, and searches for them.

use super::bookings::Stamp;
use super::list_pages::{RowRange, as_of_page};
use crate::{Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ApplicationId, ProductId, SeatBlockId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

#[rustfmt::skip]
macro_rules! columns {
    () => {
        "id, application_id, event_id, starts_at, seats, reason, created_at, created_by, changed_at, changed_by"
    };
}

/// The visible blocks of a search. The unary plus keeps the index of the other pair of times from being used.
#[rustfmt::skip]
macro_rules! matching {
    (by start) => { matching!("starts_at BETWEEN ?2 AND ?3 AND +touched_at BETWEEN ?4 AND ?5") };
    (by touch) => { matching!("touched_at BETWEEN ?4 AND ?5 AND +starts_at BETWEEN ?2 AND ?3") };
    ($times:expr) => {
        concat!("account_id = ?1 AND ", $times, "
          AND (CAST(?6 AS TEXT) IS NULL OR product_id = ?6) AND (CAST(?7 AS TEXT) IS NULL OR application_id = ?7)")
    };
}

statements! {
    INSERT = concat!("INSERT INTO seat_block (account_id, ", columns!(), ", product_id, touched_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    UPDATE = "UPDATE seat_block SET event_id = ?3, starts_at = ?4, seats = ?5, reason = ?6, changed_at = ?7, changed_by = ?8,
                     product_id = ?9, touched_at = ?10
              WHERE account_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM seat_block WHERE account_id = ?1 AND id = ?2";
    FIND = concat!("SELECT ", columns!(), " FROM seat_block WHERE account_id = ?1 AND id = ?2");
    LOCK = concat!("SELECT ", columns!(), " FROM seat_block WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}");
    LIST_BY_START = concat!("SELECT ", columns!(), " FROM seat_block WHERE ", matching!(by start),
        " ORDER BY starts_at, id LIMIT ?8 OFFSET ?9");
    LIST_BY_TOUCH = concat!("SELECT ", columns!(), " FROM seat_block WHERE ", matching!(by touch),
        " ORDER BY starts_at, id LIMIT ?8 OFFSET ?9");
    AS_OF_BY_START = as_of_page!(columns!(), "seat_block", "id", "starts_at", matching!(by start), "?10", "?8", "?9");
    AS_OF_BY_TOUCH = as_of_page!(columns!(), "seat_block", "id", "starts_at", matching!(by touch), "?10", "?8", "?9");
    COUNT_BY_START = concat!("SELECT COUNT(*) FROM seat_block WHERE ", matching!(by start));
    COUNT_BY_TOUCH = concat!("SELECT COUNT(*) FROM seat_block WHERE ", matching!(by touch));
    LIST_AFTER = concat!("SELECT ", columns!(), " FROM seat_block WHERE account_id = ?1 AND (starts_at, id) > (?2, ?3)
                     ORDER BY starts_at, id LIMIT ?4");
}

#[derive(Debug, Clone)]
pub struct SeatBlock {
    pub id: SeatBlockId,
    /// The application that created it, if one did.
    pub application: Option<ApplicationId>,
    pub event: EventId,
    /// The start of the event.
    pub starts_at: Instant,
    /// As requested: for all free seats, the number of claimed ones can differ from what is free now.
    pub seats: SeatCount,
    pub reason: Option<String>,
    pub created: Stamp,
    pub changed: Option<Stamp>,
}

impl SeatBlock {
    fn touched_at(&self) -> Instant {
        self.changed.as_ref().map_or(self.created.at, |changed| changed.at)
    }
}

/// Conditions of a search. Times are inclusive; without any, all blocks match.
#[derive(Debug, Clone)]
pub struct SeatBlockSearch {
    /// The start of the event.
    pub starts: Option<(Instant, Instant)>,
    /// Last changed or, if never, created within these.
    pub touched: Option<(Instant, Instant)>,
    pub product: Option<ProductId>,
}

const ALWAYS: (Instant, Instant) = (Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX));

fn block(row: &Row) -> Result<SeatBlock, StoreError> {
    let (id, application, event, starts_at) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let seats = SeatCount::try_from(row.next::<i64>()?);
    let seats = seats.map_err(|_| StoreError::inconsistent("a block of seats is of no number of seats"))?;
    let (reason, created) = (row.next()?, Stamp { at: row.next()?, agent: row.next()? });
    let (at, agent): (Option<Instant>, Option<String>) = (row.next()?, row.next()?);
    let changed = at.map(|at| Stamp { at, agent });
    Ok(SeatBlock { id, application, event, starts_at, seats, reason, created, changed })
}

pub fn insert(tx: &mut Tx, account: &AccountId, block: &SeatBlock) -> Result<(), StoreError> {
    let (b, changed) = (block, block.changed.as_ref());
    tx.run(
        INSERT,
        &[
            account,
            &b.id,
            &b.application,
            &b.event,
            &b.starts_at,
            &b.seats.number(),
            &b.reason,
            &b.created.at,
            &b.created.agent,
            &changed.map(|stamp| stamp.at),
            &changed.and_then(|stamp| stamp.agent.as_deref()),
            &b.event.product,
            &b.touched_at(),
        ],
    )?;
    Ok(())
}

/// Overwrites a block, except for its creation.
pub fn update(tx: &mut Tx, account: &AccountId, block: &SeatBlock) -> Result<(), StoreError> {
    let (b, changed) = (block, block.changed.as_ref());
    tx.run(
        UPDATE,
        &[
            account,
            &b.id,
            &b.event,
            &b.starts_at,
            &b.seats.number(),
            &b.reason,
            &changed.map(|stamp| stamp.at),
            &changed.and_then(|stamp| stamp.agent.as_deref()),
            &b.event.product,
            &b.touched_at(),
        ],
    )?;
    Ok(())
}

/// Deletes a block. Its claims have to be released first.
pub fn delete(tx: &mut Tx, account: &AccountId, id: &SeatBlockId) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, id])?;
    Ok(())
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &SeatBlockId) -> Result<Option<SeatBlock>, StoreError> {
    db.one(FIND, &[account, id], block)
}

/// The block with this id, locked until the transaction ends.
pub fn lock(tx: &mut Tx, account: &AccountId, id: &SeatBlockId) -> Result<Option<SeatBlock>, StoreError> {
    tx.one(LOCK, &[account, id], block)
}

/// The visible blocks of a search, by start and id.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &SeatBlockSearch,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<SeatBlock>, StoreError> {
    let (starts, touched) = (search.starts.unwrap_or(ALWAYS), search.touched.unwrap_or(ALWAYS));
    let (product, creator) = (&search.product, visibility.creator());
    let mut params: Vec<&dyn Param> =
        vec![account, &starts.0, &starts.1, &touched.0, &touched.1, product, &creator, &limit, &offset];
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    let statement = match (search.starts.is_some(), as_of) {
        (true, None) => LIST_BY_START,
        (false, None) => LIST_BY_TOUCH,
        (true, Some(_)) => AS_OF_BY_START,
        (false, Some(_)) => AS_OF_BY_TOUCH,
    };
    db.all(statement, &params, block)
}

/// At most `limit` blocks after this start and id, by both.
pub fn list_after(
    db: &mut Snapshot,
    account: &AccountId,
    after: (Instant, &str),
    limit: i64,
) -> Result<Vec<SeatBlock>, StoreError> {
    db.all(LIST_AFTER, &[account, &after.0, &after.1, &limit], block)
}

/// How many visible blocks a search finds.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &SeatBlockSearch,
) -> Result<i64, StoreError> {
    let (starts, touched) = (search.starts.unwrap_or(ALWAYS), search.touched.unwrap_or(ALWAYS));
    let (product, creator) = (&search.product, visibility.creator());
    let statement = if search.starts.is_some() { COUNT_BY_START } else { COUNT_BY_TOUCH };
    let params: [&dyn Param; 7] = [account, &starts.0, &starts.1, &touched.0, &touched.1, product, &creator];
    Ok(db.one(statement, &params, |row| row.next())?.unwrap_or(0))
}
