//! The pages with the status of a business's e-mails and with its e-mail templates.

use crate::bookings::{business, order};
use slotkeeper_testkit::client::Visitor;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::smtp::{Behaviour, Sink};
use std::time::Duration;

const TEXT: &str = "/backoffice/email-templates/confirmation/en-GB";

on_every_engine! {
    /// A template is used, in its language only, until it is deleted.
    async fn a_business_writes_its_own_text(server: TestServer) {
        let (owner, program) = business(&server).await;
        let page = owner.get(TEXT).await;
        page.assert_says("Default</span>");
        let fields = [("subject", "Ahoy {customer_name}"), ("body", "Welcome aboard <b>{product}</b>.\r\n\r\n{details}")];
        let saved = owner.post(TEXT, &fields).await;
        assert_eq!(saved.location(), format!("{TEXT}?notice=saved"));
        let page = owner.get(TEXT).await;
        page.assert_says("Custom</span>");
        assert!(page.html.contains("Ahoy {customer_name}"), "{}", page.html);
        owner.get("/backoffice/email-templates").await.assert_says("Custom</span>");
        program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        let mail = server.email_to("marta@example.com").await;
        assert_eq!(mail.subject, "Ahoy Marta Reis");
        assert!(mail.text.starts_with("Welcome aboard <b>Sunset kayak tour</b>.\n\n"), "{}", mail.text);
        assert!(mail.parts.expect("parts").html.contains("&#60;b&#62;Sunset"), "what is written stands for itself");
        let mut german = order("2026-05-09", 1);
        german["customer"] = slotkeeper_testkit::serde_json::json!(
            {"firstName": "Dora", "emailAddress": "dora@example.com", "languageCode": "de_DE"});
        program.create("/bookings?notifyCustomer=true", &german).await;
        assert!(server.email_to("dora@example.com").await.text.contains("Guten Tag Dora"));
        let reset = owner.post(&format!("{TEXT}/reset"), &[]).await;
        assert_eq!(reset.location(), format!("{TEXT}?notice=text-reset"));
        owner.get(TEXT).await.assert_says("Default</span>");
    }

    /// What is wrong with a text is said beside the field, and nothing is kept.
    async fn mistakes_are_named(server: TestServer) {
        let (owner, _) = business(&server).await;
        for (subject, body, says) in [
            ("Hi", "See {prodct}", "There is no placeholder {prodct} (text, line 1, character 5)."),
            ("Hi {nobody}", "x", "There is no placeholder {nobody} (subject, character 4)."),
            ("", "x", "The subject is empty."),
            ("Hi", "{details} now", "needs a line of its own"),
        ] {
            for path in [TEXT.to_owned(), format!("{TEXT}/preview")] {
                let page = owner.post(&path, &[("subject", subject), ("body", body)]).await;
                assert_eq!(page.status, 422, "{path}: {}", page.html);
                page.assert_says(says);
            }
        }
        owner.get(TEXT).await.assert_says("Default</span>");
    }

    /// A preview shows what is typed, keeps nothing, and cannot run anything.
    async fn a_preview_shows_and_does_nothing(server: TestServer) {
        let (owner, _) = business(&server).await;
        let fields = [("subject", "Hi"), ("body", "Dear <script>alert(1)</script> {customer_name}")];
        let page = owner.post(&format!("{TEXT}/preview"), &fields).await;
        assert_eq!(page.status, 200);
        assert!(page.html.contains("Ada Example") && !page.html.contains("<script"), "{}", page.html);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        owner.get(&format!("{TEXT}/preview")).await.assert_says("Thank you for booking with Harbour Lights.");
    }

    /// The status of each e-mail, with the error, in pages.
    async fn the_status_of_each_email_is_shown(server: TestServer) {
        let (owner, program) = business(&server).await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        let page = owner.get("/backoffice/emails").await;
        page.assert_says("marta@example.com");
        page.assert_says("Queued");
        page.assert_says("Sent 4 May 2026");
        sink.behave(Behaviour::Refuse(450)).await;
        server.send_emails(sink.host(), sink.port()).await;
        let page = owner.get("/backoffice/emails").await;
        page.assert_says("Next try");
        page.assert_says("After 1 attempt: the mail server refused the mail with code 450");
        for _ in 0..11 {
            server.clock.advance(Duration::from_secs(12 * 3_600));
            server.send_emails(sink.host(), sink.port()).await;
        }
        owner.get("/backoffice/emails").await.assert_says("Failed");
        for wrong in ["x", "1.2", "99999999999999999999.a", ""] {
            assert_eq!(owner.get(&format!("/backoffice/emails?before={wrong}")).await.status, 200, "{wrong}");
        }
    }

    /// A failed e-mail can be resent by users who may see it, unless it may contain another user's secret.
    async fn a_failed_email_is_resent(server: TestServer) {
        let (owner, program) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        let staff = owner.colleague(&server, "staff", "kim@example.com").await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        for address in ["olivia@example.com", "kim@example.com"] {
            owner.post("/forgot-password", &[("email", address)]).await;
        }
        sink.behave(Behaviour::Refuse(550)).await;
        server.send_emails(sink.host(), sink.port()).await;
        sink.behave(Behaviour::Accept).await;
        let again = |html: &str| -> Vec<String> {
            html.split('"').filter(|part| part.ends_with("/again")).map(str::to_owned).collect()
        };
        let page = owner.get("/backoffice/emails").await;
        let (of_owner, of_manager) = (again(&page.html), again(&manager.get("/backoffice/emails").await.html));
        // The e-mail about the booking and the owner's own link, and not Kim's.
        assert_eq!((page.html.matches("Failed").count(), of_owner.len(), of_manager.len()), (3, 2, 1), "{}", page.html);
        let letter = &of_manager[0];
        assert_eq!(owner.post_from("https://evil.example", letter, &[]).await.status, 403);
        assert_eq!(staff.post(letter, &[]).await.status, 403);
        let own = of_owner.iter().find(|path| *path != letter).expect("the owner's own");
        assert_eq!(manager.post(own, &[]).await.location(), "/backoffice/emails?notice=mail-not-again");
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0);
        let sent = manager.post(letter, &[]).await;
        assert_eq!(sent.location(), "/backoffice/emails?notice=mail-again");
        manager.get(&sent.location()).await.assert_says("Sending the e-mail again.");
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        assert!(sink.messages().iter().any(|message| message.to == ["marta@example.com"]));
        // Once is enough.
        assert_eq!(manager.post(letter, &[]).await.location(), "/backoffice/emails?notice=mail-not-again");
        assert_eq!(owner.post("/backoffice/emails/%FF/again", &[]).await.status, 404);
    }

    /// A manager sees e-mails to customers and to the manager, and no other user's password links.
    async fn a_manager_sees_emails_about_bookings_and_own_emails(server: TestServer) {
        let (owner, program) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        owner.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        program.create("/bookings?notifyCustomer=true&notifyUsers=true", &order("2026-05-08", 1)).await;
        let (all, some) = (owner.get("/backoffice/emails").await, manager.get("/backoffice/emails").await);
        for text in ["Choose a new password", "Confirm your e-mail address"] {
            all.assert_says(text);
            assert!(!some.html.contains(text), "{text}");
        }
        for text in ["Booking confirmed: ", "New booking: ", "Harbour Lights invites you"] {
            all.assert_says(text);
            some.assert_says(text);
        }
    }

    /// Lists of e-mails have pages.
    async fn emails_are_listed_in_pages(server: TestServer) {
        let (owner, program) = business(&server).await;
        for number in 0..60 {
            let mut body = order("2026-05-08", 1);
            body["eventId"] = slotkeeper_testkit::serde_json::json!(crate::bookings::tour(&format!("2026-06-{:02}", number % 28 + 1)));
            body["customer"]["emailAddress"] = slotkeeper_testkit::serde_json::json!(format!("c{number}@example.com"));
            program.create("/bookings?notifyCustomer=true&mode=backend", &body).await;
        }
        let first = owner.get("/backoffice/emails").await;
        let next = first.html.split("href=\"?before=").nth(1).expect("a next page").split('"').next().unwrap().to_owned();
        let second = owner.get(&format!("/backoffice/emails?before={next}")).await;
        let mut shown = Vec::new();
        for page in [&first, &second] {
            shown.extend(page.html.split("data-label=\"To\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()));
        }
        assert!(!second.html.contains("?before="));
        let all = shown.len();
        shown.sort();
        shown.dedup();
        assert_eq!((all, shown.iter().filter(|to| to.starts_with('c')).count()), (61, 60));
    }

    /// Only owners and managers of the business.
    async fn only_owners_and_managers_see_them(server: TestServer) {
        let (owner, _) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        let staff = owner.colleague(&server, "staff", "kim@example.com").await;
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let preview = format!("{TEXT}/preview");
        let fields = [("subject", "Hi"), ("body", "x")];
        for path in ["/backoffice/emails", "/backoffice/email-templates", "/backoffice/follow-ups", TEXT, &preview] {
            assert_eq!(manager.get(path).await.status, 200, "{path}");
            for other in [&staff, &developer] {
                assert_eq!(other.get(path).await.status, 403, "{path}");
            }
            assert_eq!(Visitor::new(&server).get(path).await.status, 303, "{path}");
        }
        for path in [TEXT.to_owned(), preview, format!("{TEXT}/reset"), "/backoffice/follow-ups".to_owned()] {
            assert_eq!(staff.post(&path, &fields).await.status, 403, "{path}");
            let foreign = owner.post_from("https://evil.example", &path, &fields).await;
            assert_eq!(foreign.status, 403, "{path}");
        }
        for path in ["confirmation/fr-FR", "confirmation/en-US", "nothing/en-GB", "confirmation/x"] {
            assert_eq!(owner.get(&format!("/backoffice/email-templates/{path}")).await.status, 404, "{path}");
        }
        // Another business has its own templates and e-mails.
        owner.post(TEXT, &fields).await;
        let other = Visitor::owner(&server, "other@example.com").await;
        other.get(TEXT).await.assert_says("Default</span>");
        assert!(!other.get("/backoffice/emails").await.html.contains("kim@example.com"));
    }
}
