//! What seat blocks and resource blocks have in common: lists and visibility.

use super::resourceblocks::away;
use super::seatblocks::{office, path, seats};
use super::{business, class};
use slotkeeper_testkit::catalogue::COURSE;
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

const ANA: &str = "312RS00001";
const RUI: &str = "312RS00002";

/// The ids of a list.
async fn ids(program: &ApiClient, path: &str) -> Vec<Value> {
    program.read(path).await["data"].as_array().unwrap().iter().map(|block| block["id"].clone()).collect()
}

on_every_engine! {
    /// Lists are by start, within one pair of times, the other, or both.
    async fn blocks_are_listed(server: TestServer) {
        let (owner, _) = business(&server).await;
        let office = office(&server, &owner).await;
        let class = json!({"productId": COURSE, "eventId": class("2026-05-12"), "numSeats": 1});
        for (kind, bodies, filter, wrong) in [
            (
                "/seatblocks",
                [seats("2026-05-08", 1), class, seats("2026-05-07", 1)],
                format!("productId={COURSE}"),
                "productId=x",
            ),
            (
                "/resourceblocks",
                [
                    away("2026-05-08", "18:00", "19:00", &[ANA]),
                    away("2026-05-12", "19:00", "20:00", &[ANA, RUI]),
                    away("2026-05-07", "18:00", "19:00", &[ANA]),
                ],
                format!("resourceId={RUI}"),
                "resourceId=x",
            ),
        ] {
            let mut made = Vec::new();
            for body in bodies {
                made.push(office.create(kind, &body).await);
                server.clock.advance(Duration::from_secs(3_600));
            }
            let id = |position: usize| made[position]["id"].clone();
            let created = |position: usize| made[position]["creationTime"].as_str().unwrap().to_owned();
            let times = |from: &str, to: &str| format!("{kind}?startTime={from}&endTime={to}");
            let all = times("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
            assert_eq!(ids(&office, &all).await, [id(2), id(0), id(1)]);
            // Both ends are included; `-00:00` is the clock of the business.
            let one = times("2026-05-08T18:00:00-00:00", "2026-05-08T17:00:00Z");
            assert_eq!(ids(&office, &one).await, [id(0)]);
            assert_eq!(ids(&office, &format!("{all}&{filter}")).await, [id(1)]);
            let list = office.read(&format!("{all}&itemsPerPage=2")).await;
            let token = list["info"]["pageNavigationToken"].as_str().unwrap();
            assert_eq!((&list["info"]["totalItems"], &list["info"]["totalPages"]), (&json!(3), &json!(2)));
            assert_eq!(list["data"][0], made[2]);
            assert_eq!(ids(&office, &format!("{kind}?pageNavigationToken={token}&pageNumber=2")).await, [id(1)]);
            // By creation, and after a change by that.
            let touched = |minute: &str| {
                let end = minute.replace(":00+", ":59+");
                format!("lastUpdatedStartTime={minute}&lastUpdatedEndTime={end}").replace('+', "%2B")
            };
            let second = touched(&created(1));
            assert_eq!(ids(&office, &format!("{kind}?{second}")).await, [id(1)]);
            let changed = office.put(&path(kind, &made[1]), &json!({"reason": "Changed"})).await;
            assert_eq!(ids(&office, &format!("{kind}?{second}")).await, Vec::<Value>::new());
            let now = changed.body["lastChangeTime"].as_str().unwrap();
            let now = touched(now);
            assert_eq!(ids(&office, &format!("{kind}?{now}")).await, [id(1)]);
            assert_eq!(ids(&office, &format!("{all}&{now}")).await, [id(1)]);
            assert_eq!(ids(&office, &format!("{one}&{now}")).await, Vec::<Value>::new());
            assert_eq!(office.read(&format!("{one}&{now}")).await["info"], json!({"totalItems": 0, "totalPages": 0, "currentPage": 1}));
            for (query, status, says) in [
                ("", 400, "startTime and endTime, or lastUpdatedStartTime and lastUpdatedEndTime."),
                ("?startTime=2026-05-01T00:00:00Z", 400, "endTime is missing: startTime needs it."),
                ("?lastUpdatedEndTime=2026-05-01T00:00:00Z", 400, "lastUpdatedStartTime is missing"),
                ("?startTime=2026-05-01T00:00:00Z&endTime=2026-06-02T00:00:00Z", 400, "31 days apart"),
                ("?startTime=2026-05-02T00:00:00Z&endTime=2026-05-01T00:00:00Z", 400, "endTime must not be before"),
                ("?pageNavigationToken=nonsense", 404, "pageNavigationToken"),
                ("?itemsPerPage=0", 400, "itemsPerPage"),
            ] {
                let answer = office.get(&format!("{kind}{query}")).await;
                assert_eq!(answer.status, status, "{kind}{query}: {}", answer.text);
                assert!(answer.body["message"].as_str().unwrap().contains(says), "{kind}{query}: {}", answer.text);
            }
            assert_eq!(office.get(&format!("{all}&{wrong}")).await.status, 400);
        }
    }

    /// What a key may not know of is not there; what it may read and not change is refused.
    async fn blocks_follow_visibility(server: TestServer) {
        let (owner, _) = business(&server).await;
        let nobody = ApiClient::installed(&server, "Nobody", &owner, "bookings_rwd_all,availability_r").await;
        let all = office(&server, &owner).await;
        let own = ApiClient::installed(&server, "Own Things", &owner, "blocks_rwd_own").await;
        let writer = ApiClient::installed(&server, "Writer", &owner, "blocks_rw_own").await;
        let reader = ApiClient::installed(&server, "Reader", &owner, "blocks_r_all,blocks_rw_own").await;
        let only_reader = ApiClient::installed(&server, "Only Reader", &owner, "blocks_r_all").await;
        let elsewhere = Visitor::owner(&server, "other@example.com").await;
        let foreign = ApiClient::installed(&server, "Foreign", &elsewhere, "blocks_rwd_all").await;
        for (kind, body, what) in [
            ("/seatblocks", seats("2026-05-08", 1), "seat block"),
            ("/resourceblocks", away("2026-05-08", "09:00", "10:00", &[ANA]), "resource block"),
        ] {
            let theirs = path(kind, &all.create(kind, &body).await);
            let ours = path(kind, &own.create(kind, &body).await);
            let absent = format!("There is no {what} with this id, or this API key may not know of it.");
            let missing = format!("{kind}/AAAAAAAAAAAAAAAAAAAA");
            for caller in [&own, &writer, &foreign] {
                for path in [&theirs, &missing, &format!("{kind}/x")] {
                    let changed = caller.put(path, &json!({})).await;
                    for answer in [caller.get(path).await, changed] {
                        assert_eq!((answer.status, &answer.body["message"]), (404, &json!(absent)), "{path}");
                    }
                }
            }
            for caller in [&own, &foreign] {
                let answer = caller.delete(&theirs).await;
                assert_eq!((answer.status, &answer.body["message"]), (404, &json!(absent)));
            }
            let range = format!("{kind}?startTime=2026-05-08T00:00:00Z&endTime=2026-05-08T23:00:00Z");
            for (caller, found) in [(&all, 2), (&own, 1), (&writer, 0), (&reader, 2), (&only_reader, 2), (&foreign, 0)] {
                assert_eq!(caller.read(&range).await["info"]["totalItems"], found);
            }
            // Seen, and not theirs to change.
            let refused = reader.put(&theirs, &json!({})).await;
            let says = "This API key can change only blocks that its application created.";
            assert_eq!((refused.status, &refused.body["message"]), (403, &json!(says)));
            // A page token holds no rights.
            let token = all.read(&format!("{range}&itemsPerPage=1")).await["info"]["pageNavigationToken"].clone();
            let page = format!("{kind}?pageNavigationToken={}", token.as_str().unwrap());
            assert_eq!(own.read(&page).await["info"]["totalItems"], 1);
            let says = |what: &str| json!(format!("This API key does not have permission to {what} blocks."));
            for (answer, what) in [
                (writer.delete(&ours).await, "delete"),
                (reader.delete(&theirs).await, "delete"),
                (only_reader.delete(&theirs).await, "delete"),
                (only_reader.post(kind, &body).await, "create or change"),
                (only_reader.put(&theirs, &json!({})).await, "create or change"),
                (nobody.get(&range).await, "read"),
                (nobody.get(&theirs).await, "read"),
                (nobody.post(kind, &body).await, "create or change"),
                (nobody.delete(&theirs).await, "delete"),
            ] {
                assert_eq!((answer.status, &answer.body["message"]), (403, &says(what)));
            }
            assert_eq!(own.read(&ours).await["creationAgent"], "Own Things");
            let changed = all.put(&ours, &json!({"reason": "Everybody's"})).await;
            assert_eq!((&changed.body["creationAgent"], &changed.body["lastChangeAgent"]), (&json!("Own Things"), &json!("Front Office")));
            assert_eq!(own.put(&ours, &json!({"reason": "Ours"})).await.status, 200);
            assert_eq!(own.delete(&ours).await.status, 204);
            assert_eq!(all.delete(&theirs).await.status, 204);
        }
    }
}
