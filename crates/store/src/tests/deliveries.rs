//! Deliveries: what is due when, also while others are writing, and what webhooks remember.

use super::{Place, on_both_engines};
use crate::tables::webhooks::{End, Webhook};
use crate::tables::{accounts, deliveries, webhooks};
use crate::{Store, StoreError};
use slotkeeper_domain::account::{AccountKind, Languages};
use slotkeeper_domain::change::{Actor, Change, Kind, Thing};
use slotkeeper_domain::id::{AccountId, WebhookId};
use slotkeeper_domain::time::{Instant, Zone};
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

/// The real schema with a webhook for new customers.
async fn with_webhook(place: &Place) -> Store {
    let store = Store::open(&place.location()).await.expect("a store");
    store
        .tidy(|tx| {
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
            webhooks::insert(tx, &new)
        })
        .await
        .expect("a webhook");
    store
}

/// A thing appears at second 10.
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

/// Records that it does.
async fn change(store: &Store, thing: &str) {
    let change = created(thing);
    let recorded = store.write(move |tx| {
        tx.record(change.clone());
        Ok::<_, StoreError>(())
    });
    recorded.await.expect("a change");
}

/// The numbers of what can be sent at that second.
async fn heads(store: &Store, second: i64) -> Vec<i64> {
    let found = store.read(move |db| deliveries::heads(db, (&account(), &webhook()), at(second), 10)).await;
    found.expect("deliveries").into_iter().map(|delivery| delivery.number).collect()
}

async fn shown(store: &Store) -> Webhook {
    store.read(|db| webhooks::find(db, &account(), &webhook())).await.expect("a webhook").expect("a webhook")
}

on_both_engines! {
    /// What is added while an attempt comes to its end is due at once, although the one before was not when it began.
    async fn nothing_waits_for_an_attempt_that_is_over(place) {
        let store = with_webhook(place).await;
        change(&store, "a").await;
        store.tidy(|tx| deliveries::postpone(tx, (&account(), &webhook()), ("a", 1), at(3_600))).await.expect("later");
        let (locked, mut told) = unbounded_channel();
        let (ending, also) = (store.clone(), store.clone());
        let ends = tokio::spawn(async move {
            ending.tidy(move |tx| {
                let (account, webhook) = (account(), webhook());
                let of = (&account, &webhook);
                webhooks::lock(tx, of.0, of.1)?;
                let _also_when_repeated = locked.send(());
                // The change below reaches the webhook meanwhile.
                std::thread::sleep(Duration::from_millis(300));
                deliveries::end(tx, of, 1, true, at(20))?;
                webhooks::count_end(tx, of.0, of.1, End::Arrived { said_lost: false })?;
                deliveries::hurry(tx, of, "a", at(20))
            }).await
        });
        told.recv().await.expect("the unit began");
        change(&also, "a").await;
        ends.await.expect("no panic").expect("an end");
        assert_eq!(heads(&store, 20).await, [2]);
        assert_eq!(shown(&store).await.waiting, 1);
    }

    /// One that was asked for again waits behind an earlier one: until that is due there is nothing to do.
    async fn a_webhook_is_due_with_the_first_of_a_thing(place) {
        let store = with_webhook(place).await;
        change(&store, "a").await;
        change(&store, "a").await;
        let released = store.tidy(|tx| {
            let (account, webhook) = (account(), webhook());
            let of = (&account, &webhook);
            let lease = webhooks::lease_due(tx, at(20), at(30), (1, 1))?.pop().expect("something is due");
            deliveries::end(tx, of, 2, true, at(20))?;
            deliveries::postpone(tx, of, ("a", 1), at(3_600))?;
            deliveries::again(tx, of, (2, 2), at(20))?;
            webhooks::release(tx, &lease)
        });
        assert_eq!(released.await, Ok::<_, StoreError>(Some(at(3_600))));
        assert_eq!(heads(&store, 20).await, [0; 0]);
        assert_eq!(heads(&store, 3_600).await, [1]);
    }

    /// That something was lost is forgotten when a notice arrives that said so, and not before.
    async fn what_was_lost_has_to_be_said(place) {
        let store = with_webhook(place).await;
        for thing in ["a", "b", "c"] {
            change(&store, thing).await;
        }
        for (end, lost) in [
            (End::Dropped, true), (End::Arrived { said_lost: false }, true), (End::Arrived { said_lost: true }, false),
        ] {
            store.tidy(move |tx| webhooks::count_end(tx, &account(), &webhook(), end)).await.expect("an end");
            assert_eq!(shown(&store).await.lost, lost, "{end:?}");
        }
        assert_eq!(shown(&store).await.waiting, 0);
    }

    /// What a process had in hand that has ended is free for the next.
    async fn leases_can_be_ended(place) {
        let store = with_webhook(place).await;
        change(&store, "a").await;
        let lease = || store.tidy(|tx| webhooks::lease_due(tx, at(20), at(30), (10, 5)).map(|leases| leases.len()));
        assert_eq!(lease().await, Ok::<_, StoreError>(1));
        assert_eq!(lease().await, Ok(0));
        assert_eq!(store.tidy(webhooks::end_leases).await, Ok::<_, StoreError>(1));
        assert_eq!(lease().await, Ok(1));
    }

    /// Webhooks whose last attempt failed leave room for the others, also when they were due before.
    async fn those_that_fail_leave_room(place) {
        let store = with_webhook(place).await;
        let second: WebhookId = "QRSTUVWXYZABCDEF".parse().expect("an id");
        let (other, failing) = (second.clone(), second.clone());
        store.tidy(move |tx| {
            let first = webhooks::find(tx, &account(), &webhook())?.expect("a webhook");
            let authorization = "MNOPQRSTUVWX".parse().expect("an id");
            webhooks::insert(tx, &Webhook { id: other.clone(), authorization, ..first })
        }).await.expect("a second webhook");
        change(&store, "a").await;
        store.tidy(move |tx| webhooks::tried(tx, &account(), &failing, true, None)).await.expect("a failure");
        let lease = |room| {
            let leased = store.tidy(move |tx| webhooks::lease_due(tx, at(20), at(30), room));
            async move { leased.await.map(|leases| leases.into_iter().map(|one| (one.webhook, one.failing)).collect::<Vec<_>>()) }
        };
        assert_eq!(lease((1, 1)).await, Ok::<_, StoreError>(vec![(webhook(), false)]));
        assert_eq!(lease((1, 0)).await, Ok(vec![]));
        assert_eq!(lease((1, 1)).await, Ok(vec![(second, true)]));
    }

    /// What many changes in one transaction make is counted one by one, also where there is no more room for all.
    async fn the_limit_holds_within_a_transaction(place) {
        let store = with_webhook(place).await;
        store.tidy(|tx| webhooks::count_waiting(tx, &account(), &webhook(), MOST_WAITING - 2, at(0))).await.expect("many");
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
