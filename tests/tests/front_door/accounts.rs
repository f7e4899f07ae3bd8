//! Accounts: sign-up, sign-in, sign-out, forgotten passwords.

use slotkeeper_testkit::client::{PASSWORD, Visitor};
use slotkeeper_testkit::reqwest::StatusCode;
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

on_every_engine! {
    /// Signing up signs the user in.
    async fn signing_up_opens_a_session(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        developer.get("/developer").await.assert_says("No applications");
        let stranger = Visitor::new(&server);
        assert_eq!(stranger.get("/developer").await.location(), "/sign-in?next=%2Fdeveloper");
    }

    /// One e-mail address, one account, in any spelling and kind of account.
    async fn an_address_belongs_to_one_account(server: TestServer) {
        Visitor::developer(&server, "dana@example.com").await;
        let fields = [("name", "Other"), ("person_name", "D"), ("email", "DANA@Example.com "), ("password", PASSWORD)];
        let page = Visitor::new(&server).post("/sign-up/developer", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_says("This address is used by an account already");
        page.assert_says("value=\"Other\"");
    }

    /// Ten simultaneous sign-ups with one address make one user.
    async fn an_address_is_given_once(server: TestServer) {
        let sign_up = async || {
            let fields = [("name", "Pier"), ("person_name", "D"), ("email", "dana@example.com"), ("password", PASSWORD)];
            Visitor::new(&server).post("/sign-up/developer", &fields).await.status
        };
        let many: [_; 10] = std::array::from_fn(|_| sign_up());
        let statuses = join_all(many).await;
        let welcomed = statuses.iter().filter(|status| **status == StatusCode::SEE_OTHER).count();
        let refused = statuses.iter().filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY).count();
        assert_eq!((welcomed, refused), (1, 9), "{statuses:?}");
    }

    /// A form with mistakes comes back with every mistake named and what was typed still there.
    async fn mistakes_are_named_field_by_field(server: TestServer) {
        let fields = [("name", ""), ("country", "Narnia"), ("zone", "Mars/Base"), ("currency", "XXX"), ("language", ""),
            ("person_name", "Olivia"), ("email", "olivia"), ("password", "short")];
        let page = Visitor::new(&server).post("/sign-up/business", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["name", "country", "zone", "currency", "language", "email", "password"] {
            page.assert_says(&format!("href=\"#{field}\""));
        }
        page.assert_says("<title>Error: Create a business account");
        for message in ["Enter the name of the business.", "Choose a country.", "Choose a time zone.", "Choose a currency."] {
            page.assert_says(message);
        }
        page.assert_says("value=\"Olivia\"");
        assert!(!page.html.contains("short"), "the password must not come back");
    }

    /// Signing out ends the session, also when the cookie is kept.
    async fn signing_out_ends_the_session(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        assert_eq!(owner.post("/sign-out", &[]).await.location(), "/sign-in?notice=signed-out");
        assert_eq!(owner.get("/backoffice").await.location(), "/sign-in?next=%2Fbackoffice");
        assert_eq!(owner.sign_in("olivia@example.com").await.location(), "/backoffice");
        owner.get("/backoffice").await.assert_says("Harbour Lights");
    }

    /// A signed-in user who opens the sign-in page is redirected to the requested page.
    async fn who_is_signed_in_need_not_sign_in(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        assert_eq!(owner.get("/sign-in").await.location(), "/backoffice");
        assert_eq!(owner.get("/sign-in?next=%2Fbackoffice%2Fbusiness-profile").await.location(), "/backoffice/business-profile");
        assert_eq!(owner.get("/sign-in?next=%2F%2Fevil.example").await.location(), "/backoffice");
    }

    /// A session ends by the clock.
    async fn a_session_lasts_two_weeks(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        server.clock.advance(Duration::from_secs(14 * 86_400 - 1));
        owner.get("/backoffice").await.assert_says("Harbour Lights");
        server.clock.advance(Duration::from_secs(1));
        assert_eq!(owner.get("/backoffice").await.status, StatusCode::SEE_OTHER);
        server.run_jobs().await;
        assert_eq!(owner.get("/backoffice").await.status, StatusCode::SEE_OTHER);
    }

    /// A wrong password and an unknown address get the same answer.
    async fn responses_do_not_reveal_accounts(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        let visitor = Visitor::new(&server);
        let wrong = visitor.post("/sign-in", &[("email", "olivia@example.com"), ("password", "seven blue kayaks")]).await;
        let unknown = visitor.post("/sign-in", &[("email", "nobody@example.com"), ("password", "seven blue kayaks")]).await;
        assert_eq!(wrong.status, unknown.status);
        assert_eq!(wrong.html.replace("olivia@", "nobody@"), unknown.html);
        let forgot = visitor.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        let nobody = visitor.post("/forgot-password", &[("email", "nobody@example.com")]).await;
        assert_eq!(forgot.html.replace("olivia@", "nobody@"), nobody.html);
    }

    /// After ten tries even the right password has to wait; afterwards it works.
    async fn guessing_is_slowed_down(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        let visitor = Visitor::new(&server);
        let guess = [("email", "olivia@example.com"), ("password", "seven blue kayaks")];
        for _ in 0..10 {
            assert_eq!(visitor.post("/sign-in", &guess).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let page = visitor.sign_in("olivia@example.com").await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(page.headers.contains_key("retry-after"));
        page.assert_says("Too many attempts");
        server.clock.advance(Duration::from_secs(61));
        assert_eq!(visitor.sign_in("olivia@example.com").await.location(), "/backoffice");
        // The right password emptied the bucket.
        let visitor = Visitor::new(&server);
        for _ in 0..10 {
            assert_eq!(visitor.post("/sign-in", &guess).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // So does a new one, as the page promises.
        assert_eq!(visitor.sign_in("olivia@example.com").await.status, StatusCode::TOO_MANY_REQUESTS);
        visitor.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        let link = server.email_to("olivia@example.com").await.link();
        visitor.post(&link, &[("password", PASSWORD)]).await;
        assert_eq!(visitor.sign_in("olivia@example.com").await.location(), "/backoffice");
    }

    /// Thirty guesses at the same moment are thirty tries, not one.
    async fn guesses_at_once_are_counted_one_by_one(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        let guess = async || {
            let fields = [("email", "olivia@example.com"), ("password", "seven blue kayaks")];
            Visitor::new(&server).post("/sign-in", &fields).await.status
        };
        let many: [_; 30] = std::array::from_fn(|_| guess());
        let statuses = join_all(many).await;
        let checked = statuses.iter().filter(|status| **status != StatusCode::TOO_MANY_REQUESTS).count();
        assert_eq!(checked, 10, "{statuses:?}");
    }

    /// Another address in front of a trusted proxy is another origin: one guesser does not lock a person out.
    async fn guessing_elsewhere_locks_no_user_out(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        let guesser = Visitor::behind_proxy(&server, "203.0.113.7");
        let guess = [("email", "olivia@example.com"), ("password", "seven blue kayaks")];
        for _ in 0..11 {
            guesser.post("/sign-in", &guess).await;
        }
        assert_eq!(guesser.post("/sign-in", &guess).await.status, StatusCode::TOO_MANY_REQUESTS);
        let person = Visitor::behind_proxy(&server, "198.51.100.3");
        assert_eq!(person.sign_in("olivia@example.com").await.location(), "/backoffice");
    }

    /// Password guessing fills the limit of an address; a user on a known device can still sign in. The device has a
    /// limit of its own.
    async fn a_device_that_was_used_before_is_not_locked_out(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        let person = Visitor::behind_proxy(&server, "198.51.100.3");
        assert_eq!(person.sign_in("olivia@example.com").await.location(), "/backoffice");
        let cookie = person.sign_in("olivia@example.com").await;
        let cookies: Vec<_> = cookie.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
        assert!(cookies.iter().any(|cookie| cookie.starts_with("device=") && cookie.contains("HttpOnly; SameSite=Lax")),
            "{cookies:?}");
        assert!(!cookies.iter().any(|cookie| cookie.contains("olivia")), "{cookies:?}");
        let other = Visitor::behind_proxy(&server, "198.51.100.4");
        Visitor::developer(&server, "dana@example.com").await;
        assert_eq!(other.sign_in("dana@example.com").await.location(), "/developer");
        for machine in 0..10 {
            let guesser = Visitor::behind_proxy(&server, &format!("203.0.113.{machine}"));
            for _ in 0..10 {
                guesser.sign_in_with("olivia@example.com", "seven blue kayaks").await;
            }
        }
        // A device that is known for another user counts as unknown.
        for stranger in [&Visitor::behind_proxy(&server, "198.51.100.5"), &other] {
            assert_eq!(stranger.sign_in("olivia@example.com").await.status, StatusCode::TOO_MANY_REQUESTS);
        }
        person.post("/sign-out", &[]).await;
        for _ in 0..10 {
            let wrong = person.sign_in_with("olivia@example.com", "seven blue kayaks").await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(person.sign_in("olivia@example.com").await.status, StatusCode::TOO_MANY_REQUESTS);
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(person.sign_in("olivia@example.com").await.location(), "/backoffice");
    }

    /// A guesser with many names is stopped by the place it all comes from.
    async fn guessing_at_many_names_is_slowed_down(server: TestServer) {
        let guesser = Visitor::behind_proxy(&server, "203.0.113.7");
        for number in 0..60 {
            let page = guesser.sign_in(&format!("person{number}@example.com")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        }
        assert_eq!(guesser.sign_in("person60@example.com").await.status, StatusCode::TOO_MANY_REQUESTS);
        let neighbour = Visitor::behind_proxy(&server, "203.0.113.8");
        assert_eq!(neighbour.sign_in("person60@example.com").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// A guesser with many machines is stopped by the name they all try.
    async fn guessing_from_many_places_is_slowed_down(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        for machine in 0..10 {
            let guesser = Visitor::behind_proxy(&server, &format!("203.0.113.{machine}"));
            for _ in 0..10 {
                let page = guesser.sign_in_with("olivia@example.com", "seven blue kayaks").await;
                assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
        }
        let eleventh = Visitor::behind_proxy(&server, "203.0.113.10");
        let page = eleventh.sign_in_with("olivia@example.com", "seven blue kayaks").await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        // One try comes free in half a minute, for the person as well.
        server.clock.advance(Duration::from_secs(30));
        let person = Visitor::behind_proxy(&server, "198.51.100.3");
        assert_eq!(person.sign_in("olivia@example.com").await.location(), "/backoffice");
    }

    /// Twenty accounts can be opened from one place at once, then one every three minutes. All of an IPv6 network is
    /// one place.
    async fn sign_ups_are_limited(server: TestServer) {
        let sign_up = async |from: &str, number: u32| {
            let email = format!("person{number}@example.com");
            let fields = [("name", "Pier"), ("person_name", "D"), ("email", email.as_str()), ("password", PASSWORD)];
            Visitor::behind_proxy(&server, from).post("/sign-up/developer", &fields).await
        };
        for number in 0..20 {
            assert_eq!(sign_up(&format!("2001:db8:1:2::{number}"), number).await.status, StatusCode::SEE_OTHER);
        }
        let refused = sign_up("2001:db8:1:2:ffff::1", 20).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        refused.assert_says("Many accounts were created from your network");
        assert_eq!(sign_up("2001:db8:1:3::1", 21).await.status, StatusCode::SEE_OTHER);
        server.clock.advance(Duration::from_secs(180));
        assert_eq!(sign_up("2001:db8:1:2::1", 22).await.status, StatusCode::SEE_OTHER);
    }

    /// Five e-mails with links to one address, wherever they are requested, and thirty from one client; then one each
    /// ten minutes and each minute.
    async fn emails_with_links_are_limited(server: TestServer) {
        let forgot = async |from: &str, email: &str| {
            Visitor::behind_proxy(&server, from).post("/forgot-password", &[("email", email)]).await.status
        };
        for machine in 0..5 {
            assert_eq!(forgot(&format!("203.0.113.{machine}"), "olivia@example.com").await, StatusCode::OK);
        }
        assert_eq!(forgot("203.0.113.5", "olivia@example.com").await, StatusCode::TOO_MANY_REQUESTS);
        for number in 0..30 {
            assert_eq!(forgot("198.51.100.3", &format!("person{number}@example.com")).await, StatusCode::OK, "{number}");
        }
        assert_eq!(forgot("198.51.100.3", "person30@example.com").await, StatusCode::TOO_MANY_REQUESTS);
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(forgot("198.51.100.3", "person30@example.com").await, StatusCode::OK);
        assert_eq!(forgot("203.0.113.5", "olivia@example.com").await, StatusCode::TOO_MANY_REQUESTS);
        server.clock.advance(Duration::from_secs(540));
        assert_eq!(forgot("203.0.113.5", "olivia@example.com").await, StatusCode::OK);
    }

    /// A forgotten password is replaced by a link that works once, and every session ends.
    async fn a_forgotten_password_is_replaced_by_email(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let visitor = Visitor::new(&server);
        visitor.post("/forgot-password", &[("email", "olivia@example.com")]).await.assert_says("Check your inbox");
        let link = server.email_to("olivia@example.com").await.link();
        // Mail scanners open links; that does not use them up.
        visitor.get(&link).await.assert_says("Choose a password");
        visitor.post(&link, &[("password", "short")]).await.assert_says("at least 10 characters");
        let chosen = visitor.post(&link, &[("password", "nine yellow boats")]).await;
        assert_eq!(chosen.location(), "/sign-in?notice=password-chosen");
        assert_eq!(visitor.post(&link, &[("password", "ten yellow boats")]).await.status, StatusCode::GONE);
        assert_eq!(owner.get("/backoffice").await.status, StatusCode::SEE_OTHER);
        assert_eq!(visitor.sign_in("olivia@example.com").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("email", "olivia@example.com"), ("password", "nine yellow boats")];
        assert_eq!(visitor.post("/sign-in", &fields).await.location(), "/backoffice");
    }

    /// A link to a new password dies after an hour.
    async fn a_link_expires(server: TestServer) {
        Visitor::owner(&server, "olivia@example.com").await;
        let visitor = Visitor::new(&server);
        visitor.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        let link = server.email_to("olivia@example.com").await.link();
        server.clock.advance(Duration::from_secs(3_600));
        assert_eq!(visitor.get(&link).await.status, StatusCode::GONE);
        assert_eq!(visitor.post(&link, &[("password", PASSWORD)]).await.status, StatusCode::GONE);
    }

    /// A link that confirms an address does not choose a password, nor the other way round.
    async fn a_link_does_what_it_is_for(server: TestServer) {
        let visitor = Visitor::unconfirmed_owner(&server, "olivia@example.com").await;
        let confirm = server.email_to("olivia@example.com").await.link();
        let as_password = confirm.replace("/confirm-email/", "/choose-password/");
        assert_eq!(visitor.post(&as_password, &[("password", PASSWORD)]).await.status, StatusCode::GONE);
        visitor.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        let reset = server.email_to("olivia@example.com").await.link();
        let as_confirmation = reset.replace("/choose-password/", "/confirm-email/");
        assert_eq!(visitor.post(&as_confirmation, &[]).await.status, StatusCode::GONE);
    }

    /// Confirming an address needs both the account and the link. The owner of an address with which another person
    /// signed up has only the link, and following it gives that account nothing.
    async fn an_address_is_confirmed_by_who_has_the_account(server: TestServer) {
        let developer = Visitor::new(&server);
        let fields = [("name", "Pier"), ("person_name", "D"), ("email", "dana@example.com"), ("password", PASSWORD)];
        developer.post("/sign-up/developer", &fields).await;
        let link = server.email_to("dana@example.com").await.link();
        let application = developer.register("Harbour Desk", "").await;
        let owner = Visitor::unconfirmed_owner(&server, "olivia@example.com").await;
        let ask = async || owner.get(&application.asks_for("availability_r", None)).await;
        ask().await.assert_says("The developer is not confirmed");

        let stranger = Visitor::new(&server);
        assert!(stranger.get(&link).await.location().starts_with("/sign-in?next=%2Fconfirm%2Demail%2F"));
        assert!(stranger.post(&link, &[]).await.location().starts_with("/sign-in"));
        let page = owner.get(&link).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        page.assert_says("This link is for another account");
        assert_eq!(owner.post(&link, &[]).await.status, StatusCode::GONE);
        ask().await.assert_says("The developer is not confirmed");

        developer.get(&link).await.assert_says("dana@example.com");
        // Pressed twice, or followed once more, it is as well.
        for _ in 0..2 {
            assert_eq!(developer.post(&link, &[]).await.location(), "/developer?notice=confirmed");
        }
        assert_eq!(developer.get(&link).await.location(), "/developer?notice=confirmed");
        ask().await.assert_says("Harbour Desk");
    }

    /// A new password by e-mail confirms no address either: the account may contain another person's data.
    async fn a_new_password_confirms_no_address(server: TestServer) {
        let developer = Visitor::new(&server);
        let fields = [("name", "Pier"), ("person_name", "D"), ("email", "dana@example.com"), ("password", PASSWORD)];
        developer.post("/sign-up/developer", &fields).await;
        let application = developer.register("Harbour Desk", "").await;
        developer.post("/forgot-password", &[("email", "dana@example.com")]).await;
        let link = server.email_to("dana@example.com").await.link();
        assert_eq!(developer.post(&link, &[("password", PASSWORD)]).await.location(), "/sign-in?notice=password-chosen");
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let page = owner.get(&application.asks_for("availability_r", None)).await;
        page.assert_says("The developer is not confirmed");
    }

    /// Invitations are limited, too: thirty from one account, then one each ten minutes.
    async fn invitations_are_limited(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let invite = async |number: u32| {
            let email = format!("person{number}@example.com");
            owner.post("/backoffice/team", &[("name", "Kim"), ("email", &email), ("role", "staff")]).await.status
        };
        for number in 0..30 {
            assert_eq!(invite(number).await, StatusCode::SEE_OTHER, "{number}");
        }
        assert_eq!(invite(30).await, StatusCode::UNPROCESSABLE_ENTITY);
        server.clock.advance(Duration::from_secs(600));
        assert_eq!(invite(30).await, StatusCode::SEE_OTHER);
    }

    /// A removed person is signed out at once and cannot come back; the address is free again.
    async fn a_removed_person_is_out(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let manager = owner.colleague(&server, "manager", "marco@example.com").await;
        manager.get("/backoffice").await.assert_says("Harbour Lights");
        let people = owner.get("/backoffice/team").await.html;
        let remove = people.split("href=\"").find(|part| part.contains("/remove\"")).expect("a link to remove");
        let remove = remove.split('"').next().expect("an address");
        owner.get(remove).await.assert_says("Remove Kim?");
        assert_eq!(owner.post(remove, &[]).await.location(), "/backoffice/team?notice=removed");
        assert_eq!(manager.get("/backoffice").await.status, StatusCode::SEE_OTHER);
        assert_eq!(manager.sign_in("marco@example.com").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        Visitor::developer(&server, "marco@example.com").await;
    }

    /// Managers and staff see what is installed, and change nothing.
    async fn only_owners_manage(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let staff = owner.colleague(&server, "staff", "sofia@example.com").await;
        staff.get("/backoffice/applications").await.assert_says("Only the owner can change it");
        for path in ["/backoffice/team", "/backoffice/business-profile"] {
            assert_eq!(staff.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let invite = [("name", "Eve"), ("email", "eve@example.com"), ("role", "manager")];
        assert_eq!(staff.post("/backoffice/team", &invite).await.status, StatusCode::FORBIDDEN);
        let owner_role = [("name", "Eve"), ("email", "eve@example.com"), ("role", "owner")];
        assert_eq!(owner.post("/backoffice/team", &owner_role).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// Forms of other sites are refused, also with a session.
    async fn foreign_forms_are_refused(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let invite = [("name", "Eve"), ("email", "eve@example.com"), ("role", "manager")];
        // The last is a page of this host, but not by the scheme of the public address.
        let other_scheme = server.url.replace("http://", "https://");
        for origin in ["https://evil.example", "null", "", "http://127.0.0.1:1", "http://", &other_scheme] {
            let page = owner.post_from(origin, "/backoffice/team", &invite).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{origin:?}");
        }
        assert!(!owner.get("/backoffice/team").await.html.contains("eve@example.com"));
    }
}

/// Behind TLS the session cookie has the prefix that neighbouring hosts cannot set.
#[tokio::test(flavor = "multi_thread")]
async fn with_tls_cookies_are_host_cookies() {
    use slotkeeper_testkit::server::{Engine, TestServer};
    let server = TestServer::start_with(Engine::Sqlite, Some("https://book.example"), None).await;
    let fields = [("name", "Pier"), ("person_name", "D"), ("email", "dana@example.com"), ("password", PASSWORD)];
    let page = Visitor::new(&server).post_from("https://book.example", "/sign-up/developer", &fields).await;
    let cookie = page.headers["set-cookie"].to_str().expect("text");
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert!(page.headers.contains_key("strict-transport-security"));
    assert!(server.email_to("dana@example.com").await.text.contains("https://book.example/confirm-email/"));
    // A proxy passes the host on or changes it; an origin over http is never this server's.
    let secured = server.url.replace("http://", "https://");
    for (origin, status) in [
        (secured.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        (server.url.as_str(), StatusCode::FORBIDDEN),
        ("http://book.example", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(
            Visitor::new(&server).post_from(origin, "/sign-up/developer", &fields).await.status,
            status,
            "{origin}"
        );
    }
}

/// The demo's inbox is open, but not to a site whose name leads to this machine.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_answers_this_machine_only() {
    use slotkeeper_testkit::reqwest::Client;
    use slotkeeper_testkit::server::{Engine, TestServer};
    let server = TestServer::start(Engine::Sqlite).await;
    let mails = async |host: &str| {
        Client::new().get(server.at("/demo/inbox")).header("Host", host).send().await.expect("an answer").status()
    };
    for (host, status) in [
        ("127.0.0.1:8080", StatusCode::OK),
        ("localhost", StatusCode::OK),
        ("[::1]:8080", StatusCode::OK),
        ("evil.example:8080", StatusCode::MISDIRECTED_REQUEST),
        ("127.0.0.1.evil.example", StatusCode::MISDIRECTED_REQUEST),
    ] {
        assert_eq!(mails(host).await, status, "{host}");
    }
}
