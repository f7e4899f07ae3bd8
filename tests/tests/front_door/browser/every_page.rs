//! Every page, on a desktop and on a phone: no overflow, and everything labelled and readable.

use super::*;
use slotkeeper_testkit::catalogue::{catalogue, edit};
use slotkeeper_testkit::client::{ApiClient, parameter};
use slotkeeper_testkit::receiver::Reply;
use slotkeeper_testkit::server::Engine;
use std::time::Duration;
use thirtyfour::Key;

/// As long as things get in real life, and without a place to break a line.
const LONG_NAME: &str = "Ausflugsschifffahrtsgesellschaft-Reservierungsassistent";
const LONG_GUEST: &str = "eve.with.a.long.address@ausflugsschifffahrt-bodensee.example";
const LONG_EMAIL: &str = "reservations.and.general.enquiries@ausflugsschifffahrt-bodensee.example";

const MINUTE: Duration = Duration::from_secs(60);

/// Every `get` of the router.
const ROUTER: &str = include_str!("../../../../crates/web/src/router.rs");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_read_and_used_at_both_sizes() {
    tokio::join!(tour(Size::Desktop), tour(Size::Phone));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_can_be_answered_with_the_keyboard() {
    const FOCUSED: &str = "const at = document.activeElement, box = at.getBoundingClientRect();
        const style = getComputedStyle(at), ring = parseFloat(style.outlineWidth);
        const marked = at.matches(':focus-visible') && style.outlineStyle === 'solid' && ring >= 2;
        return [at.innerText.trim(), marked && box.top >= ring && box.bottom + ring <= innerHeight]";
    let server = TestServer::start(Engine::Sqlite).await;
    let scene = Scene::without_callback(&server).await;
    let browser = scene.owner_at(&server, Size::Phone).await;
    browser.goto(&server.at(&scene.application.asks_for("availability_r", None))).await;
    for wanted in ["Skip to content", "Slotkeeper", "Sign out", "Deny", "Allow"] {
        browser.session().action_chain().send_keys(Key::Tab).perform().await.expect("a key is pressed");
        assert_eq!(browser.run(FOCUSED, vec![]).await, json!([wanted, true]));
    }
    browser.session().action_chain().send_keys(Key::Enter).perform().await.expect("a key is pressed");
    browser.wait_for_text("Ferry Desk is installed").await;
}

/// A walk through the pages that collects what is wrong with them.
struct Tour {
    server: TestServer,
    browser: Browser,
    seen: Vec<String>,
    complaints: Vec<String>,
}

async fn tour(size: Size) {
    let server = TestServer::start(Engine::Sqlite).await;
    let browser = Browser::open(size).await;
    let mut tour = Tour { server, browser, seen: Vec::new(), complaints: Vec::new() };
    tour.before_signing_in().await;
    let application = tour.of_a_developer().await;
    tour.of_an_owner(&application).await;
    tour.of_a_manager(&application).await;
    tour.of_a_developer_with_installations(&application).await;
    tour.of_webhooks(&application).await;
    tour.of_a_portal(&application).await;
    assert!(tour.complaints.is_empty(), "{size:?}:\n{}", tour.complaints.join("\n"));
    let missed: Vec<&str> = pages().filter(|page| !tour.seen.iter().any(|seen| is_at(page, seen))).collect();
    assert!(missed.is_empty(), "nobody looked at {missed:?}");
}

/// The paths of the router's pages; files are none.
fn pages() -> impl Iterator<Item = &'static str> {
    let routes = ROUTER.split(".route(").skip(1).filter(|route| route.contains("get("));
    routes.filter_map(|route| route.split('"').nth(1)).filter(|path| {
        !path.starts_with("/static/") && !path.starts_with("/calendars/") && !path.ends_with("/calendar")
    })
}

