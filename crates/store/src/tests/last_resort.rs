//! The schema refuses double allocation of seats and resources, and double use of coupons, vouchers and credits: these
//! tests write without locking or reading first.

use super::{Place, on_both_engines};
use crate::tables::credits::PrepaidCredit;
use crate::tables::customers::Customer;
use crate::tables::list_pages::RowRange;
use crate::tables::vouchers::{Voucher, Worth};
use crate::tables::{
    accounts, booking_search, claims, credits, customers, occupancy, promotions, resourceblocks, seatblocks, vouchers,
};
use crate::{Store, StoreError, Tx};
use slotkeeper_domain::account::{AccountKind, Languages};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::Covered;
use slotkeeper_domain::code::Code;
use slotkeeper_domain::credit::Credit;
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, CustomerId, PromotionId, ResourceId};
use slotkeeper_domain::inventory::{ClaimOwner, SeatClaim, Span};
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_domain::visibility::Visibility;
use std::collections::BTreeMap;

const HOUR: i64 = 3_600_000;

fn account() -> AccountId {
    "ABCDEFGH01".parse().expect("an id")
}

fn event() -> EventId {
    "312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-14".parse().expect("an id")
}

fn guide() -> ResourceId {
    "312RS00001".parse().expect("an id")
}

fn holder(number: u64) -> ClaimOwner {
    ClaimOwner::Booking(BookingNumber::from_random(number))
}

fn hours(from: i64, to: i64) -> Span {
    Span { from: Instant::from_millis(from * HOUR), to: Instant::from_millis(to * HOUR) }
}

/// The real schema with a business, an event of three seats and a resource of capacity two.
async fn business(place: &Place) -> Store {
    let store = Store::open(&place.location()).await.expect("a store");
    store
        .write_unlogged(|tx| {
            let business = accounts::Account {
                id: account(),
                kind: AccountKind::Business,
                name: "Harbour Lights".parse().expect("a name"),
                country: None,
                zone: Zone::utc(),
                currency: None,
                languages: Languages::parse_list("en-GB").expect("languages"),
                created_at: Instant::from_millis(0),
            };
            accounts::insert(tx, &business)?;
            claims::lock_events(tx, &account(), &BTreeMap::from([(event(), Some(3))]))?;
            claims::lock_resources(tx, &account(), &BTreeMap::from([(guide(), 2)]))
        })
        .await
        .expect("a business");
    store
}

async fn taken(store: &Store) -> u32 {
    store.read(|db| occupancy::occupancy(db, &account(), &event())).await.expect("a standing").taken
}

async fn claim_seats(store: &Store, number: u64, seats: u32) -> Result<(), StoreError> {
    let claim = SeatClaim { event: event(), seats, private: false };
    store
        .write_unlogged(move |tx| {
            claims::claim_seats(tx, &account(), &holder(number), std::slice::from_ref(&claim), None)
        })
        .await
}

async fn claim_guide(store: &Store, number: u64, span: Span) -> Result<(), StoreError> {
    store
        .write_unlogged(move |tx: &mut Tx| {
            claims::claim_resources(tx, &account(), &holder(number), &[guide()], span, None)
        })
        .await
}

