//! E-mails about bookings: recipients, languages and content.

use crate::bookings::{business, order, tour};
use slotkeeper_testkit::catalogue::{LESSON, TOUR, catalogue};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::{SENDER, TestServer, WrittenEmail};
use slotkeeper_testkit::smtp::{Behaviour, Sink};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The e-mails to an address, the oldest first.
async fn to(server: &TestServer, address: &str) -> Vec<WrittenEmail> {
    let mut mails: Vec<_> = server.emails().await.into_iter().filter(|mail| mail.to == address).collect();
    mails.reverse();
    mails
}

/// A business with a confirmed owner, and a further member.
async fn staffed(server: &TestServer) -> (Visitor, ApiClient) {
    let owner = Visitor::owner(server, "olivia@example.com").await;
    let program = ApiClient::installed(server, "Harbour Desk", &owner, crate::bookings::ALL).await;
    server.offer(program.account(), catalogue()).await;
    owner.colleague(server, "staff", "kim@example.com").await;
    (owner, program)
}

/// The subjects of the e-mails to the customer, the oldest first.
async fn subjects(server: &TestServer) -> Vec<String> {
    to(server, "marta@example.com").await.into_iter().map(|mail| mail.subject).collect()
}

fn number(booked: &Value) -> String {
    booked["bookingNumber"].as_str().unwrap().to_owned()
}

