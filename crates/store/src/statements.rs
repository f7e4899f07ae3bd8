//! Where every module's list of statements is named, so that the tests prepare all of them on both engines.
//!
//! A module that uses [`statements!`](crate::sql::statements) and is not named here leaves its `ALL` unused,
//! which the compiler reports.

use crate::sql::Sql;
use crate::{changes, listed, tables};

macro_rules! lists {
    ($($($module:ident)::+;)*) => {
        /// Every statement of the store, module by module.
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
    tables::webhooks;
    tables::zone_moves;
}
