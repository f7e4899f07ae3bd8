//! Installations that are sent again, and keys that replace each other.

use super::{Coast, allowed, key_in, keys_of, message, status};
use crate::api::assert_error;
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::serde_json::Value;
use slotkeeper_testkit::server::{CallRate, Engine, TestServer};
use slotkeeper_testkit::{join_all, on_every_engine};
use std::num::NonZeroU32;
use std::time::Duration;

on_every_engine! {
    /// Sent again with its own key, the request is answered with the same key, and makes no other.
    async fn an_installation_sent_again_makes_one_key(server: TestServer) {
        let coast = Coast::new(&server).await;
        let path = keys_of(&coast.cliffs);
        let calls = (0..6).map(|_| coast.program.post_with_key(&path, "K", &Value::Null));
        let keys: Vec<_> = join_all(calls).await.iter().map(|answer| key_in(answer, &coast.cliffs)).collect();
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(status(&ApiClient::new(&server, &keys[0], &coast.application.secret_key)).await, 200);
        assert_error(&coast.program.post_with_key(&keys_of(&coast.surf), "K", &Value::Null).await, 422);
    }

    /// A kept answer never hands out a key that has ended; and it makes no new one, which would end the one that works.
    async fn an_installation_sent_again_hands_out_no_dead_key(server: TestServer) {
        let coast = Coast::new(&server).await;
        let path = keys_of(&coast.cliffs);
        let install = async |key: &str| coast.program.post_with_key(&path, key, &Value::Null).await;
        let refuses = async |key: &str| {
            let refused = install(key).await;
            assert_error(&refused, 409);
            assert!(message(&refused).contains("with an API key that has ended since"), "{}", refused.text);
            assert_eq!(refused.headers.get("location"), None);
        };
        let first = key_in(&install("first").await, &coast.cliffs);
        // Ended by the application itself, then by another installation, then by the business.
        assert_eq!(coast.program.delete(&format!("{path}/{first}")).await.status, 204);
        refuses("first").await;
        let second = key_in(&install("second").await, &coast.cliffs);
        refuses("first").await;
        assert_eq!(status(&ApiClient::new(&server, &second, &coast.application.secret_key)).await, 200);
        assert_eq!(key_in(&install("second").await, &coast.cliffs), second);
        let third = key_in(&install("third").await, &coast.cliffs);
        refuses("second").await;
        assert_eq!(key_in(&install("third").await, &coast.cliffs), third);
        let owner = Visitor::new(&server);
        owner.sign_in("cliffs@example.com").await;
        owner.post(&format!("/backoffice/applications/{}/uninstall", coast.application.id), &[]).await;
        refuses("third").await;
        server.clock.advance(Duration::from_secs(24 * 3_600));
        assert_ne!(key_in(&install("third").await, &coast.cliffs), third);
    }
}

/// An application that makes itself key after key has the calls of one key; those of another business, and a key that the
/// owner granted, are others.
async fn keys_that_follow_each_other_are_counted_as_one(engine: Engine) {
    let rate = |number| NonZeroU32::new(number).unwrap();
    let call_rate = CallRate { per_minute: rate(60), burst: rate(8) };
    let server = TestServer::start_with(engine, None, Some(call_rate)).await;
    let coast = Coast::new(&server).await;
    let (key, first) = coast.install(&server, &coast.cliffs).await;
    for _ in 0..8 {
        assert_eq!(status(&first).await, 200);
    }
    assert_eq!(status(&first).await, 429);
    assert_eq!(coast.program.delete(&format!("{}/{key}", keys_of(&coast.cliffs))).await.status, 204);
    let (_, anew) = coast.install(&server, &coast.cliffs).await;
    assert_eq!(status(&anew).await, 429);
    let (_, instead) = coast.install(&server, &coast.cliffs).await;
    assert_eq!(status(&instead).await, 429);
    let (_, surf) = coast.install(&server, &coast.surf).await;
    assert_eq!(status(&surf).await, 200);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!((status(&instead).await, status(&instead).await), (200, 429));
    let cliffs = Visitor::new(&server);
    cliffs.sign_in("cliffs@example.com").await;
    let granted = allowed(&server, &cliffs, &coast.application, "availability_r").await;
    assert_eq!((status(&granted).await, status(&granted).await), (200, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_follow_each_other_are_counted_as_one_on_sqlite() {
    keys_that_follow_each_other_are_counted_as_one(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_follow_each_other_are_counted_as_one_on_postgres() {
    keys_that_follow_each_other_are_counted_as_one(Engine::Postgres).await;
}
