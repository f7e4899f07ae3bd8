//! Portals: their businesses, and applications that install themselves in them.

mod repeated_requests;

use crate::api::assert_error;
use slotkeeper_testkit::client::{Answer, ApiClient, Application, Visitor};
use slotkeeper_testkit::reqwest::StatusCode;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::{Engine, TestServer};
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

const DEVELOPER: &str = "dana@example.com";
const PERMISSIONS: &str = "subaccounts_rw,customers_rwd_own,availability_r";

/// A portal with two businesses, an application that may install itself in them, and an independent business.
struct Coast {
    owner: Visitor,
    portal: String,
    cliffs: String,
    surf: String,
    independent: Visitor,
    developer: Visitor,
    application: Application,
    program: ApiClient,
}

impl Coast {
    async fn new(server: &TestServer) -> Self {
        let (owner, portal) = Visitor::portal(server, "Coastline", "petra@example.com").await;
        let cliffs = server.subaccount(&portal, "Cliff Walks", "cliffs@example.com").await;
        server.clock.advance(Duration::from_secs(1));
        let surf = server.subaccount(&portal, "Surf School", "surf@example.com").await;
        let developer = Visitor::developer(server, DEVELOPER).await;
        let application = developer.register("Harbour Desk", "").await;
        let independent = Visitor::owner(server, "olivia@example.com").await;
        let program = allowed(server, &owner, &application, PERMISSIONS).await;
        Self { owner, portal, cliffs, surf, independent, developer, application, program }
    }

    /// A key of the subaccount, from `Location`, with which the application works.
    async fn install(&self, server: &TestServer, subaccount: &str) -> (String, ApiClient) {
        let key = key_in(&self.program.post(&keys_of(subaccount), &Value::Null).await, subaccount);
        let program = ApiClient::new(server, &key, &self.application.secret_key);
        (key, program)
    }
}

/// Has the owner grant it, and reads the key from the e-mail.
async fn allowed(server: &TestServer, owner: &Visitor, application: &Application, permissions: &str) -> ApiClient {
    // E-mails of the same moment have no order.
    server.clock.advance(Duration::from_secs(1));
    owner.allow(&application.asks_for(permissions, None)).await;
    ApiClient::new(server, &server.key_emailed_to(DEVELOPER).await, &application.secret_key)
}

fn keys_of(subaccount: &str) -> String {
    format!("/subaccounts/{subaccount}/apikeys")
}

fn key_in(answer: &Answer, subaccount: &str) -> String {
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    assert!(!answer.headers.contains_key("content-type"));
    assert_eq!(answer.headers.keys().next().unwrap(), "location");
    let location = answer.headers["location"].to_str().unwrap();
    let (base, key) = location.rsplit_once('/').unwrap();
    assert!(base.starts_with("http") && base.ends_with(&format!("/v2{}", keys_of(subaccount))), "{base}");
    key.to_owned()
}

async fn status(program: &ApiClient) -> u16 {
    program.get("/settings/apikeyinfo").await.status
}

fn message(answer: &Answer) -> &str {
    answer.body["message"].as_str().unwrap()
}

