//! Links that cannot be answered show a page with help; none redirects to the application.

use super::*;
use slotkeeper_testkit::on_every_engine;
use std::time::Duration;

on_every_engine! {
    async fn a_question_is_answered_in_time_or_not_at_all(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let browser = scene.owner_at(&server, Size::Phone).await;
        for button in ["Allow", "Deny"] {
            browser.goto(&server.at(&scene.application.asks_for("availability_r", Some(STATE)))).await;
            server.clock.advance(Duration::from_secs(16 * 60));
            browser.press(button).await;
            browser.wait_for_text("This question has expired").await;
        }
        assert_eq!(installed_keys(&scene.owner).await, 0);
        assert_eq!(scene.receiver.requests().len(), 0);
    }

    async fn only_the_owner_is_asked(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        scene.owner.colleague(&server, "manager", "max@harbour-lights.example").await;
        scene.owner.colleague(&server, "staff", "sam@harbour-lights.example").await;
        let question = server.at(&scene.application.asks_for("availability_r", Some(STATE)));
        let browser = Browser::open(Size::Phone).await;
        for (email, heading, text) in [
            ("max@harbour-lights.example", "Only the owner can decide this", "You are signed in as a manager."),
            ("sam@harbour-lights.example", "Only the owner can decide this", "You are signed in as a member of staff."),
            (DEVELOPER, "A developer account cannot install applications", "create a business account"),
        ] {
            browser.goto(&question).await;
            browser.wait_for_url(|url| url.contains("/sign-in?next=")).await;
            fill_in_sign_in(&browser, email).await;
            browser.wait_for_url(|url| url == question).await;
            assert_nothing_to_decide(&browser, heading).await;
            assert_says(&browser, &[text]).await;
            browser.press("Sign in as another user").await;
            browser.wait_for_text("You are signed out.").await;
        }
        // Another user who signs in comes back to the question.
        fill_in_sign_in(&browser, OWNER).await;
        browser.wait_for_url(|url| url == question).await;
        browser.wait_for_text("Allow").await;
        assert_eq!(scene.receiver.requests().len(), 0);
    }

    /// The same pages with and without a session: an invalid link does not ask for a sign-in.
    async fn a_damaged_link_says_what_is_wrong_with_it(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let id = &scene.application.id;
        let unconfirmed = unconfirmed_application(&server).await;
        let links = [
            ("authappid=AAAAAAAAAAAA&permissions=availability_r&state=x".to_owned(), "There is no such application"),
            ("permissions=availability_r&state=x".to_owned(), "There is no such application"),
            (format!("authappid={id}&state=x"), "The application asks for nothing"),
            (format!("authappid={id}&permissions=&state=x"), "The application asks for nothing"),
            (format!("authappid={id}&permissions=availability_r,fly_rw,%3Cb%3E&state=x"), "that does not exist"),
            (format!("authappid={id}&permissions=availability_r"), "The link is not complete"),
            (format!("authappid={id}&permissions=availability_r&state="), "The link is not complete"),
            (format!("authappid={id}&permissions=availability_r&state=x&state=y"), "The link is not clear"),
            (format!("authappid={id}&permissions=availability_r&state={}", "x".repeat(2_001)), "The link is damaged"),
            (format!("authappid={unconfirmed}&permissions=availability_r"), "The developer is not confirmed"),
        ];
        let browser = Browser::open(Size::Desktop).await;
        for signed_in in [false, true] {
            if signed_in {
                sign_in(&browser, &server, OWNER).await;
            }
            for (query, heading) in &links {
                let address = server.at(&format!("/?{query}"));
                browser.goto(&address).await;
                assert_eq!(browser.url().await, address);
                assert_nothing_to_decide(&browser, heading).await;
                if query.contains("fly_rw") {
                    assert_eq!(texts(&browser, "main li code").await, ["fly_rw", "<b>"]);
                }
            }
        }
        assert_eq!(installed_keys(&scene.owner).await, 0);
        assert_eq!(scene.receiver.requests().len(), 0);
    }
}

async fn assert_nothing_to_decide(browser: &Browser, heading: &str) {
    let headings = texts(browser, "h1").await;
    assert!(headings.len() == 1 && headings[0].contains(heading), "{heading} is not {headings:?}");
    let buttons = texts(browser, "main button").await;
    assert!(buttons.iter().all(|button| button == "Sign in as another user"), "{buttons:?}");
}

/// The id of an application whose developer has not confirmed the address.
async fn unconfirmed_application(server: &TestServer) -> String {
    let developer = Visitor::new(server);
    let email = "hasty@example.com";
    let fields = [("name", "Hasty"), ("person_name", "Hugo"), ("email", email), ("password", PASSWORD)];
    assert_eq!(developer.post("/sign-up/developer", &fields).await.location(), "/developer");
    developer.register("Hasty Desk", "").await.id
}
