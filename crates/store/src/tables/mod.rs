//! One module per table, or per table and its directory: the SQL and the row types. All access to a table is here.
//!
//! Queries take the account first. Exceptions: the directories ([`users::find_by_email`],
//! [`applications::find_public`]), the installations of a developer's application, authorizations granted through a
//! portal, the limits of [`buckets`], [`server_facts`], the zone rules of [`account_zones`], and what jobs look for:
//! due e-mails, webhooks and follow-ups, and expired rows.

pub mod account_zones;
pub mod accounts;
pub mod applications;
pub mod authorizations;
pub mod booking_search;
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
pub mod occupancy;
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
pub mod webhook_leases;
pub mod webhooks;
pub mod zone_moves;

use crate::sql::Sql;
use crate::{Param, Row, Snapshot, StoreError};

/// How many ids a statement takes that finds rows by several.
const IDS_AT_ONCE: usize = 20;

/// The rows that a statement finds by ids, [`IDS_AT_ONCE`] at a time, which are its last parameters. In no order.
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
        // A shorter chunk is filled up with its last id, which is found only once.
        let filled = ids.iter().chain(std::iter::repeat_n(ids.last(), IDS_AT_ONCE).flatten()).take(IDS_AT_ONCE);
        params.extend(filled.map(|id| id as &dyn Param));
        found.extend(db.all(sql, &params, map)?);
    }
    Ok(found)
}
