//! Searches for customers: by creation, by names, by e-mail address, of everybody or within an application's sight.

use super::counted;
use super::customers::{CustomerView, columns, shown, statistics};
use super::list_pages::{RowRange, as_it_was};
use crate::sql::Sql;
use crate::{Param, Snapshot, StoreError, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::normal_form::folded;
use slotkeeper_domain::time::{Date, Instant};
use slotkeeper_domain::visibility::Visibility;

/// Created from then on.
#[rustfmt::skip]
macro_rules! everybody {
    () => { "account_id = ?1 AND created_at >= ?2" };
}

/// Created from then on, members or others or both, with a part of a name.
#[rustfmt::skip]
macro_rules! named {
    () => {
        r"account_id = ?1 AND created_at >= ?2
           AND ((member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS TRUE AND ?4
                OR (member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS NOT TRUE AND ?5)
           AND CASE ?6 WHEN 'firstName' THEN first_name WHEN 'lastName' THEN last_name ELSE full_name END LIKE ?7 ESCAPE '!'"
    };
}

/// Created from then on, members or others or both, with an e-mail address. Few have the same one, so its index serves this
/// search; the plus here and where they are sorted keeps the one by creation from being taken for it.
#[rustfmt::skip]
macro_rules! addressed {
    () => {
        "account_id = ?1 AND +created_at >= ?2
          AND ((member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS TRUE AND ?4
               OR (member_since <= ?3 AND (member_until IS NULL OR member_until >= ?3)) IS NOT TRUE AND ?5)
          AND email_address = ?6"
    };
}

/// A page of what is found. The page is cut first, so that nothing is looked up for those before it.
#[rustfmt::skip]
macro_rules! page {
    ($found:expr, $by:literal, $limit:literal, $offset:literal, $now:literal) => {
        concat!("SELECT ", columns!(), ", ", statistics!("page", $now), " FROM (SELECT * FROM customer WHERE ", $found,
                " ORDER BY ", $by, ", id LIMIT ", $limit, " OFFSET ", $offset, ") AS page ORDER BY created_at, id")
    };
}

/// The same of what was found at a change, which is the parameter that is named last.
#[rustfmt::skip]
macro_rules! page_as_it_was {
    ($found:expr, $by:literal, $limit:literal, $offset:literal, $now:literal, $number:literal) => {
        as_it_was!(concat!(columns!(), ", ", statistics!("customer", $now)), "customer", "id", $by, $found,
                   $number, $limit, $offset)
    };
}

statements! {
    LIST = page!(everybody!(), "created_at", "?3", "?4", "?5");
    LIST_OWN = page!(concat!(everybody!(), " AND application_id = ?6"), "created_at", "?3", "?4", "?5");
    LIST_NAMED = page!(named!(), "created_at", "?8", "?9", "?10");
    LIST_NAMED_OWN = page!(concat!(named!(), " AND application_id = ?11"), "created_at", "?8", "?9", "?10");
    LIST_ADDRESSED = page!(addressed!(), "+created_at", "?7", "?8", "?9");
    LIST_ADDRESSED_OWN = page!(concat!(addressed!(), " AND COALESCE(application_id, '') = ?10"), "+created_at", "?7", "?8", "?9");
    WAS = page_as_it_was!(everybody!(), "created_at", "?3", "?4", "?5", "?6");
    WAS_OWN = page_as_it_was!(concat!(everybody!(), " AND application_id = ?7"), "created_at", "?3", "?4", "?5", "?6");
    WAS_NAMED = page_as_it_was!(named!(), "created_at", "?8", "?9", "?10", "?11");
    WAS_NAMED_OWN = page_as_it_was!(concat!(named!(), " AND application_id = ?12"), "created_at", "?8", "?9", "?10", "?11");
    WAS_ADDRESSED = page_as_it_was!(addressed!(), "+created_at", "?7", "?8", "?9", "?10");
    WAS_ADDRESSED_OWN = page_as_it_was!(concat!(addressed!(), " AND COALESCE(application_id, '') = ?11"), "+created_at",
        "?7", "?8", "?9", "?10");
    COUNT_NAMED = concat!("SELECT COUNT(*) FROM customer WHERE ", named!());
    COUNT_NAMED_OWN = concat!("SELECT COUNT(*) FROM customer WHERE ", named!(), " AND application_id = ?8");
    COUNT_ADDRESSED = concat!("SELECT COUNT(*) FROM customer WHERE ", addressed!());
    COUNT_ADDRESSED_OWN = concat!("SELECT COUNT(*) FROM customer WHERE ", addressed!(), " AND COALESCE(application_id, '') = ?7");
}

/// Which customers to look for.
#[derive(Debug, Clone)]
pub struct CustomerSearch {
    /// Created from then on.
    pub since: Instant,
    pub by: SearchBy,
    /// Whether members, others, or both.
    pub who: WhoIsMember,
}

/// What customers are searched by. Case does not matter, nor does it whether an accent is a character of its own.
#[derive(Debug, Clone)]
pub enum SearchBy {
    /// Nothing: all of them.
    Everybody,
    /// A part of the whole name.
    Name(String),
    /// A part of the first name.
    FirstName(String),
    /// A part of the last name.
    LastName(String),
    EmailAddress(String),
}

/// Who is looked for, as of a day of the business's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoIsMember {
    Both,
    /// Those who are members on that day.
    Members(Date),
    /// Those who are not.
    Others(Date),
}

/// The search as parameters of the statements: those of `FOUND` in order, without the account.
enum Parameters<'a> {
    Everybody { since: &'a Instant },
    Named { since: &'a Instant, who: (Date, bool, bool), field: &'static str, pattern: String },
    Addressed { since: &'a Instant, who: (Date, bool, bool), address: String },
}

impl CustomerSearch {
    fn parameters(&self) -> Parameters<'_> {
        let since = &self.since;
        let who = match self.who {
            // Whoever is a member or is none is wanted, so the day makes no difference.
            WhoIsMember::Both => (Date::MIN, true, true),
            WhoIsMember::Members(day) => (day, true, false),
            WhoIsMember::Others(day) => (day, false, true),
        };
        let named = |field: &'static str, text: &str| Parameters::Named { since, who, field, pattern: pattern(text) };
        match &self.by {
            SearchBy::Everybody if self.who == WhoIsMember::Both => Parameters::Everybody { since },
            SearchBy::Everybody => named("name", ""),
            SearchBy::Name(text) => named("name", text),
            SearchBy::FirstName(text) => named("firstName", text),
            SearchBy::LastName(text) => named("lastName", text),
            SearchBy::EmailAddress(text) => Parameters::Addressed { since, who, address: folded(text) },
        }
    }
}

/// The text anywhere, with what LIKE has a meaning for escaped.
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
            Self::Addressed { since, who: (day, members, others), address } => {
                vec![since, day, members, others, address]
            }
        }
    }

    /// The statements that list what is found now and what was found: for everybody, or within an application's sight.
    fn lists(&self, visibility: &Visibility) -> (Sql, Sql) {
        match (self, visibility) {
            (Self::Everybody { .. }, Visibility::All) => (LIST, WAS),
            (Self::Everybody { .. }, Visibility::Own(_)) => (LIST_OWN, WAS_OWN),
            (Self::Named { .. }, Visibility::All) => (LIST_NAMED, WAS_NAMED),
            (Self::Named { .. }, Visibility::Own(_)) => (LIST_NAMED_OWN, WAS_NAMED_OWN),
            (Self::Addressed { .. }, Visibility::All) => (LIST_ADDRESSED, WAS_ADDRESSED),
            (Self::Addressed { .. }, Visibility::Own(_)) => (LIST_ADDRESSED_OWN, WAS_ADDRESSED_OWN),
        }
    }
}

/// The customers of a search within sight, by creation, with what each has booked as of `now`.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    search: &CustomerSearch,
    now: Instant,
    RowRange { as_of, limit, offset }: RowRange,
) -> Result<Vec<CustomerView>, StoreError> {
    let search = search.parameters();
    let (list, was) = search.lists(visibility);
    let mut params: Vec<&dyn Param> = vec![account];
    params.extend(search.values());
    params.extend([&limit as &dyn Param, &offset, &now]);
    params.extend(as_of.as_ref().map(|number| number as &dyn Param));
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    db.all(if as_of.is_some() { was } else { list }, &params, shown)
}

/// How many customers a search finds within sight.
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
        (Parameters::Addressed { .. }, Visibility::All) => COUNT_ADDRESSED,
        (Parameters::Addressed { .. }, Visibility::Own(_)) => COUNT_ADDRESSED_OWN,
    };
    let mut params: Vec<&dyn Param> = vec![account];
    params.extend(search.values());
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    Ok(db.one(count, &params, |row| row.next())?.unwrap_or(0))
}
