//! Paged lists that stay the same while their rows change.
//!
//! Triggers keep in `listed_before` what a row was listed by before a change, and `changes.rs` adds the number of the
//! transaction's last change. A page token holds the number of the account's last change at the time of the first page.
//! Later pages are cut from the list as of that number: the rows unchanged since, and the changed ones at their former
//! place. Reading writes nothing.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;

/// A page of a list as of a change, with the rows as they are now; without rows that were deleted or no longer match.
///
/// `$of` is the table, which is also the word in the log; `$id` and `$at` are the columns of the order; `$found` is the
/// condition, over columns that `listed_before` has as well; the rest are numbers of parameters. A plus before `$at`
/// keeps an index of that order from being used for the condition. The look-up of a later change is written so that
/// PostgreSQL does not turn it into a join. PostgreSQL cuts the unchanged rows before the union, because otherwise it
/// would read the whole list; SQLite merges both parts as they come. `thing || ''` makes SQLite find the changed rows
/// by number.
#[rustfmt::skip]
macro_rules! as_of_page {
    ($columns:expr, $of:literal, $id:literal, $at:literal, $found:expr, $number:literal, $limit:literal, $offset:literal) => {
        concat!(
            "SELECT ", $columns, " FROM (
               SELECT stood_at, stood_id FROM (
                 {(}SELECT ", $at, " AS stood_at, ", $id, " AS stood_id FROM ", $of, " WHERE ", $found, "
                   AND COALESCE((SELECT 1 FROM listed_before AS l
                                 WHERE l.account_id = ", $of, ".account_id AND l.thing = '", $of, "'
                                       AND l.id = ", $of, ".", $id, " AND l.number > ", $number, " LIMIT 1), 0) <> 1
                 {ORDER BY ", $at, ", ", $id, " LIMIT CAST(", $limit, " AS BIGINT) + CAST(", $offset, " AS BIGINT))}
                 UNION ALL
                 SELECT ", $at, ", id FROM listed_before WHERE ", $found, "
                   AND thing || '' = '", $of, "' AND number > ", $number, " AND ", $at, " IS NOT NULL
                   AND number = (SELECT MIN(l.number) FROM listed_before AS l
                                 WHERE l.account_id = listed_before.account_id AND l.thing = '", $of, "'
                                       AND l.id = listed_before.id AND l.number > ", $number, ")
               ) AS listed ORDER BY stood_at, stood_id LIMIT ", $limit, " OFFSET ", $offset, "
             ) AS page JOIN ", $of, " ON ", $of, ".account_id = ?1 AND ", $of, ".", $id, " = stood_id
             WHERE ", $found, " ORDER BY stood_at, stood_id"
        )
    };
}

pub(super) use as_of_page;

statements! {
    LAST_CHANGE = "SELECT change_count FROM account WHERE id = ?1";
    SWEEP = "DELETE FROM listed_before WHERE at <= ?1 AND (account_id, thing, id, number) IN
             (SELECT account_id, thing, id, number FROM listed_before WHERE at <= ?1 LIMIT ?2)";
}

/// A list at the time of its first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSnapshot {
    /// The number of rows on all pages.
    pub total: i64,
    /// The account's last change at that time.
    pub number: i64,
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows of a page.
    pub limit: i64,
    /// Rows before it.
    pub offset: i64,
    /// The list at the time of its first page; absent for the first page itself.
    pub fixed: Option<ListSnapshot>,
}

/// A page, with the snapshot for the other pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    pub fixed: ListSnapshot,
    /// In the order of the list.
    pub rows: Vec<T>,
}

/// The rows that a statement has to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRange {
    /// The change of the account as of which the list is read; absent for the current list.
    pub as_of: Option<i64>,
    pub limit: i64,
    pub offset: i64,
}

impl RowRange {
    /// The first rows of the current list.
    #[must_use]
    pub fn first(limit: i64) -> Self {
        Self { as_of: None, limit, offset: 0 }
    }
}

/// Reads a page. For the first page `count` counts all rows; `rows` reads those of the page.
pub fn page<T>(
    db: &mut Snapshot,
    account: &AccountId,
    request: PageRequest,
    count: impl FnOnce(&mut Snapshot) -> Result<i64, StoreError>,
    rows: impl FnOnce(&mut Snapshot, RowRange) -> Result<Vec<T>, StoreError>,
) -> Result<ListPage<T>, StoreError> {
    let PageRequest { limit, offset, fixed: before } = request;
    let fixed = match before {
        Some(fixed) => fixed,
        None => {
            let total = count(db)?;
            // A list of one page needs no change number.
            ListSnapshot { total, number: if total > limit { last_change(db, account)? } else { 0 } }
        }
    };
    if offset >= fixed.total {
        return Ok(ListPage { fixed, rows: Vec::new() });
    }
    // If the account has not changed since, the current list is the same and cheaper to read.
    let as_of = before.is_some() && last_change(db, account)? != fixed.number;
    let cut = RowRange { as_of: as_of.then_some(fixed.number), limit, offset };
    Ok(ListPage { fixed, rows: rows(db, cut)? })
}

fn last_change(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(LAST_CHANGE, &[account], |row| row.next())?.unwrap_or(0))
}

/// Deletes at most `limit` former sort values of changes made by `until`.
pub fn sweep(tx: &mut Tx, until: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&until, &limit])
}