on_every_engine! {
    /// The portal's own businesses, oldest first, page by page.
    async fn a_portal_lists_its_businesses(server: TestServer) {
        let coast = Coast::new(&server).await;
        let (_, other) = Visitor::portal(&server, "Inland", "inland@example.com").await;
        server.subaccount(&other, "Caves", "caves@example.com").await;
        let [cliffs, surf] = [("Cliff Walks", &coast.cliffs), ("Surf School", &coast.surf)].map(|(name, id)| json!({"id": id, "name": name}));
        let all = coast.program.read("/subaccounts").await;
        assert_eq!(all, json!({"info": {"totalItems": 2, "totalPages": 1, "currentPage": 1}, "data": [cliffs, surf]}));

        let first = coast.program.read("/subaccounts?itemsPerPage=1").await;
        assert_eq!((&first["data"], &first["info"]["totalPages"]), (&json!([cliffs]), &json!(2)));
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        for (page, data) in [(2, json!([surf])), (3, json!([])), (1, json!([cliffs]))] {
            let path = format!("/subaccounts/?pageNavigationToken={token}&pageNumber={page}");
            assert_eq!(coast.program.read(&path).await["data"], data);
        }
        assert_eq!(coast.program.read("/subaccounts?itemsPerPage=301").await["data"], all["data"]);
        for wrong in ["itemsPerPage=0", "pageNumber=-1", "lang=tlh"] {
            assert_error(&coast.program.get(&format!("/subaccounts?{wrong}")).await, 400);
        }
        assert_error(&coast.program.get("/subaccounts?pageNavigationToken=AAAA").await, 404);
    }

    /// More than a page can have.
    async fn a_page_has_three_hundred_at_most(server: TestServer) {
        let coast = Coast::new(&server).await;
        for number in 0..299 {
            server.subaccount(&coast.portal, &format!("Branch {number}"), &format!("branch{number}@example.com")).await;
        }
        let most = coast.program.read("/subaccounts?itemsPerPage=5000").await;
        assert_eq!((most["data"].as_array().unwrap().len(), &most["info"]["totalItems"]), (300, &json!(301)));
        assert_eq!(coast.program.read("/subaccounts").await["data"].as_array().unwrap().len(), 50);
        let page = coast.owner.get("/backoffice/subaccounts?page=2").await;
        page.assert_says("?page=1");
        page.assert_says("?page=3");
        assert_eq!(page.html.matches("Branch ").count(), 50);
    }

    /// The new key has the application's permissions in the portal, for the subaccount; an earlier one ends, whoever
    /// granted it; keys of other applications stay.
    async fn an_application_installs_itself(server: TestServer) {
        let coast = Coast::new(&server).await;
        let cliffs = Visitor::new(&server);
        cliffs.sign_in("cliffs@example.com").await;
        let granted = allowed(&server, &cliffs, &coast.application, "availability_r").await;
        let another = ApiClient::installed(&server, "Other Desk", &cliffs, "availability_r").await;

        let (_, first) = coast.install(&server, &coast.cliffs).await;
        assert_eq!((status(&granted).await, status(&another).await), (401, 200));
        let [info, of_portal] = [first.read("/settings/apikeyinfo").await, coast.program.read("/settings/apikeyinfo").await];
        assert_eq!(info["accountId"], json!(coast.cliffs));
        assert_eq!(info["permissions"], of_portal["permissions"]);
        let customer = first.create("/customers", &json!({"firstName": "Ilse"})).await;

        let (elsewhere, second) = (coast.install(&server, &coast.surf).await.1, coast.install(&server, &coast.cliffs).await.1);
        assert_eq!((status(&first).await, status(&second).await, status(&elsewhere).await), (401, 200, 200));
        // What the application created is its own with any of its keys, and in no other business.
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        assert_eq!((second.get(&path).await.status, elsewhere.get(&path).await.status), (200, 404));
        // Its secret key is the application's: with that of another it opens nothing.
        let (key, _) = coast.install(&server, &coast.cliffs).await;
        assert_eq!(status(&ApiClient::new(&server, &key, "x")).await, 401);
    }

    /// The application ends its key; another time it has none.
    async fn an_application_uninstalls_itself(server: TestServer) {
        let coast = Coast::new(&server).await;
        let ((key, cliffs), (_, surf)) = (coast.install(&server, &coast.cliffs).await, coast.install(&server, &coast.surf).await);
        let path = format!("{}/{key}", keys_of(&coast.cliffs));
        let gone = coast.program.delete(&path).await;
        assert_eq!((gone.status, gone.text.as_str()), (204, ""));
        assert_eq!((status(&cliffs).await, status(&surf).await, status(&coast.program).await), (401, 200, 200));
        assert_error(&coast.program.delete(&path).await, 404);
        assert_ne!(coast.install(&server, &coast.cliffs).await.0, key);
    }

    /// What is not the portal's, or not the application's, is answered like what is not there.
    async fn what_is_foreign_is_not_there(server: TestServer) {
        let coast = Coast::new(&server).await;
        let (_, other) = Visitor::portal(&server, "Inland", "inland@example.com").await;
        let foreign = server.subaccount(&other, "Caves", "caves@example.com").await;
        let harbour = allowed(&server, &coast.independent, &coast.application, "availability_r").await;
        let (key, _) = coast.install(&server, &coast.cliffs).await;
        let absent = coast.program.post(&keys_of("ABSENT0000"), &Value::Null).await;
        assert_error(&absent, 404);
        for id in [foreign.as_str(), harbour.account(), &coast.portal, &other, "nothing", "absent0000", "%FF"] {
            let refused = [
                coast.program.post(&keys_of(id), &Value::Null).await,
                coast.program.delete(&format!("{}/{key}", keys_of(id))).await,
            ];
            for answer in refused {
                assert_error(&answer, 404);
                assert_eq!(message(&answer), message(&absent), "{id}");
            }
        }
        assert_eq!(status(&harbour).await, 200);

        let no_key = coast.program.delete(&format!("{}/nothing", keys_of(&coast.surf))).await;
        assert_error(&no_key, 404);
        let cliffs = Visitor::new(&server);
        cliffs.sign_in("cliffs@example.com").await;
        let another = ApiClient::installed(&server, "Other Desk", &cliffs, "availability_r").await;
        let foreign_key = another.api_key().to_owned();
        for (account, key) in [(&coast.surf, &key), (&coast.cliffs, &foreign_key), (&coast.cliffs, &"A".repeat(2_000))] {
            let answer = coast.program.delete(&format!("{}/{key}", keys_of(account))).await;
            assert_error(&answer, 404);
            assert_eq!(message(&answer), message(&no_key));
            assert!(!answer.text.contains(key.as_str()));
        }
        assert_eq!((status(&another).await, coast.program.delete(&format!("{}/{key}", keys_of(&coast.cliffs))).await.status), (200, 204));
    }

    /// It takes the permission, and a portal: the key of a business has no such right, whatever it was granted.
    async fn only_a_portals_key_may(server: TestServer) {
        let coast = Coast::new(&server).await;
        let (key, child) = coast.install(&server, &coast.cliffs).await;
        let granted = allowed(&server, &coast.independent, &coast.application, "subaccounts_rw,availability_r").await;
        let everything_else = "customers_rwd_all,bookings_rwd_all,blocks_rwd_all,payments_rw_all,availability_r";
        let in_portal = allowed(&server, &coast.owner, &coast.application, everything_else).await;
        for program in [&child, &granted, &in_portal] {
            for (method, path) in [
                ("GET", "/subaccounts".to_owned()),
                ("POST", keys_of(&coast.cliffs)),
                ("POST", keys_of("nothing")),
                ("DELETE", format!("{}/{key}", keys_of(&coast.cliffs))),
            ] {
                let answer = program.send(method, &path, "").await;
                assert_error(&answer, 403);
                assert!(message(&answer).contains("subaccounts_rw"), "{}", answer.text);
            }
        }
        assert_eq!(status(&child).await, 200);
    }

    /// When the portal's key ends, the keys made with it end too, in the same moment; others go on.
    async fn the_end_of_the_portals_key_reaches_its_businesses(server: TestServer) {
        let coast = Coast::new(&server).await;
        let cliffs = Visitor::new(&server);
        cliffs.sign_in("cliffs@example.com").await;
        let installed = [coast.install(&server, &coast.cliffs).await.1, coast.install(&server, &coast.surf).await.1];
        let granted = allowed(&server, &cliffs, &coast.application, "availability_r").await;
        let again = allowed(&server, &coast.owner, &coast.application, PERMISSIONS).await;

        // One key of two, ended by the developer: what the other one makes is not touched.
        let page = coast.developer.get(&format!("/developer/applications/{}", coast.application.id)).await.html;
        let ends: Vec<_> = page.split('"').filter(|part| part.contains(&coast.portal) && part.ends_with("/end")).collect();
        assert_eq!(ends.len(), 2);
        let by_second = key_in(&again.post(&keys_of(&coast.surf), &Value::Null).await, &coast.surf);
        let by_second = ApiClient::new(&server, &by_second, &coast.application.secret_key);
        assert_eq!((status(&installed[0]).await, status(&installed[1]).await, status(&by_second).await), (200, 401, 200));
        for end in ends {
            coast.developer.get(end).await.assert_says("for subaccounts");
            coast.developer.post(end, &[]).await;
            if status(&coast.program).await == 401 {
                assert_eq!(status(&installed[0]).await, 401);
            }
            if status(&again).await == 401 {
                assert_eq!(status(&by_second).await, 401);
            }
        }
        assert_eq!((status(&coast.program).await, status(&again).await, status(&granted).await), (401, 401, 200));

        // All at once, by the portal's owner.
        let program = allowed(&server, &coast.owner, &coast.application, PERMISSIONS).await;
        let child = key_in(&program.post(&keys_of(&coast.surf), &Value::Null).await, &coast.surf);
        let child = ApiClient::new(&server, &child, &coast.application.secret_key);
        assert_eq!(status(&child).await, 200);
        let uninstall = format!("/backoffice/applications/{}/uninstall", coast.application.id);
        coast.owner.get(&uninstall).await.assert_says("for your subaccounts");
        assert!(coast.owner.post(&uninstall, &[]).await.location().ends_with("notice=uninstalled"));
        assert_eq!((status(&program).await, status(&child).await, status(&granted).await), (401, 401, 200));
        assert_error(&program.post(&keys_of(&coast.surf), &Value::Null).await, 401);
    }

    /// The owner of a business sees that its portal installed the application, and ends it; the others keep theirs.
    async fn a_business_sees_its_portals_application(server: TestServer) {
        let coast = Coast::new(&server).await;
        let [cliffs, surf] = [coast.install(&server, &coast.cliffs).await.1, coast.install(&server, &coast.surf).await.1];
        let owner = Visitor::new(&server);
        owner.sign_in("cliffs@example.com").await;
        owner.get("/backoffice").await.assert_says("<dt>Portal</dt><dd>Coastline</dd>");
        let page = owner.get("/backoffice/applications").await;
        page.assert_says("The portal Coastline<br>");
        page.assert_says("through this application");
        assert!(!page.html.contains("Petra"), "people of the portal are not named");
        allowed(&server, &owner, &coast.application, "availability_r").await;
        let page = owner.get("/backoffice/applications").await.html;
        let ends: Vec<_> = page.split('"').filter(|part| part.starts_with("/backoffice/authorizations/")).collect();
        // The newest is first.
        owner.get(ends[1]).await.assert_says("The portal Coastline installed it through this application on");
        assert!(owner.post(ends[1], &[]).await.location().ends_with("notice=ended"));
        assert_eq!((status(&cliffs).await, status(&surf).await, status(&coast.program).await), (401, 200, 200));
    }

    /// The portal's users see its businesses; a business has none.
    async fn a_portal_has_a_page_of_its_businesses(server: TestServer) {
        let coast = Coast::new(&server).await;
        let home = coast.owner.get("/backoffice").await;
        home.assert_says("2 businesses belong to this portal.");
        home.assert_says("href=\"/backoffice/subaccounts\"");
        let manager = coast.owner.colleague(&server, "manager", "manager@example.com").await;
        for person in [&coast.owner, &manager] {
            let page = person.get("/backoffice/subaccounts").await;
            for text in ["Cliff Walks", "Surf School", &coast.cliffs, &coast.surf] {
                page.assert_says(text);
            }
        }
        for page in ["0", "2", "4294967295"] {
            assert_eq!(coast.owner.get(&format!("/backoffice/subaccounts?page={page}")).await.status, StatusCode::OK);
        }
        let page = coast.independent.get("/backoffice/subaccounts").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(!coast.independent.get("/backoffice").await.html.contains("ubaccounts"));
    }

    /// Of installations at once, in whatever order they come, one key is left; and none when the portal's ends meanwhile.
    async fn of_many_at_once_one_key_is_left(server: TestServer) {
        let coast = Coast::new(&server).await;
        let left = async |keys: &[String]| {
            let programs: Vec<_> = keys.iter().map(|key| ApiClient::new(&server, key, &coast.application.secret_key)).collect();
            join_all(programs.iter().map(status)).await.into_iter().filter(|status| *status == 200).count()
        };
        let path = keys_of(&coast.cliffs);
        let answers = join_all((0..8).map(|_| coast.program.post(&path, &Value::Null))).await;
        let keys: Vec<_> = answers.iter().map(|answer| key_in(answer, &coast.cliffs)).collect();
        assert_eq!(left(&keys).await, 1);

        let uninstall = format!("/backoffice/applications/{}/uninstall", coast.application.id);
        let [cliffs, surf] = [&coast.cliffs, &coast.surf].map(|account| keys_of(account));
        let (coast, uninstall, cliffs, surf) = (&coast, &uninstall, &cliffs, &surf);
        let calls = (0..12).map(|call| async move {
            if call == 5 {
                coast.owner.post(uninstall, &[]).await;
                return None;
            }
            let path = if call % 2 == 0 { cliffs } else { surf };
            Some(coast.program.post(path, &Value::Null).await)
        });
        let mut keys = Vec::new();
        for answer in join_all(calls).await.into_iter().flatten() {
            assert!(matches!(answer.status, 201 | 401), "{}: {}", answer.status, answer.text);
            let location = answer.headers.get("location").map(|location| location.to_str().unwrap());
            keys.extend(location.map(|location| location.rsplit('/').next().unwrap().to_owned()));
        }
        assert_eq!(left(&keys).await, 0);
    }

    /// A business has one portal, and only a business has one.
    async fn what_can_be_a_subaccount(server: TestServer) {
        let coast = Coast::new(&server).await;
        let (_, other) = Visitor::portal(&server, "Inland", "inland@example.com").await;
        let harbour = allowed(&server, &coast.independent, &coast.application, "availability_r").await;
        for (portal, account, why) in [
            (other.as_str(), coast.cliffs.as_str(), "a portal manages the business already"),
            (&coast.portal, &other, "only a business can be a subaccount"),
            (&coast.cliffs, harbour.account(), "only a portal has subaccounts"),
            (&other, "ABSENT0000", "there is no such account"),
        ] {
            assert_eq!(server.try_adopt(portal, account).await.unwrap_err().to_string(), why);
        }
        server.adopt(&other, harbour.account()).await;
        assert_eq!(status(&harbour).await, 200);
    }
}

