//! Lists of several pages, fixed when their first page is asked for.
//!
//! Triggers keep in `listed_before` what a row was listed by before it changed, and `changes.rs` gives what a
//! transaction left there the number of its last change. So whoever knows the number of the account's last change when the
//! first page was read can cut every other page from what was there then: rows that were not touched since, and those that
//! were, as they were listed. Reading writes nothing.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;

/// The rows of a page of a list as it was at a change, as they are now; without those that are gone or that the search does
/// not find any more.
///
/// `$of` is the table, which is also the word of the log, `$id` and `$at` are the columns that it is sorted by, `$found` is
/// what the search asks for, of columns that `listed_before` has as well; the others are the numbers of parameters. A plus at
/// the first of the two columns keeps an index that sorts from being taken for the search. For each row of the table the look
/// for a later change is one into an index, written so that PostgreSQL makes no join of it, and it cuts the rows once before it
/// puts those between them that have changed: otherwise it would read the whole list. SQLite merges the two as they come. The
/// `||` has what changed found by number and not by thing.
#[rustfmt::skip]
macro_rules! as_it_was {
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

pub(super) use as_it_was;

statements! {
    LAST_CHANGE = "SELECT change_count FROM account WHERE id = ?1";
    SWEEP = "DELETE FROM listed_before WHERE at <= ?1 AND (account_id, thing, id, number) IN
             (SELECT account_id, thing, id, number FROM listed_before WHERE at <= ?1 LIMIT ?2)";
}

/// What a search found when its first page was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSnapshot {
    /// How many rows on all pages.
    pub total: i64,
    /// The account's last change at that time.
    pub number: i64,
}

/// Which rows of a list are wanted: at most `limit` of those after the first `offset`, of the list as it is now, or as it was
/// when it was fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// How many rows a page has.
    pub limit: i64,
    /// How many come before it.
    pub offset: i64,
    /// When the search was fixed; now, if it was not.
    pub fixed: Option<ListSnapshot>,
}

/// A page of a list, and what it is a page of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// What the other pages are cut from.
    pub fixed: ListSnapshot,
    /// The rows, in the list's order.
    pub rows: Vec<T>,
}

/// Which rows a table is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRange {
    /// As the list was at this change of the account; nothing for the list as it is.
    pub as_of: Option<i64>,
    /// At most so many.
    pub limit: i64,
    pub offset: i64,
}

impl RowRange {
    /// The first rows of the list as it is.
    #[must_use]
    pub fn first(limit: i64) -> Self {
        Self { as_of: None, limit, offset: 0 }
    }
}

/// Reads a page. Rows are counted by `count` when the search is fixed, and not again; `rows` reads those that are wanted.
///
/// # Errors
/// When the store fails, and those of `count` and `rows`.
pub fn page<T>(
    db: &mut Snapshot,
    account: &AccountId,
    wanted: PageRequest,
    count: impl FnOnce(&mut Snapshot) -> Result<i64, StoreError>,
    rows: impl FnOnce(&mut Snapshot, RowRange) -> Result<Vec<T>, StoreError>,
) -> Result<ListPage<T>, StoreError> {
    let PageRequest { limit, offset, fixed: before } = wanted;
    let fixed = match before {
        Some(fixed) => fixed,
        None => {
            let total = count(db)?;
            // A list of one page has no other pages.
            ListSnapshot { total, number: if total > limit { last_change(db, account)? } else { 0 } }
        }
    };
    if offset >= fixed.total {
        return Ok(ListPage { fixed, rows: Vec::new() });
    }
    // Where nothing has changed since, the list is what it was.
    let as_of = before.is_some() && last_change(db, account)? != fixed.number;
    let cut = RowRange { as_of: as_of.then_some(fixed.number), limit, offset };
    Ok(ListPage { fixed, rows: rows(db, cut)? })
}

fn last_change(db: &mut Snapshot, account: &AccountId) -> Result<i64, StoreError> {
    Ok(db.one(LAST_CHANGE, &[account], |row| row.next())?.unwrap_or(0))
}

/// Forgets how at most `limit` rows were listed that changed by `until`.
pub fn sweep(tx: &mut Tx, until: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&until, &limit])
}
