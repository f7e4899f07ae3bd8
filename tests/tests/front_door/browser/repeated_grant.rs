//! An application that asks again gets another key; new permissions are marked.

use super::*;
use slotkeeper_testkit::client::{call, parameter};
use slotkeeper_testkit::on_every_engine;
use std::time::Duration;

on_every_engine! {
    async fn asking_again_adds_a_key_and_the_earlier_one_keeps_its_own_set(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let page = scene.owner.allow(&scene.application.asks_for("bookings_rwd_own", Some("first"))).await;
        let first = parameter(&page.location(), "apiKey").expect("a key");
        server.clock.advance(Duration::from_secs(60 * 60));

        let browser = scene.owner_at(&server, Size::Phone).await;
        let more = "bookings_rw_own,customers_r_all,availability_r";
        browser.goto(&server.at(&scene.application.asks_for(more, Some("second")))).await;
        assert_says(&browser, &["You have allowed Ferry Desk before.", "What is new is marked."]).await;
        let new = ["Read all your customers. all new", "See what you offer and what is still free. new"];
        assert_eq!(texts(&browser, ".grants li.is-new").await, new);
        let known = "Make bookings, and read and change the bookings it made itself. own";
        assert_eq!(texts(&browser, ".grants li:not(.is-new)").await, [known]);
        browser.press("Allow").await;
        let arrived = scene.receiver.next().await;
        let second = parameter(&format!("?{}", arrived.query()), "apiKey").expect("a key");
        assert_ne!(first, second);
        assert_eq!(permissions(&server, &scene, &first).await, Some(json!(["bookings_rwd_own"])));
        let granted = json!(["availability_r", "bookings_rw_own", "customers_r_all"]);
        assert_eq!(permissions(&server, &scene, &second).await, Some(granted.clone()));

        browser.goto(&server.at("/backoffice/applications")).await;
        let granted_at = texts(&browser, "td[data-label=When]").await;
        assert_eq!(granted_at.len(), 2, "{granted_at:?}");
        browser.press("Revoke the key of 4 May 2026, 09:12").await;
        browser.wait_for_text("Revoke this key of").await;
        browser.press("Revoke the key").await;
        browser.wait_for_text("The key is revoked.").await;
        assert_eq!(texts(&browser, "td[data-label=When]").await, ["4 May 2026, 10:12"]);
        assert_eq!(permissions(&server, &scene, &first).await, None);
        assert_eq!(permissions(&server, &scene, &second).await, Some(granted));

        // What only the ended key allowed is new again.
        browser.goto(&server.at(&scene.application.asks_for("bookings_rwd_own", Some("third")))).await;
        assert_eq!(texts(&browser, ".grants li.is-new").await.len(), 1);
    }
}

/// What the key may, or nothing where it is refused.
async fn permissions(server: &TestServer, scene: &Scene, key: &str) -> Option<Value> {
    let mut answer = call(server, "/v2/settings/apikeyinfo", key, &scene.application.secret_key).await;
    assert!(matches!(answer.status, 200 | 401), "{answer:?}");
    (answer.status == 200).then(|| answer.body["permissions"].take())
}