fn is_at(page: &str, seen: &str) -> bool {
    let (page, seen): (Vec<_>, Vec<_>) = (page.split('/').collect(), seen.split('/').collect());
    page.len() == seen.len() && page.iter().zip(seen).all(|(page, seen)| page.starts_with('{') || *page == seen)
}

impl Tour {
    async fn open(&mut self, path: &str, name: &str) {
        self.browser.goto(&self.server.at(path)).await;
        self.look(name).await;
    }

    /// Waits for a text and looks at the page that has it.
    async fn arrive(&mut self, text: &str, name: &str) {
        self.browser.wait_for_text(text).await;
        self.look(name).await;
    }

    async fn look(&mut self, name: &str) {
        let mut complaints = self.browser.accessibility_complaints().await;
        if self.browser.overflows().await {
            complaints.push("one has to scroll sideways".to_owned());
        }
        self.complaints.extend(complaints.into_iter().map(|complaint| format!("{name}: {complaint}")));
        self.browser.screenshot(name).await;
        let url = self.browser.url().await.replace(&self.server.url, "");
        self.seen.push(url.split(['?', '#']).next().unwrap_or_default().to_owned());
    }

    async fn press(&self, text: &str) {
        self.browser.press(text).await;
    }

    async fn fill(&self, fields: &[(&str, &str)]) {
        for (label, value) in fields {
            self.browser.fill(label, value).await;
        }
    }

    /// Signs the current user out, and another one in.
    async fn become_user(&self, email: &str) {
        self.browser.session().delete_all_cookies().await.expect("cookies go");
        sign_in(&self.browser, &self.server, email).await;
    }

    async fn before_signing_in(&mut self) {
        self.open("/demo/inbox", "01-mails-none").await;
        for (path, name) in [
            ("/", "02-landing"),
            ("/sign-in", "03-sign-in"),
            ("/sign-up", "04-sign-up"),
            ("/sign-up/business", "05-sign-up-business"),
            ("/sign-up/developer", "06-sign-up-developer"),
            ("/nowhere", "07-not-found"),
            ("/docs", "07-api"),
            ("/docs#postBookings", "07-api-operation"),
            ("/docs#BookingInput", "07-api-object"),
            ("/choose-password/used", "08-link-used"),
        ] {
            self.open(path, name).await;
        }
        self.browser.goto(&self.server.at("/sign-in")).await;
        fill_in_sign_in(&self.browser, "nobody@example.com").await;
        self.arrive("do not match", "09-sign-in-wrong").await;

        self.browser.goto(&self.server.at("/sign-up/business")).await;
        self.press("More languages").await;
        self.look("10-sign-up-business-languages").await;
        self.fill(&[("Business name", LONG_NAME), ("Country", "Germany"), ("Time zone", "Europe/Berlin")]).await;
        self.fill(&[("Currency", "EUR, Euro"), ("Main language", "Deutsch"), ("Your name", "Olivia")]).await;
        self.fill(&[("E-mail address", OWNER), ("Password", "short")]).await;
        self.press("Create account").await;
        self.arrive("Please check the form", "11-sign-up-business-wrong").await;
        self.fill(&[("Password", PASSWORD)]).await;
        self.press("Create account").await;
        self.arrive("Confirm your e-mail address.", "40-home-unconfirmed").await;
        self.open("/backoffice/team", "40-people-unconfirmed").await;
        let link = self.server.email_to(OWNER).await.link();
        self.browser.goto(&self.server.at(&link)).await;
        self.press("Yes, it is mine").await;
        self.browser.wait_for_text("your e-mail address is confirmed").await;
        self.press("Sign out").await;
        self.arrive("You are signed out.", "12-signed-out").await;

        self.server.clock.advance(MINUTE);
        self.open("/forgot-password", "13-forgot-password").await;
        self.fill(&[("E-mail address", OWNER)]).await;
        self.press("Send the link").await;
        self.arrive("Check your inbox", "14-forgot-password-sent").await;
        let link = self.server.email_to(OWNER).await.link();
        self.browser.goto(&self.server.at(&link)).await;
        self.arrive("At least 10 characters", "15-choose-password").await;
    }

