//! Opening a business account, inviting, forgetting a password, signing out.

use super::*;
use slotkeeper_testkit::on_every_engine;
use std::time::Duration;

const COLLEAGUE: &str = "kim@harbour-lights.example";
const NEW_PASSWORD: &str = "nine yellow paddles";

on_every_engine! {
    async fn an_owner_signs_up_and_invites_a_manager_who_forgets_the_password(server: TestServer) {
        let browser = Browser::open(Size::Phone).await;
        sign_up(&browser, &server).await;

        browser.press("Team").await;
        browser.fill("Name", "Kim").await;
        browser.fill("E-mail address", COLLEAGUE).await;
        browser.fill("Role", "Manager").await;
        browser.press("Invite").await;
        browser.wait_for_text("The invitation is on its way.").await;
        assert_says(&browser, &[COLLEAGUE, "invited"]).await;
        browser.press("Sign out").await;
        browser.wait_for_text("You are signed out.").await;
        // The browser's own way back shows nothing of what was there.
        browser.back().await;
        browser.wait_for_url(|url| url.contains("/sign-in")).await;

        browser.goto(&server.at(&server.email_to(COLLEAGUE).await.link())).await;
        choose_password(&browser, PASSWORD).await;
        fill_in_sign_in(&browser, COLLEAGUE).await;
        browser.wait_for_text("No application is installed.").await;
        assert_eq!(texts(&browser, "nav.nav a").await, ["Home", "Calendar feeds", "Applications", "E-mails"], "people are for the owner");
        browser.press("Sign out").await;

        server.clock.advance(Duration::from_secs(60));
        browser.press("Forgot your password?").await;
        browser.fill("E-mail address", COLLEAGUE).await;
        browser.press("Send the link").await;
        browser.wait_for_text("Check your inbox").await;
        let link = server.at(&server.email_to(COLLEAGUE).await.link());
        browser.goto(&link).await;
        choose_password(&browser, "short").await;
        browser.wait_for_text("Please check the form").await;
        choose_password(&browser, NEW_PASSWORD).await;
        fill_in_sign_in(&browser, COLLEAGUE).await;
        browser.wait_for_text("do not match").await;
        browser.fill("Password", NEW_PASSWORD).await;
        browser.press("Sign in").await;
        browser.wait_for_text("Sign out").await;

        // A link works once.
        browser.goto(&link).await;
        assert!(!browser.text().await.contains("Choose a password"));
    }
}

async fn sign_up(browser: &Browser, server: &TestServer) {
    browser.goto(&server.at("/sign-up")).await;
    browser.press("Create a business account").await;
    browser.fill("Business name", "Harbour Lights").await;
    browser.fill("Country", "Portugal").await;
    browser.fill("Time zone", "Europe/Lisbon").await;
    browser.fill("Currency", "EUR, Euro").await;
    browser.fill("Main language", "English (United Kingdom)").await;
    browser.press("More languages").await;
    browser.tick("Português", true).await;
    browser.fill("Your name", "Olivia").await;
    browser.fill("E-mail address", OWNER).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Create account").await;
    browser.wait_for_text("Confirm your e-mail address.").await;
    assert_says(browser, &["Portugal", "Europe/Lisbon", "EUR"]).await;
    browser.goto(&server.at(&server.email_to(OWNER).await.link())).await;
    browser.press("Yes, it is mine").await;
    browser.wait_for_text("your e-mail address is confirmed").await;
}

async fn choose_password(browser: &Browser, password: &str) {
    browser.fill("Password", password).await;
    browser.press("Set the password").await;
}
