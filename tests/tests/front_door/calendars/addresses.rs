//! Addresses of calendar feeds: access, end, and the cost of requests.

use super::*;
use slotkeeper_testkit::on_every_engine;

on_every_engine! {
    /// Programs ask every hour, and get 304 until something has changed, or the day is another.
    async fn asking_again_costs_little(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = make(&owner, OWN).await;
        program.create("/bookings", &order("2026-05-08", 3)).await;
        let answer = ask(&own, None).await;
        let tag = answer.headers()["etag"].to_str().expect("text").to_owned();
        assert_eq!(answer.headers()["cache-control"], "private, no-cache");
        assert!(answer.headers().get("set-cookie").is_none());
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let same = ask(&own, Some(&known)).await;
            assert_eq!(same.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!((&same.headers()["etag"], &same.headers()["cache-control"]), (&tag.parse().expect("a value"), &"private, no-cache".parse().expect("a value")));
            assert_eq!(same.text().await.expect("nothing"), "");
        }
        for known in ["\"x\"", tag.trim_matches('"')] {
            assert_eq!(ask(&own, Some(known)).await.status(), StatusCode::OK, "{known}");
        }
        // What is the same has the same bytes.
        let text = answer.text().await.expect("a calendar");
        server.clock.advance(Duration::from_secs(3_600));
        assert_eq!(ask(&own, None).await.text().await.expect("a calendar"), text);
        program.create("/holds", &booking(TOUR, "Held", 2, &tour("2026-05-08"))).await;
        assert_eq!(ask(&own, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
        program.create("/bookings", &order("2026-05-08", 1)).await;
        let changed = ask(&own, Some(&tag)).await;
        assert_eq!(changed.status(), StatusCode::OK);
        let tag = changed.headers()["etag"].to_str().expect("text").to_owned();
        server.clock.advance(Duration::from_secs(13 * 3_600));
        assert_eq!(ask(&own, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED, "it is 23:12");
        server.clock.advance(Duration::from_secs(3_600));
        assert_eq!(ask(&own, Some(&tag)).await.status(), StatusCode::OK, "it is another day");

        // A program that never remembers what it has is slowed down, and no other is.
        let other = make(&owner, &of_resource(ANA)).await;
        let mut files = 0;
        let refused = loop {
            let answer = ask(&own, None).await;
            match answer.status() {
                StatusCode::OK if files < 100 => files += 1,
                StatusCode::TOO_MANY_REQUESTS => break answer,
                status => panic!("{status} after {files} files"),
            }
        };
        let wait: u64 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((20..=30).contains(&files) && (1..=21).contains(&wait), "{files} files, wait {wait}");
        assert_eq!(ask(&other, None).await.status(), StatusCode::OK);
        server.clock.advance(Duration::from_secs(wait));
        assert_eq!(ask(&own, None).await.status(), StatusCode::OK);
    }

    /// An address that was replaced, has ended or never was leads nowhere, and all of them alike.
    async fn an_address_can_be_replaced_and_ended(server: TestServer) {
        let (owner, _) = business(&server).await;
        owner.get(PAGE).await.assert_says("Create link");
        let first = make(&owner, OWN).await;
        assert!(!owner.get(PAGE).await.html.contains("/calendars/3"), "the address is shown once");
        assert_eq!(owner.post(OWN, &[("current", "")]).await.status, StatusCode::CONFLICT);
        assert_eq!(ask(&first, None).await.status(), StatusCode::OK);
        server.run_jobs().await;
        owner.get(PAGE).await.assert_says("<dt>Last used</dt><dd>4 May 2026");
        let [current] = &made(&owner).await[..] else { panic!("one calendar") };
        let second = address(&owner.post(OWN, &[("current", current)]).await);
        owner.get(PAGE).await.assert_says("<dt>Last used</dt><dd>never");
        assert_eq!(owner.post(OWN, &[("current", current)]).await.status, StatusCode::CONFLICT);
        assert_eq!(owner.post(OWN, &[("current", "x")]).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(owner.post(&format!("{OWN}/end"), &[("current", "")]).await.status, StatusCode::BAD_REQUEST);
        let stale = owner.post(&format!("{OWN}/end"), &[("current", current)]).await;
        assert_eq!(stale.location(), "/backoffice/calendars?notice=calendar-ended-before");
        assert_eq!(ask(&second, None).await.status(), StatusCode::OK);
        let [current] = &made(&owner).await[..] else { panic!("one calendar") };
        // The calendar is not ended as that of something else.
        owner.post(&format!("{}/end", of_resource(ANA)), &[("current", current)]).await;
        assert_eq!(ask(&second, None).await.status(), StatusCode::OK);
        let ended = owner.post(&format!("{OWN}/end"), &[("current", current)]).await;
        owner.get(&ended.location()).await.assert_says("The calendar feed is revoked.");

        let never = format!("{}x.ics", &second[..second.len() - 5]);
        let elsewhere = server.at("/calendars/ZZZZZZZZZZ0123456789.ics");
        let mut refusals = Vec::new();
        for address in [&first, &second, &never, &elsewhere, &server.at("/calendars/.ics"), &second.replace(".ics", ""), &server.at("/calendars/%FF")] {
            let answer = ask(address, Some("*")).await;
            assert_eq!((answer.status(), &answer.headers()["cache-control"]), (StatusCode::NOT_FOUND, &"no-store".parse().expect("a value")));
            refusals.push(answer.text().await.expect("a page"));
        }
        refusals.dedup();
        assert_eq!(refusals.len(), 1);
        let posted = Client::new().post(&first).header("Origin", &server.url).send().await.expect("an answer");
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    /// Each member of the team has a feed of their own; feeds of resources are for owner and managers.
    async fn who_may_make_which(server: TestServer) {
        let (owner, _) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        let staff = owner.colleague(&server, "staff", "sam@example.com").await;
        let of_staff = make(&staff, OWN).await;
        let page = staff.get(PAGE).await;
        assert!(!page.html.contains("Resources") && !page.html.contains(ANA), "{}", page.html);
        for path in [of_resource(ANA), format!("{}/end", of_resource(ANA))] {
            assert_eq!(staff.post(&path, &[("current", "")]).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let (ana, of_manager) = (make(&manager, &of_resource(ANA)).await, make(&manager, OWN).await);
        let rui = make(&owner, &of_resource(RUI)).await;
        owner.get(PAGE).await.assert_says("by Kim");
        for unknown in ["312RS00009", "x"] {
            assert_eq!(manager.post(&of_resource(unknown), &[("current", "")]).await.status, StatusCode::NOT_FOUND, "{unknown}");
        }
        // A member's own feed can be ended by that member only.
        let [theirs] = &made(&staff).await[..] else { panic!("one calendar") };
        owner.post(&format!("{OWN}/end"), &[("current", theirs)]).await;
        assert_eq!(ask(&of_staff, None).await.status(), StatusCode::OK);

        // A removed member has no feed, and its address ends.
        let people = owner.get("/backoffice/team").await.html;
        let row = people.split("<tr>").find(|row| row.contains("mia@example.com")).expect("a row");
        let remove = row.split("href=\"").nth(1).expect("a link").split('"').next().expect("a path");
        owner.get(remove).await.assert_says("links of calendar feeds");
        assert_eq!(owner.post(remove, &[]).await.location(), "/backoffice/team?notice=removed");
        for (address, status) in [
            (&of_manager, StatusCode::NOT_FOUND),
            (&ana, StatusCode::NOT_FOUND),
            (&rui, StatusCode::OK),
            (&of_staff, StatusCode::OK),
        ] {
            assert_eq!(ask(address, None).await.status(), status);
        }

        let (portal, _) = Visitor::portal(&server, "Coastline", "petra@example.com").await;
        let developer = Visitor::developer(&server, "dana@example.com").await;
        for stranger in [&portal, &developer] {
            assert_eq!(stranger.get(PAGE).await.status, StatusCode::FORBIDDEN);
            assert_eq!(stranger.post(OWN, &[("current", "")]).await.status, StatusCode::FORBIDDEN);
        }
        let nobody = Visitor::new(&server);
        assert_eq!(nobody.get(PAGE).await.location(), "/sign-in?next=%2Fbackoffice%2Fcalendars");
    }

    /// Of two who make the same calendar at once, one has it.
    async fn made_at_once_it_is_made_once(server: TestServer) {
        let (owner, _) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        let path = of_resource(ANA);
        let pages = slotkeeper_testkit::join_all((0..6).map(|turn| {
            let visitor = if turn % 2 == 0 { &owner } else { &manager };
            visitor.post(&path, &[("current", "")])
        })).await;
        let made = pages.iter().filter(|page| page.status == StatusCode::OK).count();
        let refused = pages.iter().filter(|page| page.status == StatusCode::CONFLICT).count();
        assert_eq!((made, refused), (1, 5));
    }
}
