//! Blocks of resources, and searches for them.

use super::bookings::Stamp;
use super::list_pages::{RowRange, as_of_page};
use crate::{Json, Param, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::{AccountId, ApplicationId, ResourceBlockId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

#[rustfmt::skip]
macro_rules! columns {
    () => {
        "id, application_id, starts_at, ends_at, resources, reason, created_at, created_by, changed_at, changed_by"
    };
}

/// The visible blocks of a search. The unary plus keeps the index of the other pair of times from being used. The
/// quoted id of a resource can only match a whole element of the JSON list.
#[rustfmt::skip]
macro_rules! matching {
    (by start) => { matching!("starts_at BETWEEN ?2 AND ?3 AND +touched_at BETWEEN ?4 AND ?5") };
    (by touch) => { matching!("touched_at BETWEEN ?4 AND ?5 AND +starts_at BETWEEN ?2 AND ?3") };
    ($times:expr) => {
        concat!("account_id = ?1 AND ", $times, "
          AND (CAST(?6 AS TEXT) IS NULL OR resources LIKE '%\"' || ?6 || '\"%')
          AND (CAST(?7 AS TEXT) IS NULL OR application_id = ?7)")
    };
}

statements! {
    INSERT = concat!("INSERT INTO resource_block (account_id, ", columns!(), ", touched_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    UPDATE = "UPDATE resource_block SET starts_at = ?3, ends_at = ?4, resources = ?5, reason = ?6, changed_at = ?7,
                     changed_by = ?8, touched_at = ?9
              WHERE account_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM resource_block WHERE account_id = ?1 AND id = ?2";
    FIND = concat!("SELECT ", columns!(), " FROM resource_block WHERE account_id = ?1 AND id = ?2");
    LOCK = concat!("SELECT ", columns!(), " FROM resource_block WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}");
    LIST_BY_START = concat!("SELECT ", columns!(), " FROM resource_block WHERE ", matching!(by start),
        " ORDER BY starts_at, id LIMIT ?8 OFFSET ?9");
    LIST_BY_TOUCH = concat!("SELECT ", columns!(), " FROM resource_block WHERE ", matching!(by touch),
        " ORDER BY starts_at, id LIMIT ?8 OFFSET ?9");
    AS_OF_BY_START = as_of_page!(columns!(), "resource_block", "id", "starts_at", matching!(by start), "?10", "?8", "?9");
    AS_OF_BY_TOUCH = as_of_page!(columns!(), "resource_block", "id", "starts_at", matching!(by touch), "?10", "?8", "?9");
    COUNT_BY_START = concat!("SELECT COUNT(*) FROM resource_block WHERE ", matching!(by start));
    COUNT_BY_TOUCH = concat!("SELECT COUNT(*) FROM resource_block WHERE ", matching!(by touch));
    LIST_AFTER = concat!("SELECT ", columns!(), " FROM resource_block WHERE account_id = ?1 AND (starts_at, id) > (?2, ?3)
                     ORDER BY starts_at, id LIMIT ?4");
}

#[derive(Debug, Clone)]
pub struct ResourceBlock {
    pub id: ResourceBlockId,
    /// The application that created it, if one did.
    pub application: Option<ApplicationId>,
    pub span: Span,
    /// Without duplicates.
    pub resources: Vec<ResourceId>,
    pub reason: Option<String>,
    pub created: Stamp,
    pub changed: Option<Stamp>,
}

impl ResourceBlock {
    fn touched_at(&self) -> Instant {
        self.changed.as_ref().map_or(self.created.at, |changed| changed.at)
    }
}

/// Conditions of a search. Times are inclusive; without any, all blocks match.
#[derive(Debug, Clone)]
pub struct ResourceBlockSearch {
    pub starts: Option<(Instant, Instant)>,
    /// Last changed or, if never, created within these.
    pub touched: Option<(Instant, Instant)>,
    pub resource: Option<ResourceId>,
}

const ALWAYS: (Instant, Instant) = (Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX));

fn block(row: &Row) -> Result<ResourceBlock, StoreError> {
    let (id, application, span) = (row.next()?, row.next()?, Span { from: row.next()?, to: row.next()? });
    let (resources, reason) = (row.next::<Json<_>>()?.0, row.next()?);
    let created = Stamp { at: row.next()?, agent: row.next()? };
    let (at, agent): (Option<Instant>, Option<String>) = (row.next()?, row.next()?);
    let changed = at.map(|at| Stamp { at, agent });
    Ok(ResourceBlock { id, application, span, resources, reason, created, changed })
}

pub fn insert(tx: &mut Tx, account: &AccountId, block: &ResourceBlock) -> Result<(), StoreError> {
    let (b, changed) = (block, block.changed.as_ref());
    tx.run(
        INSERT,
        &[
            account,
            &b.id,
            &b.application,
            &b.span.from,
            &b.span.to,
            &Json(&b.resources),
            &b.reason,
            &b.created.at,
            &b.created.agent,
            &changed.map(|stamp| stamp.at),
            &changed.and_then(|stamp| stamp.agent.as_deref()),
            &b.touched_at(),
        ],
    )?;
    Ok(())
}

/// Overwrites a block, except for its creation.
pub fn update(tx: &mut Tx, account: &AccountId, block: &ResourceBlock) -> Result<(), StoreError> {
    let (b, changed) = (block, block.changed.as_ref());
    tx.run(
        UPDATE,
        &[
            account,
            &b.id,
            &b.span.from,
            &b.span.to,
            &Json(&b.resources),
            &b.reason,
            &changed.map(|stamp| stamp.at),
            &changed.and_then(|stamp| stamp.agent.as_deref()),
            &b.touched_at(),
        ],
    )?;
    Ok(())
}

/// Deletes a block. Its claims have to be released first.
pub fn delete(tx: &mut Tx, account: &AccountId, id: &ResourceBlockId) -> Result<(), StoreError> {
    tx.run(DELETE, &[account, id])?;
    Ok(())
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &ResourceBlockId) -> Result<Option<ResourceBlock>, StoreError> {
    db.one(FIND, &[account, id], block)
}

/// The block with this id, locked until the transaction ends.
pub fn lock(tx: &mut Tx, account: &AccountId, id: &ResourceBlockId) -> Result<Option<ResourceBlock>, StoreError> {
    tx.one(LOCK, &[account, id], block)
}

/// The visible blocks of a search, by start and id.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &ResourceBlockSearch,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<ResourceBlock>, StoreError> {
    let (starts, touched) = (search.starts.unwrap_or(ALWAYS), search.touched.unwrap_or(ALWAYS));
    let (resource, creator) = (&search.resource, visibility.creator());
    let mut params: Vec<&dyn Param> =
        vec![account, &starts.0, &starts.1, &touched.0, &touched.1, resource, &creator, &limit, &offset];
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
) -> Result<Vec<ResourceBlock>, StoreError> {
    db.all(LIST_AFTER, &[account, &after.0, &after.1, &limit], block)
}

/// How many visible blocks a search finds.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &ResourceBlockSearch,
) -> Result<i64, StoreError> {
    let (starts, touched) = (search.starts.unwrap_or(ALWAYS), search.touched.unwrap_or(ALWAYS));
    let (resource, creator) = (&search.resource, visibility.creator());
    let statement = if search.starts.is_some() { COUNT_BY_START } else { COUNT_BY_TOUCH };
    let params: [&dyn Param; 7] = [account, &starts.0, &starts.1, &touched.0, &touched.1, resource, &creator];
    Ok(db.one(statement, &params, |row| row.next())?.unwrap_or(0))
}
