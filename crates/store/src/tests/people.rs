//! Statistics of customers, for bookings made before and after the migration that counts them, and the indices of searches.

use super::{Place, on_both_engines};
use crate::migration::{MIGRATIONS, Migration};
use crate::sql::statements;
use crate::statements::EVERY;
use crate::tables::bookings::{self, Booking, Stamp};
use crate::tables::customer_search::{self, CustomerSearch, SearchBy, WhoIsMember};
use crate::tables::customers::{self, Customer, Statistics, Visits};
use crate::tables::linked_people::{self, LinkedPerson};
use crate::{Store, StoreError};
use slotkeeper_domain::booking::{BookingDetails, BookingNumber, Participant, Who};
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::id::{AccountId, CustomerId, LinkedPersonId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::party::Party;
use slotkeeper_domain::price::Price;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

statements! {
    ADD_ACCOUNT = "INSERT INTO account (id, kind, name, time_zone, languages, created_at)
                   VALUES (?1, 'business', 'Harbour', 'UTC', 'en-GB', 0)";
    ADD_CUSTOMER = "INSERT INTO customer (account_id, id, person, first_name, last_name, full_name, created_at)
                    VALUES (?1, ?2, '{}', '', '', '', 0)";
    /// As written by versions that compared names as typed.
    WRITE_AS_TYPED = "UPDATE customer SET first_name = 'jose\u{301}', last_name = 'reis', full_name = 'jose\u{301} reis'
                      WHERE account_id = ?1";
    NUM_CUSTOMERS = "SELECT num_customers FROM account WHERE id = ?1";
    ADD_LINKED = "INSERT INTO linked_person (account_id, customer_id, id, person, created_at) VALUES (?1, ?2, ?3, '{}', 0)";
    ADD_BOOKING = "INSERT INTO booking (account_id, number, product_id, starts_at, ends_at, customer_id, title, party, details,
                                        accepted, no_show, created_at, canceled_at, cancelation_tracked, touched_at)
                   VALUES (?1, ?2, '312KAYK4E9L17A2B6C8D0', ?3, ?4, ?5, '', 'Cadults:1', ?6, TRUE, ?7, 0, ?8, ?9, 0)";
}

fn account() -> AccountId {
    "ABCDEFGH01".parse().expect("an id")
}

fn customer() -> CustomerId {
    "312CUSTM5R17D2E8F0A9B".parse().expect("an id")
}

fn joana() -> LinkedPersonId {
    "312LINKD2H17D2E91C4D7".parse().expect("an id")
}

fn at(millis: i64) -> Instant {
    Instant::from_millis(millis)
}

/// A booking of the customer that Joana, a linked person, attends.
fn booking(number: u64, from: i64) -> Booking {
    let nothing = Money::zero("EUR".parse().expect("a currency"));
    let joana =
        |index| Participant { person: Who::Linked(joana()), category: "Cadults".parse().expect("an id"), index };
    Booking {
        number: BookingNumber::from_random(number),
        application: None,
        product: "312KAYK4E9L17A2B6C8D0".parse().expect("an id"),
        event: None,
        enrolled_event: None,
        drop_in_event: None,
        span: Span { from: at(from), to: at(from + 10) },
        customer: customer(),
        title: String::new(),
        external_ref: None,
        party: Party::parse_list("Cadults:2").expect("a party"),
        details: BookingDetails {
            discounts: Default::default(),
            participants: vec![joana(1), joana(2)],
            options: Vec::new(),
            adjustments: Vec::new(),
            resources: Vec::new(),
            private_event: false,
            price: Price { gross: nothing, net: nothing, taxes: Vec::new() },
            product_name: String::new(),
            source: None,
            source_ip: None,
            reminders: false,
            thank_you: false,
            cancellation_reason: None,
            cancellation_fee: None,
        },
        paid: 0,
        accepted: true,
        no_show: false,
        created: Stamp { at: at(0), agent: None },
        changed: None,
        cancelled: None,
        cancellation_tracked: false,
        changes: 0,
    }
}

