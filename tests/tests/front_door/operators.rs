//! The operator's settings: who may open an account, and the footer of every page.

use slotkeeper_testkit::client::{PASSWORD, Page, Visitor};
use slotkeeper_testkit::reqwest::StatusCode;
use slotkeeper_testkit::server::{AccountKind, Engine, Installation, More, SignUpRules, TestServer, Way};
use std::time::Duration;

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

async fn with_rules(engine: Engine, businesses: Way, developers: Way) -> TestServer {
    let sign_up = SignUpRules { businesses, developers };
    TestServer::start_as(engine, More { sign_up, ..More::default() }).await
}

async fn open_business(visitor: &Visitor, email: &str, invitation: &str) -> Page {
    let fields = [
        ("name", "Harbour Lights"),
        ("country", "PT"),
        ("zone", "Europe/Lisbon"),
        ("currency", "EUR"),
        ("language", "en-GB"),
        ("person_name", "Olivia"),
        ("email", email),
        ("password", PASSWORD),
        ("invitation", invitation),
    ];
    visitor.post("/sign-up/business", &fields).await
}

async fn open_developer(visitor: &Visitor, email: &str, invitation: &str) -> Page {
    let fields = [
        ("name", "Pier Nine"),
        ("person_name", "Dana"),
        ("email", email),
        ("password", PASSWORD),
        ("invitation", invitation),
    ];
    visitor.post("/sign-up/developer", &fields).await
}

fn token(path: &str) -> &str {
    path.split_once("invitation=").expect("a token").1
}

/// An account can be opened with an invitation of its kind, once, while it lasts; and without one not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_invited_sign_up() {
    for engine in ENGINES {
        let server = with_rules(engine, Way::Invited, Way::Open).await;
        let visitor = Visitor::new(&server);
        visitor.get("/sign-up").await.assert_says("By invitation");
        let path = server.invitation(AccountKind::Business).await;
        let of_developers = server.invitation(AccountKind::Developer).await;
        for wrong in ["", "nothing", token(&of_developers)] {
            let page = visitor.get(&format!("/sign-up/business?invitation={wrong}")).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{wrong}");
            page.assert_says("An account here requires an invitation");
            let refused = open_business(&visitor, "olivia@example.com", wrong).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{wrong}");
        }
        let form = visitor.get(&path).await;
        assert_eq!(form.hidden("invitation"), token(&path));
        // A mistake uses nothing up.
        let wrong = visitor.post("/sign-up/business", &[("name", ""), ("invitation", token(&path))]).await;
        assert_eq!(
            (wrong.status, wrong.hidden("invitation").as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, token(&path))
        );
        assert_eq!(open_business(&visitor, "olivia@example.com", token(&path)).await.location(), "/backoffice");
        let second = Visitor::new(&server);
        assert_eq!(open_business(&second, "second@example.com", token(&path)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(second.sign_in("second@example.com").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Developers need none.
        assert_eq!(open_developer(&Visitor::new(&server), "dana@example.com", "").await.location(), "/developer");
        let late = server.invitation(AccountKind::Business).await;
        server.clock.advance(Duration::from_secs(14 * 24 * 3_600 + 1));
        assert_eq!(open_business(&second, "second@example.com", token(&late)).await.status, StatusCode::FORBIDDEN);
        server.run_jobs().await;
    }
}

/// Where accounts are closed, nothing offers one, and no form makes one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_closed_is_not_offered() {
    for engine in ENGINES {
        let server = with_rules(engine, Way::Closed, Way::Closed).await;
        let visitor = Visitor::new(&server);
        for path in ["/", "/sign-in"] {
            let page = visitor.get(path).await;
            assert!(!page.html.contains("/sign-up"), "{path}: {}", page.html);
        }
        visitor.get("/sign-up").await.assert_says("Ask the operator of this server for an account.");
        for path in ["/sign-up/business", "/sign-up/developer"] {
            let page = visitor.get(path).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            page.assert_says("Accounts cannot be created here");
        }
        let invitation = server.invitation(AccountKind::Business).await;
        assert_eq!(
            open_business(&visitor, "olivia@example.com", token(&invitation)).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(open_developer(&visitor, "dana@example.com", "").await.status, StatusCode::FORBIDDEN);
        // One kind can be closed while the other is open.
        let server = with_rules(engine, Way::Open, Way::Closed).await;
        assert_eq!(open_business(&Visitor::new(&server), "olivia@example.com", "").await.location(), "/backoffice");
        assert_eq!(open_developer(&Visitor::new(&server), "dana@example.com", "").await.status, StatusCode::FORBIDDEN);
    }
}

/// The name and the links of the installation stand on every page, also on those of errors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_says_who_runs_the_server() {
    for engine in ENGINES {
        let installation = Installation {
            name: "Harbour <Bookings>".to_owned(),
            imprint: "https://harbour.example/imprint?a=1&b=2".to_owned(),
            privacy: "https://harbour.example/privacy".to_owned(),
            terms: String::new(),
        };
        let server = TestServer::start_as(engine, More { installation, ..More::default() }).await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        for visitor in [Visitor::new(&server), owner] {
            for path in ["/", "/docs", "/sign-in", "/sign-up", "/nowhere", "/backoffice", "/demo/inbox"] {
                let page = visitor.get(path).await;
                if page.status.is_redirection() {
                    continue;
                }
                let name = "Harbour &#60;Bookings&#62;";
                page.assert_says(&format!(" · {name}</title>"));
                page.assert_says("<a href=\"https://harbour.example/privacy\">Privacy</a>");
                page.assert_says(">Imprint</a>");
                assert!(!page.html.contains(">Terms</a>") && page.html.contains(&format!("{name}</a>")), "{path}");
            }
        }
        let plain = TestServer::start(engine).await;
        let page = Visitor::new(&plain).get("/").await;
        assert!(!page.html.contains(">Imprint</a>") && page.html.contains(" · Slotkeeper</title>"));
    }
}
