//! Searches for customers by creation, name and e-mail address; all, or those that one application created.

use super::counted;
use super::customers::{CustomerView, columns, customer_view, statistics};
use super::list_pages::{RowRange, as_of_page};
use crate::sql::Sql;
use crate::{Param, Snapshot, StoreError, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::normal_form::folded;
use slotkeeper_domain::time::{Date, Instant};
use slotkeeper_domain::visibility::Visibility;

/// Created at ?2 or later.
#[rustfmt::skip]
macro_rules! created_since {
    () => { "account_id = ?1 AND created_at >= ?2" };
}

/// Created at ?2 or later, members, others or both, with a part of a name.
#[rustfmt::skip]
macro_rules! named {
    () => {
        r"account_id = ?1 AND created_at >= ?2
           AND ((member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS TRUE AND ?4
                OR (member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS NOT TRUE AND ?5)
           AND CASE ?6 WHEN 'firstName' THEN first_name WHEN 'lastName' THEN last_name ELSE full_name END LIKE ?7 ESCAPE '!'"
    };
}

/// Created at ?2 or later, members, others or both, with an e-mail address. Few customers share one, so its index
/// serves the search; the plus here and in the order keeps the index by creation from being used.
#[rustfmt::skip]
macro_rules! by_email {
    () => {
        "account_id = ?1 AND +created_at >= ?2
          AND ((member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS TRUE AND ?4
               OR (member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS NOT TRUE AND ?5)
          AND email_address = ?6"
    };
}

/// A page of the matching customers. It is cut first, so that statistics are read for its rows only.
#[rustfmt::skip]
macro_rules! page {
    ($found:expr, $by:literal, $limit:literal, $offset:literal, $now:literal) => {
        concat!("SELECT ", columns!(), ", ", statistics!("page", $now), " FROM (SELECT * FROM customer WHERE ", $found,
                " ORDER BY ", $by, ", id LIMIT ", $limit, " OFFSET ", $offset, ") AS page ORDER BY created_at, id")
    };
}

/// A page of the customers that matched at a change of the account, which is the last parameter named here.
#[rustfmt::skip]
macro_rules! page_as_of {
    ($found:expr, $by:literal, $limit:literal, $offset:literal, $now:literal, $number:literal) => {
        as_of_page!(concat!(columns!(), ", ", statistics!("customer", $now)), "customer", "id", $by, $found,
                   $number, $limit, $offset)
    };
}

statements! {
    LIST = page!(created_since!(), "created_at", "?3", "?4", "?5");
    LIST_OWN = page!(concat!(created_since!(), " AND application_id = ?6"), "created_at", "?3", "?4", "?5");
    LIST_NAMED = page!(named!(), "created_at", "?8", "?9", "?10");
    LIST_NAMED_OWN = page!(concat!(named!(), " AND application_id = ?11"), "created_at", "?8", "?9", "?10");
    LIST_BY_EMAIL = page!(by_email!(), "+created_at", "?7", "?8", "?9");
    LIST_BY_EMAIL_OWN = page!(concat!(by_email!(), " AND COALESCE(application_id, '') = ?10"), "+created_at", "?7", "?8", "?9");
    AS_OF = page_as_of!(created_since!(), "created_at", "?3", "?4", "?5", "?6");
    AS_OF_OWN = page_as_of!(concat!(created_since!(), " AND application_id = ?7"), "created_at", "?3", "?4", "?5", "?6");
    AS_OF_NAMED = page_as_of!(named!(), "created_at", "?8", "?9", "?10", "?11");
    AS_OF_NAMED_OWN = page_as_of!(concat!(named!(), " AND application_id = ?12"), "created_at", "?8", "?9", "?10", "?11");
    AS_OF_BY_EMAIL = page_as_of!(by_email!(), "+created_at", "?7", "?8", "?9", "?10");
    AS_OF_BY_EMAIL_OWN = page_as_of!(concat!(by_email!(), " AND COALESCE(application_id, '') = ?11"), "+created_at",
        "?7", "?8", "?9", "?10");
    COUNT_NAMED = concat!("SELECT COUNT(*) FROM customer WHERE ", named!());
    COUNT_NAMED_OWN = concat!("SELECT COUNT(*) FROM customer WHERE ", named!(), " AND application_id = ?8");
    COUNT_BY_EMAIL = concat!("SELECT COUNT(*) FROM customer WHERE ", by_email!());
    COUNT_BY_EMAIL_OWN = concat!("SELECT COUNT(*) FROM customer WHERE ", by_email!(), " AND COALESCE(application_id, '') = ?7");
}

/// Conditions of a search.
#[derive(Debug, Clone)]
pub struct CustomerSearch {
    /// Created then or later.
    pub since: Instant,
    pub by: SearchBy,
    pub who: WhoIsMember,
}

/// Compared without regard to case and to the Unicode form of accents.
#[derive(Debug, Clone)]
pub enum SearchBy {
    /// No condition.
    Everybody,
    /// A part of the full name.
    Name(String),
    FirstName(String),
    LastName(String),
    EmailAddress(String),
}

/// A condition on membership, as of a day in the business's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoIsMember {
    Both,
    Members(Date),
    Others(Date),
}

/// The parameters of the statements, in order, without the account.
enum Parameters<'a> {
    Everybody { since: &'a Instant },
    Named { since: &'a Instant, who: (Date, bool, bool), field: &'static str, pattern: String },
    ByEmail { since: &'a Instant, who: (Date, bool, bool), address: String },
}

impl CustomerSearch {
    fn parameters(&self) -> Parameters<'_> {
        let since = &self.since;
        let who = match self.who {
            // Both are wanted, so the day does not matter.
            WhoIsMember::Both => (Date::MIN, true, true),
            WhoIsMember::Members(day) => (day, true, false),
            WhoIsMember::Others(day) => (day, false, true),
        };
        let named = |field: &'static str, text: &str| Parameters::Named { since, who, field, pattern: pattern(text) };
        match &self.by {
            SearchBy::Everybody if self.who == WhoIsMember::Both => Parameters::Everybody { since },
            // A condition on membership needs the statement with names; an empty pattern matches every
            // name.
            SearchBy::Everybody => named("name", ""),
            SearchBy::Name(text) => named("name", text),
            SearchBy::FirstName(text) => named("firstName", text),
            SearchBy::LastName(text) => named("lastName", text),
            SearchBy::EmailAddress(text) => Parameters::ByEmail { since, who, address: folded(text) },
        }
    }
}

/// A LIKE pattern for the text anywhere, with special characters escaped.
fn pattern(text: &str) -> String {
    let text = folded(text).replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{text}%")
}

impl Parameters<'_> {
    fn values(&self) -> Vec<&dyn Param> {
        match self {
            Self::Everybody { since } => vec![since],
            Self::Named { since, who: (day, members, others), field, pattern } => {
                vec![since, day, members, others, field, pattern]
            }
            Self::ByEmail { since, who: (day, members, others), address } => {
                vec![since, day, members, others, address]
            }
        }
    }

    /// The statements for the current list and for the list as of a change.
    fn lists(&self, visibility: &Visibility) -> (Sql, Sql) {
        match (self, visibility) {
            (Self::Everybody { .. }, Visibility::All) => (LIST, AS_OF),
            (Self::Everybody { .. }, Visibility::Own(_)) => (LIST_OWN, AS_OF_OWN),
            (Self::Named { .. }, Visibility::All) => (LIST_NAMED, AS_OF_NAMED),
            (Self::Named { .. }, Visibility::Own(_)) => (LIST_NAMED_OWN, AS_OF_NAMED_OWN),
            (Self::ByEmail { .. }, Visibility::All) => (LIST_BY_EMAIL, AS_OF_BY_EMAIL),
            (Self::ByEmail { .. }, Visibility::Own(_)) => (LIST_BY_EMAIL_OWN, AS_OF_BY_EMAIL_OWN),
        }
    }
}

/// The visible customers of a search, by creation, with statistics as of `now`.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &CustomerSearch,
    now: Instant,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<CustomerView>, StoreError> {
    let search = search.parameters();
    let (list, as_of_list) = search.lists(visibility);
    let mut params: Vec<&dyn Param> = vec![account];
    params.extend(search.values());
    params.extend([&limit as &dyn Param, &offset, &now]);
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    db.all(if as_of.is_some() { as_of_list } else { list }, &params, customer_view)
}

/// How many visible customers a search finds.
pub fn count(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &CustomerSearch,
) -> Result<i64, StoreError> {
    let search = search.parameters();
    let count = match (&search, visibility) {
        (Parameters::Everybody { since }, _) => return counted::customers(db, account, visibility, **since),
        (Parameters::Named { .. }, Visibility::All) => COUNT_NAMED,
        (Parameters::Named { .. }, Visibility::Own(_)) => COUNT_NAMED_OWN,
        (Parameters::ByEmail { .. }, Visibility::All) => COUNT_BY_EMAIL,
        (Parameters::ByEmail { .. }, Visibility::Own(_)) => COUNT_BY_EMAIL_OWN,
    };
    let mut params: Vec<&dyn Param> = vec![account];
    params.extend(search.values());
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    Ok(db.one(count, &params, |row| row.next())?.unwrap_or(0))
}
