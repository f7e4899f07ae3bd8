//! The content of calendar feeds.

use super::*;
use slotkeeper_testkit::on_every_engine;

on_every_engine! {
    /// One entry for each event with all its bookings, one for each class of a course, one for each appointment.
    async fn a_person_sees_everything_that_is_booked(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = make(&owner, OWN).await;
        assert!(own.starts_with(&format!("{}/calendars/", server.url)) && own.ends_with(".ics"), "{own}");
        let (calendar, empty) = subscribed(&own).await;
        assert_eq!(empty, []);
        for (name, value) in [
            ("X-WR-CALNAME", "Harbour Lights: bookings"),
            ("X-WR-TIMEZONE", "Europe/Lisbon"),
            ("REFRESH-INTERVAL", "PT60M"),
        ] {
            assert_eq!(calendar.property_value(name), Some(value), "{name}");
        }
        let first = program.create("/bookings", &order("2026-05-08", 3)).await;
        server.clock.advance(Duration::from_secs(1));
        let mut family = booking(TOUR, "Noor, \"N\"", 2, &tour("2026-05-08"));
        family["participants"]["numbers"].as_array_mut().expect("a list").push(json!({"peopleCategoryId": "Cchildren", "number": 1}));
        let second = program.create("/bookings", &family).await;
        let coached = program.create("/bookings", &booking(LESSON, "Ilse", 1, &lesson("2026-05-09T10:00"))).await;
        let before = entries(&own).await;
        assert_eq!(summaries(&before), ["Sunset kayak tour: 6 people", "Private coaching: 1 person"]);
        let event = &before[0];
        assert_eq!(event.uid, format!("{TOUR}_{TOUR_SERIES}_2026-05-08-{}@slotkeeper", program.account()));
        assert_eq!(event.time, "20260508T170000Z/20260508T190000Z");
        assert_eq!((event.status.as_str(), event.description.as_str()), (
            "CONFIRMED",
            &*format!(
                "Marta Reis: 3\u{A0}×\u{A0}Adults (Booking number: {})\n\
                 Noor, \"N\": 2\u{A0}×\u{A0}Adults, 1\u{A0}×\u{A0}Children (Booking number: {})",
                number(&first), number(&second)
            ),
        ));
        let appointment = &before[1];
        assert_eq!(appointment.uid, format!("{}-{}@slotkeeper", number(&coached), program.account()));
        // The gap after it is none of the appointment.
        assert_eq!(appointment.time, "20260509T090000Z/20260509T100000Z");
        let expected = if coached["accepted"] == json!(true) { "CONFIRMED" } else { "TENTATIVE" };
        assert_eq!(appointment.status, expected);

        // A cancelled seat disappears, and the remaining entry is newer than the program's copy.
        server.clock.advance(Duration::from_secs(61));
        cancel(&program, &second).await;
        let after = entries(&own).await;
        assert_eq!(summaries(&after), ["Sunset kayak tour: 3 people", "Private coaching: 1 person"]);
        assert!(after[0].sequence > before[0].sequence && after[0].modified > before[0].modified);
        assert_eq!((&after[0].uid, &after[0].time), (&before[0].uid, &before[0].time));
        assert_eq!(after[1], before[1], "nothing happened to it");
        let moved = program.put(&format!("/bookings/{}", number(&coached)), &lesson("2026-05-09T12:00")).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        let later = entries(&own).await;
        assert_eq!((later[1].uid.as_str(), later[1].time.as_str()), (before[1].uid.as_str(), "20260509T110000Z/20260509T120000Z"));
        assert!(later[1].sequence > before[1].sequence);
        cancel(&program, &first).await;
        cancel(&program, &coached).await;
        assert_eq!(entries(&own).await, []);

        let course = json!({"eventId": format!("{COURSE}_{COURSE_SERIES}_2026-05-05")});
        program.create("/bookings", &booking(COURSE, "Sven", 2, &course)).await;
        let classes = entries(&own).await;
        assert_eq!(summaries(&classes), ["Sea kayaking, five evenings: 2 people"; 5]);
        let days: Vec<_> = classes.iter().map(|entry| &entry.time[..8]).collect();
        assert_eq!(days, ["20260505", "20260512", "20260519", "20260526", "20260602"]);
    }

    /// A change of one entry raises its own SEQUENCE and LAST-MODIFIED only; a change shown in all entries raises
    /// all. None ever decreases, also when all participants cancel and others book.
    async fn each_entry_has_changes_of_its_own(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (own, ana) = (make(&owner, OWN).await, make(&owner, &of_resource(ANA)).await);
        let first = program.create("/bookings", &order("2026-05-08", 2)).await;
        program.create("/bookings", &order("2026-05-09", 2)).await;
        let coached = program.create("/bookings", &booking(LESSON, "Ilse", 1, &lesson("2026-05-10T10:00"))).await;
        let away = json!({
            "startTime": "2026-05-12T08:00:00-00:00", "endTime": "2026-05-12T18:00:00-00:00", "resources": [{"id": ANA}],
        });
        program.create("/resourceblocks", &away).await;
        let mut known = entries(&own).await;
        let busy = entries(&ana).await.pop().expect("a block");
        let number_of = |entry: &Entry| (entry.sequence, entry.modified.clone());
        let pay = json!({"reason": "Deposit", "amount": {"amount": "5", "currency": "EUR"}, "paymentMethod": "cash"});
        let steps: [(&str, &str, Value, &[usize]); 8] = [
            ("POST", "/bookings", order("2026-05-08", 1), &[0]),
            ("PUT", &format!("/bookings/{}", number(&first)), json!({"participants": order("2026-05-08", 3)["participants"]}), &[0]),
            ("POST", &format!("/bookings/{}/payments", number(&first)), pay, &[0]),
            ("PUT", &format!("/bookings/{}", number(&coached)), lesson("2026-05-10T11:00"), &[2]),
            ("POST", "/customers", json!({"firstName": "Elsewhere"}), &[]),
            ("POST", "/holds", booking(TOUR, "Held", 1, &tour("2026-05-09")), &[]),
            ("PUT", &format!("/bookings/{}", number(&first)), tour("2026-05-09"), &[0, 1]),
            ("DELETE", &format!("/bookings/{}", number(&first)), Value::Null, &[1]),
        ];
        for (method, path, body, raised) in steps {
            server.clock.advance(Duration::from_secs(2));
            let answer = match method {
                "POST" => program.post(path, &body).await,
                "PUT" => program.put(path, &body).await,
                _ => program.delete(path).await,
            };
            assert!(answer.status < 300, "{method} {path}: {}", answer.text);
            let now = entries(&own).await;
            assert_eq!(now.len(), known.len(), "{method} {path}");
            for (index, (before, after)) in known.iter().zip(&now).enumerate() {
                if raised.contains(&index) {
                    assert!(after.sequence > before.sequence && after.modified > before.modified, "{method} {path}: {after:?}");
                } else {
                    assert_eq!(after, before, "{method} {path}");
                }
            }
            known = now;
        }
        assert_eq!(entries(&ana).await.pop().expect("a block"), busy);

        // All bookings are cancelled and another one is made.
        let day = async || entries(&own).await.into_iter().find(|entry| entry.time.starts_with("20260515"));
        let mut last = None;
        for _ in 0..3 {
            server.clock.advance(Duration::from_secs(2));
            let booked = program.create("/bookings", &order("2026-05-15", 1)).await;
            let entry = day().await.map(|entry| number_of(&entry));
            assert!(entry > last, "{entry:?} after {last:?}");
            last = entry;
            server.clock.advance(Duration::from_secs(2));
            cancel(&program, &booked).await;
            assert_eq!(day().await, None);
        }

        // What is shown in all of them.
        server.clock.advance(Duration::from_secs(2));
        let mut offered = catalogue();
        let product = offered.products.iter_mut().find(|product| product.id.as_str() == TOUR).expect("the tour");
        edit(product, |product| product["name"] = json!([["en-GB", "Dawn kayak tour"]]));
        server.offer(program.account(), offered).await;
        let now = entries(&own).await;
        assert!(now.iter().zip(&known).all(|(after, before)| number_of(after) > number_of(before)), "{now:?}");
    }

    /// A hold is not shown, and cancelled seats disappear. The feed has a window of days, and another business has
    /// its own.
    async fn a_calendar_is_bounded(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = make(&owner, OWN).await;
        program.create("/holds", &booking(TOUR, "Held", 2, &tour("2026-05-10"))).await;
        program.create("/bookings", &order("2026-05-05", 1)).await;
        // The last day that is in it.
        program.create("/bookings?mode=backend", &order("2026-10-31", 1)).await;
        program.create("/bookings?mode=backend", &order("2026-11-01", 1)).await;
        let lesson = booking(LESSON, "Far", 1, &lesson("2026-11-01T10:00"));
        program.create("/bookings?mode=backend", &lesson).await;
        let days = async || entries(&own).await.iter().map(|entry| entry.time[..8].to_owned()).collect::<Vec<_>>();
        assert_eq!(days().await, ["20260505", "20261031"]);
        server.clock.advance(DAY);
        assert_eq!(days().await, ["20260505", "20261031", "20261101", "20261101"]);
        // 4 June: the tour was thirty days ago.
        server.clock.advance(30 * DAY);
        assert_eq!(days().await.len(), 4);
        server.clock.advance(DAY);
        assert_eq!(days().await, ["20261031", "20261101", "20261101"]);
        let other = Visitor::owner(&server, "other@example.com").await;
        assert_eq!(entries(&make(&other, OWN).await).await, []);
    }

    /// What occupies a guide: events, appointments, and blocks, without their reason.
    async fn a_resource_shows_what_takes_it(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (ana, rui) = (make(&owner, &of_resource(ANA)).await, make(&owner, &of_resource(RUI)).await);
        let own = make(&owner, OWN).await;
        program.create("/bookings", &order("2026-05-08", 3)).await;
        let coached = program.create("/bookings", &booking(LESSON, "Ilse", 1, &lesson("2026-05-09T10:00"))).await;
        assert_eq!(coached["resources"][0]["id"], ANA);
        // Held, which may expire; and blocked, which occupies her all the same.
        program.create("/holds", &booking(TOUR, "Held", 2, &tour("2026-05-10"))).await;
        let block = json!({"productId": TOUR, "eventId": tour("2026-05-11")["eventId"], "numSeats": 2});
        program.create("/seatblocks", &block).await;
        let away = json!({
            "startTime": "2026-05-12T08:00:00-00:00", "endTime": "2026-05-28T18:00:00-00:00", "reason": "Surgery",
            "resources": [{"id": ANA}],
        });
        let away = program.create("/resourceblocks", &away).await;
        let (calendar, shown) = subscribed(&ana).await;
        assert_eq!(calendar.property_value("X-WR-CALNAME"), Some("Harbour Lights: Ana"));
        let what: Vec<_> = shown.iter().map(|entry| (entry.summary.as_str(), entry.time.as_str())).collect();
        assert_eq!(what, [
            ("Sunset kayak tour: 3 people", "20260508T170000Z/20260508T190000Z"),
            ("Private coaching: 1 person", "20260509T090000Z/20260509T100000Z"),
            ("Sunset kayak tour", "20260511T170000Z/20260511T190000Z"),
            ("Busy", "20260512T070000Z/20260528T170000Z"),
        ]);
        assert!(shown[0].description.starts_with("Marta Reis: 3"), "{shown:?}");
        assert_eq!(shown[3].description, "");
        assert_eq!(shown[3].uid, format!("{}-{}@slotkeeper", away["id"].as_str().expect("an id"), program.account()));
        assert_eq!(entries(&rui).await, []);
        // The team's feeds do not show blocks.
        assert_eq!(entries(&own).await, shown[..2]);
        // A block that began long ago is still shown.
        server.clock.advance(50 * DAY);
        assert_eq!(summaries(&entries(&ana).await), ["Busy"]);
        program.delete(&format!("/resourceblocks/{}", away["id"].as_str().expect("an id"))).await;
        assert_eq!(entries(&ana).await, []);
    }

    /// What was booked stays in calendars when the catalogue has it no more.
    async fn what_is_gone_from_the_catalogue_is_still_shown(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (own, ana) = (make(&owner, OWN).await, make(&owner, &of_resource(ANA)).await);
        program.create("/bookings", &order("2026-05-08", 3)).await;
        let course = json!({"eventId": format!("{COURSE}_{COURSE_SERIES}_2026-05-05")});
        program.create("/bookings", &booking(COURSE, "Sven", 2, &course)).await;
        let before = entries(&own).await;
        let mut offered = catalogue();
        offered.products.clear();
        server.offer(program.account(), offered.clone()).await;
        let after = entries(&own).await;
        assert_eq!(summaries(&after), summaries(&before));
        let starts = |entries: &[Entry]| entries.iter().map(|entry| entry.time[..16].to_owned()).collect::<Vec<_>>();
        assert_eq!(starts(&after), starts(&before));
        assert_eq!(entries(&ana).await.len(), 1);
        // A deleted resource has no feed, and its old feed can be ended.
        edit(&mut offered.resource_types[0], |guides| { guides["resources"].as_array_mut().expect("a list").remove(0); });
        server.offer(program.account(), offered).await;
        assert_eq!(ask(&ana, None).await.status(), StatusCode::NOT_FOUND);
        let page = owner.get(PAGE).await;
        page.assert_says("deleted");
        let left = made(&owner).await.pop().expect("a calendar");
        let ended = owner.post(&format!("{}/end", of_resource(ANA)), &[("current", &left)]).await;
        assert_eq!(ended.location(), "/backoffice/calendars?notice=calendar-ended");
        assert!(!owner.get(PAGE).await.html.contains("deleted<"));
        assert_eq!(owner.post(&of_resource(ANA), &[("current", "")]).await.status, StatusCode::NOT_FOUND);
    }
}
