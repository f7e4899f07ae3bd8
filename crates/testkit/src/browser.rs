//! Headless Chromium for tests.
//!
//! A [`Browser`] finds fields by their labels and buttons by their texts, waits for what should appear, and panics
//! with the page it saw instead. Each has its own chromedriver and profile; at most two are open at once in a test
//! process, further ones wait.

mod driver;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use driver::DRIVER_VARIABLE;

/// The environment variable with the path of Chromium or Chrome.
pub const BROWSER_VARIABLE: &str = "SLOTKEEPER_TEST_CHROMIUM";
/// The environment variable with the folder for screenshots; without it none are made.
pub const SCREENSHOTS_VARIABLE: &str = "SLOTKEEPER_TEST_SCREENSHOTS";

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(15);
const BETWEEN_LOOKS: Duration = Duration::from_millis(40);

static TURNS: Semaphore = Semaphore::const_new(2);

/// The window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 1280 × 900.
    Desktop,
    /// 390 × 844 with a touch screen.
    Phone,
}

impl Size {
    pub const ALL: [Self; 2] = [Self::Desktop, Self::Phone];

    fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }

    fn metrics(self) -> Value {
        match self {
            Self::Desktop => json!({"width": 1280, "height": 900, "pixelRatio": 1, "touch": false, "mobile": false}),
            Self::Phone => json!({"width": 390, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true}),
        }
    }
}

/// An open browser. Dropping it ends it.
pub struct Browser {
    // Dropped in this order: the session, then the processes, then the permit of the next browser.
    session: Option<WebDriver>,
    _driver: driver::Driver,
    _turn: SemaphorePermit<'static>,
    size: Size,
}

