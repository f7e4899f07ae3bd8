//! The consent page over plain HTTP: requests that a browser does not make.

use slotkeeper_testkit::client::{Application, Visitor, call, parameter};
use slotkeeper_testkit::reqwest::StatusCode;
use slotkeeper_testkit::server::TestServer;
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

/// A developer's application with a callback, and the owner of a business.
async fn world(server: &TestServer) -> (Application, Visitor) {
    let developer = Visitor::developer(server, "dana@example.com").await;
    let application = developer.register("Harbour Desk", "https://desk.example/cb?tenant=7").await;
    (application, Visitor::owner(server, "olivia@example.com").await)
}

/// How many keys the owner's page shows.
async fn keys(owner: &Visitor) -> usize {
    owner.get("/backoffice/applications").await.html.matches("data-label=\"Last used\"").count()
}

on_every_engine! {
    /// The redirect goes to the callback, after its own query; the state comes back byte for byte.
    async fn the_state_comes_back_byte_for_byte(server: TestServer) {
        let (application, owner) = world(&server).await;
        for state in ["plain", "a%2Fb+c%20d~%E2%9C%93=", "%00%ff", "x=y?z/!$()*,;:@", "%", "%zz+"] {
            let page = owner.allow(&application.asks_for("availability_r", Some(state))).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER);
            let location = page.location();
            assert!(location.starts_with("https://desk.example/cb?tenant=7&success=true&apiKey=A"), "{location}");
            assert!(location.ends_with(&format!("&state={state}")), "{location}");
        }
        assert_eq!(keys(&owner).await, 6);
    }

    /// The state survives signing in in between as well.
    async fn the_state_survives_signing_in(server: TestServer) {
        let (application, _) = world(&server).await;
        let state = "a%2Fb+c%20d%26e%3D";
        let visitor = Visitor::new(&server);
        let to_sign_in = visitor.get(&application.asks_for("availability_r", Some(state))).await.location();
        let next = visitor.get(&to_sign_in).await.hidden("next").replace("&#38;", "&");
        let fields = [("email", "olivia@example.com"), ("password", slotkeeper_testkit::client::PASSWORD), ("next", &next)];
        let back = visitor.post("/sign-in", &fields).await.location();
        assert_eq!(back, application.asks_for("availability_r", Some(state)));
        assert!(visitor.allow(&back).await.location().ends_with(&format!("&state={state}")));
    }

    /// An owner who has no account yet comes back to the question after opening one.
    async fn the_question_survives_signing_up(server: TestServer) {
        let (application, _) = world(&server).await;
        let asks = application.asks_for("availability_r", Some("a%2Fb+c%20d"));
        let visitor = Visitor::new(&server);
        let sign_in = visitor.get(&asks).await.location();
        let page = visitor.get(&sign_in).await;
        page.assert_says("An application asks for access to a business");
        let link = |html: &str, path: &str| {
            let start = html.find(&format!("href=\"{path}?")).expect("a link that carries the question") + 6;
            html[start..].split('"').next().expect("an address").to_owned()
        };
        let choice = visitor.get(&link(&page.html, "/sign-up")).await;
        let next = visitor.get(&link(&choice.html, "/sign-up/business")).await.hidden("next").replace("&#38;", "&");
        let fields = [("name", "Pier"), ("country", "PT"), ("zone", "Europe/Lisbon"), ("currency", "EUR"),
            ("language", "en-GB"), ("person_name", "Otto"), ("email", "otto@example.com"),
            ("password", slotkeeper_testkit::client::PASSWORD), ("next", &next)];
        assert_eq!(visitor.post("/sign-up/business", &fields).await.location(), asks);
    }

    /// The same question in two tabs, both opened before either is answered, makes one key; so do many presses at once.
    async fn one_question_makes_one_key(server: TestServer) {
        let (application, owner) = world(&server).await;
        let asks = application.asks_for("availability_r", Some("once"));
        let (one, two) = (owner.get(&asks).await.hidden("question"), owner.get(&asks).await.hidden("question"));
        assert_ne!(one, two);
        let press = async |question: &str| {
            owner.post("/consent", &[("question", question), ("answer", "allow")]).await.location()
        };
        let questions = [one.as_str(), &two, &one, &two, &one, &two, &one, &two, &one, &two, &one, &two];
        let mut redirects = join_all(questions.map(press)).await;
        redirects.dedup();
        assert_eq!(redirects.len(), 1, "all presses lead to the same place");
        assert_eq!(keys(&owner).await, 1);
        let key = parameter(&redirects[0], "apiKey").expect("a key");
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &key, &application.secret_key).await.status, 200);
        owner.get(&asks).await.assert_says("You allowed this a moment ago");
    }

    /// The first answer stands: deny after allow and allow after deny show a message, and change nothing.
    async fn an_answer_stands(server: TestServer) {
        let (application, owner) = world(&server).await;
        let question = owner.get(&application.asks_for("availability_r", Some("s"))).await.hidden("question");
        let denied = owner.post("/consent", &[("question", &question), ("answer", "deny")]).await;
        assert_eq!(denied.location(), "https://desk.example/cb?tenant=7&success=false");
        let allowed = owner.post("/consent", &[("question", &question), ("answer", "allow")]).await;
        assert_eq!(allowed.status, StatusCode::CONFLICT);
        allowed.assert_says("You have denied this");
        assert_eq!(owner.post("/consent", &[("question", &question), ("answer", "deny")]).await.location(), denied.location());
        assert_eq!(keys(&owner).await, 0);

        let question = owner.get(&application.asks_for("availability_r", Some("s"))).await.hidden("question");
        let allowed = owner.post("/consent", &[("question", &question), ("answer", "allow")]).await;
        assert!(allowed.location().starts_with("https://desk.example/cb?tenant=7&success=true"));
        let denied = owner.post("/consent", &[("question", &question), ("answer", "deny")]).await;
        assert_eq!(denied.status, StatusCode::CONFLICT);
        denied.assert_says("You have allowed this");
        assert_eq!(keys(&owner).await, 1);

        // The same when the question is opened once more, and in a tab that was open before it was allowed.
        let asks = application.asks_for("availability_r", Some("t"));
        let earlier_tab = owner.get(&asks).await.hidden("question");
        assert!(owner.allow(&asks).await.location().contains("success=true"));
        let opened_again = owner.get(&asks).await.hidden("question");
        for question in [&opened_again, &earlier_tab] {
            let denied = owner.post("/consent", &[("question", question), ("answer", "deny")]).await;
            assert_eq!(denied.status, StatusCode::CONFLICT, "{question}");
            denied.assert_says("You have allowed this");
        }
        assert_eq!(keys(&owner).await, 2);
    }

    /// The redirect goes where the page said, whatever the developer changes meanwhile.
    async fn the_answer_goes_where_the_page_said(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "https://desk.example/cb").await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let page = owner.get(&application.asks_for("availability_r", Some("s"))).await;
        page.assert_says("<strong>desk.example</strong>");
        let callback = format!("/developer/applications/{}/callback", application.id);
        let saved = developer.post(&callback, &[("callback_url", "https://other.example/cb")]).await;
        assert!(saved.location().contains("notice=saved"));
        let allowed = owner.post("/consent", &[("question", &page.hidden("question")), ("answer", "allow")]).await;
        assert!(allowed.location().starts_with("https://desk.example/cb?success=true"), "{}", allowed.location());
        // The next question says the new address.
        owner.get(&application.asks_for("availability_r", Some("t"))).await.assert_says("<strong>other.example</strong>");
    }

    /// Questions are limited for an owner whose browser is made to ask over and over; other owners are not affected.
    async fn questions_are_limited(server: TestServer) {
        let (application, owner) = world(&server).await;
        let asks = application.asks_for("availability_r", Some("s"));
        for _ in 0..100 {
            assert_eq!(owner.get(&asks).await.status, StatusCode::OK);
        }
        let page = owner.get(&asks).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(page.headers.contains_key("retry-after"));
        let other = Visitor::owner(&server, "otto@example.com").await;
        assert_eq!(other.get(&asks).await.status, StatusCode::OK);
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(owner.get(&asks).await.status, StatusCode::OK);
    }

    /// What belongs to another account is not there, by whatever id it is asked for.
    async fn of_another_account_nothing_is_there(server: TestServer) {
        let (application, owner) = world(&server).await;
        owner.colleague(&server, "manager", "marco@example.com").await;
        let redirect = owner.allow(&application.asks_for("availability_r", Some("one"))).await.location();
        owner.allow(&application.asks_for("availability_r", Some("two"))).await;
        let page = owner.get("/backoffice/applications").await.html;
        let team = owner.get("/backoffice/team").await.html;
        let mut links: Vec<&str> = page.split('"').chain(team.split('"')).filter(|part| {
            part.ends_with("/uninstall") || part.ends_with("/end") || part.ends_with("/remove")
        }).collect();
        links.sort_unstable();
        assert_eq!(links.len(), 4, "{links:?}");

        let stranger = Visitor::owner(&server, "otto@example.com").await;
        for link in links {
            assert_eq!(owner.get(link).await.status, StatusCode::OK, "{link}");
            assert_eq!(stranger.get(link).await.status, StatusCode::NOT_FOUND, "{link}");
            assert_eq!(stranger.post(link, &[]).await.status, StatusCode::NOT_FOUND, "{link}");
        }
        assert_eq!(keys(&owner).await, 2);
        let key = parameter(&redirect, "apiKey").expect("a key");
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &key, &application.secret_key).await.status, 200);
    }

    /// Ending and uninstalling twice says so, and is no mistake.
    async fn ending_twice_is_no_mistake(server: TestServer) {
        let (application, owner) = world(&server).await;
        owner.allow(&application.asks_for("availability_r", Some("one"))).await;
        owner.allow(&application.asks_for("availability_r", Some("two"))).await;
        let page = owner.get("/backoffice/applications").await.html;
        let end = page.split('"').find(|part| part.ends_with("/end")).expect("a link").to_owned();
        for notice in ["ended", "ended-before"] {
            assert_eq!(owner.post(&end, &[]).await.location(), format!("/backoffice/applications?notice={notice}"));
        }
        assert_eq!(keys(&owner).await, 1);
        let uninstall = format!("/backoffice/applications/{}/uninstall", application.id);
        for notice in ["uninstalled", "uninstalled-before"] {
            assert_eq!(owner.post(&uninstall, &[]).await.location(), format!("/backoffice/applications?notice={notice}"));
        }
        owner.get("/backoffice/applications?notice=uninstalled-before").await.assert_says("was uninstalled already");
    }

    /// A question is bound to the session it was asked in: not even the same owner's other browser can answer it.
    async fn a_question_is_bound_to_its_session(server: TestServer) {
        let (application, owner) = world(&server).await;
        let question = owner.get(&application.asks_for("availability_r", Some("s"))).await.hidden("question");
        let other_browser = Visitor::new(&server);
        other_browser.sign_in("olivia@example.com").await;
        let other_owner = Visitor::owner(&server, "otto@example.com").await;
        for stranger in [&other_browser, &other_owner] {
            let page = stranger.post("/consent", &[("question", &question), ("answer", "allow")]).await;
            assert_eq!(page.status, StatusCode::GONE);
        }
        assert_eq!((keys(&owner).await, keys(&other_owner).await), (0, 0));
        owner.post("/sign-out", &[]).await;
        let late = owner.post("/consent", &[("question", &question), ("answer", "allow")]).await;
        assert!(late.location().starts_with("/sign-in"));
    }

    /// What an application says to recognise the answer by is kept while the question can be answered or found again: after a refusal
    /// no more, and of no question for longer than a quarter of an hour.
    async fn a_state_is_kept_as_long_as_it_is_needed(server: TestServer) {
        let (application, _) = world(&server).await;
        let owner = Visitor::new(&server);
        let signed_in = owner.sign_in("olivia@example.com").await;
        let session = signed_in.headers["set-cookie"].to_str().expect("text").split(['=', ';']).nth(1).expect("a token");
        let ask = async |state| owner.get(&application.asks_for("availability_r", Some(state))).await.hidden("question");
        let questions = [ask("refused").await, ask("agreed-to").await, ask("open").await];
        let [refused, agreed, _] = &questions;
        let kept = async || {
            let kept = questions.each_ref().map(|question| server.state_of_question(session, question));
            join_all(kept).await
        };
        let text = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(kept().await, [text("refused"), text("agreed-to"), text("open")]);
        for (question, answer) in [(refused, "deny"), (agreed, "allow")] {
            let answered = owner.post("/consent", &[("question", question), ("answer", answer)]).await;
            assert_eq!(answered.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(kept().await, [Some(None), text("agreed-to"), text("open")]);
        // A millisecond has passed with each answer.
        server.clock.advance(Duration::from_millis(15 * 60 * 1_000 - 3));
        server.run_jobs().await;
        assert_eq!(kept().await, [Some(None), text("agreed-to"), text("open")]);
        assert_eq!(ask("agreed-to").await, *agreed);
        server.clock.advance(Duration::from_millis(1));
        server.run_jobs().await;
        assert_eq!(kept().await, [None, None, None]);
    }

    /// What was uninstalled in between is not brought back by pressing the button again.
    async fn an_ended_key_is_not_brought_back(server: TestServer) {
        let (application, owner) = world(&server).await;
        let asks = application.asks_for("availability_r", Some("s"));
        let question = owner.get(&asks).await.hidden("question");
        let press = async || owner.post("/consent", &[("question", &question), ("answer", "allow")]).await;
        let first = parameter(&press().await.location(), "apiKey").expect("a key");
        let uninstall = format!("/backoffice/applications/{}/uninstall", application.id);
        assert_eq!(owner.post(&uninstall, &[]).await.location(), "/backoffice/applications?notice=uninstalled");
        assert_eq!(press().await.status, StatusCode::CONFLICT);
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &first, &application.secret_key).await.status, 401);
        let again = parameter(&owner.allow(&asks).await.location(), "apiKey").expect("a new key");
        assert_ne!(first, again);
        assert_eq!(call(&server, "/v2/settings/apikeyinfo", &again, &application.secret_key).await.status, 200);
    }

    /// The page may not be framed or kept, has no script, and lets its form lead to the callback and, as that may lead on, to https.
    async fn the_page_is_closed(server: TestServer) {
        let (application, owner) = world(&server).await;
        let page = owner.get(&application.asks_for("availability_r", Some("s"))).await;
        assert_eq!(
            page.headers["content-security-policy"],
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https://desk.example https:; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(page.headers["x-frame-options"], "DENY");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
        assert!(!page.html.contains("<script") && !page.html.contains("javascript:") && !page.html.contains("style="));
    }

    /// Uninstalling ends every key of the application in this business, and no other's.
    async fn uninstalling_ends_all_keys_here(server: TestServer) {
        let (application, owner) = world(&server).await;
        let other_owner = Visitor::owner(&server, "otto@example.com").await;
        let mut api_keys = Vec::new();
        for (owner, state) in [(&owner, "1"), (&owner, "2"), (&other_owner, "3")] {
            let redirect = owner.allow(&application.asks_for("availability_r", Some(state))).await.location();
            api_keys.push(parameter(&redirect, "apiKey").expect("a key"));
        }
        let uninstall = format!("/backoffice/applications/{}/uninstall", application.id);
        owner.get(&uninstall).await.assert_says("All its 2 keys");
        owner.post(&uninstall, &[]).await;
        let mut statuses = Vec::new();
        for key in &api_keys {
            statuses.push(call(&server, "/v2/settings/apikeyinfo", key, &application.secret_key).await.status);
        }
        assert_eq!(statuses, [401, 401, 200]);
        assert_eq!(owner.get(&uninstall).await.status, StatusCode::NOT_FOUND);
    }
}