    async fn of_a_developer(&mut self) -> Application {
        self.browser.goto(&self.server.at("/sign-up/developer")).await;
        self.fill(&[("Your name", "Dana"), ("Company or team", "Pier Nine"), ("E-mail address", LONG_EMAIL)]).await;
        self.fill(&[("Password", PASSWORD)]).await;
        self.press("Create account").await;
        self.arrive("No applications", "20-developer-new").await;
        let link = self.server.email_to(LONG_EMAIL).await.link();
        self.browser.goto(&self.server.at(&link)).await;
        self.arrive(LONG_EMAIL, "21-confirm-email").await;
        self.press("Yes, it is mine").await;

        self.press("Register an application").await;
        self.arrive("It can never be changed.", "22-register").await;
        self.fill(&[("Name", LONG_NAME), ("Description", &"Sells tours. ".repeat(12))]).await;
        self.fill(&[("Callback URL", "ftp://example.com")]).await;
        self.press("Register").await;
        self.arrive("Please check the form", "23-register-wrong").await;
        self.fill(&[("Callback URL", "https://reservations.ausflugsschifffahrt-bodensee.example/back?via=slots")])
            .await;
        self.press("Register").await;
        self.arrive("is registered", "24-secret-key").await;
        let secret_key = copied(&self.browser, "Secret key").await;
        self.press("I have stored it").await;
        self.arrive("Build the Authorization URL", "25-application").await;
        let url = self.browser.url().await;
        let id = url.rsplit('/').next().expect("an id").to_owned();
        self.press("Show the URL").await;
        self.arrive("Tick at least one permission.", "25-application-nothing-ticked").await;
        for sentence in ["Make bookings, and read, change and cancel all", "Read all your customers."] {
            self.browser.tick(sentence, true).await;
        }
        self.press("Show the URL").await;
        self.arrive("with a placeholder", "26-application-url-built").await;
        self.fill(&[("Callback URL", "http://example.com")]).await;
        self.press("Save the callback URL").await;
        self.arrive("Please check the form", "27-application-wrong").await;
        self.press("Replace the secret key").await;
        self.arrive("has a new secret key", "28-secret-key-replaced").await;
        self.open("/developer", "29-developer").await;
        self.open("/backoffice", "30-developer-in-the-back-office").await;
        self.open(
            &Application { id: id.clone(), secret_key: String::new() }.asks_for("availability_r", Some("x")),
            "31-developer-asked",
        )
        .await;
        Application { id, secret_key }
    }

