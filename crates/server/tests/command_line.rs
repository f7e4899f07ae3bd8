//! The program as a new user starts it: the demo and the real thing, stopped kindly and killed, on both engines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop, and say where"
)]

use serde_json::Value;
use slotkeeper_domain::time::Zone;
use slotkeeper_testkit::client::{PASSWORD, Visitor, answer};
use slotkeeper_testkit::postgres::Database;
use slotkeeper_testkit::reqwest::{Client, Method};
use slotkeeper_testkit::smtp::Sink;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_slotkeeper");

/// A running program, killed when the test ends.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM).args(args).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads what the demo says, up to the line to paste.
    fn announcement(&mut self) -> String {
        let mut text = String::new();
        while !text.lines().any(|line| line.starts_with("curl ")) {
            assert!(self.out.read_line(&mut text).unwrap() > 0, "the program ended after: {text}");
        }
        text
    }

    /// Starts `serve` on a port that the system chooses, and waits until it says that it is ready: its address, and
    /// its log, which must be kept as long as the program runs.
    fn serving(args: &[&str]) -> (Self, String, BufReader<ChildStderr>) {
        let (running, address, log, _) = Self::serving_and_said(args);
        (running, address, log)
    }

    /// The same, with what was logged until then.
    fn serving_and_said(args: &[&str]) -> (Self, String, BufReader<ChildStderr>, String) {
        Self::serving_as(Command::new(PROGRAM).args(args))
    }

    /// The same, started in another way.
    fn serving_as(command: &mut Command) -> (Self, String, BufReader<ChildStderr>, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let out = BufReader::new(child.stdout.take().unwrap());
        let running = Self { child, out };
        let mut said = String::new();
        loop {
            let before = said.len();
            assert!(log.read_line(&mut said).unwrap() > 0, "the program ended after: {said}");
            if let Some((_, rest)) = said[before..].split_once("listen=") {
                let address = rest.split_whitespace().next().unwrap();
                return (running, format!("http://{address}"), log, said);
            }
        }
    }

    fn stop_kindly(mut self) -> ExitStatus {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        self.child.wait().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed again.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn credentials(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn apikeyinfo(credentials: &Value, api_key: &Value) -> (u16, Value) {
    let request = Client::new()
        .get(format!("{}/settings/apikeyinfo", credentials["baseUrl"].as_str().unwrap()))
        .header("X-Bookeo-apiKey", api_key.as_str().unwrap())
        .header("X-Bookeo-secretKey", credentials["secretKey"].as_str().unwrap());
    let answer = answer(request).await;
    (answer.status, answer.body)
}

/// The demo says where everything is; the line to paste works as it stands; every log-in and key in the file works;
/// after a kind stop its folder is gone.
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

/// The portal's key lists the businesses that the file names, and makes keys of them.
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

/// The owner of a portal decides about applications like any owner; the key comes by mail, which the demo keeps and
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

    let mails = owner.get("/demo/mail").await.html;
    let mail = mails.split('"').find(|part| part.starts_with("/demo/mail/")).expect("a mail");
    let text = owner.get(mail).await.html;
    let key = text.lines().map(str::trim).skip_while(|line| !line.ends_with("API key")).nth(1).expect("a key");
    let (status, info) = apikeyinfo(credentials, &Value::from(key)).await;
    assert_eq!((status, &info["accountId"]), (200, &credentials["portal"]["accountId"]));
    assert_eq!(info["permissions"], Value::from(vec!["subaccounts_rw"]));
}

fn reqwest_none() -> slotkeeper_testkit::reqwest::redirect::Policy {
    slotkeeper_testkit::reqwest::redirect::Policy::none()
}

/// A demo with a folder of its own keeps its keys when it is stopped, and when it is killed, on either engine.
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

/// The real thing: the first start makes the folder, the key and the tables; what was answered with success is there
/// after a kill; SIGTERM ends it well; a missing or
/// another master key is refused with a sentence.
#[tokio::test]
async fn serve_keeps_what_it_promised() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let http = Client::builder().redirect(reqwest_none()).build().unwrap();
    let form = [("name", "Pier"), ("person_name", "Dana"), ("email", "dana@example.com"), ("password", PASSWORD)];

    let (server, web, _log) = Running::serving(&args);
    let signed_up =
        http.post(format!("{web}/sign-up/developer")).header("Origin", &web).form(&form).send().await.unwrap();
    assert_eq!(signed_up.status(), 303);
    server.kill();

    let (server, web, _log) = Running::serving(&args);
    let signed_in = http.post(format!("{web}/sign-in")).header("Origin", &web).form(&form).send().await.unwrap();
    assert_eq!(signed_in.status(), 303);
    // Nobody set an address or a mail server: the first follows `--listen`, and pages say that the second is missing.
    let developer = Visitor::at(&web);
    assert_eq!(developer.sign_in("dana@example.com").await.location(), "/developer");
    developer.get("/developer").await.assert_says("This server cannot send e-mail yet");
    let application = developer.register("Desk", "").await;
    developer
        .get(&format!("/developer/applications/{}", application.id))
        .await
        .assert_says(&format!("{web}/?authappid"));
    let demo = http.get(format!("{web}/demo/mail")).send().await.unwrap();
    assert_eq!(demo.status(), 404, "only the demo shows everybody's mail");
    assert!(server.stop_kindly().success());

    // The demo shows everybody's e-mails, so it leaves real data alone.
    let demo = Command::new(PROGRAM)
        .args(["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!demo.status.success());
    assert!(String::from_utf8_lossy(&demo.stderr).contains("accounts in this database already"));

    let key = data.join("master.key");
    std::fs::remove_file(&key).unwrap();
    let missing = Command::new(PROGRAM).args(args).output().unwrap();
    assert!(!missing.status.success() && !key.exists());
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no master key"));
    let wrong = Command::new(PROGRAM).args(args).env("SLOTKEEPER_MASTER_KEY", "ab".repeat(32)).output().unwrap();
    assert!(!wrong.status.success());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("another master key"));
}

/// A data folder that others can open is told about; one that the server makes is closed to them.
#[cfg(unix)]
#[tokio::test]
async fn an_open_data_folder_is_told_about() {
    use std::os::unix::fs::PermissionsExt;
    const TOLD: &str = "other users of this machine can open the data folder";
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let mode = |mode: u32| std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode)).unwrap();
    let (server, _, _log, said) = Running::serving_and_said(&args);
    assert!(!said.contains(TOLD), "{said}");
    for file in std::fs::read_dir(&data).unwrap().map(Result::unwrap) {
        let open = file.metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!(open, 0, "{}", file.path().display());
    }
    server.kill();
    for open in [0o755, 0o750, 0o710] {
        mode(open);
        let (server, _, _log, said) = Running::serving_and_said(&args);
        assert!(said.contains(TOLD) && said.contains(&format!("{open:03o}")), "{said}");
        server.kill();
    }
}

