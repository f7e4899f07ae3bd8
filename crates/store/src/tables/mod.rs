//! One module a table (or a table and its directory): the SQL and the rows. Whoever reads or writes a table does it here.
//!
//! Finders take the account first. Without one there are only the directories ([`users::find_by_email`],
//! [`applications::find_public`]), what an application's developer may see of its installations, what was
//! granted through a portal and ends with it, the limits of [`buckets`], [`server_facts`], the rules of zones in [`account_zones`], and what the jobs look for: mails and letters that
//! are due, rows that have expired.

pub mod account_zones;
pub mod accounts;
pub mod applications;
pub mod authorizations;
pub mod bookings;
pub mod buckets;
pub mod calendar_entries;
pub mod calendars;
pub mod catalogue;
pub mod change_log;
pub mod claims;
pub mod counted;
pub mod credits;
pub mod customer_search;
pub mod customers;
pub mod deliveries;
pub mod due_follow_ups;
pub mod email_templates;
pub mod holds;
pub mod kept_answers;
pub mod leaving_customers;
pub mod linked_people;
pub mod links;
pub mod list_pages;
pub mod outbox;
pub mod payments;
pub mod promotions;
pub mod questions;
pub mod renamed_customers;
pub mod resourceblocks;
pub mod seatblocks;
pub mod secret_keys;
pub mod server_facts;
pub mod sessions;
pub mod sign_up_invitations;
pub mod subaccounts;
pub mod users;
pub mod vouchers;
pub mod webhooks;
pub mod zone_moves;

use crate::sql::Sql;
use crate::{Param, Row, Snapshot, StoreError};

/// How many ids the statements take that find rows by several.
const IDS_AT_ONCE: usize = 20;

/// The rows that a statement finds by [`IDS_AT_ONCE`] ids at a time, which are its last parameters. In no order.
fn by_ids<I: Param, T>(
    db: &mut Snapshot,
    sql: Sql,
    params: &[&dyn Param],
    ids: &[I],
    map: fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_AT_ONCE) {
        let mut params = params.to_vec();
        // Fewer are filled up with the last of them: finding it twice is finding it once.
        let filled = ids.iter().chain(std::iter::repeat_n(ids.last(), IDS_AT_ONCE).flatten()).take(IDS_AT_ONCE);
        params.extend(filled.map(|id| id as &dyn Param));
        found.extend(db.all(sql, &params, map)?);
    }
    Ok(found)
}
