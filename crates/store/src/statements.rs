//! The list of all modules with statements, from which the tests prepare every statement on both engines.
//!
//! The `ALL` of a module that is missing here is unused, which the compiler reports.

use crate::sql::Sql;
use crate::{changes, listed, tables};

macro_rules! lists {
    ($($($module:ident)::+;)*) => {
        /// The statements of the store, by module.
        #[cfg_attr(not(test), expect(dead_code, reason = "the list is for the tests; naming `ALL` keeps it used"))]
        pub(crate) const EVERY: &[(&str, &[(&str, Sql)])] = &[$((stringify!($($module)::+), $($module)::+::ALL)),*];
    };
}

lists! {
    changes;
    listed;
    tables::account_zones;
    tables::accounts;
    tables::applications;
    tables::authorizations;
    tables::booking_search;
    tables::bookings;
    tables::buckets;
    tables::calendar_entries;
    tables::calendars;
    tables::catalogue;
    tables::change_log;
    tables::claims;
    tables::counted;
    tables::credits;
    tables::customer_search;
    tables::customers;
    tables::deliveries;
    tables::due_follow_ups;
    tables::holds;
    tables::kept_answers;
    tables::leaving_customers;
    tables::email_templates;
    tables::linked_people;
    tables::links;
    tables::list_pages;
    tables::occupancy;
    tables::outbox;
    tables::payments;
    tables::promotions;
    tables::questions;
    tables::renamed_customers;
    tables::resourceblocks;
    tables::seatblocks;
    tables::secret_keys;
    tables::server_facts;
    tables::sessions;
    tables::sign_up_invitations;
    tables::subaccounts;
    tables::users;
    tables::vouchers;
    tables::webhook_leases;
    tables::webhooks;
    tables::zone_moves;
}