/// The customer's statistics and Joana's visits, as of an instant.
async fn counted(store: &Store, now: i64) -> (Statistics, Visits) {
    let read = store.read(move |db| {
        let shown = customers::show(db, &account(), &customer(), at(now))?.expect("a customer");
        let many = customers::show_many(db, &account(), &[customer(), customer()], at(now))?;
        assert_eq!(many.iter().map(|one| one.statistics).collect::<Vec<_>>(), [shown.statistics]);
        let linked = linked_people::show(db, &account(), &customer(), &joana(), at(now))?.expect("a person");
        Ok::<_, StoreError>((shown.statistics, linked.visits))
    });
    read.await.expect("a customer")
}

fn statistics(bookings: i64, cancelations: i64, no_shows: i64, visits: Visits) -> Statistics {
    Statistics { bookings, cancelations, no_shows, visits }
}

fn visits(next: Option<i64>, previous: Option<i64>) -> Visits {
    Visits { next: next.map(at), previous: previous.map(at) }
}

/// The migrations before this one.
fn before() -> &'static [Migration] {
    let position = MIGRATIONS.iter().position(|one| one.name == "people").expect("the step");
    &MIGRATIONS[..position]
}

on_both_engines! {
    async fn bookings_of_yesterday_are_counted(place) {
        let store = Store::open_with(&place.location(), before()).await.expect("an older schema");
        let written = store.write_unlogged(|tx| {
            tx.run(ADD_ACCOUNT, &[&account()])?;
            tx.run(ADD_CUSTOMER, &[&account(), &customer()])?;
            tx.run(ADD_LINKED, &[&account(), &customer(), &joana()])?;
            let anonymous = r#"{"product_name": ""}"#.to_owned();
            let twice = booking(0, 0).details;
            let twice = serde_json::to_string(&twice).expect("a text");
            for (number, from, details, no_show, cancelled, tracked) in [
                (1, 100, &twice, false, None, false),
                (2, 200, &anonymous, true, None, false),
                (3, 300, &twice, false, Some(1), true),
                (4, 400, &twice, false, Some(1), false),
                (5, 500, &twice, false, None, false),
            ] {
                let number = BookingNumber::from_random(number);
                let (from, to) = (at(from), at(from + 10));
                let params: [&dyn crate::Param; 9] =
                    [&account(), &number, &from, &to, &customer(), details, &no_show, &cancelled.map(at), &tracked];
                tx.run(ADD_BOOKING, &params)?;
            }
            Ok::<_, StoreError>(())
        });
        written.await.expect("rows");
        store.close().await;
        let store = Store::open(&place.location()).await.expect("the schema of today");
        let expected = statistics(5, 1, 1, visits(Some(500), Some(200)));
        assert_eq!(counted(&store, 250).await, (expected, visits(Some(500), Some(100))));
    }

    /// Existing customers are counted, as are added and deleted ones; after adding one, the limit is checked.
    async fn customers_of_an_account_are_counted(place) {
        let position = MIGRATIONS.iter().position(|one| one.name == "counted customers").expect("the step");
        let store = Store::open_with(&place.location(), &MIGRATIONS[..position]).await.expect("an older schema");
        let written = store.write_unlogged(|tx| {
            tx.run(ADD_ACCOUNT, &[&account()])?;
            tx.run(ADD_CUSTOMER, &[&account(), &customer()])
        });
        written.await.expect("rows");
        store.close().await;
        let store = Store::open(&place.location()).await.expect("the schema of today");
        let counted = async || {
            let read = store.read(|db| db.one(NUM_CUSTOMERS, &[&account()], |row| row.next::<i64>()));
            read.await.expect("an account").expect("a number")
        };
        assert_eq!(counted().await, 1);
        let added = store.write_unlogged(|tx| {
            let second: CustomerId = "312CUSTM5R17D2E8F0A9C".parse().expect("an id");
            tx.run(ADD_CUSTOMER, &[&account(), &second])?;
            Ok::<_, StoreError>([1, 2, 3].map(|most| customers::has_room(tx, &account(), most)))
        });
        let room = added.await.expect("a customer").map(|room| room.expect("an answer"));
        assert_eq!((room, counted().await), ([false, true, true], 2));
        store.write_unlogged(|tx| customers::delete(tx, &account(), &customer())).await.expect("one less");
        assert_eq!(counted().await, 1);
    }

    /// Customers written by an earlier version are found by name once the job has updated them, in any number of rounds.
    async fn names_of_old_are_found(place) {
        let store = Store::open(&place.location()).await.expect("a store");
        let written = store.write_unlogged(|tx| {
            tx.run(ADD_ACCOUNT, &[&account()])?;
            for number in 0..5 {
                let id = format!("312CUSTM5R17D2E8F0A9{number}").parse().expect("an id");
                let name = |text: &str| Some(text.to_owned());
                let person = Person { first_name: name("Jose\u{301}"), last_name: name("Reis"), ..Person::default() };
                let new = Customer { id, application: None, person, created_at: at(0), membership: None };
                customers::insert(tx, &account(), &new)?;
            }
            tx.run(WRITE_AS_TYPED, &[&account()])
        });
        assert_eq!(written.await, Ok(5));
        let found = async || {
            let by = SearchBy::Name("JOS\u{c9} R".to_owned());
            let search = CustomerSearch { since: at(0), by, who: WhoIsMember::Both };
            store.read(move |db| customer_search::count(db, &account(), &Visibility::All, &search)).await
        };
        assert_eq!(found().await, Ok(0));
        let (mut last, mut rounds) = ((String::new(), String::new()), 0);
        loop {
            let after = last.clone();
            let next = store.write_unlogged(move |tx| customers::fold_some(tx, (&after.0, &after.1), 2)).await.expect("a round");
            let Some(next) = next else { break };
            (last, rounds) = (next, rounds + 1);
            assert_eq!(found().await, Ok((2 * rounds).min(5)));
        }
        assert_eq!(rounds, 3);
    }

    async fn whatever_becomes_of_a_booking_is_counted(place) {
        let store = Store::open(&place.location()).await.expect("a store");
        let written = store.write_unlogged(|tx| {
            tx.run(ADD_ACCOUNT, &[&account()])?;
            let (id, person, created_at) = (customer(), Person::default(), at(0));
            customers::insert(tx, &account(), &Customer { id, application: None, person, created_at, membership: None })?;
            let (customer, person, visits) = (customer(), Person::default(), Visits::default());
            linked_people::insert(tx, &account(), &LinkedPerson { id: joana(), customer, person, created_at, visits })?;
            bookings::insert(tx, &account(), &booking(1, 100))?;
            bookings::insert(tx, &account(), &booking(2, 200))
        });
        written.await.expect("rows");
        for (now, next, previous) in [
            (99, Some(100), None),
            // It has started and is not over.
            (100, Some(200), None),
            (109, Some(200), None),
            (110, Some(200), Some(100)),
            (205, None, Some(100)),
            (210, None, Some(200)),
        ] {
            let expected = visits(next, previous);
            assert_eq!(counted(&store, now).await, (statistics(2, 0, 0, expected), expected), "at {now}");
        }
        let change = async |booking: Booking| {
            store.write_unlogged(move |tx| bookings::update(tx, &account(), &booking)).await.expect("a change");
            counted(&store, 150).await
        };
        let moved = visits(Some(300), Some(100));
        assert_eq!(change(booking(2, 300)).await, (statistics(2, 0, 0, moved), moved));
        let cancelled = Some(Stamp { at: at(1), agent: None });
        let tracked = Booking { cancelled: cancelled.clone(), cancellation_tracked: true, ..booking(2, 300) };
        let once = visits(None, Some(100));
        assert_eq!(change(tracked).await, (statistics(2, 1, 0, once), once));
        assert_eq!(change(Booking { cancelled, ..booking(2, 300) }).await, (statistics(2, 0, 0, once), once));
        assert_eq!(change(Booking { no_show: true, ..booking(1, 100) }).await, (statistics(2, 0, 1, once), once));
        let removed = store.write_unlogged(|tx| bookings::delete(tx, &account(), &BookingNumber::from_random(1)));
        removed.await.expect("removed");
        assert_eq!(counted(&store, 150).await, (statistics(1, 0, 0, visits(None, None)), visits(None, None)));
    }
}

