//! One module a table (or a table and its directory): the SQL and the rows. Whoever reads or writes a table does it here.
//!
//! Finders take the account first. Without one there are only the directories ([`users::find_by_email`],
//! [`applications::find_public`]), what an application's developer may see of its installations, the limits of
//! [`buckets`], [`server_facts`], and what the jobs look for: mails that are due, rows that have expired.

pub mod accounts;
pub mod applications;
pub mod authorizations;
pub mod bookings;
pub mod buckets;
pub mod catalogue;
pub mod claims;
pub mod credits;
pub mod customers;
pub mod holds;
pub mod kept_answers;
pub mod links;
pub mod mails;
pub mod payments;
pub mod promotions;
pub mod questions;
pub mod secret_keys;
pub mod server_facts;
pub mod sessions;
pub mod users;
pub mod vouchers;
