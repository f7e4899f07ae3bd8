//! E-mails are sent by SMTP, kept while that fails, and wiped after sending.

use slotkeeper_testkit::client::Visitor;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::smtp::{Behaviour, Sink};
use std::time::Duration;

on_every_engine! {
    /// An e-mail is sent once, with its link, and its text is wiped from the database afterwards.
    async fn an_email_arrives_once(server: TestServer) {
        let sink = Sink::start().await;
        Visitor::owner(&server, "olivia@example.com").await;
        let link = server.email_to("olivia@example.com").await.link();
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        let message = sink.next().await;
        assert_eq!(message.subject(), "Confirm your e-mail address");
        assert_eq!(message.to, ["olivia@example.com"]);
        assert!(message.text().contains(&link), "{}", message.text());
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0);
        assert!(server.emails().await.is_empty(), "the text is wiped");
    }

    /// A message has a correct MIME structure: a strict parser finds names and links as written.
    async fn an_email_can_be_read_by_strict_parsers(server: TestServer) {
        let sink = Sink::start().await;
        let fields = [("name", "Böhm & Söhne"), ("person_name", "Zoë Böhm"), ("email", "zoe@example.com"),
            ("password", slotkeeper_testkit::client::PASSWORD)];
        let developer = Visitor::new(&server);
        developer.post("/sign-up/developer", &fields).await;
        developer.confirm(&server, "zoe@example.com").await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        sink.next().await;
        // It contains the name of the user who confirmed the address.
        developer.post("/forgot-password", &[("email", "zoe@example.com")]).await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        let message = sink.next().await;
        let raw = String::from_utf8(message.raw.clone()).expect("ASCII on the wire");
        assert!(raw.is_ascii());
        for header in ["MIME-Version: 1.0\r\n", "Content-Type: text/plain; charset=utf-8\r\n", "Date: ", "Message-ID: <",
            "Auto-Submitted: auto-generated\r\n"] {
            assert!(raw.contains(header), "{header} in {raw}");
        }
        assert!(message.text().contains("Hello Zoë Böhm,"), "{}", message.text());
    }

    /// While the mail server is away or refuses, the e-mail waits and is retried with growing delays.
    async fn an_email_waits_for_the_mail_server(server: TestServer) {
        let sink = Sink::start().await;
        Visitor::owner(&server, "olivia@example.com").await;
        sink.behave(Behaviour::Away).await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0, "not again at once");
        sink.behave(Behaviour::Refuse(451)).await;
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        server.clock.advance(Duration::from_secs(4 * 60));
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0, "five minutes are not over");
        sink.behave(Behaviour::Accept).await;
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        assert_eq!(sink.next().await.to, ["olivia@example.com"]);
    }

    /// Authentication with the mail server; with a wrong password the e-mails wait.
    async fn a_mail_server_may_need_authentication(server: TestServer) {
        let sink = Sink::with_login("desk", "kayak").await;
        Visitor::owner(&server, "olivia@example.com").await;
        assert_eq!(server.send_emails_as(sink.host(), sink.port(), Some(("desk", "canoe"))).await, 1);
        assert!(sink.messages().is_empty());
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(server.send_emails_as(sink.host(), sink.port(), Some(("desk", "kayak"))).await, 1);
        assert_eq!(sink.next().await.to, ["olivia@example.com"]);
    }

    /// A stopping server releases the leases of e-mails it has not begun, so that another server can send them at
    /// once.
    async fn a_stopping_server_releases_its_emails(server: TestServer) {
        let sink = Sink::start().await;
        Visitor::owner(&server, "olivia@example.com").await;
        assert_eq!(server.send_emails_while_stopping(sink.host(), sink.port()).await, 0);
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        assert_eq!(sink.next().await.to, ["olivia@example.com"]);
    }

    /// A mail server may be away for a weekend. After three days an e-mail has failed.
    async fn an_email_fails_in_the_end(server: TestServer) {
        let sink = Sink::start().await;
        sink.behave(Behaviour::Refuse(450)).await;
        Visitor::owner(&server, "olivia@example.com").await;
        for _ in 0..12 {
            assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
            server.clock.advance(Duration::from_secs(12 * 3_600));
        }
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0);
    }

    /// A permanently refused e-mail is tried once; others are not delayed.
    async fn a_permanently_refused_email_fails_at_once(server: TestServer) {
        let sink = Sink::start().await;
        for code in [550, 551, 552, 553, 554] {
            sink.behave(Behaviour::Refuse(code)).await;
            Visitor::new(&server).post("/sign-up/developer", &[("name", "Pier"), ("person_name", "D"),
                ("email", &format!("d{code}@example.com")), ("password", slotkeeper_testkit::client::PASSWORD)]).await;
            assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1, "{code}");
            sink.behave(Behaviour::Accept).await;
            server.clock.advance(Duration::from_secs(24 * 3_600));
            assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0, "{code}");
        }
        assert!(sink.messages().is_empty());
    }

    /// E-mails with links are sent before e-mails about bookings, however many are due.
    async fn links_are_sent_before_emails_about_bookings(server: TestServer) {
        let (owner, program) = crate::bookings::business(&server).await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        let before = sink.messages().len();
        for number in 0..12 {
            let mut body = crate::bookings::order("2026-05-08", 1);
            let address = format!("c{number}@example.com");
            body["eventId"] = slotkeeper_testkit::serde_json::json!(crate::bookings::tour(&format!("2026-06-{:02}", number + 1)));
            body["customer"]["emailAddress"] = slotkeeper_testkit::serde_json::json!(address);
            program.create("/bookings?notifyCustomer=true&mode=backend", &body).await;
        }
        server.clock.advance(Duration::from_secs(60));
        owner.post("/forgot-password", &[("email", "olivia@example.com")]).await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 13);
        let messages = sink.messages().split_off(before);
        let place = messages.iter().position(|message| message.to == ["olivia@example.com"]);
        // Four are on their way at a time.
        assert!(place.is_some_and(|place| place < 4), "{place:?}");
        assert_eq!(messages.len(), 13);
    }
}