/// Every account that wins or loses an installed application has it in its log, with who did it. The other engine's file
/// cannot be read from outside.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_business_has_it_in_its_log() {
    let server = TestServer::start(Engine::Postgres).await;
    let coast = Coast::new(&server).await;
    coast.install(&server, &coast.cliffs).await;
    coast.install(&server, &coast.cliffs).await;
    coast.install(&server, &coast.surf).await;
    coast.owner.post(&format!("/backoffice/applications/{}/uninstall", coast.application.id), &[]).await;
    let data = server.stop_and_read_data().await;
    let text = String::from_utf8_lossy(&data[0].1).into_owned();
    let log = |account: &str| {
        let rows = text.lines().filter_map(|line| line.strip_prefix(&format!("change ({account},")));
        let mut rows: Vec<_> = rows.map(|row| row.trim_end_matches(')').split(',').collect::<Vec<_>>()).collect();
        rows.sort_by_key(|row| row[0].parse::<i64>().unwrap());
        let rows = rows.iter().filter(|row| row[5] == "authorization");
        rows.map(|row| format!("{} {} {}", row[2], if row[3] == coast.portal { "portal" } else { "else" }, row[7]))
            .collect::<Vec<_>>()
    };
    let (made, replaced, ended) = ("application else created", "application else deleted", "user portal deleted");
    assert_eq!(log(&coast.cliffs), [made, replaced, made, ended]);
    assert_eq!(log(&coast.surf), [made, ended]);
    assert_eq!(log(&coast.portal), ["user portal created", ended]);
}

/// A key that ends at one node is dead at another within a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_reaches_every_node() {
    let server = TestServer::start(Engine::Postgres).await;
    let other = server.another_node().await;
    let coast = Coast::new(&server).await;
    let child = coast.install(&server, &coast.cliffs).await.1;
    let elsewhere = child.at(&other);
    assert_eq!(status(&elsewhere).await, 200);
    coast.owner.post(&format!("/backoffice/applications/{}/uninstall", coast.application.id), &[]).await;
    assert_eq!(status(&child).await, 401);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(status(&elsewhere).await, 401);
    assert_error(&coast.program.at(&other).post(&keys_of(&coast.cliffs), &Value::Null).await, 401);
}
