//! The layout around the pages, and what is kept after a detour.

use slotkeeper_testkit::client::{Page, Visitor, call};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::{Client, StatusCode};

const QUESTION: &str = "Do you allow this application to work with";

fn has_frame(page: &Page, email: &str) -> bool {
    page.html.contains(email)
        && page.html.contains("Sign out")
        && page.html.contains("href=\"/backoffice/applications\"")
}

on_every_engine! {
    /// A user who signs out of a question, to use another account, comes back to it.
    async fn a_question_survives_signing_in_as_another_user(server: TestServer) {
        let application = Visitor::developer(&server, "dana@example.com").await.register("Desk", "https://desk.example/cb").await;
        let right = Visitor::owner(&server, "right@example.com").await;
        let manager = right.colleague(&server, "manager", "manager@example.com").await;
        let wrong = Visitor::owner(&server, "wrong@example.com").await;
        let asked = application.asks_for("availability_r,bookings_rw_own", Some("s%2Ft%261"));
        for visitor in [wrong, manager] {
            let page = visitor.get(&asked).await;
            let next = page.hidden("next").replace("&#38;", "&").replace("&amp;", "&");
            assert_eq!(next, asked);
            let out = visitor.post("/sign-out", &[("next", &next)]).await.location();
            let signing_in = visitor.get(&out).await;
            signing_in.assert_says("You are signed out.");
            signing_in.assert_says("An application asks for access to a business.");
            let next = signing_in.hidden("next").replace("&#38;", "&").replace("&amp;", "&");
            let fields = [("email", "right@example.com"), ("password", slotkeeper_testkit::client::PASSWORD), ("next", &next)];
            let back = visitor.post("/sign-in", &fields).await.location();
            assert_eq!(back, asked);
            let page = visitor.get(&back).await;
            page.assert_says(QUESTION);
            let answer = [("question", &*page.hidden("question")), ("answer", "allow")];
            let allowed = visitor.post("/consent", &answer).await.location();
            assert!(allowed.ends_with("&state=s%2Ft%261") || allowed.contains("state=s%2Ft%261&"), "{allowed}");
        }
    }

    /// What is not found or not taken still says who is signed in and leads on; a stranger sees no more than before.
    async fn error_pages_keep_the_frame(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let stranger = Visitor::new(&server);
        for (path, status) in [
            ("/nowhere", StatusCode::NOT_FOUND),
            ("/backoffice/nowhere", StatusCode::NOT_FOUND),
            ("/backoffice/applications/ABCDEFGHIJ12/uninstall", StatusCode::NOT_FOUND),
            ("/backoffice/authorizations/%FE/end", StatusCode::NOT_FOUND),
            ("/consent", StatusCode::METHOD_NOT_ALLOWED),
            ("/?authappid=nothing&permissions=availability_r", StatusCode::NOT_FOUND),
            ("/choose-password/used", StatusCode::NOT_FOUND),
            ("/developer", StatusCode::FORBIDDEN),
        ] {
            let page = owner.get(path).await;
            assert!(page.status.is_client_error(), "{path}: {}", page.status);
            if status != StatusCode::NOT_FOUND {
                assert_eq!(page.status, status, "{path}");
            }
            assert!(has_frame(&page, "olivia@example.com"), "{path}: {}", page.html);
            assert_eq!(page.html.matches("</html>").count(), 1);
            let page = stranger.get(path).await;
            assert!(!page.html.contains("Sign out"), "{path}");
        }
        let foreign = owner.post_from("https://evil.example", "/backoffice/team", &[]).await;
        assert!(foreign.status == StatusCode::FORBIDDEN && has_frame(&foreign, "olivia@example.com"), "{}", foreign.html);
        let broken = owner.post("/backoffice/calendars/own/end", &[("current", "x")]).await;
        assert!(broken.status == StatusCode::BAD_REQUEST && has_frame(&broken, "olivia@example.com"), "{}", broken.html);
    }

    /// The pages that open accounts say who has one, and lead to another only after signing out.
    async fn sign_up_pages_know_who_is_signed_in(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        for path in ["/sign-up", "/sign-up/business", "/sign-up/developer", "/sign-up/business?next=%2Fbackoffice%2Fcalendars"] {
            let page = owner.get(path).await;
            page.assert_says("You are signed in");
            page.assert_says("olivia@example.com");
            assert!(!page.html.contains("type=\"password\""), "{path}");
        }
        let again = owner.get("/sign-up/business?next=%2Fbackoffice%2Fcalendars").await.hidden("next");
        let out = owner.post("/sign-out", &[("next", &again.replace("&#38;", "&"))]).await.location();
        assert_eq!(out, "/sign-up/business?next=%2Fbackoffice%2Fcalendars");
        owner.get(&out).await.assert_says("type=\"password\"");
    }

    /// Ending the address of a calendar, or replacing it, asks first.
    async fn addresses_of_calendars_end_after_a_question(server: TestServer) {
        const OWN: &str = "/backoffice/calendars/own";
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        for path in [OWN, "/backoffice/calendars/own/end"] {
            assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "there is none yet");
        }
        let address = owner.post(OWN, &[("current", "")]).await.copied("Link");
        let works = async || Client::new().get(&address).send().await.expect("an answer").status() == 200;
        let page = owner.get("/backoffice/calendars").await;
        assert!(!page.html.contains("action=\"/backoffice/calendars/own"), "nothing ends at one press: {}", page.html);
        let ask = owner.get("/backoffice/calendars/own/end").await;
        ask.assert_says("Revoke your calendar feed?");
        owner.get(OWN).await.assert_says("Replace the link of your calendar feed?");
        assert!(works().await);
        let current = ask.hidden("current");
        let ended = owner.post("/backoffice/calendars/own/end", &[("current", &current)]).await;
        assert!(ended.location().contains("notice=calendar-ended"));
        assert!(!works().await);
        let staff = owner.colleague(&server, "staff", "sofia@example.com").await;
        assert_eq!(staff.get("/backoffice/calendars/resources/312RS00001/end").await.status, StatusCode::FORBIDDEN);
    }

    /// Pages show the permissions that say it all; what is granted is what was asked for.
    async fn what_another_permission_includes_is_not_listed(server: TestServer) {
        const ASKED: &str = "bookings_rw_own,bookings_rwd_own,bookings_r_all,bookings_rw_all,customers_rw_own,customers_r_all";
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Desk", "").await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let asked = owner.get(&application.asks_for(ASKED, None)).await;
        owner.allow(&application.asks_for(ASKED, None)).await;
        let installed = owner.get("/backoffice/applications").await;
        for page in [&asked, &installed] {
            for text in [
                "Make bookings, and read, change and cancel the bookings it made itself.",
                "Make bookings, and read and change all your bookings.",
                "Create customers, and read and change the customers it created itself.",
                "Read all your customers.",
            ] {
                page.assert_says(text);
            }
            for included in ["Make bookings, and read and change the bookings it made itself.", "Read all your bookings."] {
                assert!(!page.html.contains(included), "{included}: {}", page.html);
            }
        }
        let of_developer = developer.get(&format!("/developer/applications/{}", application.id)).await.html;
        let listed = of_developer.split_once("<td data-label=\"Permissions\">").expect("the installation").1;
        let listed = listed.split_once("</ul>").expect("a list").0;
        assert!(listed.contains("bookings_rw_all") && !listed.contains("bookings_r_all"), "{listed}");
        let key = server.key_emailed_to("dana@example.com").await;
        let info = call(&server, "/v2/settings/apikeyinfo", &key, &application.secret_key).await;
        let granted: Vec<_> = info.body["permissions"].as_array().expect("a list").iter().filter_map(|one| one.as_str()).collect();
        assert_eq!(granted.len(), 6, "{granted:?}");
    }

    /// Only a portal has subaccounts: elsewhere that permission is not granted, and the page says so.
    async fn subaccounts_are_not_granted_where_there_are_none(server: TestServer) {
        let application = Visitor::developer(&server, "dana@example.com").await.register("Desk", "").await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let alone = owner.get(&application.asks_for("subaccounts_rw", None)).await;
        assert_eq!(alone.status, StatusCode::CONFLICT);
        alone.assert_says("This account has no subaccounts");
        assert!(!alone.html.contains("name=\"question\""));
        let path = application.asks_for("subaccounts_rw,availability_r", None);
        let page = owner.get(&path).await;
        page.assert_says("This account has none, so that is not granted.");
        assert!(!page.html.contains("List your subaccounts"));
        owner.allow(&path).await;
        let key = server.key_emailed_to("dana@example.com").await;
        let info = call(&server, "/v2/settings/apikeyinfo", &key, &application.secret_key).await;
        assert_eq!(info.body["permissions"], slotkeeper_testkit::serde_json::json!(["availability_r"]));
        let (head, _) = Visitor::portal(&server, "Coastline", "petra@example.com").await;
        head.get(&application.asks_for("subaccounts_rw", None)).await.assert_says("List your subaccounts");
    }

    /// Pages, the style sheet and calendar feeds are compressed if the client accepts it.
    async fn pages_and_styles_are_compressed(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let calendar = owner.post("/backoffice/calendars/own", &[("current", "")]).await.copied("Link");
        let calendar = calendar.trim_start_matches(&server.url).to_owned();
        for path in ["/", "/docs", "/sign-up/business", "/nowhere", "/static/style.css", "/static/docs.js", "/static/logo.svg", &calendar] {
            let get = |small: bool| {
                let request = Client::new().get(server.at(path));
                if small { request.header("Accept-Encoding", "gzip").send() } else { request.send() }
            };
            let (plain, small) = (get(false).await.expect("an answer"), get(true).await.expect("an answer"));
            assert!(plain.headers().get("content-encoding").is_none(), "{path}");
            assert_eq!(small.headers()["content-encoding"], "gzip", "{path}");
            assert_eq!(plain.headers().get("etag").is_some(), small.headers().get("etag").is_some(), "{path}");
            let (plain, small) = (plain.bytes().await.expect("a body").len(), small.bytes().await.expect("a body").len());
            assert!(small < plain, "{path}: {small} of {plain}");
        }
    }
}