    async fn of_an_owner(&mut self, application: &Application) {
        let every = "customers_rwd_own,customers_r_all,bookings_rwd_all,blocks_rw_own,payments_rw_own,availability_r";
        self.become_user(OWNER).await;
        self.open("/backoffice/applications", "41-applications-none").await;
        self.open(&application.asks_for(every, Some("first")), "42-question").await;
        self.open(&application.asks_for("fly_rw,availability_r", Some("x")), "43-unknown-permission").await;
        self.open(&application.asks_for("availability_r", None), "44-state-missing").await;
        self.open(&application.asks_for("availability_r", Some("late")), "42-question-short").await;
        self.server.clock.advance(16 * MINUTE);
        self.press("Allow").await;
        self.arrive("This question has expired", "45-expired").await;

        let developer = Visitor::new(&self.server);
        assert_eq!(developer.sign_in(LONG_EMAIL).await.location(), "/developer");
        let silent = developer.register("Ferry Desk", "").await;
        self.open(&silent.asks_for("bookings_rw_own", None), "46-question-without-callback").await;
        self.press("Deny").await;
        self.arrive("was denied", "47-denied").await;
        self.browser.goto(&self.server.at(&silent.asks_for("bookings_rw_own", None))).await;
        self.press("Allow").await;
        self.arrive("is installed", "48-allowed").await;
        self.server.clock.advance(60 * MINUTE);
        self.open(&silent.asks_for(&format!("{every},subaccounts_rw"), None), "49-question-again").await;
        self.press("Allow").await;
        self.browser.wait_for_text("is installed").await;

        let owner = Visitor::new(&self.server);
        assert_eq!(owner.sign_in(OWNER).await.location(), "/backoffice");
        owner.allow(&application.asks_for("bookings_rw_own", Some("again"))).await;
        self.open("/sign-up/business", "50-sign-up-signed-in").await;
        self.open("/backoffice/nowhere", "50-not-found-signed-in").await;
        self.open("/backoffice", "50-home").await;
        self.open("/backoffice/applications", "51-applications").await;
        self.press(&format!("Uninstall {LONG_NAME}")).await;
        self.arrive("stops working", "52-uninstall").await;
        self.press("Cancel").await;
        let first = "return document.querySelector('td.right a').getAttribute('href')";
        let end = string(&self.browser.run(first, vec![]).await);
        self.open(&end, "53-end-key").await;
        self.open("/backoffice/business-profile", "54-details").await;
        self.fill(&[("Website", "https://bodensee.example"), ("Phone number", "+49 7531 000000")]).await;
        self.press("Save").await;
        self.arrive("Saved.", "55-details-saved").await;
        self.open("/backoffice/calendars", "55-calendars-without-resources").await;
        let home = owner.get("/backoffice").await.html;
        let account = home.split_once("<dt>Account id</dt><dd>").expect("an id").1.split('<').next().expect("an id");
        let mut offered = catalogue();
        edit(&mut offered.resource_types[0], |guides| guides["resources"][1]["name"][0][1] = json!(LONG_NAME));
        self.server.offer(account, offered).await;
        self.press("Create link").await;
        self.arrive("The calendar feed is ready", "55-calendar-address").await;
        self.press("I have copied it").await;
        self.arrive("no link", "55-calendars-not-yet").await;
        self.press(&format!("Create link for {LONG_NAME}")).await;
        self.browser.wait_for_text("The calendar feed is ready").await;
        self.press("I have copied it").await;
        self.arrive("by Olivia", "55-calendars").await;
        self.press(&format!("Replace the link of {LONG_NAME}")).await;
        self.arrive("needs the new one", "55-calendar-replace").await;
        self.press("Replace the link").await;
        self.arrive("The calendar feed has a new link", "55-calendar-replaced").await;
        self.open("/backoffice/calendars/own", "55-calendar-replace-own").await;
        self.press("Cancel").await;
        self.press("Revoke").await;
        self.arrive("Revoke your calendar feed?", "55-calendar-end-own").await;
        self.press("Cancel").await;
        self.press(&format!("Revoke the calendar feed of {LONG_NAME}")).await;
        self.arrive("Programs may keep what they have read.", "55-calendar-end").await;
        self.press("Revoke the feed").await;
        self.arrive("The calendar feed is revoked.", "55-calendars-ended").await;
        self.open("/backoffice/team", "56-people").await;
        self.fill(&[("Name", "Kim"), ("E-mail address", OWNER)]).await;
        self.press("Invite").await;
        self.arrive("Please check the form", "57-people-wrong").await;
        owner.colleague(&self.server, "manager", "kim@harbour-lights.example").await;
        owner.post("/backoffice/team", &[("name", "Eve"), ("email", LONG_GUEST), ("role", "staff")]).await;
        let decline = self.server.email_to(LONG_GUEST).await.links().remove(1);
        self.open(&decline, "57-decline").await;
        self.open("/backoffice/team", "58-people-two").await;
        self.press("Remove Kim").await;
        self.arrive("Remove Kim?", "59-remove").await;
    }