/// The link that a command printed: its path on the server.
fn printed_path(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    let link = said.trim_end();
    assert!(!link.contains('\n'), "one line: {said}");
    path_of(link)
}

/// A link's path on the server.
fn path_of(link: &str) -> String {
    format!("/{}", link.split_once("://").expect("a link").1.split_once('/').expect("a path").1)
}

/// Accounts are opened from the command line, before the first start, beside a running server, and after one that was
/// killed, on either engine.
#[tokio::test]
async fn accounts_are_opened_from_the_command_line() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut place = vec!["--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
        place.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
        let account = |args: &[&str]| {
            let mut command = Command::new(PROGRAM);
            command.arg("account").args(args).args(&place[2..]).output().unwrap()
        };
        let create = |kind: &str, email: &str, more: &[&str]| {
            let args = ["create", "--kind", kind, "--name", "Coastline", "--owner", "Petra", "--email", email];
            account(&[&args[..], more].concat())
        };
        let local = ["--country", "PT", "--zone", "Europe/Lisbon", "--currency", "EUR", "--languages", "pt-PT,en-GB"];
        let serve = [&["serve"][..], &place].concat();

        let before = printed_path(&create("business", "first@example.com", &local));
        let (server, web, _log) = Running::serving(&serve);
        let portal = printed_path(&create("portal", "petra@example.com", &local));
        let developer = printed_path(&create("developer", "dana@example.com", &[]));
        for (path, email, home) in [
            (&before, "first@example.com", "/backoffice"),
            (&portal, "petra@example.com", "/backoffice"),
            (&developer, "dana@example.com", "/developer"),
        ] {
            let visitor = Visitor::at(&web);
            let chosen = visitor.post(path, &[("password", PASSWORD)]).await;
            assert_eq!(chosen.location(), "/sign-in?notice=password-chosen");
            assert_eq!(visitor.sign_in(email).await.location(), home);
            assert!(visitor.post(path, &[("password", PASSWORD)]).await.status.is_client_error(), "it works once");
            if email == "petra@example.com" {
                visitor.get("/backoffice").await.assert_says("Subaccounts");
            }
            // The owner need not confirm an address that those who run the server vouch for.
            assert!(!visitor.get(home).await.html.contains("Confirm your e-mail address"));
        }
        for (output, told) in [
            (create("portal", "petra@example.com", &local), "already"),
            (create("portal", "other@example.com", &local[..6]), "--languages is needed"),
            (create("portal", "nobody", &local), "--email"),
            (create("developer", "other@example.com", &local), "a developer's account has no --country"),
            (create("developer", "other@example.com", &["--mail"]), "no mail server is configured"),
            (account(&["invite", "--kind", "portal"]), "nobody signs up as a portal"),
        ] {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains(told), "{told}: {said}");
        }
        let invitation = printed_path(&account(&["invite", "--kind", "business"]));
        assert!(invitation.starts_with("/sign-up/business?invitation="), "{invitation}");

        server.kill();
        printed_path(&create("developer", "after@example.com", &[]));
        let (server, web, _log) = Running::serving(&serve);
        printed_path(&create("developer", "again@example.com", &[]));
        assert_eq!(Visitor::at(&web).sign_in("first@example.com").await.location(), "/backoffice");
        assert!(server.stop_kindly().success());
        assert!(!data.join("orders.sock").exists());
    }
}

