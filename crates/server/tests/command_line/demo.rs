//! The demo: its announcement, what it keeps, and what it removes.

use super::{PROGRAM, Running, apikeyinfo, credentials, reqwest_none};
use serde_json::Value;
use slotkeeper_testkit::client::{Visitor, answer};
use slotkeeper_testkit::postgres::Database;
use slotkeeper_testkit::reqwest::{Client, Method};
use std::io::{BufReader, Read};
use std::process::{Command, Stdio};

/// The announcement is complete; the command to paste works; every log-in and key in the file works; after SIGTERM
/// the temporary folder is gone.
#[tokio::test]
async fn the_demo_is_ready_to_use() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.json");
    let mut demo = Running::start(&["demo", "--listen", "127.0.0.1:0", "--credentials-file", file.to_str().unwrap()]);
    let said = demo.announcement();
    let line = said.lines().find(|line| line.starts_with("curl ")).unwrap();
    let pasted = Command::new("sh").args(["-c", &format!("{line} --silent --fail")]).output().unwrap();
    let info: Value = serde_json::from_slice(&pasted.stdout).unwrap();
    let credentials = credentials(&file);
    assert_eq!(info["accountId"], credentials["business"]["accountId"]);

    let lists = [
        ("all", "availability_r blocks_rwd_all bookings_rwd_all customers_rwd_all payments_rw_all"),
        (
            "own",
            "availability_r blocks_rw_own blocks_rwd_own bookings_rw_own bookings_rwd_own customers_rw_own \
             customers_rwd_own payments_rw_own",
        ),
        ("read", "availability_r blocks_r_all bookings_r_all customers_r_all payments_r_all"),
    ];
    for (name, expected) in lists {
        let (status, info) = apikeyinfo(&credentials, &credentials["apiKeys"][name]).await;
        assert_eq!(status, 200, "{name}");
        let permissions: Vec<_> = info["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        assert_eq!(permissions.join(" "), expected, "{name}");
    }
    let (status, info) = apikeyinfo(&credentials, &credentials["portal"]["apiKey"]).await;
    assert_eq!((status, &info["accountId"]), (200, &credentials["portal"]["accountId"]));

    let web = credentials["webUrl"].as_str().unwrap();
    let pages: Vec<&str> =
        said.lines().skip_while(|line| *line != "Pages").skip(1).take_while(|line| !line.is_empty()).collect();
    assert!(pages.iter().any(|line| line.ends_with(&format!(" {web}/docs"))), "{pages:?}");
    for line in pages {
        let page = line.split_whitespace().last().unwrap();
        let http = Client::builder().redirect(reqwest_none()).build().unwrap();
        let status = http.get(page).send().await.unwrap().status().as_u16();
        assert!(matches!(status, 200 | 303), "{status} at {page}");
    }
    for who in ["business", "manager", "staff", "developer", "portal"] {
        let username = credentials[who]["username"].as_str().unwrap();
        let password = credentials[who]["password"].as_str().unwrap();
        assert!(said.contains(username) && said.contains(password), "{who} is on the screen");
        let form = [("email", username), ("password", password)];
        let http = Client::builder().redirect(reqwest_none()).build().unwrap();
        let signed_in = http.post(format!("{web}/sign-in")).header("Origin", web).form(&form).send().await.unwrap();
        assert_eq!(signed_in.status(), 303, "{who}");
    }
    the_portals_key_opens_its_businesses(&credentials).await;
    a_portal_is_asked_too(web, &credentials).await;
    assert!(said.contains("temporary"));
    assert!(demo.stop_kindly().success());
}