    async fn emails_pages(&mut self) {
        const TEMPLATE: &str = "/backoffice/email-templates/confirmation/de-DE";
        self.open("/backoffice/emails", "64-e-mails").await;
        self.press("E-mail templates").await;
        self.arrive("The texts of e-mails about bookings.", "65-texts").await;
        self.open(TEMPLATE, "66-text").await;
        self.fill(&[("Subject", "Ahoi {nobody}")]).await;
        self.press("Save").await;
        self.arrive("There is no placeholder {nobody}", "67-text-wrong").await;
        self.fill(&[("Subject", "Ahoi {customer_name}")]).await;
        self.press("Save").await;
        self.arrive("Saved.", "68-text-saved").await;
        self.open(&format!("{TEMPLATE}/preview"), "69-text-preview").await;
        self.open("/backoffice/email-templates", "69-texts-own").await;
        self.press("Reminders and thanks").await;
        self.arrive("Leave empty to send no thank-you e-mail.", "69-follow-ups").await;
        self.fill(&[("Reminder (optional)", "soon"), ("Thank you (optional)", "")]).await;
        self.press("Save").await;
        self.arrive("Enter whole hours", "69-follow-ups-wrong").await;
    }

    async fn of_a_manager(&mut self, application: &Application) {
        self.become_user("kim@harbour-lights.example").await;
        self.open("/backoffice", "60-manager-home").await;
        self.open("/backoffice/applications", "61-manager-applications").await;
        self.open("/backoffice/team", "62-manager-people").await;
        self.open("/backoffice/calendars", "62-manager-calendars").await;
        self.open(&application.asks_for("availability_r", Some("x")), "63-manager-asked").await;
        self.emails_pages().await;
    }

    async fn of_a_developer_with_installations(&mut self, application: &Application) {
        self.become_user(LONG_EMAIL).await;
        self.open(&format!("/developer/applications/{}", application.id), "70-application-installed").await;
        self.press(&format!("Revoke the key for {LONG_NAME}")).await;
        self.arrive("Revoke the key for", "71-end-authorization").await;
        self.open("/demo/inbox", "72-mails").await;
        let latest = "return [...document.querySelectorAll('.mails a')].find((it) => /installed Ferry Desk/.test(it.innerText)).getAttribute('href')";
        let mail = string(&self.browser.run(latest, vec![]).await);
        self.open(&mail, "73-mail").await;
        let owner = Visitor::new(&self.server);
        assert_eq!(owner.sign_in(OWNER).await.location(), "/backoffice");
        let permissions = "bookings_rw_all,customers_rw_all,availability_r";
        let program = ApiClient::installed(&self.server, "Letter Desk", &owner, permissions).await;
        program.create("/bookings?notifyCustomer=true&mode=backend", &crate::bookings::order("2026-05-22", 2)).await;
        self.open("/demo/inbox", "73-mails-with-a-letter").await;
        let letter = "return [...document.querySelectorAll('.mails a')].find((it) => /marta@example/.test(it.innerText)).getAttribute('href')";
        let letter = string(&self.browser.run(letter, vec![]).await);
        self.open(&letter, "73-mail-of-a-booking").await;
        self.open(&format!("{letter}/html"), "73-mail-as-html").await;
    }

