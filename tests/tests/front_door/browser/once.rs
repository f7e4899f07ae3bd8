//! One question, one answer, one key, however often a button is pressed.

use super::*;
use slotkeeper_testkit::client::{call, parameter};
use slotkeeper_testkit::on_every_engine;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

on_every_engine! {
    async fn a_double_click_makes_one_key(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let browser = scene.owner_at(&server, Size::Desktop).await;
        for round in 1..=3 {
            let state = format!("round{round}");
            browser.goto(&server.at(&scene.application.asks_for("availability_r", Some(&state)))).await;
            browser.double_click("Allow").await;
            browser.wait_for_url(|url| url.contains(&state) && url.contains("apiKey=")).await;
            assert_eq!(installed_keys(&scene.owner).await, round);
        }
        let arrived: BTreeSet<String> = scene.receiver.requests().iter().map(|one| one.query().to_owned()).collect();
        assert_eq!(arrived.len(), 3, "{arrived:?}");
    }

    /// Back to the question and Allow again leads to the same place with the same key; back after Deny, the owner can
    /// decide anew.
    async fn going_back_decides_nothing_twice(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let browser = scene.owner_at(&server, Size::Phone).await;
        let question = server.at(&scene.application.asks_for("availability_r", Some(STATE)));
        browser.goto(&question).await;
        browser.press("Allow").await;
        let first = scene.receiver.next().await;
        for _ in 0..2 {
            browser.wait_for_url(|url| url.contains("/callback")).await;
            browser.back().await;
            browser.wait_for_url(|url| url == question).await;
            browser.press("Allow").await;
            assert_eq!(scene.receiver.next().await.query(), first.query());
        }
        assert_eq!(installed_keys(&scene.owner).await, 1);

        browser.goto(&server.at(&scene.application.asks_for("bookings_r_all", Some("second")))).await;
        browser.press("Deny").await;
        assert_eq!(scene.receiver.next().await.query(), "success=false");
        browser.wait_for_url(|url| url.contains("/callback?success=false")).await;
        assert_eq!(installed_keys(&scene.owner).await, 1);
        browser.back().await;
        browser.wait_for_url(|url| url.contains("state=second")).await;
        // A browser may show the page as it kept it, with the answered question; asked for again, it is a new one.
        browser.session().refresh().await.expect("the page loads again");
        browser.press("Allow").await;
        browser.wait_for_text("received").await;
        let second = scene.receiver.next().await;
        let key = parameter(&format!("?{}", second.query()), "apiKey").expect("a key");
        let answer = call(&server, "/v2/settings/apikeyinfo", &key, &scene.application.secret_key).await;
        assert_eq!((answer.status, &answer.body["permissions"]), (200, &json!(["bookings_r_all"])));
        assert_eq!(installed_keys(&scene.owner).await, 2);
    }

    async fn twenty_presses_at_once_make_one_key(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let page = scene.owner.get(&scene.application.asks_for("availability_r", Some(STATE))).await;
        let answers = press_at_once(scene.owner, &page.hidden("question"), &["allow"; 20]).await;
        let (places, owner) = answers;
        let distinct: BTreeSet<&String> = places.iter().collect();
        assert_eq!((places.len(), distinct.len()), (20, 1), "{distinct:?}");
        assert!(places[0].contains("success=true&apiKey="), "{}", places[0]);
        assert_eq!(installed_keys(&owner).await, 1);
    }

    /// The first answer stands; pressing the other button shows a message, without a redirect.
    async fn of_two_answers_at_once_one_stands(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let page = scene.owner.get(&scene.application.asks_for("availability_r", Some(STATE))).await;
        let answers = ["allow", "deny"].repeat(8);
        let (places, owner) = press_at_once(scene.owner, &page.hidden("question"), &answers).await;
        let allowed = places.iter().filter(|place| place.contains("apiKey=")).count();
        let denied = places.iter().filter(|place| place.ends_with("success=false")).count();
        let refused = places.iter().filter(|place| *place == "409 Conflict").count();
        assert!(matches!((allowed, denied, refused), (8, 0, 8) | (0, 8, 8)), "{places:?}");
        assert_eq!(installed_keys(&owner).await, usize::from(allowed > 0));
    }
}

/// Sends all these answers to one question at the same time; where each led to, or its status.
async fn press_at_once(owner: Visitor, question: &str, answers: &[&'static str]) -> (Vec<String>, Arc<Visitor>) {
    let owner = Arc::new(owner);
    let mut presses = JoinSet::new();
    for answer in answers.iter().copied() {
        let (owner, question) = (Arc::clone(&owner), question.to_owned());
        presses.spawn(async move {
            let page = owner.post("/consent", &[("question", &question), ("answer", answer)]).await;
            if page.status.is_redirection() { page.location() } else { page.status.to_string() }
        });
    }
    (presses.join_all().await, owner)
}
