//! The page of the API, on which operations can be tried.

use super::{DEVELOPER, Scene, assert_says};
use serde_json::Value;
use slotkeeper_testkit::browser::{Browser, Size};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest;
use slotkeeper_testkit::server::TestServer;

on_every_engine! {
    async fn an_operation_is_tried_with_ones_own_keys(server: TestServer) {
        let scene = Scene::without_callback(&server).await;
        scene.owner.allow(&scene.application.asks_for("availability_r", None)).await;
        let api_key = server.key_emailed_to(DEVELOPER).await;
        let browser = Browser::open(Size::Desktop).await;
        browser.goto(&server.at("/docs#getSettingsApikeyinfo")).await;
        browser.fill("API key", &api_key).await;
        browser.fill("Secret key", "wrong").await;
        browser.press("Try it").await;
        browser.wait_for_text("GET /v2/settings/apikeyinfo: 401").await;
        browser.fill("Secret key", &scene.application.secret_key).await;
        browser.press("Try it").await;
        browser.wait_for_text("GET /v2/settings/apikeyinfo: 200").await;
        assert_says(&browser, &["availability_r"]).await;
        browser.close().await;
    }
}

on_every_engine! {
    /// With both keys there, the bodies of the two main calls are such that they can be sent as they stand.
    async fn the_main_calls_work_as_they_stand(server: TestServer) {
        let scene = Scene::without_callback(&server).await;
        scene.owner.allow(&scene.application.asks_for("availability_r,bookings_rw_own,customers_rw_own", None)).await;
        let api_key = server.key_emailed_to(DEVELOPER).await;
        server.offer(&api_key[api_key.len() - 10..], slotkeeper_testkit::catalogue::catalogue()).await;
        // The page asks for the days that come, by the machine's clock.
        server.clock.set_to_machine();
        let browser = Browser::open(Size::Phone).await;
        browser.goto(&server.at("/docs#postHolds")).await;
        browser.fill("API key", &api_key).await;
        browser.fill("Secret key", &scene.application.secret_key).await;
        // Leaving the field says that it is filled in.
        browser.press("Try it").await;
        let holds = "return document.getElementById('postHolds-body').value.includes('312')";
        browser.wait_until(holds).await;
        browser.press("Try it").await;
        browser.wait_for_text("POST /v2/holds: 201").await;
        browser.goto(&server.at("/docs#postBookings")).await;
        browser.fill("API key", &api_key).await;
        browser.fill("Secret key", &scene.application.secret_key).await;
        browser.press("Try it").await;
        browser.wait_until("return document.getElementById('postBookings-body').value.includes('312')").await;
        browser.press("Try it").await;
        browser.wait_for_text("POST /v2/bookings: 201").await;
        browser.close().await;
    }
}

/// Without scripts nothing on the page asks to be typed into or pressed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_nothing_can_be_tried() {
    let server = TestServer::start(slotkeeper_testkit::server::Engine::Sqlite).await;
    let page = reqwest::get(server.at("/docs")).await.unwrap().text().await.unwrap();
    assert!(!page.contains("Try it"), "the script makes the buttons");
    let styles = reqwest::get(server.at("/static/style.css")).await.unwrap().text().await.unwrap();
    assert!(styles.contains("html:not(.scripts) .needs-scripts { display: none; }"));
    let typed = page.matches("<input").count() + page.matches("<textarea").count();
    let hidden = page.matches("class=\"needs-scripts\"><input").count()
        + page.matches("<div class=\"field needs-scripts\">").count()
        + 2;
    assert_eq!(typed, hidden, "the two keys stand in a form that needs scripts");
    assert!(page.contains("<form class=\"keys needs-scripts\"") && page.contains("<noscript><pre>{"));
}

/// The document for programs is the one the page is made of, with this server's address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_get_the_document() {
    let server = TestServer::start(slotkeeper_testkit::server::Engine::Sqlite).await;
    let text = reqwest::get(server.at("/openapi.json")).await.unwrap().text().await.unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], format!("{}/v2", server.url));
}