on_every_engine! {
    /// Without the parameters no e-mail is written; members of the body have no effect.
    async fn emails_are_only_written_on_request(server: TestServer) {
        let (_, program) = staffed(&server).await;
        let before = server.emails().await.len();
        let mut body = order("2026-05-08", 1);
        (body["notifyUsers"], body["notifyCustomer"]) = (json!(true), json!(true));
        let path = format!("/bookings/{}", number(&program.create("/bookings?notifyUsers=false", &body).await));
        assert_eq!(program.put(&path, &json!({"externalRef": "A1"})).await.status, 200);
        assert_eq!(program.delete(&path).await.status, 204);
        assert_eq!(server.emails().await.len(), before);
        assert_eq!(program.post("/bookings?notifyCustomer=perhaps", &body).await.status, 400);
    }

    /// The customer gets an e-mail with the price and a calendar entry, for each change a newer one, and at the end
    /// one that removes the entry.
    async fn the_customer_gets_emails(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 2)).await;
        let path = format!("/bookings/{}", number(&booked));
        let change = json!({"eventId": tour("2026-05-09")});
        server.clock.advance(SECOND);
        assert_eq!(program.put(&format!("{path}?notifyCustomer=true"), &change).await.status, 200);
        server.clock.advance(SECOND);
        let end = format!("{path}?notifyCustomer=true&reason=The%20weather");
        assert_eq!(program.delete(&end).await.status, 204);
        let mails = to(&server, "marta@example.com").await;
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.split(',').next().unwrap()).collect();
        assert_eq!(subjects.len(), 3, "{subjects:?}");
        assert!(subjects[1].starts_with("Booking changed: ") && subjects[2].starts_with("Booking cancelled: "), "{subjects:?}");
        for text in ["Dear Marta Reis,", "Friday 8\u{A0}May 2026", "18:00", &number(&booked), "Total: "] {
            assert!(mails[0].text.contains(text), "{text} in {}", mails[0].text);
        }
        assert!(mails[1].text.contains("Saturday 9\u{A0}May 2026"), "{}", mails[1].text);
        assert!(mails[2].text.contains("The weather"), "{}", mails[2].text);
        for (mail, (method, sequence)) in mails.iter().zip([("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2)]) {
            let parts = mail.parts.as_ref().expect("parts");
            let calendar = parts.calendar.as_ref().expect("a calendar entry");
            assert_eq!(calendar.method.as_str(), method);
            for line in [format!("METHOD:{method}\r\n"), format!("SEQUENCE:{sequence}\r\n"), format!("mailto:{SENDER}")] {
                assert!(calendar.text.replace("\r\n ", "").contains(&line), "{line} in {}", calendar.text);
            }
            assert!(parts.html.contains("Marta Reis"), "{}", parts.html);
        }
    }

    /// Every member with a confirmed address gets an e-mail, and the customer none.
    async fn the_team_gets_emails(server: TestServer) {
        let (owner, program) = staffed(&server).await;
        let fields = [("name", "Not yet"), ("email", "later@example.com"), ("role", "staff")];
        owner.post("/backoffice/team", &fields).await;
        let booked = program.create("/bookings?notifyUsers=true", &order("2026-05-08", 1)).await;
        let path = format!("/bookings/{}?notifyUsers=true", number(&booked));
        server.clock.advance(SECOND);
        assert_eq!(program.put(&path, &json!({"eventId": tour("2026-05-09")})).await.status, 200);
        server.clock.advance(SECOND);
        assert_eq!(program.delete(&path).await.status, 204);
        for address in ["olivia@example.com", "kim@example.com"] {
            let booking_emails: Vec<_> = to(&server, address).await.into_iter().filter(|mail| mail.parts.is_some()).collect();
            let subjects: Vec<_> = booking_emails.iter().map(|mail| mail.subject.split(':').next().unwrap()).collect();
            assert_eq!(subjects, ["New booking", "Booking changed", "Booking cancelled"], "{address}");
            assert!(booking_emails[0].text.contains("marta@example.com"), "{}", booking_emails[0].text);
            assert!(booking_emails.iter().all(|booking_email| booking_email.parts.as_ref().unwrap().calendar.is_none()));
        }
        assert!(to(&server, "marta@example.com").await.is_empty());
        assert_eq!(to(&server, "later@example.com").await.len(), 1, "only the invitation");
    }

    /// The customer's own language, if e-mails exist in it, or else the business's.
    async fn an_email_is_in_the_customers_language(server: TestServer) {
        let (_, program) = business(&server).await;
        for (day, code, address, greeting) in [
            ("2026-05-08", json!("de_DE"), "dora@example.com", "Guten Tag Marta Reis"),
            ("2026-05-09", json!("pt_PT"), "paula@example.com", "Dear Marta Reis"),
            ("2026-05-10", json!(null), "nobody@example.com", "Dear Marta Reis"),
        ] {
            let mut body = order(day, 1);
            (body["customer"]["languageCode"], body["customer"]["emailAddress"]) = (code, json!(address));
            program.create("/bookings?notifyCustomer=true", &body).await;
            let mails = to(&server, address).await;
            assert!(mails[0].text.contains(greeting), "{}", mails[0].text);
        }
    }

    /// A customer without an address gets no e-mail, and is booked all the same.
    async fn without_an_address_there_is_no_email(server: TestServer) {
        let (owner, program) = business(&server).await;
        owner.post("/backoffice/team", &[("name", "Kim"), ("email", "kim@example.com"), ("role", "staff")]).await;
        let before = server.emails().await.len();
        let mut body = order("2026-05-08", 1);
        body["customer"]["emailAddress"] = json!(null);
        program.create("/bookings?notifyCustomer=true&notifyUsers=true", &body).await;
        assert_eq!(server.emails().await.len(), before + 1, "to the owner alone: Kim has not confirmed the address");
        assert_eq!(to(&server, "kim@example.com").await.len(), 1);
    }

    /// A repeated request sends no second e-mail, and a refused one none.
    async fn a_repeated_request_sends_no_second_email(server: TestServer) {
        let (_, program) = business(&server).await;
        for _ in 0..2 {
            let again = program.post_with_key("/bookings?notifyCustomer=true", "\"k1\"", &order("2026-05-08", 1)).await;
            assert_eq!(again.status, 201, "{}", again.text);
        }
        assert_eq!(to(&server, "marta@example.com").await.len(), 1);
        assert_eq!(program.post("/bookings?notifyCustomer=true", &order("2026-05-08", 500)).await.status, 400);
        assert_eq!(to(&server, "marta@example.com").await.len(), 1);
    }

    /// The message as the mail server gets it: text, HTML, calendar; from the server's address, with the business's
    /// name.
    async fn the_message_has_its_parts(server: TestServer) {
        let (_, program) = business(&server).await;
        let sink = Sink::start().await;
        program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        sink.behave(Behaviour::Refuse(451)).await;
        server.send_emails(sink.host(), sink.port()).await;
        sink.behave(Behaviour::Accept).await;
        server.clock.advance(Duration::from_secs(60));
        server.send_emails(sink.host(), sink.port()).await;
        let message = sink.messages().into_iter().find(|message| message.to == ["marta@example.com"]).expect("a mail");
        assert_eq!(message.from, SENDER);
        assert_eq!(message.header("From"), Some(format!("\"Harbour Lights\" <{SENDER}>")));
        let raw = String::from_utf8(message.raw.clone()).expect("ASCII on the wire");
        assert!(raw.contains("Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n"), "{raw}");
        assert!(message.text().contains("Dear Marta Reis,"), "{}", message.text());
        assert!(message.html().expect("HTML").contains("Dear Marta Reis,"));
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0);
        assert!(to(&server, "marta@example.com").await.is_empty(), "text and parts are wiped");
    }

    /// Names that look like headers, HTML or calendar lines are names.
    async fn names_stay_names(server: TestServer) {
        let (_, program) = staffed(&server).await;
        let mut body = order("2026-05-08", 1);
        body["customer"]["firstName"] = json!("<script>alert(1)</script>");
        body["customer"]["lastName"] = json!("X;END:VEVENT \"Bcc: eve@example.com\"");
        program.create("/bookings?notifyCustomer=true&notifyUsers=true", &body).await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        let mails = sink.messages();
        let booking_emails: Vec<_> = mails.iter().filter(|message| message.html().is_some()).collect();
        assert_eq!(booking_emails.len(), 3);
        for message in booking_emails {
            assert_eq!(message.header("Bcc"), None);
            assert!(!message.html().unwrap().contains("<script"), "{:?}", message.html());
            let raw = String::from_utf8(message.raw.clone()).unwrap();
            assert!(!raw.contains("\r\nEND:VEVENT \""), "{raw}");
        }
    }

    /// A day before the customer is reminded and a day after thanked, once, without notifyCustomer and on every server.
    async fn the_customer_is_reminded_and_thanked_once(server: TestServer) {
        let (_, program) = business(&server).await;
        program.create("/bookings", &order("2026-05-08", 1)).await;
        server.clock.move_to("2026-05-07T17:59:59+01:00");
        server.run_jobs().await;
        assert!(to(&server, "marta@example.com").await.is_empty());
        server.clock.advance(SECOND);
        tokio::join!(server.run_jobs(), server.run_jobs());
        assert_eq!(subjects(&server).await, ["Reminder: Sunset kayak tour, Friday 8\u{A0}May 2026"]);
        server.clock.move_to("2026-05-09T19:59:59+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 1);
        server.clock.advance(SECOND);
        for _ in 0..2 {
            server.run_jobs().await;
        }
        assert_eq!(subjects(&server).await[1..], ["Thank you from Harbour Lights"]);
    }

    /// No reminder for customers who declined them, or whose booking is cancelled.
    async fn no_reminder_is_sent_in_vain(server: TestServer) {
        let (_, program) = business(&server).await;
        let off = "/bookings?sendCustomerReminders=false&sendCustomerThankyou=false";
        program.create(off, &order("2026-05-08", 1)).await;
        let canceled = program.create("/bookings", &order("2026-05-08", 1)).await;
        assert_eq!(program.delete(&format!("/bookings/{}", number(&canceled))).await.status, 204);
        for at in ["2026-05-07T18:00:00+01:00", "2026-05-09T20:00:00+01:00"] {
            server.clock.move_to(at);
            server.run_jobs().await;
        }
        assert!(subjects(&server).await.is_empty());
    }

    /// Who moves a booking is reminded of the new time, also after a reminder of the old one; other changes remind of
    /// nothing.
    async fn a_booking_that_moves_has_another_reminder(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        let path = format!("/bookings/{}?mode=backend", number(&booked));
        assert_eq!(program.put(&path, &json!({"eventId": tour("2026-05-10")})).await.status, 200);
        server.clock.move_to("2026-05-07T18:00:00+01:00");
        server.run_jobs().await;
        assert!(subjects(&server).await.is_empty());
        server.clock.move_to("2026-05-09T18:00:00+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 1);
        assert_eq!(program.put(&path, &json!({"externalRef": "A1"})).await.status, 200);
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 1);
        assert_eq!(program.put(&path, &json!({"eventId": tour("2026-05-15")})).await.status, 200);
        server.clock.move_to("2026-05-14T18:00:00+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 2);
    }

    /// A server that did not run in time reminds late, but of nothing that has begun, and thanks a few days late at most.
    async fn late_reminders_are_of_some_use(server: TestServer) {
        let (_, program) = business(&server).await;
        for day in ["2026-05-08", "2026-05-10"] {
            program.create("/bookings", &order(day, 1)).await;
        }
        server.clock.move_to("2026-05-10T17:00:00+01:00");
        server.run_jobs().await;
        let mut first = subjects(&server).await;
        first.sort();
        let expected = ["Reminder: Sunset kayak tour, Sunday 10\u{A0}May 2026", "Thank you from Harbour Lights"];
        assert_eq!(first, expected);
        server.clock.move_to("2026-05-30T12:00:00+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 2);
    }

    /// A booking made after the reminder's time gets none.
    async fn a_late_booking_gets_no_reminder(server: TestServer) {
        let (_, program) = business(&server).await;
        server.clock.move_to("2026-05-08T08:00:00+01:00");
        program.create("/bookings?mode=backend", &order("2026-05-08", 1)).await;
        server.run_jobs().await;
        assert!(subjects(&server).await.is_empty());
    }

    /// A day is 24 hours, also over a change of the clocks, and the e-mail shows the local time.
    async fn reminders_count_hours_over_a_change_of_the_clock(server: TestServer) {
        let (_, program) = business(&server).await;
        server.clock.move_to("2026-10-01T12:00:00+01:00");
        // The clocks go back in the night to the 25th.
        let booked = program.create("/bookings?mode=backend", &order("2026-10-25", 1)).await;
        assert_eq!(booked["startTime"], "2026-10-25T18:00:00+00:00");
        server.clock.move_to("2026-10-24T18:59:59+01:00");
        server.run_jobs().await;
        assert!(subjects(&server).await.is_empty());
        server.clock.advance(SECOND);
        server.run_jobs().await;
        let mails = to(&server, "marta@example.com").await;
        assert!(mails[0].text.contains("18:00"), "{}", mails[0].text);
    }

    /// A business sets the hours, and can disable a follow-up or a product.
    async fn a_business_chooses_when_it_writes(server: TestServer) {
        const PAGE: &str = "/backoffice/follow-ups";
        let (owner, program) = business(&server).await;
        program.create("/bookings", &order("2026-05-08", 1)).await;
        let saved = owner.post(PAGE, &[("reminder", " 2 "), ("thank_you", "")]).await;
        assert_eq!(saved.location(), format!("{PAGE}?notice=saved"));
        server.clock.move_to("2026-05-08T15:59:59+01:00");
        server.run_jobs().await;
        assert!(subjects(&server).await.is_empty(), "it was planned for the day before, and waits");
        server.clock.advance(SECOND);
        server.run_jobs().await;
        server.clock.move_to("2026-05-09T20:00:00+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 1);
        let quiet = [("reminder", "24"), ("thank_you", "24"), ("quiet", TOUR), ("quiet", "nothing")];
        assert_eq!(owner.post(PAGE, &quiet).await.status, 303);
        program.create("/bookings", &order("2026-05-15", 1)).await;
        server.clock.move_to("2026-05-14T18:00:00+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 1);
        let ticked = |html: &str| html.contains(&format!("value=\"{TOUR}\" checked"));
        assert!(ticked(&owner.get(PAGE).await.html));
        // What is wrong is said, what was typed stays, and nothing is kept.
        for wrong in ["0", "-1", "1441", "a day", "1.5"] {
            let page = owner.post(PAGE, &[("reminder", wrong), ("thank_you", "3")]).await;
            assert_eq!(page.status, 422, "{wrong}");
            page.assert_says("Enter whole hours, 1 to 1440, or leave the field empty.");
            assert!(page.html.contains(&format!("value=\"{wrong}\"")) && !ticked(&page.html), "{}", page.html);
        }
        let page = owner.get(PAGE).await.html;
        assert!(ticked(&page) && page.contains("value=\"24\"") && !page.contains("value=\"3\""), "{page}");
        // Promotions and all else that the catalogue has are as they were.
        assert_eq!(program.read("/settings/products").await["data"].as_array().map(Vec::len), Some(catalogue().products.len()));
    }

    /// A booking that waits for acceptance gets its own e-mail kinds and a tentative calendar entry.
    async fn a_request_is_not_confirmed(server: TestServer) {
        let (owner, program) = staffed(&server).await;
        let text = [("subject", "Confirmed!"), ("body", "You are in.")];
        for kind in ["confirmation", "changed"] {
            let saved = owner.post(&format!("/backoffice/email-templates/{kind}/en-GB"), &text).await;
            assert_eq!(saved.status, 303);
        }
        let mut body = json!({
            "productId": LESSON, "startTime": "2026-05-07T10:00:00-00:00",
            "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]},
            "customer": {"firstName": "Marta", "emailAddress": "marta@example.com"},
        });
        let booked = program.create("/bookings?notifyCustomer=true&notifyUsers=true", &body).await;
        assert_eq!(booked["accepted"], false);
        let path = format!("/bookings/{}?notifyCustomer=true&mode=backend", number(&booked));
        server.clock.advance(SECOND);
        assert_eq!(program.put(&path, &json!({"startTime": "2026-05-07T11:00:00-00:00"})).await.status, 200);
        let mails = to(&server, "marta@example.com").await;
        let begins: Vec<_> = mails.iter().map(|mail| mail.subject.split(':').next().unwrap()).collect();
        assert_eq!(begins, ["Request received", "Request changed"]);
        for mail in &mails {
            assert!(mail.text.contains("It is not confirmed yet.") && mail.text.contains("We will look at it"), "{}", mail.text);
            let calendar = &mail.parts.as_ref().expect("parts").calendar.as_ref().expect("a calendar entry").text;
            assert!(calendar.contains("STATUS:TENTATIVE\r\n"), "{calendar}");
        }
        let staff = server.email_to("kim@example.com").await;
        assert!(staff.text.contains("Status: requested, not confirmed yet\n"), "{}", staff.text);
        body["startTime"] = json!("2026-05-08T10:00:00-00:00");
        body["customer"] = json!({"firstName": "Dora", "emailAddress": "dora@example.com", "languageCode": "de_DE"});
        program.create("/bookings?notifyCustomer=true", &body).await;
        let mail = server.email_to("dora@example.com").await;
        assert!(mail.subject.starts_with("Anfrage erhalten: "), "{}", mail.subject);
        owner.get("/backoffice/email-templates").await.assert_says("when a booking is made that you have yet to accept");
    }

    /// What waits about a booking that is cancelled is not sent: neither the confirmation nor the reminder.
    async fn a_cancelled_booking_is_not_confirmed(server: TestServer) {
        let (owner, program) = business(&server).await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        let booked = program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        sink.behave(Behaviour::Away).await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        server.clock.move_to("2026-05-07T18:00:00+01:00");
        server.run_jobs().await;
        let other = program.create("/bookings?notifyCustomer=true&mode=backend", &order("2026-05-09", 1)).await;
        let path = format!("/bookings/{}?notifyCustomer=true", number(&booked));
        assert_eq!(program.delete(&path).await.status, 204);
        sink.behave(Behaviour::Accept).await;
        server.send_emails(sink.host(), sink.port()).await;
        let messages = sink.messages();
        let mut sent: Vec<_> = messages.iter().filter(|message| message.to == ["marta@example.com"]).collect();
        sent.sort_by_key(|message| message.subject());
        assert_eq!(sent.len(), 2, "{sent:?}");
        assert!(sent[0].subject().starts_with("Booking cancelled: "), "{}", sent[0].subject());
        assert!(sent[1].text().contains(&number(&other)), "{}", sent[1].text());
        let page = owner.get("/backoffice/emails").await;
        assert_eq!(page.html.matches("Not sent: no longer needed").count(), 2, "{}", page.html);
    }

    /// A reminder that waits for the mail server is not sent once the booking has started.
    async fn no_reminder_is_sent_after_the_start(server: TestServer) {
        let (owner, program) = business(&server).await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        program.create("/bookings?sendCustomerThankyou=false", &order("2026-05-08", 1)).await;
        server.clock.move_to("2026-05-07T18:00:00+01:00");
        server.run_jobs().await;
        sink.behave(Behaviour::Away).await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        server.clock.move_to("2026-05-08T18:00:00+01:00");
        sink.behave(Behaviour::Accept).await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 0);
        owner.get("/backoffice/emails").await.assert_says("Not sent: no longer needed");
    }

    /// Waiting e-mails to a deleted customer are not sent, and their texts are wiped.
    async fn a_deleted_customer_gets_no_email(server: TestServer) {
        let (_, program) = business(&server).await;
        let sink = Sink::start().await;
        let booked = program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        server.clock.move_to("2026-05-10T21:00:00+01:00");
        server.run_jobs().await;
        assert_eq!(subjects(&server).await.len(), 2, "the confirmation and thanks");
        let removed = program.delete(&format!("/customers/{}", booked["customerId"].as_str().unwrap())).await;
        assert_eq!(removed.status, 204, "{}", removed.text);
        assert!(subjects(&server).await.is_empty());
        server.send_emails(sink.host(), sink.port()).await;
        assert!(sink.messages().iter().all(|message| message.to != ["marta@example.com"]));
    }

    /// Waiting e-mails to a removed member are not sent, those to customers are.
    async fn a_removed_member_gets_no_email(server: TestServer) {
        let (owner, program) = staffed(&server).await;
        let sink = Sink::start().await;
        server.send_emails(sink.host(), sink.port()).await;
        let mut body = order("2026-05-08", 1);
        body["customer"]["emailAddress"] = json!("kim@example.com");
        program.create("/bookings?notifyUsers=true&notifyCustomer=true", &body).await;
        let people = owner.get("/backoffice/team").await.html;
        let remove = people.split('"').find(|part| part.ends_with("/remove")).expect("somebody to remove").to_owned();
        assert_eq!(owner.post(&remove, &[]).await.status, 303);
        let before = sink.messages().len();
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 2);
        let mut sent: Vec<_> = sink.messages().split_off(before).iter().map(|message| (message.to.clone(), message.subject())).collect();
        sent.sort();
        assert_eq!(sent[0].0, ["kim@example.com"]);
        assert!(sent[0].1.starts_with("Booking confirmed: "), "{sent:?}");
        assert_eq!(sent[1].0, ["olivia@example.com"]);
    }

    /// The demo shows an e-mail as an e-mail program does, sandboxed, and its calendar entry as a file.
    async fn the_demo_shows_all_of_an_email(server: TestServer) {
        let (owner, program) = business(&server).await;
        program.create("/bookings?notifyCustomer=true", &order("2026-05-08", 1)).await;
        let list = owner.get("/demo/inbox").await.html;
        let address = |html: &str, subject: &str| {
            let before = html.split_once(subject).expect("the mail").0.to_owned();
            before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
        };
        let booking_email = address(&list, "Booking confirmed");
        let page = owner.get(&booking_email).await;
        page.assert_says("Dear Marta Reis,");
        page.assert_says(&format!("<iframe src=\"{booking_email}/html\" sandbox "));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        let html = owner.get(&format!("{booking_email}/html")).await;
        html.assert_says("Dear Marta Reis,");
        let policy = html.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(policy.ends_with("; sandbox") && !policy.contains("script-src"), "{policy}");
        let file = owner.get(&format!("{booking_email}/calendar")).await;
        assert!(file.html.starts_with("BEGIN:VCALENDAR\r\n"), "{}", file.html);
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"booking.ics\"");
        // One that is only text has neither.
        let plain = address(&list, "Confirm your");
        assert!(!owner.get(&plain).await.html.contains("<iframe"));
        for part in ["html", "calendar"] {
            assert_eq!(owner.get(&format!("{plain}/{part}")).await.status, 404);
        }
    }
}