/// With `--mail` the link to choose a password goes to the owner, once, and to nobody else: by a server that runs, and where
/// none does by the next one. It works once.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_to_a_new_account_goes_by_mail() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start().await);
        let data = folder.path().join("data");
        let mut place = vec!["--data-dir", data.to_str().unwrap()];
        place.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
        let port = sink.port().to_string();
        let by_mail = |command: &mut Command| {
            let mail = [("HOST", sink.host()), ("PORT", &port), ("TLS", "none"), ("FROM", "Desk <desk@example.com>")];
            command.envs(mail.map(|(name, value)| (format!("SLOTKEEPER_MAIL_{name}"), value)));
        };
        let create = |email: &str| {
            let mut command = Command::new(PROGRAM);
            command.args([
                "account",
                "create",
                "--kind",
                "developer",
                "--name",
                "Coastline",
                "--owner",
                "Dana",
                "--mail",
            ]);
            by_mail(command.args(["--email", email]).args(&place));
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert!(said.contains("handed to the mail server") && !said.contains("://"), "{said}");
        };
        let (before, beside) = ("before@example.com", "beside@example.com");
        create(before);
        let mut serve = Command::new(PROGRAM);
        by_mail(serve.args(["serve", "--listen", "127.0.0.1:0"]).args(&place));
        let (server, web, _log, _) = Running::serving_as(&mut serve);
        // On PostgreSQL the command does the same beside a server, which then looks every ten seconds.
        let owners = if database_url.is_none() { vec![before, beside] } else { vec![before] };
        for owner in &owners {
            if *owner == beside {
                create(owner);
            }
            let mail = sink.next().await;
            assert_eq!((&*mail.from, &*mail.to), ("desk@example.com", &[(*owner).to_owned()][..]));
            assert_eq!(mail.subject(), "Your account for Coastline");
            let links = mail.links();
            assert_eq!(links.len(), 1, "{links:?}");
            // Where no server ran, and nobody set an address, the link is that of the default.
            assert!(links[0].starts_with(&web) || *owner == before, "{links:?}");
            let (path, visitor) = (path_of(&links[0]), Visitor::at(&web));
            let chosen = visitor.post(&path, &[("password", PASSWORD)]).await;
            assert_eq!(chosen.location(), "/sign-in?notice=password-chosen");
            let again = visitor.post(&path, &[("password", "nine yellow boats")]).await;
            assert!(again.status.is_client_error(), "it works once");
            assert_eq!(visitor.sign_in(owner).await.location(), "/developer");
        }
        assert!(server.stop_kindly().success());
        assert_eq!(sink.messages().len(), owners.len());
    }
}

