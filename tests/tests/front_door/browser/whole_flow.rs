//! From signing up as a developer to a working key, and to its end.

use super::*;
use slotkeeper_testkit::client::parameter;
use slotkeeper_testkit::on_every_engine;
use std::time::Duration;

const OWN_BOOKINGS: &str = "Make bookings, and read and change the bookings it made itself.";
const ALL_CUSTOMERS: &str = "Read all your customers.";

on_every_engine! {
    async fn a_developer_comes_to_a_key_and_an_owner_ends_it_on_a_desktop(server: TestServer) {
        from_sign_up_to_the_end_of_a_key(&server, Size::Desktop).await;
    }

    async fn a_developer_comes_to_a_key_and_an_owner_ends_it_on_a_phone(server: TestServer) {
        from_sign_up_to_the_end_of_a_key(&server, Size::Phone).await;
    }
}

on_every_engine! {
    /// Many callbacks send the browser on, to another host as well: that is the application's business.
    async fn a_callback_may_lead_on_to_another_host(server: TestServer) {
        let scene = Scene::with_callback(&server).await;
        let elsewhere = Receiver::start().await;
        scene.receiver.redirect("/callback", elsewhere.foreign_url("/welcome"));
        for answer in ["Allow", "Deny"] {
            let browser = scene.owner_at(&server, Size::Desktop).await;
            browser.goto(&server.at(&scene.application.asks_for("availability_r", Some(STATE)))).await;
            browser.press(answer).await;
            let wanted = elsewhere.foreign_url("/welcome");
            browser.wait_for_url(|url| url == wanted).await;
        }
        assert_eq!(scene.receiver.requests().len(), 2);
    }
}

async fn from_sign_up_to_the_end_of_a_key(server: &TestServer, size: Size) {
    let receiver = Receiver::start().await;
    Visitor::owner(server, OWNER).await;
    let browser = Browser::open(size).await;

    sign_up_and_confirm(&browser, server).await;
    let secret_key = register(&browser, &receiver.url("/callback?via=slotkeeper")).await;
    let address = build_the_address(&browser).await;
    assert!(address.starts_with(&server.at("/?authappid=")), "{address}");
    browser.press("Sign out").await;
    browser.wait_for_text("You are signed out.").await;

    let address = address.replace("RANDOM_TOKEN", STATE);
    browser.goto(&address).await;
    browser.wait_for_url(|url| url.contains("/sign-in?next=")).await;
    fill_in_sign_in(&browser, OWNER).await;
    // Back at the very question.
    browser.wait_for_url(|url| url == address).await;
    read_the_question(&browser, &receiver).await;
    browser.press("Allow").await;

    let arrived = receiver.next().await;
    let api_key = parameter(&arrived.query().replacen("via", "?via", 1), "apiKey").expect("a key");
    let query = format!("via=slotkeeper&success=true&apiKey={api_key}&state={STATE}");
    assert_eq!((arrived.path(), arrived.query()), ("/callback", query.as_str()));
    assert_eq!(arrived.header("referer"), None, "nobody else need know the question");
    let stays_at = browser.wait_for_url(|url| url.contains("/callback")).await;
    assert_eq!(stays_at, receiver.url(&format!("/callback?{query}")));

    server.clock.advance(Duration::from_secs(3 * 60));
    let pasted = server.at(&format!("/v2/settings/apikeyinfo?apiKey={api_key}&secretKey={secret_key}"));
    browser.goto(&pasted).await;
    assert_eq!(json_on(&browser).await["permissions"], json!(["bookings_rw_own", "customers_r_all"]));

    server.run_jobs().await;
    uninstall(&browser, server).await;
    browser.goto(&pasted).await;
    assert_eq!(json_on(&browser).await["httpStatus"], json!(401));
    assert_eq!(receiver.requests().len(), 1);
}

async fn sign_up_and_confirm(browser: &Browser, server: &TestServer) {
    browser.goto(&server.url).await;
    browser.press("Create a developer account").await;
    browser.fill("Your name", "Dana").await;
    browser.fill("Company or team", "Pier Nine").await;
    browser.fill("E-mail address", DEVELOPER).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Create account").await;
    browser.wait_for_text("Confirm your e-mail address.").await;

    browser.goto(&server.at(&server.email_to(DEVELOPER).await.link())).await;
    assert_says(browser, &[DEVELOPER]).await;
    browser.press("Yes, it is mine").await;
    browser.wait_for_text("your e-mail address is confirmed").await;
}

/// Registers Ferry Desk; its secret key.
async fn register(browser: &Browser, callback: &str) -> String {
    browser.press("Register an application").await;
    browser.fill("Name", "Ferry Desk").await;
    browser.fill("Description", "Sells ferry tickets & tours at the <pier>.").await;
    browser.fill("Callback URL", callback).await;
    browser.press("Register").await;
    browser.wait_for_text("Ferry Desk is registered").await;
    let secret_key = copied(browser, "Secret key").await;
    assert_eq!(secret_key.len(), 32);
    browser.press("I have stored it").await;
    browser.wait_for_text("Build the Authorization URL").await;
    assert!(!browser.text().await.contains(&secret_key), "the secret key is shown once");
    secret_key
}

async fn build_the_address(browser: &Browser) -> String {
    browser.tick(OWN_BOOKINGS, true).await;
    browser.tick(ALL_CUSTOMERS, true).await;
    browser.tick("See what you offer and what is still free.", true).await;
    browser.tick("See what you offer and what is still free.", false).await;
    browser.press("Show the URL").await;
    copied(browser, "Authorization URL, with a placeholder").await
}

async fn read_the_question(browser: &Browser, receiver: &Receiver) {
    let host = receiver.url("").replace("http://", "");
    let wanted = [
        "work with Harbour Lights",
        "Ferry Desk",
        "Sells ferry tickets & tours at the <pier>.",
        DEVELOPER,
        &host,
        OWN_BOOKINGS,
        ALL_CUSTOMERS,
        "only what this application itself created",
        "everything in your account",
    ];
    assert_says(browser, &wanted).await;
    assert_eq!(texts(browser, ".grants h3").await, ["Customers", "Bookings"]);
}

async fn uninstall(browser: &Browser, server: &TestServer) {
    browser.goto(&server.at("/backoffice/applications")).await;
    let wanted = ["Ferry Desk", DEVELOPER, OWN_BOOKINGS, ALL_CUSTOMERS, "Olivia"];
    assert_says(browser, &wanted).await;
    assert_eq!(texts(browser, "td[data-label=When]").await, ["4 May 2026, 09:12"]);
    assert_eq!(texts(browser, "td[data-label='Last used']").await, ["4 May 2026, 09:15"]);
    browser.press("Uninstall Ferry Desk").await;
    browser.wait_for_text("Uninstall Ferry Desk?").await;
    browser.press("Uninstall").await;
    browser.wait_for_text("The application is uninstalled.").await;
    assert_says(browser, &["No applications"]).await;
}

/// The JSON that the browser shows.
async fn json_on(browser: &Browser) -> Value {
    let text = browser.text().await;
    let start = text.find('{').unwrap_or_else(|| panic!("no JSON but {text}"));
    let end = text.rfind('}').expect("the end of the JSON");
    serde_json::from_str(&text[start..=end]).expect("JSON")
}
