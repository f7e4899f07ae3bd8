//! Paged lists stay the same while their rows change.

use super::{Place, on_both_engines};
use crate::sql::statements;
use crate::tables::customer_search::{self, CustomerSearch, SearchBy, WhoIsMember};
use crate::tables::customers::{self, Customer};
use crate::tables::list_pages::{self, ListSnapshot, PageRequest};
use crate::{Snapshot, Store, StoreError, Tx};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

statements! {
    ADD_ACCOUNT = "INSERT INTO account (id, kind, name, time_zone, languages, created_at)
                   VALUES (?1, 'business', 'Harbour', 'UTC', 'en-GB', 0)";
    REMEMBERED = "SELECT COUNT(*) FROM listed_before";
}

fn account() -> AccountId {
    "ABCDEFGH01".parse().expect("an id")
}

fn application() -> ApplicationId {
    "APPABCDEFG12".parse().expect("an id")
}

fn id(number: usize) -> CustomerId {
    format!("312CUSTM5R17D2E8F{number:04}").parse().expect("an id")
}

/// The actions of a transaction on a customer.
#[derive(Debug, Clone, Copy)]
enum Step {
    Add(usize, bool),
    Rename(usize, bool),
    Remove(usize),
}

fn person(found: bool) -> Person {
    Person { last_name: Some(if found { "Reis" } else { "Prado" }.to_owned()), ..Person::default() }
}

fn take(tx: &mut Tx, step: Step) -> Result<(), StoreError> {
    match step {
        Step::Add(number, found) => {
            // Several are created at the same time and sorted by id.
            let created_at = Instant::from_millis(i64::try_from(number % 7).unwrap_or(0));
            let application = (number % 3 == 0).then(application);
            let (id, person) = (id(number), person(found));
            customers::insert(tx, &account(), &Customer { id, application, person, created_at, membership: None })
        }
        Step::Rename(number, found) => customers::update(tx, &account(), &id(number), &person(found)),
        Step::Remove(number) => customers::delete(tx, &account(), &id(number)),
    }
}

/// A reproducible pseudo-random sequence.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }
}

/// A page of all customers or of those with a name, visible to all or created by one application.
fn page(
    db: &mut Snapshot,
    by_name: bool,
    own: bool,
    wanted: PageRequest,
) -> Result<(ListSnapshot, Vec<CustomerId>), StoreError> {
    let visibility = if own { Visibility::Own(application()) } else { Visibility::All };
    let by = if by_name { SearchBy::Name("reis".to_owned()) } else { SearchBy::Everybody };
    let search = CustomerSearch { since: Instant::from_millis(0), by, who: WhoIsMember::Both };
    let now = Instant::from_millis(0);
    let count = |db: &mut Snapshot| customer_search::count(db, &account(), &visibility, &search);
    let found = list_pages::page(db, &account(), wanted, count, |db, cut| {
        customer_search::list(db, &account(), &visibility, &search, now, cut)
    })?;
    Ok((found.fixed, found.rows.into_iter().map(|shown| shown.customer.id).collect()))
}

const SEARCHES: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

/// The complete lists of all searches, and their snapshots.
async fn everything(store: &Store) -> Vec<(ListSnapshot, Vec<CustomerId>)> {
    let read = store.read(|db| {
        SEARCHES
            .into_iter()
            .map(|(by_name, own)| {
                let (fixed, _) = page(db, by_name, own, PageRequest { limit: 1, offset: 0, fixed: None })?;
                let (_, all) = page(db, by_name, own, PageRequest { limit: 1_000, offset: 0, fixed: None })?;
                Ok((fixed, all))
            })
            .collect::<Result<Vec<_>, StoreError>>()
    });
    read.await.expect("lists")
}

on_both_engines! {
    /// Every page has the rows that were on it at the time of the snapshot and still match, after several changes of the same
    /// row in one or several transactions, and after transactions that were rolled back.
    async fn pages_are_cut_from_what_was_there(place) {
        let store = Store::open(&place.location()).await.expect("a store");
        store.write_unlogged(|tx| tx.run(ADD_ACCOUNT, &[&account()])).await.expect("an account");
        let mut chance = Chance(7);
        let mut there: Vec<usize> = Vec::new();
        let (mut next, mut fixed) = (0, Vec::new());
        for round in 0..150 {
            let (before, mut steps) = (there.clone(), Vec::new());
            for _ in 0..1 + chance.below(4) {
                let which = chance.below(10);
                if which < 4 || there.is_empty() {
                    steps.push(Step::Add(next, chance.below(2) == 0));
                    there.push(next);
                    next += 1;
                } else {
                    let position = chance.below(there.len());
                    if which < 8 {
                        steps.push(Step::Rename(there[position], chance.below(2) == 0));
                    } else {
                        steps.push(Step::Remove(there.remove(position)));
                    }
                }
            }
            let fails = chance.below(5) == 0;
            let done = store.write(move |tx| {
                for step in &steps {
                    take(tx, *step)?;
                }
                let at = Instant::from_millis(round);
                tx.record(Actor::System.change(&account(), at, Subject::customer(&id(0), None), Kind::Updated));
                if fails { Err(StoreError::Busy) } else { Ok(()) }
            });
            assert_eq!(done.await.is_ok(), !fails);
            if fails {
                there = before;
            }
            if round % 10 == 9 {
                fixed.push(everything(&store).await);
            }
        }
        let now = everything(&store).await;
        let mut kept = 0;
        for lists in fixed {
            for (((by_name, own), (fixed, stood)), (_, found)) in SEARCHES.into_iter().zip(lists).zip(&now) {
                assert_eq!(i64::try_from(stood.len()), Ok(fixed.total));
                for offset in (0..stood.len() + 4).step_by(4).rev() {
                    let wanted = PageRequest { limit: 4, offset: i64::try_from(offset).unwrap_or(0), fixed: Some(fixed) };
                    let page = store.read(move |db| page(db, by_name, own, wanted)).await.expect("a page");
                    let stood = stood.iter().skip(offset).take(4).filter(|id| found.contains(id)).cloned().collect::<Vec<_>>();
                    kept += stood.len();
                    assert_eq!(page, (fixed, stood), "by name {by_name}, own {own}, at {fixed:?}, after {offset}");
                }
            }
        }
        assert!(kept > 300, "{kept}");
        let count = async || store.read(|db| db.one(REMEMBERED, &[], |row| row.next::<i64>())).await.expect("a count");
        assert!(count().await > Some(100));
        let swept = store.write_unlogged(|tx| list_pages::sweep(tx, Instant::from_millis(148), 10_000)).await.expect("swept");
        let left = count().await.unwrap_or(0);
        assert!(swept > 100 && (1..=4).contains(&left), "what the last transaction changed stays: {swept}, {left}");
    }
}

