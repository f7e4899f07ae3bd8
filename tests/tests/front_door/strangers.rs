//! Text of users without a confirmed address is in no e-mail.

use crate::bookings::{ALL, business, order};
use slotkeeper_testkit::catalogue::catalogue;
use slotkeeper_testkit::client::{ApiClient, PASSWORD, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::StatusCode;
use slotkeeper_testkit::server::TestServer;
use std::time::Duration;

const LURE: &str = "Click http://lure.example";
const VICTIM: &str = "victim@example.com";
const HOUR: Duration = Duration::from_secs(3_600);

/// Every e-mail written.
async fn words(server: &TestServer) -> String {
    let mails = server.emails().await;
    mails.iter().map(|mail| format!("{}\n{}\n{:?}\n", mail.subject, mail.text, mail.parts)).collect()
}

/// A business and an owner with such names, at another person's address.
async fn lure_business(server: &TestServer) -> Visitor {
    let visitor = Visitor::new(server);
    let fields = [
        ("name", LURE),
        ("country", "PT"),
        ("zone", "Europe/Lisbon"),
        ("currency", "EUR"),
        ("language", "en-GB"),
        ("person_name", LURE),
        ("email", VICTIM),
        ("password", PASSWORD),
    ];
    assert_eq!(visitor.post("/sign-up/business", &fields).await.location(), "/backoffice");
    visitor
}

async fn invite(owner: &Visitor, email: &str) -> slotkeeper_testkit::client::Page {
    owner.post("/backoffice/team", &[("name", LURE), ("email", email), ("role", "staff")]).await
}

on_every_engine! {
    /// Signing up with another person's address, asking for a new password, inviting, installing an application,
    /// booking for a customer: no e-mail contains text of the unconfirmed user.
    async fn no_email_has_text_of_an_unconfirmed_user(server: TestServer) {
        let developer = Visitor::new(&server);
        let fields = [("name", LURE), ("person_name", LURE), ("email", "dana@example.com"), ("password", PASSWORD)];
        developer.post("/sign-up/developer", &fields).await;
        let owner = lure_business(&server).await;
        for email in [VICTIM, "dana@example.com"] {
            owner.post("/forgot-password", &[("email", email)]).await;
        }
        assert_eq!(invite(&owner, "kim@example.com").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        owner.get("/backoffice/team").await.assert_says("Until then you cannot invite anyone");
        let program = ApiClient::installed(&server, "Harbour Desk", &owner, ALL).await;
        server.offer(program.account(), catalogue()).await;
        program.create("/bookings?notifyCustomer=true&notifyUsers=true", &order("2026-05-08", 1)).await;
        server.clock.advance(96 * HOUR);
        server.run_jobs().await;
        let words = words(&server).await;
        assert!(words.contains("Choose a new password") && words.contains("A business installed Harbour Desk"), "{words}");
        assert!(!words.contains("lure"), "{words}");
        assert!(server.emails().await.iter().all(|mail| mail.to != "marta@example.com" && mail.to != "kim@example.com"));
    }

    /// Once the address is confirmed, e-mails about bookings are sent, and the developer's e-mail names the business.
    async fn a_confirmed_owner_is_named(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let program = ApiClient::installed(&server, "Harbour Desk", &owner, ALL).await;
        let key = server.email_to("dev-harbour-desk@example.com").await;
        assert!(key.text.contains("Business: Harbour Lights") && key.text.contains("Owner: olivia@example.com"), "{}", key.text);
        server.offer(program.account(), catalogue()).await;
        program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        server.email_to("marta@example.com").await;
    }

    /// The invitation says who invites, and not what the owner calls the person. It can be declined, once, and then the
    /// business cannot invite the address again for a while.
    async fn an_invitation_can_be_declined(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        assert_eq!(invite(&owner, VICTIM).await.location(), "/backoffice/team?notice=invited");
        let mail = server.email_to(VICTIM).await;
        assert!(mail.text.contains("Harbour Lights") && mail.text.contains("olivia@example.com"), "{}", mail.text);
        assert!(!mail.text.contains("lure"), "{}", mail.text);
        let [accept, decline] = &mail.links()[..] else { panic!("two links in {}", mail.text) };
        let invited = Visitor::new(&server);
        // Looking uses nothing up.
        for _ in 0..2 {
            invited.get(decline).await.assert_says("Decline the invitation?");
        }
        let page = invited.post(decline, &[]).await;
        assert_eq!(page.location(), "/sign-in?notice=declined");
        invited.get("/sign-in?notice=declined").await.assert_says("You declined the invitation.");
        for path in [accept, decline] {
            assert_eq!(invited.get(path).await.status, StatusCode::GONE);
            assert_eq!(invited.post(path, &[("password", PASSWORD)]).await.status, StatusCode::GONE);
        }
        assert!(!owner.get("/backoffice/team").await.html.contains(VICTIM));
        server.clock.advance(80 * 24 * HOUR);
        server.run_jobs().await;
        owner.sign_in("olivia@example.com").await;
        invite(&owner, VICTIM).await.assert_says("declined an invitation from you");
        // The address is free for its owner, and other businesses are not affected.
        let other = Visitor::owner(&server, "other@example.com").await;
        assert_eq!(invite(&other, VICTIM).await.location(), "/backoffice/team?notice=invited");
        let people = other.get("/backoffice/team").await.html;
        let remove = people.split('"').find(|part| part.ends_with("/remove")).expect("a link to remove").to_owned();
        other.post(&remove, &[]).await;
        server.clock.advance(11 * 24 * HOUR);
        owner.sign_in("olivia@example.com").await;
        assert_eq!(invite(&owner, VICTIM).await.location(), "/backoffice/team?notice=invited");
    }

    /// A link that chose a password declines nothing any more, and one to a new password never does.
    async fn only_an_invitation_can_be_declined(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        owner.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        let reset = server.email_to("olivia@example.com").await.link().replace("/choose-password/", "/decline-invitation/");
        assert_eq!(owner.get(&reset).await.status, StatusCode::GONE);
        assert_eq!(owner.post(&reset, &[]).await.status, StatusCode::GONE);
        let kim = owner.colleague(&server, "staff", "kim@example.com").await;
        let decline = server.email_to("kim@example.com").await.links().remove(1);
        assert_eq!(kim.post(&decline, &[]).await.status, StatusCode::GONE);
        kim.get("/backoffice").await.assert_says("Harbour Lights");
    }

    /// An address gets five e-mails with links at once and twenty in a day, whoever requests them.
    async fn an_address_gets_few_emails_with_links_a_day(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let mut sent = 0;
        for attempt in 0..40 {
            let page = match attempt % 2 {
                0 => owner.post("/forgot-password", &[("email", VICTIM)]).await,
                _ => invite(&owner, VICTIM).await,
            };
            let limited = page.html.contains("Many e-mails were sent");
            sent += usize::from(!limited);
            server.clock.advance(Duration::from_secs(600));
        }
        // Twenty, and one for each 72 minutes of the 400.
        assert_eq!(sent, 25);
        let fields = [("name", "Pier"), ("person_name", "D"), ("email", VICTIM), ("password", PASSWORD)];
        let taken = Visitor::new(&server).post("/sign-up/developer", &fields).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// Signing up counts as well, and says that it was the address.
    async fn signing_up_counts_as_an_email_to_the_address(server: TestServer) {
        let stranger = Visitor::new(&server);
        for _ in 0..5 {
            assert_eq!(stranger.post("/forgot-password", &[("email", VICTIM)]).await.status, StatusCode::OK);
        }
        let fields = [("name", "Pier"), ("person_name", "D"), ("email", VICTIM), ("password", PASSWORD)];
        let page = stranger.post("/sign-up/developer", &fields).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        page.assert_says("Many e-mails were sent to this address already");
        assert!(server.emails().await.is_empty());
    }

    /// A customer's address gets twenty e-mails about bookings at once, from all businesses together. The page of
    /// e-mails shows what was not sent, with the reason; the API client is not told what others send.
    async fn a_customer_gets_few_emails_at_once(server: TestServer) {
        let (owner, program) = business(&server).await;
        let book = async |number: u32| {
            let body = order(&format!("2026-06-{:02}", 1 + number), 1);
            program.create("/bookings?notifyCustomer=true&mode=backend", &body).await;
        };
        for number in 0..21 {
            book(number).await;
        }
        let booking_emails = async || server.emails().await.iter().filter(|mail| mail.to == "marta@example.com").count();
        assert_eq!(booking_emails().await, 20);
        let page = owner.get("/backoffice/emails").await;
        page.assert_says("many e-mails went to this address already");
        assert!(!page.html.contains("/again"), "there is nothing to send");
        server.clock.advance(Duration::from_secs(180));
        book(21).await;
        assert_eq!(booking_emails().await, 21);
    }
}
