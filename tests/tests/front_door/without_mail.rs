//! A server without a mail server says so, and claims no e-mail that was not sent.

use slotkeeper_testkit::client::Visitor;
use slotkeeper_testkit::server::{Engine, TestServer};

/// What every page says when something was done.
const SUCCESS: &str = "alert good";

async fn nothing_is_claimed(engine: Engine) {
    let server = TestServer::start_without_mail_server(engine).await;
    let owner = Visitor::new(&server);
    let fields = [
        ("name", "Harbour Lights"),
        ("country", "PT"),
        ("zone", "Europe/Lisbon"),
        ("currency", "EUR"),
        ("language", "en-GB"),
        ("person_name", "Olivia"),
        ("email", "olivia@example.com"),
        ("password", slotkeeper_testkit::client::PASSWORD),
    ];
    assert_eq!(owner.post("/sign-up/business", &fields).await.location(), "/backoffice");
    let home = owner.get("/backoffice").await;
    home.assert_says("no mail server is configured");
    assert!(!home.html.contains("We sent") && !home.html.contains("Follow the link"), "{}", home.html);
    let written = server.emails().await.len();

    let again = owner.post("/confirm-email", &[]).await.location();
    assert_eq!(again, "/backoffice?notice=no-mail");
    let page = owner.get(&again).await;
    page.assert_says("No e-mail was sent: no mail server is configured.");
    assert!(!page.html.contains(SUCCESS), "{}", page.html);

    owner.get("/backoffice/team").await.assert_says("An invitation is an e-mail, and no mail server is configured.");
    let invited = [("name", "Ines"), ("email", "ines@example.com"), ("role", "staff")];
    let refused = owner.post("/backoffice/team", &invited).await;
    assert_eq!(refused.status, 422, "{}", refused.html);
    refused.assert_says("The invitation was not sent");
    assert!(!refused.html.contains("ines@example.com</td>"), "{}", refused.html);
    let mail = owner.post("/backoffice/emails/ABCDEFGHIJKLMNOP/again", &[]).await;
    assert!(
        !mail.headers.get("location").is_some_and(|to| to.to_str().unwrap().contains("mail-again")),
        "{}",
        mail.html
    );

    let visitor = Visitor::new(&server);
    for page in [
        visitor.get("/forgot-password").await,
        visitor.post("/forgot-password", &[("email", "olivia@example.com")]).await,
    ] {
        page.assert_says("No e-mail can be sent");
        assert!(!page.html.contains("Check your inbox") && !page.html.contains("<form"), "{}", page.html);
    }
    assert_eq!(server.emails().await.len(), written, "links were made that reach nobody");

    // No key is made that would be sent by e-mail.
    let developer = Visitor::developer(&server, "dev@example.com").await;
    let application = developer.register("Key Desk", "").await;
    let asked = owner.get(&application.asks_for("bookings_r_all", None)).await;
    assert_eq!(asked.status, 409, "{}", asked.html);
    asked.assert_says("no mail server is configured. Nothing was allowed");
    let path = format!("/developer/applications/{}", application.id);
    let removed = developer.post(&format!("{path}/callback"), &[("remove", "")]).await.location();
    let page = developer.get(&removed).await;
    page.assert_says("the application cannot be installed");
    assert!(!page.html.contains(SUCCESS), "{}", page.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_claimed_on_sqlite() {
    nothing_is_claimed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_claimed_on_postgres() {
    nothing_is_claimed(Engine::Postgres).await;
}

/// If e-mails reach their recipients, also in the demo's inbox, the pages announce them.
async fn what_is_sent_is_said(engine: Engine) {
    let server = TestServer::start(engine).await;
    let owner = Visitor::unconfirmed_owner(&server, "olivia@example.com").await;
    owner.get("/backoffice").await.assert_says("Follow the link in the e-mail to olivia@example.com");
    let written = server.emails().await.len();
    let again = owner.post("/confirm-email", &[]).await.location();
    assert_eq!(again, "/backoffice?notice=link-sent");
    owner.get(&again).await.assert_says(SUCCESS);
    owner.confirm(&server, "olivia@example.com").await;
    let invited = [("name", "Ines"), ("email", "ines@example.com"), ("role", "staff")];
    assert_eq!(owner.post("/backoffice/team", &invited).await.location(), "/backoffice/team?notice=invited");
    let asked = Visitor::new(&server).post("/forgot-password", &[("email", "olivia@example.com")]).await;
    asked.assert_says("Check your inbox");
    assert_eq!(server.emails().await.len(), written + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_is_said_on_sqlite() {
    what_is_sent_is_said(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_is_said_on_postgres() {
    what_is_sent_is_said(Engine::Postgres).await;
}