/// `config` prints a file that `serve` takes.
#[test]
fn the_printed_configuration_is_one() {
    let printed = Command::new(PROGRAM).arg("config").output().unwrap();
    assert!(printed.status.success() && printed.stdout.starts_with(b"#"));
    let mistaken = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(mistaken.path(), "lisen = \"127.0.0.1:1\"\n").unwrap();
    let mut refused = Command::new(PROGRAM)
        .args(["serve", "--config", mistaken.path().to_str().unwrap()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(!refused.wait().unwrap().success());
    let mut said = String::new();
    refused.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("lisen"), "{said}");
}

/// A new user who starts the demo is not warned of the folder that the demo makes itself.
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

/// Writes time zone data of one's own: every zone that can be chosen, and in the place of `Europe/Lisbon` the rules of another.
fn write_zones(folder: &Path, edition: &str, lisbon: &str) {
    for name in Zone::choices() {
        let rules = if name == "Europe/Lisbon" { lisbon } else { &name };
        let file = folder.join(&name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, Zone::named(rules).unwrap().tzif()).unwrap();
    }
    std::fs::write(folder.join("tzdata.zi"), format!("# version {edition}\n")).unwrap();
}

/// A program that has the demo's keys, as its file names them.
struct Desk(Value);

impl Desk {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = Client::new()
            .request(method, format!("{}{path}", self.0["baseUrl"].as_str().unwrap()))
            .header("X-Bookeo-apiKey", self.0["apiKeys"]["all"].as_str().unwrap())
            .header("X-Bookeo-secretKey", self.0["secretKey"].as_str().unwrap());
        let answer = answer(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await;
        (answer.status, answer.body)
    }

    /// Asks again until the business's bookings have been moved.
    async fn read(&self, path: &str) -> Value {
        // That takes a moment, and not for ever.
        for _ in 0..5_000 {
            match self.call(Method::GET, path, None).await {
                (200, found) => return found,
                (status, found) => assert_eq!(status, 503, "{found}"),
            }
        }
        panic!("bookings are still being moved")
    }

    /// The tours of the coming week.
    async fn tours(&self) -> Vec<Value> {
        let product = self.0["products"]["fixed"][0].as_str().unwrap();
        let day = |days: i64| self.today().saturating_add(jiff::Span::new().days(days));
        let times = format!("startTime={}T00:00:00-00:00&endTime={}T23:59:59-00:00", day(2), day(9));
        let found = self.read(&format!("/availability/slots?productId={product}&{times}")).await;
        found["data"].as_array().unwrap().clone()
    }

    /// What applications were told of a thing, in order.
    async fn told_of(&self, id: &str) -> Vec<String> {
        let told = self.told_of_all().await.into_iter();
        told.filter(|(thing, _)| thing == id).map(|(_, kind)| kind).collect()
    }

    /// What applications were told, in order: which thing, and what became of it.
    async fn told_of_all(&self) -> Vec<(String, String)> {
        let (mut after, mut told) = ("0".to_owned(), Vec::new());
        loop {
            let part = self.read(&format!("/changes?after={after}&limit=500")).await;
            let text = |change: &Value, member: &str| change[member].as_str().unwrap().to_owned();
            let changes = part["data"].as_array().unwrap().iter();
            told.extend(changes.map(|change| (text(change, "itemId"), text(change, "type"))));
            after = part["last"].as_str().unwrap().to_owned();
            if part["more"] == false {
                return told;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the program knows no other clock")]
    fn today(&self) -> jiff::civil::Date {
        jiff::Timestamp::now().to_zoned_datetime(Zone::utc().rules().clone()).date()
    }
}

/// What a clock shows, without its offset.
fn on_the_clock(time: &Value) -> &str {
    &time.as_str().unwrap()[..19]
}

/// With newer time zone data in place the next start moves what is booked to its time on the clock: on both engines, killed or
/// not, and nothing is given twice.
#[tokio::test]
async fn newer_time_zone_data_moves_what_is_booked() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_zones(old.path(), "2098a", "Europe/Lisbon");
    write_zones(new.path(), "2098b", "Europe/Madrid");
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        let (data, path) = (folder.path().join("data"), file.to_str().unwrap());
        let start = |zones: &Path| {
            let zones = zones.to_str().unwrap();
            let mut args = vec!["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
            args.extend(["--credentials-file", path, "--time-zone-data", zones]);
            args.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
            let mut demo = Running::start(&args);
            demo.announcement();
            (demo, Desk(credentials(&file)))
        };
        let (demo, desk) = start(old.path());
        let tours = desk.tours().await;
        let tour = tours.iter().find(|tour| tour["numSeatsAvailable"].as_i64() > Some(1)).expect("a tour with seats");
        let party = serde_json::json!({"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]});
        let order = serde_json::json!({
            "productId": desk.0["products"]["fixed"][0], "eventId": tour["eventId"], "participants": party,
            "customer": {"firstName": "Ada"},
        });
        let (status, booked) = desk.call(Method::POST, "/bookings", Some(&order)).await;
        assert_eq!(status, 201, "{booked}");
        let tours = desk.tours().await;
        demo.kill();

        let (demo, desk) = start(new.path());
        let moved = desk.tours().await;
        assert_eq!(moved.len(), tours.len());
        for (was, is) in tours.iter().zip(&moved) {
            for member in ["eventId", "numSeatsAvailable"] {
                assert_eq!(was[member], is[member]);
            }
            assert_eq!(on_the_clock(&was["startTime"]), on_the_clock(&is["startTime"]));
            assert_ne!(was["startTime"], is["startTime"]);
        }
        let number = booked["bookingNumber"].as_str().unwrap();
        let found = desk.read(&format!("/bookings/{number}")).await;
        assert_eq!(on_the_clock(&found["startTime"]), on_the_clock(&booked["startTime"]));
        assert_ne!(found["startTime"], booked["startTime"]);
        // What was told of it.
        assert_eq!(desk.told_of(number).await, ["created", "updated"]);
        // The guide of the tour is with the tour.
        let guide = &tour["resources"][0];
        let lesson = serde_json::json!({
            "productId": desk.0["products"]["flexibleTime"][0], "participants": party, "customer": {"firstName": "Ada"},
            "startTime": found["startTime"], "resources": [{"id": guide["id"]}],
        });
        let (status, refused) = desk.call(Method::POST, "/bookings?mode=backend", Some(&lesson)).await;
        assert_eq!(status, 409, "{refused}");
        assert!(demo.stop_kindly().success());
    }
}

/// A server that is killed right after it answered that somebody has another name: the next one has the rest of the bookings
/// follow it, by itself, and each has changed once.
#[tokio::test]
async fn bookings_follow_a_name_when_the_server_is_killed() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        let data = folder.path().join("data");
        let start = || {
            let mut args = vec!["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
            args.extend(["--credentials-file", file.to_str().unwrap()]);
            args.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
            let mut demo = Running::start(&args);
            demo.announcement();
            (demo, Desk(credentials(&file)))
        };
        let (demo, desk) = start();
        let person = serde_json::json!({"firstName": "Ada", "lastName": "Reis"});
        let (status, customer) = desk.call(Method::POST, "/customers", Some(&person)).await;
        assert_eq!(status, 201, "{customer}");
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        let tours = desk.tours().await;
        let order = serde_json::json!({
            "productId": desk.0["products"]["fixed"][0], "eventId": tours[0]["eventId"], "customerId": customer["id"],
            "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]},
        });
        let mut numbers = Vec::new();
        for _ in 0..90 {
            let (status, booked) = desk.call(Method::POST, "/bookings?mode=backend", Some(&order)).await;
            assert_eq!(status, 201, "{booked}");
            let number = booked["bookingNumber"].as_str().unwrap().to_owned();
            // Those that were cancelled follow as well, and take no seat.
            assert_eq!(desk.call(Method::DELETE, &format!("/bookings/{number}"), None).await.0, 204);
            numbers.push(number);
        }
        let told = desk.told_of_all().await.len();
        let name = serde_json::json!({"lastName": "Silva"});
        let (status, renamed) = desk.call(Method::PUT, &path, Some(&name)).await;
        demo.kill();
        assert_eq!(status, 200, "{renamed}");

        let (demo, desk) = start();
        let list = format!("{path}/bookings?itemsPerPage=100");
        // That takes a moment, and not for ever.
        let mut left = numbers.len();
        for _ in 0..1_000 {
            let found = desk.read(&list).await;
            left = found["data"].as_array().unwrap().iter().filter(|booking| booking["title"] != "Ada Silva").count();
            if left == 0 {
                break;
            }
        }
        assert_eq!(left, 0, "bookings show the old name");
        let mut told: Vec<_> = desk.told_of_all().await.split_off(told);
        let mut expected: Vec<_> = numbers.iter().map(|number| (number.clone(), "updated".to_owned())).collect();
        expected.push((customer["id"].as_str().unwrap().to_owned(), "updated".to_owned()));
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        assert!(demo.stop_kindly().success());
    }
}

/// Data that a business cannot do without, or that is of no use, keeps the server from starting, and it says why.
#[test]
fn time_zone_data_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (zones, data) = (folder.path().join("zones"), folder.path().join("data"));
    let start = |zones: &Path| {
        let ended = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()])
            .env("SLOTKEEPER_TIME_ZONE_DATA", zones)
            .output()
            .unwrap();
        assert!(!ended.status.success());
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    let said = start(&zones);
    assert!(said.contains("must be a folder") && said.contains("time_zone_data"), "{said}");
    std::fs::create_dir_all(zones.join("Europe")).unwrap();
    assert!(start(&zones).contains("there are no time zones in it"));
    std::fs::write(zones.join("Europe/Lisbon"), b"TZif2").unwrap();
    assert!(start(&zones).contains("Europe/Lisbon cannot be read"));
    write_zones(&zones, "2001a", "Europe/Lisbon");
    assert!(start(&zones).contains("it is edition 2001a, and edition 20"));
    write_zones(&zones, "2098a", "Europe/Lisbon");
    let demo = ["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let mut running = Running::start(&demo);
    running.announcement();
    assert!(running.stop_kindly().success());
    std::fs::remove_file(zones.join("Europe/Lisbon")).unwrap();
    let said = start(&zones);
    assert!(said.contains("does not have: Europe/Lisbon."), "{said}");
}

/// Where the system gives few file descriptors the server takes fewer connections, says so, and keeps the rest for itself: it
/// answers, however many come.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn few_descriptors_leave_a_reserve() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 260 && exec \"$0\" \"$@\"", PROGRAM, "serve", "--listen", "127.0.0.1:0"]);
    let (server, web, _log, said) = Running::serving_as(command.args(["--data-dir", data.to_str().unwrap()]));
    assert!(said.contains("fewer connections are served at once") && said.contains("connections=50"), "{said}");
    let address = web.strip_prefix("http://").unwrap();
    let _idle: Vec<_> = (0..300).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    for _ in 0..5 {
        let health = Client::new().get(format!("{web}/health")).send().await.unwrap();
        assert_eq!(health.status(), 200);
    }
    assert!(server.stop_kindly().success());
}
