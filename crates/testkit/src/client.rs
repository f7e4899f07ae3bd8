//! HTTP clients by role: visitors of the pages, and clients of the API.

use crate::server::{TestClock, TestServer};
use reqwest::header::{HeaderMap, HeaderName, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The password of every user in tests.
pub const PASSWORD: &str = "seven green kayaks";

/// A browser session without a browser: keeps cookies and follows no redirect by itself.
pub struct Visitor {
    url: String,
    /// The `Origin` of its forms.
    origin: String,
    http: reqwest::Client,
    clock: Arc<TestClock>,
}

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    async fn of(response: Response) -> Self {
        Self { status: response.status(), headers: response.headers().clone(), html: response.text().await.unwrap() }
    }

    /// The target of a redirect.
    #[must_use]
    pub fn location(&self) -> String {
        let location =
            self.headers.get(LOCATION).unwrap_or_else(|| panic!("no redirect but {}: {}", self.status, self.html));
        location.to_str().unwrap().to_owned()
    }

    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        between(&self.html, &format!("name=\"{name}\" value=\""), "\"").to_owned()
    }

    /// The first copyable text after the caption.
    #[must_use]
    pub fn copied(&self, caption: &str) -> String {
        let after = self.html.split_once(&format!("<figcaption>{caption}</figcaption>")).expect("a box to copy from").1;
        between(after, "<code tabindex=\"0\">", "</code>").replace("&#38;", "&").replace("&amp;", "&")
    }

    pub fn assert_says(&self, text: &str) {
        assert!(self.html.contains(text), "{text:?} is not in {}: {}", self.status, self.html);
    }
}

/// The `Origin` of a browser that uses the public address.
fn origin_of(server: &TestServer) -> String {
    server.app().public_url().origin().ascii_serialization()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before:?} is not in {text}")).1;
    rest.split_once(after).unwrap().0
}

impl Visitor {
    #[must_use]
    pub fn new(server: &TestServer) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).cookie_store(true).build().unwrap();
        Self { url: server.url.clone(), origin: origin_of(server), http, clock: server.clock.clone() }
    }

    /// A new visitor of a server that runs as a process.
    #[must_use]
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).cookie_store(true).build().unwrap();
        Self { url: url.to_owned(), origin: url.to_owned(), http, clock: Arc::new(TestClock::default()) }
    }

    /// A new visitor whose connection comes through the trusted proxy from this address.
    #[must_use]
    pub fn behind_proxy(server: &TestServer, address: &str) -> Self {
        let headers = HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-for"), address.parse().unwrap())]);
        let builder = reqwest::Client::builder().redirect(Policy::none()).cookie_store(true);
        let http = builder.default_headers(headers).build().unwrap();
        Self { url: server.url.clone(), origin: origin_of(server), http, clock: server.clock.clone() }
    }

    pub async fn get(&self, path: &str) -> Page {
        Page::of(self.http.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    /// Sends a form from a page of the server.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_from(&self.origin, path, fields).await
    }

    /// Sends a form from a page of this origin. Advances the clock by a millisecond, so that changes have an order.
    pub async fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        self.clock.advance(Duration::from_millis(1));
        let request = self.http.post(format!("{}{path}", self.url)).header(ORIGIN, origin).form(fields);
        Page::of(request.send().await.unwrap()).await
    }

    pub async fn sign_in(&self, email: &str) -> Page {
        self.sign_in_with(email, PASSWORD).await
    }

    pub async fn sign_in_with(&self, email: &str, password: &str) -> Page {
        self.post("/sign-in", &[("email", email), ("password", password)]).await
    }

    /// Opens a developer account and confirms the address.
    pub async fn developer(server: &TestServer, email: &str) -> Self {
        let visitor = Self::new(server);
        let fields = [("name", "Pier Nine"), ("person_name", "Dana"), ("email", email), ("password", PASSWORD)];
        let page = visitor.post("/sign-up/developer", &fields).await;
        assert_eq!(page.location(), "/developer", "{}", page.html);
        visitor.confirm(server, email).await;
        visitor
    }

    /// Opens a business account and confirms the address.
    pub async fn owner(server: &TestServer, email: &str) -> Self {
        let visitor = Self::unconfirmed_owner(server, email).await;
        visitor.confirm(server, email).await;
        visitor
    }

    /// Opens a business account without confirming the address.
    pub async fn unconfirmed_owner(server: &TestServer, email: &str) -> Self {
        let visitor = Self::new(server);
        let fields = [
            ("name", "Harbour Lights"),
            ("country", "PT"),
            ("zone", "Europe/Lisbon"),
            ("currency", "EUR"),
            ("language", "en-GB"),
            ("more_languages", "pt-PT"),
            ("person_name", "Olivia"),
            ("email", email),
            ("password", PASSWORD),
        ];
        let page = visitor.post("/sign-up/business", &fields).await;
        assert_eq!(page.location(), "/backoffice", "{}", page.html);
        visitor
    }

    /// Replaces the secret key of an application.
    pub async fn replace_secret(&self, application: &str, overlap: &str) -> Page {
        let page = format!("/developer/applications/{application}");
        let current = self.get(&page).await.hidden("current");
        self.post(&format!("{page}/secret"), &[("current", &current), ("overlap", overlap)]).await
    }

    /// Follows the link that confirms an address.
    pub async fn confirm(&self, server: &TestServer, email: &str) {
        let page = self.post(&server.email_to(email).await.link(), &[]).await;
        assert!(page.location().contains("notice=confirmed"));
    }

    /// Has the owner invite a member, who accepts and signs in.
    pub async fn colleague(&self, server: &TestServer, role: &str, email: &str) -> Self {
        let page = self.post("/backoffice/team", &[("name", "Kim"), ("email", email), ("role", role)]).await;
        assert_eq!(page.location(), "/backoffice/team?notice=invited");
        let colleague = Self::new(server);
        let page = colleague.post(&server.email_to(email).await.link(), &[("password", PASSWORD)]).await;
        assert_eq!(page.location(), "/sign-in?notice=password-chosen");
        assert_eq!(colleague.sign_in(email).await.location(), "/backoffice");
        colleague
    }

    /// Registers an application; with an empty callback, without one.
    pub async fn register(&self, name: &str, callback: &str) -> Application {
        let fields = [("name", name), ("description", "Sells tours."), ("callback_url", callback)];
        let page = self.post("/developer/applications", &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let id = between(&page.html, "/developer/applications/", "\"").to_owned();
        Application { id, secret_key: page.copied("Secret key") }
    }

    /// Grants what an Authorization URL asks for; returns the page or redirect after it.
    pub async fn allow(&self, authorization_path: &str) -> Page {
        let page = self.get(authorization_path).await;
        self.post("/consent", &[("question", &page.hidden("question")), ("answer", "allow")]).await
    }
}

