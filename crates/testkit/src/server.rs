//! A whole server in a test: real sockets, a real database, a clock that the test moves, and its log.

mod jobs;

use crate::fragile::FragileItems;
use crate::postgres::{Database, template_once};
use slotkeeper::http::{self, Limits};
use slotkeeper::node::{Node, check_master_key, document, router};
use slotkeeper_api::cors::Origins;
use slotkeeper_app::accounts::invitation;
use slotkeeper_app::clock::Clock;
use slotkeeper_app::outbox::{EmailParts, demo_inbox};
use slotkeeper_app::passwords::{Cost, Passwords};
use slotkeeper_app::secrets::Vault;
use slotkeeper_app::{App, AppConfig};
pub use slotkeeper_domain::account::AccountKind;
pub use slotkeeper_domain::call_rate::CallRate;
use slotkeeper_domain::retry_policy::RetryPolicy;
pub use slotkeeper_domain::sign_up::{SignUpRules, Way};
use slotkeeper_domain::time::{Instant, WireTime, Zone};
use slotkeeper_outgoing::{OwnAddresses, Policy};
use slotkeeper_store::{Location, Store};
pub use slotkeeper_web::Installation;
use slotkeeper_web::Web;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A site whose pages may call the API.
pub const SHOP: &str = "https://shop.example";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of its own on the temporary server.
    Postgres,
}

/// Opens the database of a test. On SQLite every unit runs twice, as it may on PostgreSQL.
async fn opened(location: &Location) -> Store {
    let store = Store::open(location).await.unwrap();
    if store.is_alone() { store.rehearsing() } else { store }
}

/// A clock that stands still until a test moves it.
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(Self::START))
    }
}