on_both_engines! {
    async fn no_seat_is_given_twice(place) {
        let store = business(place).await;
        claim_seats(&store, 1, 2).await.expect("two of three");
        assert!(matches!(claim_seats(&store, 2, 2).await, Err(StoreError::Refused { .. })));
        assert_eq!(taken(&store).await, 2);
        claim_seats(&store, 3, 1).await.expect("the last one");
        assert!(claim_seats(&store, 4, 1).await.is_err());
        store.write_unlogged(|tx| claims::release(tx, &account(), &holder(1), Instant::from_millis(0))).await.expect("given back");
        assert_eq!(taken(&store).await, 1);
    }

    async fn no_time_is_given_twice(place) {
        let store = business(place).await;
        claim_guide(&store, 1, hours(9, 11)).await.expect("free");
        claim_guide(&store, 2, hours(10, 12)).await.expect("one of two");
        assert!(matches!(claim_guide(&store, 3, hours(8, 13)).await, Err(StoreError::Refused { .. })));
        assert!(matches!(claim_guide(&store, 4, hours(10, 11)).await, Err(StoreError::Refused { .. })));
        // Adjacent claims do not overlap, and two that do not overlap leave capacity beside each.
        claim_guide(&store, 5, hours(11, 12)).await.expect("after the first");
        claim_guide(&store, 6, hours(8, 10)).await.expect("before the second");
        assert!(claim_guide(&store, 7, hours(9, 10)).await.is_err());
        // Longer than a piece, and overlapping all of them.
        assert!(claim_guide(&store, 8, hours(-1_000, 1_000)).await.is_err());
        claim_guide(&store, 9, hours(12, 2_000)).await.expect("months");
        claim_guide(&store, 10, hours(1_500, 1_600)).await.expect("beside the months");
        assert!(claim_guide(&store, 11, hours(1_550, 1_551)).await.is_err());
    }

    /// A block of a resource is always accepted, and existing claims stay. Later claims are refused during the whole block,
    /// also after its first piece.
    async fn a_blocked_resource_does_nothing_new(place) {
        let store = business(place).await;
        claim_guide(&store, 1, hours(9, 11)).await.expect("free");
        let block = ClaimOwner::ResourceBlock("312RESB6P17DA1E4F5A8".parse().expect("an id"));
        let holder = block.clone();
        let blocked = store.write_unlogged(move |tx| claims::claim_exclusively(tx, &account(), &holder, &[guide()], hours(8, 2_000)));
        blocked.await.expect("it asks nobody");
        for span in [hours(9, 10), hours(10, 12), hours(7, 9), hours(1_990, 2_010)] {
            assert!(matches!(claim_guide(&store, 2, span).await, Err(StoreError::Refused { .. })), "{span:?}");
        }
        claim_guide(&store, 3, hours(6, 8)).await.expect("before it");
        claim_guide(&store, 4, hours(2_000, 2_001)).await.expect("after it");
        store.write_unlogged(move |tx| claims::release(tx, &account(), &block, Instant::from_millis(0))).await.expect("given back");
        claim_guide(&store, 5, hours(9, 10)).await.expect("free again");
    }

    async fn nothing_that_lowers_a_price_is_used_twice(place) {
        let store = business(place).await;
        let code: Code = "ONCE".parse().expect("a code");
        let promotion: PromotionId = "312PROMO01".parse().expect("an id");
        let customer: CustomerId = "312CUSTM5R17D2E8F0A9B".parse().expect("an id");
        let prepaid = PrepaidCredit { id: "312PREPAID000001".parse().expect("an id"), products: Covered::All, number: 3 };
        let (known, of, paid_before) = (code.clone(), promotion.clone(), prepaid.clone());
        let whose = customer.clone();
        let given = store.write_unlogged(move |tx| {
            let nobody = Customer { id: whose.clone(), application: None, person: Person::default(), created_at: Instant::from_millis(0), membership: None };
            customers::insert(tx, &account(), &nobody)?;
            promotions::insert_coupon(tx, &account(), &known, &of, Instant::from_millis(0))?;
            promotions::lock(tx, &account(), &BTreeMap::from([(of.clone(), Some(1))]))?;
            let worth = Worth::Money(100);
            let voucher = Voucher { code: known.clone(), worth, expires_at: None };
            vouchers::insert(tx, &account(), &voucher, Instant::from_millis(0))?;
            credits::insert_prepaid(tx, &account(), &whose, &paid_before, None, Instant::from_millis(0))
        });
        given.await.expect("something to use");
        let uses = [0_u8, 1, 2, 3];
        for (turn, expected) in [(1, true), (2, false)] {
            for kind in uses {
                let (code, promotion, prepaid, customer) = (code.clone(), promotion.clone(), prepaid.clone(), customer.clone());
                let used: Result<(), StoreError> = store.write_unlogged(move |tx| {
                    let booking = BookingNumber::from_random(turn);
                    match kind {
                        0 => promotions::use_coupon(tx, &account(), &code, &booking),
                        1 => promotions::count_use(tx, &account(), &promotion, &booking),
                        2 => vouchers::use_up(tx, &account(), &code, &booking),
                        _ => credits::use_prepaid(tx, &account(), &customer, (&prepaid.id, 2), &booking),
                    }
                }).await;
                assert_eq!(used.is_ok(), expected, "{kind} in turn {turn}: {used:?}");
            }
        }
        let credit = Credit { of_vouchers: -1, granted: 5 };
        assert!(store.write_unlogged(move |tx| credits::set(tx, &account(), &customer, credit)).await.is_err());
    }

    /// A search by one pair of times finds the same rows as a search without times.
    async fn searches_find_the_same_by_either_time(place) {
        let store = business(place).await;
        let all = Some((Instant::from_millis(0), Instant::from_millis(i64::MAX)));
        for (starts, touched) in [(all, None), (None, all), (all, all), (None, None)] {
            let search = booking_search::BookingSearch { starts, touched, product: None, cancelled: true };
            let found = store.read(move |db| {
                Ok::<_, StoreError>((
                    booking_search::count(db, &account(), &Visibility::All, &search)?,
                    booking_search::list(db, &account(), &Visibility::All, &search, RowRange::first(10))?.len(),
                    {
                        let search = seatblocks::SeatBlockSearch { starts, touched, product: None };
                        seatblocks::count(db, &account(), &Visibility::All, &search)?
                    },
                    {
                        let search = resourceblocks::ResourceBlockSearch { starts, touched, resource: Some(guide()) };
                        resourceblocks::count(db, &account(), &Visibility::All, &search)?
                    },
                ))
            });
            assert_eq!(found.await, Ok((0, 0, 0, 0)));
        }
    }
}
