//! A developer's applications: registering, changing, replacing the secret key.

use slotkeeper_testkit::client::{Visitor, call};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::StatusCode;
use slotkeeper_testkit::server::{Engine, TestServer};
use std::time::Duration;

/// A key pair that works: a developer's application, installed by an owner without a callback.
async fn installed(server: &TestServer) -> (Visitor, slotkeeper_testkit::client::Application, String) {
    let developer = Visitor::developer(server, "dana@example.com").await;
    let application = developer.register("Harbour Desk", "").await;
    let owner = Visitor::owner(server, "olivia@example.com").await;
    owner.allow(&application.asks_for("availability_r", None)).await;
    let api_key = server.key_emailed_to("dana@example.com").await;
    (developer, application, api_key)
}

on_every_engine! {
    /// The secret key is on the page after registering, and on no other.
    async fn the_secret_key_is_shown_once(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "https://desk.example/cb?tenant=1").await;
        assert_eq!((application.id.len(), application.secret_key.len()), (12, 32));
        for path in ["/developer".to_owned(), format!("/developer/applications/{}", application.id)] {
            let page = developer.get(&path).await;
            page.assert_says("Harbour Desk");
            assert!(!page.html.contains(&application.secret_key));
        }
    }

    /// A form that is sent twice registers one application.
    async fn a_name_is_registered_once(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        developer.register("Harbour Desk", "").await;
        let again = developer.post("/developer/applications", &[("name", "Harbour Desk")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        again.assert_says("You have an application of this name already");
        Visitor::developer(&server, "other@example.com").await.register("Harbour Desk", "").await;
    }

    /// The callback URL is added, changed and removed at any time, exactly as it was written, or refused with a reason.
    async fn the_callback_url_is_kept_exactly(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "").await;
        let page = format!("/developer/applications/{}", application.id);
        let callback = format!("{page}/callback");
        for exact in ["https://Desk.Example:443/Cb/?a=%7e&b", "http://127.0.0.1:9/cb"] {
            let saved = developer.post(&callback, &[("callback_url", exact)]).await;
            assert_eq!(saved.location(), format!("{page}?notice=saved"));
            developer.get(&page).await.assert_says(&format!("value=\"{}\"", exact.replace('&', "&#38;")));
        }
        for (wrong, reason) in [
            ("http://desk.example/cb", "Use https"),
            ("desk.example", "not a complete address"),
            ("https://desk.example/#x", "from # on"),
            ("https://desk.example/?state=1", "must not contain"),
        ] {
            let refused = developer.post(&callback, &[("callback_url", wrong)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            refused.assert_says(reason);
            refused.assert_says(wrong);
        }
        developer.get(&page).await.assert_says("http://127.0.0.1:9/cb");
        let removed = developer.post(&callback, &[("callback_url", "https://x.example"), ("remove", "yes")]).await;
        assert_eq!(removed.location(), format!("{page}?notice=callback-removed"));
        developer.get(&page).await.assert_says("there is no callback URL");
    }

    /// The builder shows the finished URL for what is ticked, with a state where one is needed.
    async fn the_builder_shows_the_url(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "https://desk.example/cb").await;
        let path = format!(
            "/developer/applications/{}?permissions=availability_r&permissions=bookings_rw_own&permissions=fly",
            application.id
        );
        let built = developer.get(&path).await.copied("Authorization URL, with a placeholder");
        let expected = format!("/?authappid={}&permissions=bookings_rw_own,availability_r&state=RANDOM_TOKEN", application.id);
        assert_eq!(built, server.at(&expected));
    }

    /// The builder reports missing permissions, and only when the URL was requested.
    async fn the_builder_wants_a_permission(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "").await;
        let path = format!("/developer/applications/{}", application.id);
        let wanted = "Tick at least one permission.";
        assert!(!developer.get(&path).await.html.contains(wanted));
        developer.get(&format!("{path}?show=url")).await.assert_says(wanted);
        let built = developer.get(&format!("{path}?permissions=availability_r&show=url")).await;
        assert!(!built.html.contains(wanted));
        let address = server.at(&format!("/?authappid={}&permissions=availability_r", application.id));
        assert_eq!(built.copied("Authorization URL, ready to send"), address);
    }

    /// A developer sees no other developer's applications.
    async fn a_foreign_application_is_not_there(server: TestServer) {
        let (developer, application, _) = installed(&server).await;
        let other = Visitor::developer(&server, "other@example.com").await;
        let page = format!("/developer/applications/{}", application.id);
        assert_eq!(other.get(&page).await.status, StatusCode::NOT_FOUND);
        let current = developer.get(&page).await.hidden("current");
        for (form, fields) in [
            ("callback", vec![("callback_url", "https://evil.example")]),
            ("description", vec![("description", "Evil")]),
            ("secret", vec![("current", current.as_str()), ("overlap", "now")]),
        ] {
            assert_eq!(other.post(&format!("{page}/{form}"), &fields).await.status, StatusCode::NOT_FOUND, "{form}");
        }
        let owner = Visitor::new(&server);
        owner.sign_in("olivia@example.com").await;
        assert_eq!(owner.get(&page).await.status, StatusCode::FORBIDDEN);
    }

    /// The old secret key works for the overlap that was chosen, and not a second longer.
    async fn a_replaced_secret_key_overlaps(server: TestServer) {
        let (developer, application, api_key) = installed(&server).await;
        let works = async |key: &str| call(&server, "/v2/settings/apikeyinfo", &api_key, key).await.status;

        let first = application.secret_key.clone();
        let second = developer.replace_secret(&application.id, "1h").await.copied("Secret key");
        assert_eq!((works(&first).await, works(&second).await), (200, 200));
        server.clock.advance(Duration::from_secs(3_599));
        assert_eq!((works(&first).await, works(&second).await), (200, 200));
        server.clock.advance(Duration::from_secs(1));
        assert_eq!((works(&first).await, works(&second).await), (401, 200));

        let third = developer.replace_secret(&application.id, "now").await.copied("Secret key");
        assert_eq!((works(&second).await, works(&third).await), (401, 200));
        let unknown = developer.replace_secret(&application.id, "1y").await;
        assert_eq!((unknown.status, works(&third).await), (StatusCode::BAD_REQUEST, 200));
    }

    /// The form sent twice, as by reloading the page that shows the new key, replaces it once.
    async fn a_form_sent_twice_replaces_the_key_once(server: TestServer) {
        let (developer, application, api_key) = installed(&server).await;
        let page = format!("/developer/applications/{}", application.id);
        let current = developer.get(&page).await.hidden("current");
        let replace = async || {
            developer.post(&format!("{page}/secret"), &[("current", current.as_str()), ("overlap", "now")]).await
        };
        let second = replace().await.copied("Secret key");
        let again = replace().await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        again.assert_says("The secret key was replaced already");
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &api_key, &second).await.status, 200);
    }

    /// However often the key was replaced with an overlap, ending the old ones now ends all of them.
    async fn ending_now_ends_every_old_key(server: TestServer) {
        let (developer, application, api_key) = installed(&server).await;
        let mut keys = vec![application.secret_key.clone()];
        loop {
            let page = developer.replace_secret(&application.id, "7d").await;
            if page.status == StatusCode::CONFLICT {
                page.assert_says("Too many secret keys overlap");
                break;
            }
            keys.push(page.copied("Secret key"));
        }
        assert_eq!(keys.len(), 20);
        for key in [&keys[0], &keys[19]] {
            assert_eq!(call(&server, "/v2/settings/apikeyinfo", &api_key, key).await.status, 200);
        }
        let last = developer.replace_secret(&application.id, "now").await.copied("Secret key");
        for key in &keys {
            assert_eq!(call(&server, "/v2/settings/apikeyinfo", &api_key, key).await.status, 401);
        }
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &api_key, &last).await.status, 200);
    }

    /// A developer ends one authorization: its key is refused at the next call. Another developer cannot.
    async fn a_developer_ends_an_authorization(server: TestServer) {
        let (developer, application, api_key) = installed(&server).await;
        let page = developer.get(&format!("/developer/applications/{}", application.id)).await;
        page.assert_says("Harbour Lights");
        let end = page.html.split("href=\"").find(|part| part.contains("/end\"")).expect("a link to end");
        let end = end.split('"').next().expect("an address");

        let other = Visitor::developer(&server, "other@example.com").await;
        assert_eq!(other.post(end, &[]).await.status, StatusCode::NOT_FOUND);
        let others = other.register("Other", "").await;
        assert_eq!(other.post(&end.replace(&application.id, &others.id), &[]).await.status, StatusCode::NOT_FOUND);
        let secret_key = &application.secret_key;
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &api_key, secret_key).await.status, 200);

        developer.get(end).await.assert_says("Revoke this key?");
        assert!(developer.post(end, &[]).await.location().contains("notice=ended"));
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &api_key, secret_key).await.status, 401);
        assert_eq!(developer.post(end, &[]).await.status, StatusCode::NOT_FOUND);
    }
}

/// A key that is ended on one node is dead there at once, and on every other within a second, should that hear nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_key_is_dead_on_every_node_within_a_second() {
    let server = TestServer::start(Engine::Postgres).await;
    let other = server.another_node().await;
    let (developer, application, api_key) = installed(&server).await;
    let works = async |server: &TestServer| {
        call(server, "/v2/settings/apikeyinfo", &api_key, &application.secret_key).await.status == 200
    };
    assert!(works(&server).await && works(&other).await);
    let fresh = developer.replace_secret(&application.id, "now").await.copied("Secret key");
    assert!(!works(&server).await);
    // The new one works everywhere at once.
    assert_eq!(call(&other, "/v2/settings/apikeyinfo", &api_key, &fresh).await.status, 200);
    server.clock.advance(Duration::from_secs(1));
    assert!(!works(&other).await);
}