    async fn of_webhooks(&mut self, application: &Application) {
        let place = format!("/developer/applications/{}/webhooks", application.id);
        self.become_user(LONG_EMAIL).await;
        self.open(&place, "74-webhooks-none").await;
        let owner = Visitor::new(&self.server);
        assert_eq!(owner.sign_in(OWNER).await.location(), "/backoffice");
        let redirect = owner.allow(&application.asks_for("customers_rw_all", Some("told"))).await.location();
        let key = parameter(&redirect, "apiKey").expect("a key");
        let program = ApiClient::new(&self.server, &key, &application.secret_key);
        let receiver = Receiver::start().await;
        let url = receiver.url(&format!("/hooks/{LONG_NAME}/customers-of-all-branches?tenant=7&of={LONG_NAME}"));
        let mut ids = Vec::new();
        for kind in ["created", "updated"] {
            let webhook = json!({"url": url, "domain": "customers", "type": kind});
            ids.push(program.create("/webhooks", &webhook).await["id"].as_str().expect("an id").to_owned());
        }
        let deliveries = format!("{place}/{}/{}", program.account(), ids[0]);
        self.open(&deliveries, "75-deliveries-none").await;
        for reply in [Reply::Status(200), Reply::Status(503), Reply::Never, Reply::Closes] {
            receiver.replies(&format!("/hooks/{LONG_NAME}/customers-of-all-branches"), [reply; 2]);
            program.create("/customers", &json!({"firstName": "Marta"})).await;
            self.server.deliver().await;
            self.server.clock.advance(2 * MINUTE);
        }
        self.open(&place, "76-webhooks").await;
        self.open(&deliveries, "77-deliveries").await;
        self.press("Send again").await;
        self.arrive("Please check the form", "78-deliveries-wrong").await;
        self.press("Send a test").await;
        self.arrive("Sending the test.", "79-deliveries-test").await;
        let arrived = "return [...document.querySelectorAll('tr')].find((it) => /Delivered/.test(it.innerText)).querySelector('a').getAttribute('href')";
        let delivery = string(&self.browser.run(arrived, vec![]).await);
        self.open(&delivery, "79-delivery").await;
        self.press("Send again").await;
        self.arrive("Sending again.", "79-delivery-again").await;
        let developer = Visitor::new(&self.server);
        assert_eq!(developer.sign_in(LONG_EMAIL).await.location(), "/developer");
        developer.replace_secret(&application.id, "24h").await;
        self.open(&format!("/developer/applications/{}", application.id), "79-two-secret-keys").await;
        self.press("Sign with the newest key now").await;
        self.arrive("Deliveries are signed with the newest", "79-newest-key").await;
    }

    async fn of_a_portal(&mut self, application: &Application) {
        const PORTAL: &str = "head-of-reservations@ausflugsschifffahrt-bodensee.example";
        const BRANCH: &str = "branch@ausflugsschifffahrt-bodensee.example";
        let (owner, portal) = Visitor::portal(&self.server, LONG_NAME, PORTAL).await;
        self.become_user(PORTAL).await;
        self.open("/backoffice/subaccounts", "80-subaccounts-none").await;
        let subaccount = self.server.subaccount(&portal, LONG_NAME, BRANCH).await;
        self.server.subaccount(&portal, "Cliff Walks", "cliffs@coastline.example").await;
        let redirect =
            owner.allow(&application.asks_for("subaccounts_rw,bookings_rw_own", Some("portal"))).await.location();
        let key = parameter(&redirect, "apiKey").expect("a key");
        let program = ApiClient::new(&self.server, &key, &application.secret_key);
        let installed = program.post(&format!("/subaccounts/{subaccount}/apikeys"), &Value::Null).await;
        assert_eq!(installed.status, 201);
        self.open("/backoffice", "81-portal-home").await;
        self.press("Subaccounts").await;
        self.arrive("Cliff Walks", "82-subaccounts").await;
        self.open("/backoffice/applications", "83-portal-applications").await;
        self.press(&format!("Uninstall {LONG_NAME}")).await;
        self.arrive("for your subaccounts", "84-portal-uninstall").await;

        let owner = Visitor::new(&self.server);
        assert_eq!(owner.sign_in(BRANCH).await.location(), "/backoffice");
        owner.allow(&application.asks_for("availability_r", Some("branch"))).await;
        self.become_user(BRANCH).await;
        self.open("/backoffice", "85-subaccount-home").await;
        self.open("/backoffice/applications", "86-subaccount-applications").await;
        let last = "return [...document.querySelectorAll('td.right a')].pop().getAttribute('href')";
        let end = string(&self.browser.run(last, vec![]).await);
        self.open(&end, "87-subaccount-end-key").await;
    }
}
