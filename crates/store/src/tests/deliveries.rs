//! Deliveries: when they are due, also under concurrent writes, and the counts of webhooks.

use super::{Place, on_both_engines};
use crate::migration::MIGRATIONS;
use crate::tables::webhook_leases::{self, LeaseLimits};
use crate::tables::webhooks::{DeliveryOutcome, Webhook};
use crate::tables::{accounts, change_log, deliveries, webhooks};
use crate::{Store, StoreError, Tx};
use slotkeeper_domain::account::{AccountKind, Languages};
use slotkeeper_domain::change::{Actor, Change, Kind, Thing};
use slotkeeper_domain::id::{AccountId, ApplicationId, WebhookId};
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_domain::webhook::{Domain, MOST_WAITING, Topic};
use std::time::Duration;
use tokio::sync::mpsc::unbounded_channel;

fn account() -> AccountId {
    "ABCDEFGH01".parse().expect("an id")
}

fn webhook() -> WebhookId {
    "ABCDEFGHIJKLMNOP".parse().expect("an id")
}

fn at(second: i64) -> Instant {
    Instant::from_millis(second * 1_000)
}

/// The real schema with a webhook for created customers.
async fn with_webhook(place: &Place) -> Store {
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
                created_at: at(0),
            };
            accounts::insert(tx, &business)?;
            let new = Webhook {
                account: account(),
                id: webhook(),
                authorization: "ABCDEFGHIJKL".parse().expect("an id"),
                topic: Topic { domain: Domain::Customers, kind: Kind::Created },
                url: "https://hooks.example/".to_owned(),
                created_at: at(0),
                waiting: 0,
                dropped_in_row: 0,
                lost: false,
                blocked: None,
            };
            insert(tx, &new, Some(&Visibility::All))
        })
        .await
        .expect("a webhook");
    store
}

fn insert(tx: &mut Tx, new: &Webhook, visibility: Option<&Visibility>) -> Result<(), StoreError> {
    webhooks::insert(tx, new, (&"DEVELOPER1".parse().expect("an id"), &application()), visibility)
}

fn application() -> ApplicationId {
    "DEMOAPP01ABC".parse().expect("an id")
}

/// The limits of a node that serves no webhook yet.
fn room(places: usize, failing: usize) -> LeaseLimits {
    LeaseLimits { places, failing, ..LeaseLimits::default() }
}

crate::sql::statements! {
    ADD_ACCOUNT = "INSERT INTO account (id, kind, name, time_zone, languages, change_count, created_at)
                   VALUES (?1, 'business', 'Harbour Lights', 'UTC', 'en-GB', 57, 0)";
    ADD_KEY = r#"INSERT INTO "authorization" (account_id, id, developer_account_id, application_id, key_hash, permissions,
                                             granted_by, created_at)
                 VALUES (?1, ?2, 'DEVELOPER1', 'DEMOAPP01ABC', ?3, ?4, 'OWNER00001', 0)"#;
    ADD_WEBHOOK = "INSERT INTO webhook (account_id, id, authorization_id, domain, kind, url, created_at, waiting)
                   VALUES (?1, ?2, ?3, ?4, 'created', 'https://hooks.example/', 0, 2)";
    ADD_CHANGE = "INSERT INTO change (account_id, number, at, actor_kind, thing, thing_id, kind, creator_id)
                  VALUES (?1, ?2, 0, 'system', 'seat_block', ?3, 'created', ?4)";
    ADD_DELIVERY = "INSERT INTO delivery (account_id, webhook_id, number, thing_id, happened_at, due_at)
                    VALUES (?1, ?2, ?3, ?4, 0, 0)";
}

/// The change that creates a thing at second 10.
fn created(thing: &str) -> Change {
    Change {
        account: account(),
        at: at(10),
        actor: Actor::System,
        thing: Thing::Customer,
        thing_id: thing.to_owned(),
        creator: None,
        kind: Kind::Created,
    }
}

/// Records that change.
async fn change(store: &Store, thing: &str) {
    let change = created(thing);
    let recorded = store.write(move |tx| {
        tx.record(change.clone());
        Ok::<_, StoreError>(())
    });
    recorded.await.expect("a change");
}

/// The numbers of the deliveries that can be sent at that second.
async fn heads(store: &Store, second: i64) -> Vec<i64> {
    let found = store.read(move |db| deliveries::sendable(db, (&account(), &webhook()), at(second), 10)).await;
    found.expect("deliveries").into_iter().map(|delivery| delivery.number).collect()
}

