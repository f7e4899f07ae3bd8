//! The browser reads and presses, and complains where it should.

use slotkeeper_testkit::browser::{Browser, Size};
use slotkeeper_testkit::receiver::Receiver;

const GOOD: &str = r#"<!doctype html><html lang="en"><head><title>Sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body { background: #fff; color: #333 } .wide { width: 700px }</style></head>
<body><h1>Sign in</h1><form method="get" action="/callback">
<label for="name">User  name</label><input id="name" name="name" value="old">
<label>Zone <select name="zone"><option>Bern</option><option>Reykjavík</option></select></label>
<label><input type="checkbox" name="stay" value="yes"> Stay signed in</label>
<button>Let me <b>in</b></button></form><p><a href="/other">Somewhere else</a></p></body></html>"#;

const BAD: &str = r##"<html><head></head><body><h2 id="a">Early</h2><img src="/favicon.ico"><input id="a"><button></button>
<p style="color: #999">Pale</p><p style="background: rgb(0 0 0 / .9)"><span style="color: #fff">Fine</span></p>
<div style="opacity: .4"><p>Faded</p></div><p hidden style="color: #fff">Hidden</p>
<div style="width: 2000px">Wide</div>
<div style="width: 90px; overflow: clip"><p>Unreadablybroadandnobodycanbreakit</p></div></body></html>"##;

#[tokio::test]
async fn a_form_is_filled_sent_and_seen_again() {
    let receiver = Receiver::start().await;
    receiver.page("/", GOOD);
    receiver.page("/other", "<title>x</title><body>Elsewhere");
    let browser = Browser::open(Size::Phone).await;
    browser.goto(&receiver.url("/")).await;
    assert_eq!(browser.accessibility_complaints().await, Vec::<String>::new());
    assert!(!browser.overflows().await);
    browser.screenshot("selftest").await;

    browser.fill("User name", "ada & co").await;
    browser.fill("Zone", "Reykjavík").await;
    browser.tick("Stay signed in", true).await;
    browser.press("Let me in").await;
    browser.wait_for_text("received").await;
    let asked = receiver.next().await;
    assert_eq!(asked.query(), "name=ada+%26+co&zone=Reykjav%C3%ADk&stay=yes");

    browser.back().await;
    browser.press("Somewhere else").await;
    browser.wait_for_text("Elsewhere").await;
    let url = browser.wait_for_url(|url| url.ends_with("/other")).await;
    assert_eq!(url, receiver.url("/other"));
    browser.close().await;
}

#[tokio::test]
async fn a_double_click_presses_twice() {
    let receiver = Receiver::start().await;
    receiver.page("/", GOOD);
    let browser = Browser::open(Size::Desktop).await;
    // Whether Chromium sends the first of two forms is a matter of milliseconds.
    for _ in 0..6 {
        let before = receiver.requests().len();
        browser.goto(&receiver.url("/")).await;
        browser.double_click("Let me in").await;
        browser.wait_for_text("received").await;
        if receiver.requests().len() == before + 2 {
            return;
        }
    }
    panic!("of two presses only one arrived, six times");
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_said() {
    let receiver = Receiver::start().await;
    receiver.page("/", BAD);
    for size in Size::ALL {
        let browser = Browser::open(size).await;
        browser.goto(&receiver.foreign_url("/")).await;
        assert!(browser.overflows().await, "{size:?}");
        let complaints = browser.accessibility_complaints().await.join("\n");
        for wanted in [
            "no language",
            "no title",
            "“a” is used 2 times",
            "<input#a> “” has no label",
            "favicon.ico has no alt",
            "<button> “” has no text",
            "“Early” follows no heading",
            "“Pale” has a contrast of 2.85",
            "“Faded” has a contrast of",
            "“Unreadablybroadandnobodycanbreakit” leaves its box",
        ] {
            assert!(complaints.contains(wanted), "{wanted} is not among\n{complaints}");
        }
        assert_eq!(complaints.lines().count(), 10, "{complaints}");
    }
}
