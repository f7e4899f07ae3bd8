//! Tests in a real browser, on both engines.

mod accounts;
mod docs;
mod every_page;
mod foreign_pages;
mod once;
mod refusals;
mod repeated_grant;
mod whole_flow;
mod without_callback;

use serde_json::{Value, json};
use slotkeeper_testkit::browser::{Browser, Size};
use slotkeeper_testkit::client::{Application, PASSWORD, Visitor};
use slotkeeper_testkit::receiver::Receiver;
use slotkeeper_testkit::server::TestServer;

const DEVELOPER: &str = "dana@pier-nine.example";
const OWNER: &str = "olivia@harbour-lights.example";

/// Everything that may stand in an address and that careless programs rewrite.
const STATE: &str = "a%2Fb+c%20d~%E2%9C%93=";

/// A developer with an application called Ferry Desk, the owner of Harbour Lights, and where the application listens.
struct Scene {
    receiver: Receiver,
    developer: Visitor,
    owner: Visitor,
    application: Application,
}

impl Scene {
    async fn with_callback(server: &TestServer) -> Self {
        let receiver = Receiver::start().await;
        let callback = receiver.url("/callback");
        Self::new(server, receiver, &callback).await
    }

    async fn without_callback(server: &TestServer) -> Self {
        Self::new(server, Receiver::start().await, "").await
    }

    async fn new(server: &TestServer, receiver: Receiver, callback: &str) -> Self {
        let developer = Visitor::developer(server, DEVELOPER).await;
        let owner = Visitor::owner(server, OWNER).await;
        let application = developer.register("Ferry Desk", callback).await;
        Self { receiver, developer, owner, application }
    }

    /// A browser in which the owner is signed in.
    async fn owner_at(&self, server: &TestServer, size: Size) -> Browser {
        let browser = Browser::open(size).await;
        sign_in(&browser, server, OWNER).await;
        browser
    }
}

/// Signs in on the sign-in page.
async fn sign_in(browser: &Browser, server: &TestServer, email: &str) {
    browser.goto(&server.at("/sign-in")).await;
    fill_in_sign_in(browser, email).await;
    browser.wait_for_text("Sign out").await;
}

/// Fills the sign-in form that is on the screen, and sends it.
async fn fill_in_sign_in(browser: &Browser, email: &str) {
    browser.fill("E-mail address", email).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign in").await;
}

/// What the page shows to be copied under that caption.
async fn copied(browser: &Browser, caption: &str) -> String {
    const FIND: &str = "const [caption] = arguments;
        const found = [...document.querySelectorAll('figcaption')].find((it) => it.innerText.trim() === caption);
        return found?.parentElement.querySelector('code').innerText;";
    browser.wait_for_text(caption).await;
    string(&browser.run(FIND, vec![json!(caption)]).await)
}

/// The id of the question on the screen.
async fn question_id(browser: &Browser) -> String {
    string(&browser.run("return document.querySelector('[name=question]').value", vec![]).await)
}

/// The text of each element that a selector finds.
async fn texts(browser: &Browser, selector: &str) -> Vec<String> {
    const READ: &str = r"return [...document.querySelectorAll(arguments[0])]
        .map((element) => element.innerText.replace(/\s+/g, ' ').trim())";
    let texts = browser.run(READ, vec![json!(selector)]).await;
    texts.as_array().expect("a list").iter().map(string).collect()
}

/// Panics unless the page says each of these.
async fn assert_says(browser: &Browser, wanted: &[&str]) {
    let text = browser.text().await;
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
    }
}

fn string(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// How many keys are installed in the owner's account.
async fn installed_keys(owner: &Visitor) -> usize {
    owner.get("/backoffice/applications").await.html.matches("data-label=\"Allowed by\"").count()
}