impl TestClock {
    /// 4 May 2026, 09:12 in Lisbon.
    const START: i64 = 1_777_882_320_000;

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl TestClock {
    /// Moves on to a later time, such as `2026-05-07T18:00:00+01:00`.
    pub fn move_to(&self, at: &str) {
        let at = at.parse::<WireTime>().unwrap().at(&Zone::utc());
        self.advance(at.since(self.now()));
    }

    /// Shows an earlier time, as after a correction of the machine's clock.
    pub fn set_back(&self, by: Duration) {
        self.0.fetch_sub(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Shows the machine's time and stands still there: for other programs that compare with the machine's clock.
    #[expect(clippy::disallowed_methods, reason = "foreign programs know no other clock")]
    pub fn set_to_machine(&self) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        self.0.store(i64::try_from(now.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The database of a test, removed with it.
enum Data {
    Sqlite(TempDir),
    Postgres(Database),
}

pub struct TestServer {
    /// Its address without a trailing slash.
    pub url: String,
    pub clock: Arc<TestClock>,
    app: App,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
    location: Location,
    items: Arc<FragileItems>,
    /// `None` for a further node, which uses the first node's database.
    data: Option<Data>,
}

/// Rarely used settings of the operator.
#[derive(Default)]
pub struct More {
    pub sign_up: SignUpRules,
    pub installation: Installation,
    /// No demo inbox and no mail server.
    pub without_mail: bool,
    pub limits: Limits,
    /// Background jobs run only when the test calls them.
    pub without_jobs: bool,
}

/// The sender of e-mails.
pub const SENDER: &str = "no-reply@slotkeeper.example";

/// An e-mail in the outbox.
#[derive(Debug, Clone)]
pub struct WrittenEmail {
    /// The recipient.
    pub to: String,
    pub subject: String,
    pub text: String,
    /// HTML and attachments; `None` for a text-only e-mail.
    pub parts: Option<EmailParts>,
}

impl WrittenEmail {
    /// The first link, as a path on the server.
    #[must_use]
    pub fn link(&self) -> String {
        self.links().remove(0)
    }

    /// All links, as paths on the server.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let lines = self.text.lines().filter(|line| line.starts_with("http"));
        let path = |line: &str| {
            let path = line.split_once("://").and_then(|(_, rest)| rest.split_once('/')).expect("a path").1;
            format!("/{path}")
        };
        let links: Vec<_> = lines.map(path).collect();
        assert!(!links.is_empty(), "a line with a link in {}", self.text);
        links
    }
}

impl TestServer {
    /// Starts a server on an empty database.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, None, None).await
    }

    /// Starts a server with a limit of customers per business.
    pub async fn start_with_customers(engine: Engine, most: u32) -> Self {
        let (data, location) = Self::place(engine).await;
        Self::run(location, Some(data), Arc::default(), None, (None, Some(most)), More::default()).await
    }

    /// Starts a server without demo inbox and mail server.
    pub async fn start_without_mail_server(engine: Engine) -> Self {
        Self::start_as(engine, More { without_mail: true, ..More::default() }).await
    }

    /// Starts a server with a limit of connections.
    pub async fn start_with_connections(engine: Engine, connections: usize) -> Self {
        let limits = Limits { connections, ..Limits::default() };
        Self::start_as(engine, More { limits, ..More::default() }).await
    }

    /// Starts a server with a public address, as behind a proxy, and with a call rate for keys.
    pub async fn start_with(engine: Engine, public_url: Option<&str>, call_rate: Option<CallRate>) -> Self {
        let (data, location) = Self::place(engine).await;
        Self::run(location, Some(data), Arc::default(), public_url, (call_rate, None), More::default()).await
    }

    /// Starts a server with further settings.
    pub async fn start_as(engine: Engine, more: More) -> Self {
        let (data, location) = Self::place(engine).await;
        Self::run(location, Some(data), Arc::default(), None, (None, None), more).await
    }

    /// The path of a sign-up invitation, as the operator's command creates it.
    pub async fn invitation(&self, kind: AccountKind) -> String {
        let token = invitation::invite(&self.app, kind).await.unwrap();
        let page = if kind == AccountKind::Developer { "developer" } else { "business" };
        format!("/sign-up/{page}?invitation={}", token.expose())
    }

    async fn place(engine: Engine) -> (Data, Location) {
        crate::log::capture();
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("slotkeeper.sqlite");
                (Data::Sqlite(folder), Location::Sqlite { path })
            }
            Engine::Postgres => {
                let template = template_once("slotkeeper", async |url: String| {
                    let store = Store::open(&Location::Postgres { url, connections: 1 }).await.unwrap();
                    store.close().await;
                })
                .await;
                let database = Database::clone_of(&template).await;
                let url = database.url().to_owned();
                (Data::Postgres(database), Location::Postgres { url, connections: 3 })
            }
        }
    }

    /// A further node on the same database with the same clock. PostgreSQL only.
    pub async fn another_node(&self) -> Self {
        Self::run(self.location.clone(), None, Arc::clone(&self.clock), None, (None, None), More::default()).await
    }

    /// Stops the server and starts it again, as after a crash: only stored data remain.
    pub async fn restarted(self) -> Self {
        self.restarted_as(More::default()).await
    }

    /// The same; from then on background jobs run only when the test calls them.
    pub async fn restarted_without_jobs(self) -> Self {
        self.restarted_as(More { without_jobs: true, ..More::default() }).await
    }

    async fn restarted_as(mut self, more: More) -> Self {
        self.stop().await;
        let address = self.url.trim_start_matches("http://").to_owned();
        let (data, clock) = (self.data.take(), Arc::clone(&self.clock));
        // Only one process or pool can have an SQLite file open.
        self.app.store().close().await;
        Self::run_at(&address, self.location.clone(), data, clock, None, (None, None), more).await
    }

    /// Whether further nodes can use its database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        !self.app.store().is_alone()
    }

    async fn run(
        location: Location,
        data: Option<Data>,
        clock: Arc<TestClock>,
        public_url: Option<&str>,
        limits: (Option<CallRate>, Option<u32>),
        more: More,
    ) -> Self {
        Self::run_at("127.0.0.1:0", location, data, clock, public_url, limits, more).await
    }

    async fn run_at(
        listen: &str,
        location: Location,
        data: Option<Data>,
        clock: Arc<TestClock>,
        public_url: Option<&str>,
        (call_rate, most_customers): (Option<CallRate>, Option<u32>),
        more: More,
    ) -> Self {
        let listener = http::listen(listen.parse().unwrap()).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let items = Arc::new(FragileItems::default());
        let app = App::new(AppConfig {
            store: opened(&location).await,
            clock: clock.clone(),
            vault: Vault::new([42; 32]),
            passwords: Passwords::new(Cost::Least, 2).unwrap(),
            public_url: public_url.unwrap_or(&url).parse().unwrap(),
            // E-mails wait until the test sends them; see `send_emails`.
            delivers_mail: !more.without_mail,
            sender: SENDER.parse().unwrap(),
            most_customers,
            sign_up: more.sign_up,
            call_rate,
            receivers: receivers(OwnAddresses::at(public_url.unwrap_or(&url), listener.local_addr().unwrap())),
            retries: RetryPolicy::default(),
            items: items.clone(),
        });
        check_master_key(&app).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let web = Web {
            app: app.clone(),
            trusted_proxies: ["127.0.0.1/32".parse().unwrap()].into(),
            demo: !more.without_mail,
            document: document(&app),
            installation: Arc::new(more.installation),
        };
        let (origins, limits) = (Origins::These(vec![SHOP.parse().unwrap()]), more.limits);
        let stopped = async {
            let _sender_gone = stopped.await;
        };
        let running = tokio::spawn(async move {
            if more.without_jobs {
                let (store, proxies) = (web.app.store().clone(), Arc::clone(&web.trusted_proxies));
                let refuse: http::Refuse = |status, _| slotkeeper_web::refuse(status);
                http::serve(listener, router(web, &origins), limits, proxies, refuse, stopped).await.unwrap();
                store.close().await;
            } else {
                let node = Node { web, mailer: None, outgoing: None, origins, limits };
                node.run(listener, stopped).await.unwrap();
            }
        });
        Self { url, clock, app, stop: Some(stop), running: Some(running), location, items, data }
    }

    /// The store, for rows that neither API nor pages can write yet.
    pub(crate) fn store(&self) -> &Store {
        self.app.store()
    }

    /// The application, for use cases that neither API nor pages offer yet.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// The absolute address of a path.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The e-mails in the outbox, the latest first.
    pub async fn emails(&self) -> Vec<WrittenEmail> {
        let mut mails = Vec::new();
        for mail in demo_inbox::latest(&self.app).await.unwrap() {
            if let Some((mail, content)) = demo_inbox::open(&self.app, mail.account, mail.id).await.unwrap() {
                mails.push(WrittenEmail {
                    to: mail.recipient.to_string(),
                    subject: mail.subject,
                    text: content.text.to_string(),
                    parts: content.parts,
                });
            }
        }
        mails
    }

    /// The latest e-mail to an address.
    pub async fn email_to(&self, address: &str) -> WrittenEmail {
        let mails = self.emails().await;
        mails.into_iter().find(|mail| mail.to == address).unwrap_or_else(|| panic!("there is no mail to {address}"))
    }

    /// The API key in the latest e-mail to a developer.
    pub async fn key_emailed_to(&self, address: &str) -> String {
        let text = self.email_to(address).await.text;
        let mut lines = text.lines().skip_while(|line| *line != "API key").skip(1);
        lines.next().unwrap_or_else(|| panic!("there is no key in {text}")).trim().to_owned()
    }

    /// The files of the database of a stopped server, as on a stolen disk. For PostgreSQL, every table as text.
    pub async fn stop_and_read_data(mut self) -> Vec<(PathBuf, Vec<u8>)> {
        self.stop().await;
        match &self.data {
            Some(Data::Sqlite(folder)) => read_folder(folder.path()),
            Some(Data::Postgres(database)) => vec![("all tables".into(), database.dump().await.into_bytes())],
            None => Vec::new(),
        }
    }

    /// The number of deadlocks that PostgreSQL has ended, counted after the server has stopped.
    pub async fn stop_and_count_deadlocks(mut self) -> i64 {
        self.stop().await;
        match &self.data {
            Some(Data::Postgres(database)) => database.deadlocks().await,
            Some(Data::Sqlite(_)) | None => panic!("only PostgreSQL counts deadlocks"),
        }
    }

    async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            running.await.unwrap();
        }
    }
}

/// Receivers of tests are on this machine and have no certificates.
fn receivers(itself: OwnAddresses) -> Policy {
    Policy { loopback_http: true, itself, ..Policy::default() }
}

fn read_folder(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect()
}

/// Runs each test on both engines. A test takes a [`TestServer`] on an empty database.
#[macro_export]
macro_rules! on_every_engine {
    ($($(#[$meta:meta])* async fn $name:ident($server:ident: TestServer) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a test need not use what its file imports")]
            use super::*;

            async fn run($server: $crate::server::TestServer) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                run($crate::server::TestServer::start($crate::server::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                run($crate::server::TestServer::start($crate::server::Engine::Postgres).await).await;
            }
        }
    )*};
}