/// Searches of an application for its own rows do not read the account's other rows.
#[tokio::test(flavor = "multi_thread")]
async fn searches_use_their_indices() {
    let place = Place::on_sqlite();
    let store = Store::open(&place.location()).await.expect("a store");
    let reader = rusqlite::Connection::open(place.file()).expect("the file");
    for (table, statement, indices) in [
        ("booking_search", "LIST_OWN_BY_START", &["booking_by_creator_and_start"] as &[&str]),
        ("booking_search", "COUNT_OWN_BY_START", &["booking_by_creator_and_start"]),
        ("booking_search", "LIST_OWN_BY_TOUCH", &["booking_by_creator_and_touch"]),
        ("booking_search", "COUNT_OWN_BY_TOUCH", &["booking_by_creator_and_touch"]),
        ("booking_search", "LIST_BY_START", &["booking_by_start"]),
        ("booking_search", "LIST_OF_CUSTOMER", &["booking_by_customer"]),
        ("booking_search", "COUNT_OF_CUSTOMER", &["booking_by_customer"]),
        ("bookings", "HAS_ANY", &["booking_by_customer"]),
        ("bookings", "LOCK_SOME_OF_CUSTOMER", &["booking_by_customer"]),
        ("bookings", "HAS_MORE_OF_CUSTOMER", &["booking_by_customer"]),
        ("bookings", "HAS_FUTURE", &["booking_by_customer"]),
        ("customer_search", "LIST", &["customer_by_creation", "booking_by_customer"]),
        ("customer_search", "LIST_OWN", &["customer_by_creator", "booking_by_customer"]),
        ("counted", "CUSTOMERS", &["sqlite_autoindex_counted_by_day_1", "customer_by_creation"]),
        ("counted", "CUSTOMERS_OWN", &["sqlite_autoindex_counted_by_day_1", "customer_by_creator"]),
        ("counted", "PAYMENTS", &["sqlite_autoindex_counted_by_day_1", "payment_by_reception"]),
        ("counted", "PAYMENTS_OWN", &["sqlite_autoindex_counted_by_day_1", "payment_by_application"]),
        ("counted", "PAYMENTS_BY", &["sqlite_autoindex_counted_by_day_1", "payment_by_reception"]),
        ("counted", "PAYMENTS_OWN_BY", &["sqlite_autoindex_counted_by_day_1", "payment_by_application"]),
        ("customer_search", "LIST_NAMED_OWN", &["customer_by_creator"]),
        ("customer_search", "COUNT_NAMED_OWN", &["customer_by_creator"]),
        ("customer_search", "LIST_BY_EMAIL", &["customer_by_email_address"]),
        ("customer_search", "COUNT_BY_EMAIL", &["customer_by_email_address"]),
        ("customer_search", "LIST_BY_EMAIL_OWN", &["customer_by_email_address"]),
        ("customer_search", "COUNT_BY_EMAIL_OWN", &["customer_by_email_address"]),
        ("customers", "SHOW_MANY", &["booking_by_customer"]),
        ("linked_people", "SHOW_MANY", &["linked_person_by_id", "sqlite_autoindex_attendance_1"]),
    ] {
        let list = EVERY.iter().find(|(module, _)| module.ends_with(table)).expect("the module").1;
        let sql = list.iter().find(|(name, _)| *name == statement).expect("the statement").1.for_sqlite();
        let mut explain = reader.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        // The plan does not depend on the values of parameters.
        let mut steps = explain.raw_query();
        let mut plan = String::new();
        while let Some(step) = steps.next().expect("a step") {
            plan.push_str(&step.get::<_, String>(3).expect("a text"));
            plan.push('\n');
        }
        for index in indices {
            let uses = plan.lines().any(|step| step.split(' ').any(|word| word == *index));
            assert!(uses, "{table}::{statement} does not use {index}:\n{plan}");
        }
        assert!(!plan.lines().any(|step| step.starts_with("SCAN ") && step.contains(" booking")), "{plan}");
    }
    store.close().await;
}