#[derive(Debug, Clone)]
pub struct Application {
    /// `authappid`.
    pub id: String,
    pub secret_key: String,
}

impl Application {
    /// The path and query of an Authorization URL.
    #[must_use]
    pub fn asks_for(&self, permissions: &str, state: Option<&str>) -> String {
        let state = state.map(|state| format!("&state={state}")).unwrap_or_default();
        format!("/?authappid={}&permissions={permissions}{state}", self.id)
    }
}

/// The value of a parameter in an address, still percent-encoded.
#[must_use]
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v.to_owned())
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// The body as text.
    pub text: String,
}

/// Calls the API with both keys in the headers.
pub async fn call(server: &TestServer, path: &str, api_key: &str, secret_key: &str) -> Answer {
    let http = reqwest::Client::new();
    let request = http.get(server.at(path)).header("X-Bookeo-apiKey", api_key);
    answer(request.header("X-Bookeo-secretKey", secret_key)).await
}

/// An API client with one key of an application that is installed in a business.
#[derive(Clone)]
pub struct ApiClient {
    url: String,
    http: reqwest::Client,
    api_key: String,
    secret_key: String,
}

impl ApiClient {
    #[must_use]
    pub fn new(server: &TestServer, api_key: &str, secret_key: &str) -> Self {
        let (url, http) = (format!("{}/v2", server.url), reqwest::Client::new());
        Self { url, http, api_key: api_key.to_owned(), secret_key: secret_key.to_owned() }
    }

    /// Registers an application and has the owner grant it these permissions.
    pub async fn installed(server: &TestServer, name: &str, owner: &Visitor, permissions: &str) -> Self {
        let email = format!("dev-{}@example.com", name.to_lowercase().replace(' ', "-"));
        let application = Visitor::developer(server, &email).await.register(name, "").await;
        owner.allow(&application.asks_for(permissions, None)).await;
        let api_key = server.key_emailed_to(&email).await;
        Self::new(server, &api_key, &application.secret_key)
    }

    /// The account of the key.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.api_key[self.api_key.len() - 10..]
    }

    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The id of the application, which is part of the key.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.api_key[self.api_key.len() - 22..self.api_key.len() - 10]
    }

    /// The base address of the API.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        request.header("X-Bookeo-apiKey", &self.api_key).header("X-Bookeo-secretKey", &self.secret_key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(reqwest::Method::GET, path)).await
    }

    /// `GET` that must succeed.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(reqwest::Method::POST, path).json(body)).await
    }

    /// `POST` with an idempotency key.
    pub async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Answer {
        answer(self.request(reqwest::Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// The same client, at another node.
    #[must_use]
    pub fn at(&self, server: &TestServer) -> Self {
        Self { url: format!("{}/v2", server.url), ..self.clone() }
    }

    /// `POST` that must succeed.
    pub async fn create(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text);
        answer.body
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(reqwest::Method::PUT, path).json(body)).await
    }

    /// Sends a body unchanged, by any method.
    pub async fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        answer(self.request(method.parse().unwrap(), path).body(body.to_owned())).await
    }

    /// `POST` over a plain socket; returns the response byte by byte, for tests of clients that search for headers
    /// themselves.
    #[must_use]
    pub fn post_raw(&self, path: &str, body: &str) -> String {
        use std::io::{Read, Write};
        let (Self { api_key, secret_key, .. }, length) = (self, body.len());
        let host = self.url.trim_start_matches("http://").trim_end_matches("/v2");
        let mut socket = std::net::TcpStream::connect(host).unwrap();
        let keys = format!("X-Bookeo-apiKey: {api_key}\r\nX-Bookeo-secretKey: {secret_key}\r\n");
        let head = format!("Host: {host}\r\n{keys}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        write!(socket, "POST /v2{path} HTTP/1.1\r\n{head}{body}").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    }

    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(reqwest::Method::DELETE, path)).await
    }
}

/// Every operation of the API, as in its router: the method, and the path below `/v2`.
#[must_use]
pub fn operations() -> Vec<(String, &'static str)> {
    slotkeeper_api::router::operations().list().iter().map(|one| (one.method.to_string(), one.path)).collect()
}

/// Sends a request and reads the response as JSON; panics if it is not JSON. An empty body is null, as after a
/// deletion or where `Location` says everything.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let read = if matches!(status, 201 | 204) && text.is_empty() { "null" } else { &text };
    let body = serde_json::from_str(read).unwrap_or_else(|error| panic!("{status} and no JSON ({error}): {text}"));
    Answer { status, headers, body, text }
}