/// The portal's key lists the businesses that the file names, and creates keys for them.
async fn the_portals_key_opens_its_businesses(credentials: &Value) {
    let call = async |method: Method, path: &str| {
        let request = Client::new()
            .request(method, format!("{}{path}", credentials["baseUrl"].as_str().unwrap()))
            .header("X-Bookeo-apiKey", credentials["portal"]["apiKey"].as_str().unwrap())
            .header("X-Bookeo-secretKey", credentials["secretKey"].as_str().unwrap());
        answer(request).await
    };
    let listed = call(Method::GET, "/subaccounts").await.body;
    let mut ids: Vec<_> = listed["data"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    let mut named: Vec<_> = credentials["portal"]["subaccounts"].as_array().unwrap().iter().collect();
    ids.sort_by_key(|id| id.as_str());
    named.sort_by_key(|id| id.as_str());
    assert_eq!(ids, named);
    for id in ids {
        let made = call(Method::POST, &format!("/subaccounts/{}/apikeys", id.as_str().unwrap())).await;
        let key = made.headers["location"].to_str().unwrap().rsplit('/').next().unwrap();
        let (status, info) = apikeyinfo(credentials, &Value::from(key)).await;
        assert_eq!((made.status, status, &info["accountId"]), (201, 200, id));
    }
}

/// The owner of a portal allows applications like the owner of a business; the key is sent by e-mail, which the demo
/// shows.
async fn a_portal_is_asked_too(web: &str, credentials: &Value) {
    let owner = Visitor::at(web);
    let (username, password) = (&credentials["portal"]["username"], &credentials["portal"]["password"]);
    let signed_in = owner.sign_in_with(username.as_str().unwrap(), password.as_str().unwrap()).await;
    assert_eq!(signed_in.location(), "/backoffice");
    let asks = format!("/?authappid={}&permissions=subaccounts_rw", credentials["authappid"].as_str().unwrap());
    let page = owner.get(&asks).await;
    page.assert_says("List your subaccounts");
    let allowed = owner.post("/consent", &[("question", &page.hidden("question")), ("answer", "allow")]).await;
    assert!(allowed.location().starts_with("/consent/done/"));

    let mails = owner.get("/demo/inbox").await.html;
    let mail = mails.split('"').find(|part| part.starts_with("/demo/inbox/")).expect("a mail");
    let text = owner.get(mail).await.html;
    let key = text.lines().map(str::trim).skip_while(|line| !line.ends_with("API key")).nth(1).expect("a key");
    let (status, info) = apikeyinfo(credentials, &Value::from(key)).await;
    assert_eq!((status, &info["accountId"]), (200, &credentials["portal"]["accountId"]));
    assert_eq!(info["permissions"], Value::from(vec!["subaccounts_rw"]));
}

/// A demo with a folder of its own keeps its keys after a stop and after a kill, on both engines.
#[tokio::test]
async fn a_demo_with_a_folder_survives() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        let (data, path) = (folder.path().join("data"), file.to_str().unwrap());
        let mut args =
            vec!["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap(), "--credentials-file", path];
        args.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());

        let mut demo = Running::start(&args);
        demo.announcement();
        let first = credentials(&file);
        demo.kill();
        for kill in [false, true] {
            let mut demo = Running::start(&args);
            demo.announcement();
            let again = credentials(&file);
            for member in ["authappid", "secretKey", "apiKeys", "business", "developer", "portal"] {
                assert_eq!(first[member], again[member], "{member}");
            }
            assert_eq!(apikeyinfo(&again, &first["apiKeys"]["own"]).await.0, 200);
            if kill { demo.kill() } else { assert!(demo.stop_kindly().success()) }
        }
    }
}

/// The demo does not warn of the temporary folder that it creates itself.
#[test]
fn the_folder_of_a_temporary_demo_is_its_users_alone() {
    let mut command = Command::new(PROGRAM);
    let mut child = command
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, mut log) = (BufReader::new(child.stdout.take().unwrap()), child.stderr.take().unwrap());
    let mut running = Running { child, out };
    running.announcement();
    assert!(running.stop_kindly().success());
    let mut said = String::new();
    log.read_to_string(&mut said).unwrap();
    assert!(!said.contains("can open the data folder"), "{said}");
}