/// Pages as of a change use the same indices as current ones, and sort only rows that have changed since.
#[tokio::test]
async fn pages_of_what_was_use_their_indices() {
    let place = Place::on_sqlite();
    Store::open(&place.location()).await.expect("the real schema").close().await;
    let connection = rusqlite::Connection::open(place.file()).expect("the database");
    for (module, statement, index, sorts) in [
        ("booking_search", "AS_OF_BY_START", "booking_by_start (account_id=? AND starts_at>? AND starts_at<?)", false),
        ("booking_search", "AS_OF_BY_TOUCH", "booking_by_touch (account_id=? AND touched_at>? AND touched_at<?)", true),
        (
            "booking_search",
            "AS_OF_OWN_BY_START",
            "booking_by_creator_and_start (account_id=? AND application_id=?",
            false,
        ),
        (
            "booking_search",
            "AS_OF_OWN_BY_TOUCH",
            "booking_by_creator_and_touch (account_id=? AND application_id=?",
            true,
        ),
        ("booking_search", "AS_OF_OF_CUSTOMER", "booking_by_customer (account_id=? AND customer_id=?", true),
        ("customer_search", "AS_OF", "customer_by_creation (account_id=? AND created_at>?)", false),
        (
            "customer_search",
            "AS_OF_OWN",
            "customer_by_creator (account_id=? AND application_id=? AND created_at>?)",
            false,
        ),
        ("customer_search", "AS_OF_NAMED", "customer_by_creation (account_id=? AND created_at>?)", false),
        ("customer_search", "AS_OF_NAMED_OWN", "customer_by_creator (account_id=? AND application_id=?", false),
        ("customer_search", "AS_OF_BY_EMAIL", "customer_by_email_address (account_id=? AND email_address=?)", true),
        ("customer_search", "AS_OF_BY_EMAIL_OWN", "customer_by_email_address (account_id=? AND email_address=?)", true),
        ("linked_people", "AS_OF", "sqlite_autoindex_linked_person_1 (account_id=? AND customer_id=?)", true),
        ("payments", "AS_OF", "payment_by_reception (account_id=? AND received_at>? AND received_at<?)", false),
        ("payments", "AS_OF_OWN", "payment_by_application (account_id=? AND application_id=?", false),
        ("payments", "AS_OF_OF_BOOKING", "payment_by_booking (account_id=? AND booking_number=?)", true),
        ("seatblocks", "AS_OF_BY_START", "seat_block_by_start (account_id=? AND starts_at>? AND starts_at<?)", false),
        ("seatblocks", "AS_OF_BY_TOUCH", "seat_block_by_touch (account_id=? AND touched_at>? AND touched_at<?)", true),
        ("resourceblocks", "AS_OF_BY_START", "resource_block_by_start (account_id=? AND starts_at>?", false),
        ("resourceblocks", "AS_OF_BY_TOUCH", "resource_block_by_touch (account_id=? AND touched_at>?", true),
    ] {
        let list = crate::statements::EVERY.iter().find(|(name, _)| name.ends_with(module)).expect("the module").1;
        let sql = list.iter().find(|(name, _)| *name == statement).expect("the statement").1.for_sqlite();
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let steps = explain.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
        let steps = steps.expect("steps");
        let plan = steps.join("\n");
        assert_eq!(steps[1..3], ["MERGE (UNION ALL)", "LEFT"], "{module}::{statement}:\n{plan}");
        assert!(steps[3].contains(index), "{module}::{statement} does not begin with {index}:\n{plan}");
        let right = steps.iter().position(|step| step == "RIGHT").expect("the other half");
        let sorted = steps[..right].iter().any(|step| step.starts_with("USE TEMP B-TREE"));
        assert_eq!(sorted, sorts, "{module}::{statement}:\n{plan}");
        let changed = "SEARCH listed_before USING INDEX listed_before_by_number (account_id=? AND number>?)";
        assert_eq!(steps[right + 1], changed, "{module}::{statement}:\n{plan}");
        let looks = "SEARCH l USING COVERING INDEX sqlite_autoindex_listed_before_1 (account_id=? AND thing=? AND id=? AND number>?)";
        assert_eq!(steps.iter().filter(|step| *step == looks).count(), 2, "{module}::{statement}:\n{plan}");
    }
}
