//! Without a callback URL a grant is sent by e-mail, and a denial not at all.

use super::*;
use slotkeeper_testkit::client::call;
use slotkeeper_testkit::on_every_engine;

on_every_engine! {
    async fn a_key_is_sent_by_email_without_a_callback(server: TestServer) {
        let scene = Scene::without_callback(&server).await;
        let browser = scene.owner_at(&server, Size::Phone).await;
        browser.goto(&server.at("/backoffice/business-profile")).await;
        browser.fill("E-mail address", "hello@harbour-lights.example").await;
        browser.fill("Phone number", "+351 21 000 00 00").await;
        browser.fill("City", "Lisboa").await;
        browser.press("Save").await;
        browser.wait_for_text("Saved.").await;

        browser.goto(&server.at(&scene.application.asks_for("availability_r", None))).await;
        assert_says(&browser, &[&format!("{DEVELOPER} gets an e-mail with your contact details and a new key")]).await;
        browser.press("Allow").await;
        browser.wait_for_text("Ferry Desk is installed").await;
        assert_says(&browser, &[&format!("on its way to {DEVELOPER} by e-mail")]).await;

        let mail = server.email_to(DEVELOPER).await;
        assert_eq!(mail.subject, "Harbour Lights installed Ferry Desk");
        for part in ["availability_r", OWNER, "hello@harbour-lights.example", "+351 21 000 00 00", "Lisboa", "PT"] {
            assert!(mail.text.contains(part), "{part} is not in:\n{}", mail.text);
        }
        let key = mail.text.lines().skip_while(|line| *line != "API key").nth(1).expect("a line with the key").trim();
        let answer = call(&server, "/v2/settings/apikeyinfo", key, &scene.application.secret_key).await;
        assert_eq!((answer.status, &answer.body["permissions"]), (200, &json!(["availability_r"])));
    }

    /// A denial with a callback redirects without key and state; without a callback there is no message.
    async fn who_denies_installs_nothing(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let silent = scene.developer.register("Silent Desk", "").await;
        let browser = scene.owner_at(&server, Size::Desktop).await;

        browser.goto(&server.at(&scene.application.asks_for("bookings_rwd_all", Some(STATE)))).await;
        browser.press("Deny").await;
        assert_eq!(scene.receiver.next().await.query(), "success=false");
        browser.wait_for_url(|url| url == scene.receiver.url("/callback?success=false")).await;

        let mails = server.emails().await.len();
        browser.goto(&server.at(&silent.asks_for("bookings_rwd_all", None))).await;
        browser.press("Deny").await;
        browser.wait_for_text("Silent Desk was denied").await;
        assert_eq!(server.emails().await.len(), mails);

        assert_eq!(installed_keys(&scene.owner).await, 0);
        assert_eq!(scene.receiver.requests().len(), 1);
    }
}
