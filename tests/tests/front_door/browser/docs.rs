//! The page of the API, which tries what it tells.

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
        let api_key = server.key_mailed_to(DEVELOPER).await;
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

/// The document for programs is the one the page is made of, with this server's address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_get_the_document() {
    let server = TestServer::start(slotkeeper_testkit::server::Engine::Sqlite).await;
    let text = reqwest::get(server.at("/openapi.json")).await.unwrap().text().await.unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], format!("{}/v2", server.url));
}