impl Browser {
    /// Opens a browser with an empty profile.
    pub async fn open(size: Size) -> Self {
        let turn = TURNS.acquire().await.unwrap();
        let driver = tokio::task::spawn_blocking(driver::Driver::start).await.expect("chromedriver starts");
        let mut wishes = DesiredCapabilities::chrome();
        wishes.set_binary(&program(BROWSER_VARIABLE)).unwrap();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
        ] {
            wishes.add_arg(flag).unwrap();
        }
        wishes.add_experimental_option("mobileEmulation", json!({ "deviceMetrics": size.metrics() })).unwrap();
        // A proxy of the machine must not come between the test and its driver.
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let session = WebDriver::builder(&driver.url, wishes).client(client).await;
        let session = session.unwrap_or_else(|error| panic!("the browser does not start: {error}"));
        Self { session: Some(session), _driver: driver, _turn: turn, size }
    }

    /// The WebDriver session, for what the methods here do not offer.
    pub fn session(&self) -> &WebDriver {
        self.session.as_ref().unwrap()
    }

    /// Opens an address and waits until the page is loaded.
    pub async fn goto(&self, url: &str) {
        self.session().goto(url).await.unwrap_or_else(|error| panic!("{url} does not open: {error}"));
    }

    pub async fn back(&self) {
        self.session().back().await.expect("the browser goes back");
    }

    pub async fn url(&self) -> String {
        self.session().current_url().await.expect("a page with an address").into()
    }

    /// The visible text of the page.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body ? document.body.innerText : ''", vec![]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Fills the field with that label: types into it, or chooses the entry with that text from a list.
    pub async fn fill(&self, label: &str, value: &str) {
        let field = self.find("control", label).await;
        if field.tag_name().await.unwrap() == "select" {
            let choice = format!("./option[normalize-space(.) = {value:?}]");
            let option = field.find(By::XPath(choice)).await;
            option.unwrap_or_else(|_| panic!("“{label}” offers no “{value}”")).click().await.unwrap();
        } else {
            field.clear().await.unwrap_or_else(|error| panic!("“{label}” cannot be filled: {error}"));
            field.send_keys(value).await.unwrap();
        }
    }

    /// Ticks or unticks the box with that label, or selects the radio button.
    pub async fn tick(&self, label: &str, ticked: bool) {
        let field = self.find("control", label).await;
        if field.is_selected().await.unwrap() != ticked {
            field.click().await.unwrap_or_else(|error| panic!("“{label}” cannot be ticked: {error}"));
        }
    }

    /// Presses the button or follows the link with that text.
    pub async fn press(&self, text: &str) {
        let button = self.find("button", text).await;
        button.click().await.unwrap_or_else(|error| panic!("“{text}” cannot be pressed: {error}"));
    }

    /// Presses it twice, the second time before the response to the first, so that both are sent.
    ///
    /// This works nearly always: Chromium drops a form that it has not sent yet when the next one is submitted, and a
    /// fast response can still come first. A script presses, because the driver's own clicks come too close together
    /// or too late.
    pub async fn double_click(&self, text: &str) {
        let button = self.find("button", text).await.to_json().unwrap();
        self.run("const [button] = arguments; button.click(); setTimeout(() => button.click(), 4)", vec![button]).await;
    }

    /// Waits until the text is visible.
    pub async fn wait_for_text(&self, wanted: &str) {
        let saw = self.wait(async || self.text().await.contains(wanted).then_some(())).await;
        if saw.is_none() {
            self.give_up(&format!("“{wanted}” does not appear")).await;
        }
    }

    /// Waits until a script returns true.
    pub async fn wait_until(&self, script: &str) {
        let saw = self.wait(async || (self.run(script, vec![]).await == Value::Bool(true)).then_some(())).await;
        if saw.is_none() {
            self.give_up(&format!("`{script}` does not become true")).await;
        }
    }

    /// Waits until the address matches, and returns it.
    pub async fn wait_for_url(&self, wanted: impl Fn(&str) -> bool) -> String {
        match self.wait(async || Some(self.url().await).filter(|url| wanted(url))).await {
            Some(url) => url,
            None => self.give_up("the address does not become what is awaited").await,
        }
    }

    /// Saves an image of the whole page as `name-desktop.png` or `name-phone.png`, if a folder for screenshots is
    /// set.
    pub async fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os(SCREENSHOTS_VARIABLE).map(PathBuf::from) else { return };
        let page = self.devtools("Page.getLayoutMetrics", json!({})).await;
        let (width, height) = (&page["cssLayoutViewport"]["clientWidth"], &page["cssContentSize"]["height"]);
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let request = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let picture = self.devtools("Page.captureScreenshot", request).await;
        let picture = crate::mail::decode_base64(picture["data"].as_str().unwrap());
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        let file = folder.join(format!("{name}-{}.png", self.size.name()));
        std::fs::write(&file, picture).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Whether the page is wider than the screen.
    pub async fn overflows(&self) -> bool {
        // A phone zooms out until everything fits, so the window's width says nothing.
        let root = self.run("const r = document.documentElement; return [r.scrollWidth, r.clientWidth]", vec![]).await;
        let screen = self.size.metrics()["width"].as_u64();
        root[0].as_u64() > screen.min(root[1].as_u64())
    }

    /// Violations of the rules in `accessibility.js`, one sentence each.
    pub async fn accessibility_complaints(&self) -> Vec<String> {
        let complaints = self.run(include_str!("browser/accessibility.js"), vec![]).await;
        serde_json::from_value(complaints).expect("a list of sentences")
    }

    /// Ends the browser, as dropping it does.
    pub async fn close(self) {
        drop(self);
    }

    /// Runs a script on the page, independent of the page's content policy.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.session().execute(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("a script fails: {error}")).json().clone()
    }

    async fn devtools(&self, command: &str, arguments: Value) -> Value {
        let answer = self.session().cdp().send_raw(command, arguments).await;
        answer.unwrap_or_else(|error| panic!("{command} fails: {error}"))
    }

    async fn find(&self, kind: &str, text: &str) -> WebElement {
        let look = async || {
            let found = self.session().execute(include_str!("browser/find.js"), vec![json!(kind), json!(text)]).await;
            // While a page is being replaced, the query can fail.
            found.ok().filter(|found| !found.json().is_null()).and_then(|found| found.element().ok())
        };
        match self.wait(look).await {
            Some(element) => element,
            None => self.give_up(&format!("there is no {kind} “{text}”")).await,
        }
    }

    /// Repeats `look` until it returns something or the time is over.
    async fn wait<T>(&self, look: impl AsyncFn() -> Option<T>) -> Option<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            match look().await {
                None if Instant::now() < end => tokio::time::sleep(BETWEEN_LOOKS).await,
                seen => return seen,
            }
        }
    }

    async fn give_up(&self, why: &str) -> ! {
        panic!("{why} at {}; the page says:\n{}", self.url().await, self.text().await)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver is killed with all its processes; ending the session first would only take time.
        let _ = self.session.take().map(WebDriver::leak);
    }
}

fn program(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests with ./test, which finds or installs a browser")
    })
}