async fn shown(store: &Store) -> Webhook {
    store.read(|db| webhooks::find(db, &account(), &webhook())).await.expect("a webhook").expect("a webhook")
}

on_both_engines! {
    /// A delivery added while an attempt ends is due at once, although the earlier one was not when the transaction began.
    async fn nothing_waits_for_an_attempt_that_is_over(place) {
        let store = with_webhook(place).await;
        change(&store, "a").await;
        store.write_unlogged(|tx| deliveries::postpone(tx, (&account(), &webhook()), ("a", 1), at(3_600))).await.expect("later");
        let (locked, mut told) = unbounded_channel();
        let (ending, also) = (store.clone(), store.clone());
        let ends = tokio::spawn(async move {
            ending.write_unlogged(move |tx| {
                let (account, webhook) = (account(), webhook());
                let of = (&account, &webhook);
                webhooks::lock(tx, of.0, of.1)?;
                let _also_when_repeated = locked.send(());
                // Meanwhile the change below adds a delivery.
                std::thread::sleep(Duration::from_millis(300));
                deliveries::end(tx, of, 1, true, at(20))?;
                webhooks::count_outcome(tx, of.0, of.1, DeliveryOutcome::Delivered { said_lost: false })?;
                deliveries::make_due(tx, of, "a", at(20))
            }).await
        });
        told.recv().await.expect("the unit began");
        change(&also, "a").await;
        ends.await.expect("no panic").expect("an end");
        assert_eq!(heads(&store, 20).await, [2]);
        assert_eq!(shown(&store).await.waiting, 1);
    }

    /// A resent delivery waits behind an earlier one: the webhook is due only when that one is.
    async fn a_webhook_is_due_with_the_first_of_a_thing(place) {
        let store = with_webhook(place).await;
        change(&store, "a").await;
        change(&store, "a").await;
        let released = store.write_unlogged(|tx| {
            let (account, webhook) = (account(), webhook());
            let of = (&account, &webhook);
            let lease = webhook_leases::lease_due(tx, at(20), at(30), room(1, 1))?.0.pop().expect("something is due");
            deliveries::end(tx, of, 2, true, at(20))?;
            deliveries::postpone(tx, of, ("a", 1), at(3_600))?;
            deliveries::resend(tx, of, (2, 2), at(20))?;
            webhook_leases::release(tx, &lease)
        });
        assert_eq!(released.await, Ok::<_, StoreError>(Some(at(3_600))));
        assert_eq!(heads(&store, 20).await, [0; 0]);
        assert_eq!(heads(&store, 3_600).await, [1]);
    }

    /// A loss is cleared only by a delivery whose payload reported it.
    async fn what_was_lost_has_to_be_said(place) {
        let store = with_webhook(place).await;
        for thing in ["a", "b", "c"] {
            change(&store, thing).await;
        }
        for (end, lost) in [
            (DeliveryOutcome::Failed, true), (DeliveryOutcome::Delivered { said_lost: false }, true), (DeliveryOutcome::Delivered { said_lost: true }, false),
        ] {
            store.write_unlogged(move |tx| webhooks::count_outcome(tx, &account(), &webhook(), end)).await.expect("an end");
            assert_eq!(shown(&store).await.lost, lost, "{end:?}");
        }
        assert_eq!(shown(&store).await.waiting, 0);
    }

    /// The leases of a process that has ended can be taken over.
    async fn leases_can_be_ended(place) {
        let store = with_webhook(place).await;
        change(&store, "a").await;
        let lease = || store.write_unlogged(|tx| webhook_leases::lease_due(tx, at(20), at(30), room(10, 5)).map(|(leases, _)| leases.len()));
        assert_eq!(lease().await, Ok::<_, StoreError>(1));
        assert_eq!(lease().await, Ok(0));
        assert_eq!(store.write_unlogged(webhook_leases::end_leases).await, Ok::<_, StoreError>(1));
        assert_eq!(lease().await, Ok(1));
    }

    /// Webhooks whose last attempt failed leave room for the others, also if they were due first.
    async fn those_that_fail_leave_room(place) {
        let store = with_webhook(place).await;
        let second: WebhookId = "QRSTUVWXYZABCDEF".parse().expect("an id");
        let (other, failing) = (second.clone(), second.clone());
        store.write_unlogged(move |tx| {
            let first = webhooks::find(tx, &account(), &webhook())?.expect("a webhook");
            let authorization = "MNOPQRSTUVWX".parse().expect("an id");
            insert(tx, &Webhook { id: other.clone(), authorization, ..first }, Some(&Visibility::All))
        }).await.expect("a second webhook");
        change(&store, "a").await;
        store.write_unlogged(move |tx| webhooks::record_attempt(tx, &account(), &failing, true, None)).await.expect("a failure");
        let lease = |(places, failing)| {
            let leased = store.write_unlogged(move |tx| webhook_leases::lease_due(tx, at(20), at(30), room(places, failing)));
            async move { leased.await.map(|(leases, _)| leases.into_iter().map(|one| (one.webhook, one.failing)).collect::<Vec<_>>()) }
        };
        assert_eq!(lease((1, 1)).await, Ok::<_, StoreError>(vec![(webhook(), false)]));
        assert_eq!(lease((1, 0)).await, Ok(vec![]));
        assert_eq!(lease((1, 1)).await, Ok(vec![(second, true)]));
    }

    /// No delivery is written of a thing that the key does not see; positions have no gaps.
    async fn nothing_is_queued_for_keys_that_may_not_know(place) {
        let store = with_webhook(place).await;
        let ids = ["QRSTUVWXYZABCDEF", "RSTUVWXYZABCDEFG"].map(|id| id.parse::<WebhookId>().expect("an id"));
        let (own, none) = (ids[0].clone(), ids[1].clone());
        store.write_unlogged(move |tx| {
            let first = webhooks::find(tx, &account(), &webhook())?.expect("a webhook");
            let sights = [Some(Visibility::Own(application())), None];
            for ((id, key), visibility) in [&own, &none].into_iter().zip(["MNOPQRSTUVWX", "NOPQRSTUVWXY"]).zip(&sights) {
                let authorization = key.parse().expect("an id");
                insert(tx, &Webhook { id: id.clone(), authorization, ..first.clone() }, visibility.as_ref())?;
            }
            Ok::<_, StoreError>(())
        }).await.expect("two webhooks");
        let recorded = store.write(|tx| {
            for (thing, creator) in [("a", Some(application())), ("b", None), ("c", Some("OTHERAPP01AB".parse().expect("an id"))),
                                     ("d", Some(application()))] {
                tx.record(Change { creator, ..created(thing) });
            }
            Ok::<_, StoreError>(())
        });
        recorded.await.expect("changes");
        let queued = |id: &WebhookId| {
            let id = id.clone();
            let found = store.read(move |db| {
                let webhook = webhooks::find(db, &account(), &id)?.expect("a webhook");
                let found = deliveries::latest(db, (&account(), &id), i64::MAX, 10)?;
                let shown = found.into_iter().map(|one| (one.thing_id, one.number, one.position)).collect::<Vec<_>>();
                Ok::<_, StoreError>((webhook.waiting, shown))
            });
            async move { found.await.expect("deliveries") }
        };
        let all = |list: &[(&str, i64, i64)]| {
            let shown = list.iter().map(|(thing, number, position)| ((*thing).to_owned(), *number, *position));
            (i64::try_from(list.len()).unwrap_or(0), shown.collect::<Vec<_>>())
        };
        assert_eq!(queued(&webhook()).await, all(&[("d", 4, 4), ("c", 3, 3), ("b", 2, 2), ("a", 1, 1)]));
        assert_eq!(queued(&ids[0]).await, all(&[("d", 4, 2), ("a", 1, 1)]));
        assert_eq!(queued(&ids[1]).await, all(&[]));
    }

    /// The migration deletes pending deliveries of things that the key does not see; the others keep their message ids.
    async fn what_waited_for_keys_that_may_not_know_is_forgotten(place) {
        let position = MIGRATIONS.iter().position(|one| one.name == "fair delivery").expect("the step");
        let store = Store::open_with(&place.location(), &MIGRATIONS[..position]).await.expect("an older schema");
        let keys = [
            ("blocks_rw_own,customers_rwd_all", vec![56]), ("bookings_rwd_all", vec![]), ("blocks_r_all", vec![55, 56]),
            ("availability_r,blocks_rwd_all", vec![55, 56]), ("blocks_rwd_own", vec![56]),
        ];
        let webhook = |number: usize| format!("ABCDEFGHIJKLMNO{number}");
        let rows = keys.clone();
        store.write_unlogged(move |tx| {
            tx.run(ADD_ACCOUNT, &[&account()])?;
            tx.run(ADD_CHANGE, &[&account(), &55_i64, &"a", &None::<String>])?;
            tx.run(ADD_CHANGE, &[&account(), &56_i64, &"b", &Some(application())])?;
            for (number, (permissions, _)) in rows.iter().enumerate() {
                let (key, id) = (format!("ABCDEFGHIJK{number}"), webhook(number));
                tx.run(ADD_KEY, &[&account(), &key, &key.as_bytes(), permissions])?;
                tx.run(ADD_WEBHOOK, &[&account(), &id, &key, &Domain::SeatBlocks])?;
                tx.run(ADD_DELIVERY, &[&account(), &id, &55_i64, &"a"])?;
                tx.run(ADD_DELIVERY, &[&account(), &id, &56_i64, &"b"])?;
            }
            Ok::<_, StoreError>(())
        }).await.expect("rows");
        store.close().await;
        let store = Store::open(&place.location()).await.expect("the schema of today");
        let recorded = store.write(|tx| {
            tx.record(Change { thing: Thing::SeatBlock, creator: Some(application()), ..created("c") });
            Ok::<_, StoreError>(())
        });
        recorded.await.expect("a change");
        for (number, (permissions, mut positions)) in keys.into_iter().enumerate() {
            let id: WebhookId = webhook(number).parse().expect("an id");
            let found = store.read(move |db| {
                let webhook = webhooks::find(db, &account(), &id)?.expect("a webhook");
                Ok::<_, StoreError>((webhook.waiting, deliveries::latest(db, (&account(), &id), i64::MAX, 10)?))
            });
            let (waiting, found) = found.await.expect("deliveries");
            // Later deliveries have positions that were not used before.
            positions.extend((permissions != "bookings_rwd_all").then_some(1_000_058));
            positions.reverse();
            let shown: Vec<_> = found.iter().map(|one| one.position).collect();
            assert_eq!((usize::try_from(waiting), shown), (Ok(positions.len()), positions), "{permissions}");
        }
        let until = store.read(|db| change_log::numbered_until(db, &account())).await;
        assert_eq!(until, Ok::<_, StoreError>(57));
    }

    /// A developer with many webhooks leaves room for others; the longest due goes first.
    async fn each_developer_has_a_share(place) {
        let store = with_webhook(place).await;
        let developers = ["DEVELOPER2", "DEVELOPER3"];
        store.write_unlogged(move |tx| {
            let first = webhooks::find(tx, &account(), &webhook())?.expect("a webhook");
            for (developer, count) in developers.into_iter().zip([6, 1]) {
                for number in 0..count {
                    let id = format!("{developer}00000{number}").parse().expect("an id");
                    let authorization = format!("{developer}0{number}").parse().expect("an id");
                    let owner = (&developer.parse().expect("an id"), &application());
                    webhooks::insert(tx, &Webhook { id, authorization, ..first.clone() }, owner, Some(&Visibility::All))?;
                }
            }
            Ok::<_, StoreError>(())
        }).await.expect("webhooks");
        change(&store, "a").await;
        let lease = |places: usize, served: &[(&str, usize)]| {
            let served = served.iter().map(|(developer, count)| ((*developer).to_owned(), *count)).collect();
            let room = LeaseLimits { places, failing: places, served };
            let leased = store.write_unlogged(move |tx| webhook_leases::lease_due(tx, at(20), at(21), room.clone()));
            async move {
                let (leases, others) = leased.await.expect("leases");
                (leases.into_iter().map(|lease| lease.developer).collect::<Vec<_>>(), others)
            }
        };
        let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        // Of four places the first developer gets two, the next half of the rest, and so on.
        let [second, third] = developers;
        assert_eq!(lease(4, &[]).await, (owned(&["DEVELOPER1", second, second, third]), true));
        assert_eq!(lease(3, &[(second, 3)]).await, (owned(&[]), true));
        assert_eq!(lease(3, &[(second, 2)]).await, (owned(&[second]), true));
        assert_eq!(lease(100, &[(second, 3)]).await, (owned(&[second, second, second]), false));
    }

    /// The deliveries of many changes in one transaction are counted one by one, also beyond the limit of pending ones.
    async fn the_limit_holds_within_a_transaction(place) {
        let store = with_webhook(place).await;
        store.write_unlogged(|tx| webhooks::add_pending(tx, &account(), &webhook(), MOST_WAITING - 2, at(0))).await.expect("many");
        let recorded = store.write(|tx| {
            for thing in ["a", "b", "c", "d"] {
                tx.record(created(thing));
            }
            Ok::<_, StoreError>(())
        });
        recorded.await.expect("changes");
        let shown = shown(&store).await;
        assert_eq!((shown.waiting, shown.lost), (MOST_WAITING, true));
        assert_eq!(heads(&store, 20).await, [1, 2]);
    }
}
