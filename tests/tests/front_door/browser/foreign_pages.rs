//! Pages of other sites cannot act with an owner's session.

use super::*;
use slotkeeper_testkit::on_every_engine;

on_every_engine! {
    /// Another port of the same host is the same site to a browser and sends the cookie along; another host is not.
    async fn a_page_in_a_frame_shows_nothing(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let browser = scene.owner_at(&server, Size::Desktop).await;
        let question = server.at(&scene.application.asks_for("availability_r", Some(STATE)));
        scene.receiver.page("/harmless", "<!doctype html><title>x</title><p>Anybody may frame this.</p>");
        let frames = format!("<!doctype html><title>x</title><iframe src=\"/harmless\"></iframe>\
            <iframe src=\"{}\"></iframe>", question.replace('&', "&amp;"));
        scene.receiver.page("/frames", frames);

        for page in [scene.receiver.url("/frames"), scene.receiver.foreign_url("/frames")] {
            browser.goto(&page).await;
            assert_eq!(in_frame(&browser, 0).await.trim(), "Anybody may frame this.");
            let inside = in_frame(&browser, 1).await;
            assert!(inside.contains("refused to connect"), "{inside}");
            assert!(!inside.contains("Ferry Desk") && !inside.contains("Sign in"), "{inside}");
        }
        let headers = scene.owner.get(&scene.application.asks_for("availability_r", Some(STATE))).await.headers;
        assert_eq!(headers["x-frame-options"], "DENY");
        let policy = headers["content-security-policy"].to_str().expect("a policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src"), "{policy}");
    }

    async fn a_form_from_elsewhere_is_refused(server: TestServer) {
        let scene = Scene::without_callback(&server).await;
        let installed = scene.developer.register("Old Desk", "").await;
        scene.owner.allow(&installed.asks_for("availability_r", None)).await;
        let browser = scene.owner_at(&server, Size::Desktop).await;
        browser.goto(&server.at(&scene.application.asks_for("availability_r", None))).await;
        let question = question_id(&browser).await;

        let uninstall = format!("/backoffice/applications/{}/uninstall", installed.id);
        let attacks = [
            ("/consent", vec![("question", question.as_str()), ("answer", "allow")]),
            (uninstall.as_str(), vec![]),
            ("/sign-out", vec![]),
            ("/sign-in", vec![("email", DEVELOPER), ("password", PASSWORD)]),
        ];
        for (path, fields) in &attacks {
            // Without a referrer, browsers say that the form comes from nowhere.
            for referrer in ["unsafe-url", "no-referrer"] {
                scene.receiver.page("/win", form(&server.at(path), fields, referrer));
                for page in [scene.receiver.url("/win"), scene.receiver.foreign_url("/win")] {
                    browser.goto(&page).await;
                    browser.press("Win a kayak").await;
                    browser.wait_for_text("This form came from somewhere else").await;
                }
            }
        }
        assert_eq!(installed_keys(&scene.owner).await, 1);
        browser.goto(&server.at("/backoffice")).await;
        assert_says(&browser, &["Harbour Lights", OWNER]).await;

        // Signing in as another user is impossible, too.
        browser.press("Sign out").await;
        browser.wait_for_text("You are signed out.").await;
        browser.goto(&scene.receiver.url("/win")).await;
        browser.press("Win a kayak").await;
        browser.wait_for_text("This form came from somewhere else").await;
        browser.goto(&server.at("/developer")).await;
        browser.wait_for_url(|url| url.contains("/sign-in?next=")).await;
    }
}

/// The text inside the nth frame of the page.
async fn in_frame(browser: &Browser, number: u16) -> String {
    browser.session().enter_frame(number).await.expect("a frame");
    let text = browser.text().await;
    browser.session().enter_default_frame().await.expect("the page around the frame");
    text
}

fn form(action: &str, fields: &[(&str, &str)], referrer: &str) -> String {
    let hidden = |(name, value): &(&str, &str)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    let fields: String = fields.iter().map(hidden).collect();
    format!(
        "<!doctype html><title>x</title><meta name=\"referrer\" content=\"{referrer}\">\
         <form method=\"post\" action=\"{action}\">{fields}<button>Win a kayak</button></form>"
    )
}
