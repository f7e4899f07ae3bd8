//! What operations are made of, seen with operations that exist only here: ids in paths, parameters, answers, pages.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

mod world;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use slotkeeper_api::ApiError;
use slotkeeper_api::answer::{Changed, Created, CreatedEmpty, NoContent, OkJson};
use slotkeeper_api::body::{NewBody, NewWithoutBody};
use slotkeeper_api::caller::Caller;
use slotkeeper_api::document::AsParameter;
use slotkeeper_api::operation::Operations;
use slotkeeper_api::paging::{List, PageParameters, PageToken, Paging};
use slotkeeper_api::path::{Id, Ids};
use slotkeeper_api::query::{Query, Required, UnreadQuery};
use slotkeeper_api::router::router_of;
use slotkeeper_api::wire::{Money, Switch};
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::clock::Clock;
use slotkeeper_app::idempotency::keep;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId, PaymentId};
use slotkeeper_domain::permission::PermissionSet;
use slotkeeper_domain::time::{Instant, WireTime};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tower::ServiceExt;
use world::{key_with, key_with_clock};

slotkeeper_api::parameters! {
    /// Which numbers are wanted.
    struct ListNumbers {
        /// How many there are.
        count: Required<u32> = "count",
        /// Since when.
        start_time: Option<WireTime> = "startTime",
    }
}

#[derive(Serialize, Deserialize)]
struct Search {
    count: u32,
}

async fn numbers(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: UnreadQuery<ListNumbers>,
) -> Result<OkJson<List<u32>>, ApiError> {
    let account = &caller.access().account().id;
    let paging = Paging::read(&app, account, "GET /numbers", &page, 100, || {
        let ListNumbers { count: Required(count), start_time: _ } = wanted.read()?;
        Ok(Search { count })
    })?;
    let all: Vec<u32> = (0..paging.search.count).collect();
    Ok(OkJson(paging.list(all.len() as u64, paging.page.slice_of(&all).to_vec())))
}

async fn found(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Id(token): Id<PageToken>,
    Query(page): Query<PageParameters>,
) -> Result<OkJson<List<u32>>, ApiError> {
    let page = page.with_token(token);
    let account = &caller.access().account().id;
    let paging = Paging::<Search>::read(&app, account, "GET /numbers", &page, 100, || unreachable!())?;
    Ok(OkJson(paging.list(u64::from(paging.search.count), Vec::new())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Input {
    price: Option<Money>,
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    start_time: Option<WireTime>,
    notify: Option<Switch>,
}

async fn create(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    NewBody { body: input, key }: NewBody<Input>,
) -> Result<Created<Value>, ApiError> {
    let body = json!({
        "price": input.price,
        "startTime": input.start_time,
        "notify": input.notify.is_some_and(|notify| notify.0),
        "filling": "large enough to be compressed ".repeat(50),
    });
    let answer = Created::new(&app, "/things/1?no=query", &body);
    Ok(keep(&app, caller.access(), key, answer).await?)
}

async fn create_unshown(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    NewWithoutBody { key }: NewWithoutBody,
) -> Result<CreatedEmpty, ApiError> {
    Ok(keep(&app, caller.access(), key, CreatedEmpty::new(&app, "/things/2")).await?)
}

async fn change(_caller: Caller<AnyKey>, State(app): State<App>, Id(id): Id<PaymentId>) -> Changed<Value> {
    Changed::new(&app, &format!("/things/{id}"), json!({}))
}

async fn remove(_caller: Caller<AnyKey>, Ids(_, _): Ids<CustomerId, LinkedPersonId>) -> NoContent {
    NoContent
}

async fn busy(_caller: Caller<AnyKey>) -> ApiError {
    ApiError::conflict("Not now.").with_retry_after(7)
}

async fn absent(_caller: Caller<AnyKey>, Id(_): Id<PaymentId>) -> ApiError {
    ApiError::absent::<PaymentId>()
}

struct Server {
    app: App,
    keys: [String; 2],
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let (app, folder, api_key, secret_key) = key_with(PermissionSet::default()).await;
        Self { app, keys: [api_key.expose().to_owned(), secret_key.expose().to_owned()], _folder: folder }
    }

    async fn ask(&self, method: &str, path: &str, body: &'static str) -> (u16, HeaderMap, Vec<u8>) {
        let operations = Operations::new()
            .get("/numbers", "For this test.", numbers)
            .get("/numbers/{token}", "For this test.", found)
            .post("/things", "For this test.", create)
            .post("/unshown", "For this test.", create_unshown)
            .put("/things/{id}", "For this test.", change)
            .get("/things/{id}", "For this test.", absent)
            .delete("/customers/{customer}/linkedpeople/{id}", "For this test.", remove)
            .get("/busy", "For this test.", busy);
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2{path}"))
            .header("x-bookeo-apikey", &self.keys[0])
            .header("x-bookeo-secretkey", &self.keys[1]);
        let request = if body.contains("gzip") { request.header("accept-encoding", "gzip") } else { request };
        let response = router_of(operations, self.app.clone()).oneshot(request.body(Body::from(body)).unwrap()).await;
        let (parts, body) = response.unwrap().into_parts();
        (parts.status.as_u16(), parts.headers, to_bytes(body, 1_000_000).await.unwrap().to_vec())
    }

    async fn json(&self, method: &str, path: &str, body: &'static str) -> (u16, Value) {
        let (status, _, body) = self.ask(method, path, body).await;
        (status, serde_json::from_slice(&body).unwrap())
    }
}

/// A client cuts the address out of the raw headers, between `Location` and `Content-Type`.
#[tokio::test]
async fn what_was_created_or_changed_has_its_address_before_all_other_headers() {
    let server = Server::start().await;
    let payment = "/things/ABCDEFGHIJKLMNOP";
    for (method, path, body, status, location, bytes) in [
        ("POST", "/things", "{}", 201, "http://127.0.0.1/v2/things/1", true),
        ("POST", "/things", "{\"gzip\": true}", 201, "http://127.0.0.1/v2/things/1", true),
        ("POST", "/unshown", "", 201, "http://127.0.0.1/v2/things/2", false),
        ("PUT", payment, "", 200, "http://127.0.0.1/v2/things/ABCDEFGHIJKLMNOP", true),
    ] {
        let (answered, headers, content) = server.ask(method, path, body).await;
        let names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
        assert_eq!((answered, headers["location"].to_str().unwrap()), (status, location));
        assert_eq!(names[0], "location", "{names:?}");
        assert_eq!((headers.contains_key("content-type"), !content.is_empty()), (bytes, bytes), "{names:?}");
        assert_eq!(headers.contains_key("content-encoding"), body.contains("gzip"), "{names:?}");
    }
    let gone = "/customers/ABCDEFGHIJKLMNOPQRSTU/linkedpeople/ABCDEFGHIJKLMNOPQRSTU";
    let (status, headers, content) = server.ask("DELETE", gone, "").await;
    assert_eq!((status, headers.get("content-type"), content.len()), (204, None, 0));
}

#[tokio::test]
async fn what_is_no_id_is_answered_like_an_id_that_does_not_exist() {
    let server = Server::start().await;
    let (status, missing) = server.json("GET", "/things/ABCDEFGHIJKLMNOP", "").await;
    assert_eq!((status, &missing["httpStatus"]), (404, &json!(404)));
    assert_eq!(missing["message"], "There is no payment with this id, or this API key may not know of it.");
    for wrong in ["/things/1", "/things/abcdefghijklmnop", "/things/%FF", "/things/ABCDEFGHIJKLMNOP%2F"] {
        let (status, error) = server.json("GET", wrong, "").await;
        assert_eq!((status, &error["message"]), (404, &missing["message"]), "{wrong}");
    }
    for (path, what) in
        [("/customers/1/linkedpeople/2", "customer"), ("/customers/ABCDEFGHIJKLMNOPQRSTU/linkedpeople/2", "person")]
    {
        let (status, error) = server.json("DELETE", path, "").await;
        let message = format!("There is no {what} with this id, or this API key may not know of it.");
        assert_eq!((status, &error["message"]), (404, &json!(message)));
    }
}

#[tokio::test]
async fn an_error_says_when_to_try_again() {
    let (status, headers, body) = Server::start().await.ask("GET", "/busy", "").await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &headers["retry-after"], &body["retryAfter"]), (409, &"7".parse().unwrap(), &json!(7)));
}

#[tokio::test]
async fn what_is_wrong_in_a_body_is_said_in_words_of_ours() {
    let server = Server::start().await;
    let right =
        r#"{"price": {"amount": 27.50, "currency": "EUR"}, "startTime": "2026-08-14T18:00:00+01:00", "notify": "1"}"#;
    let (status, thing) = server.json("POST", "/things", right).await;
    assert_eq!((status, &thing["price"]["amount"], &thing["notify"]), (201, &json!("27.5"), &json!(true)));
    for (body, says) in [
        (
            r#"{"startTime": "secret"}"#,
            "The member startTime must be a date-time such as 2026-08-14T18:00:00+01:00; see line 1",
        ),
        (r#"{"startTime": 7}"#, "The member startTime is not what this operation expects"),
        (r#"{"notify": "secret"}"#, "The member notify must be true or false; see line 1"),
        (r#"{"price": {"amount": "secret", "currency": "EUR"}}"#, "The member price.amount must be a decimal number"),
        (r#"{"price": {"amount": 1, "currency": "secret"}}"#, "The member price.currency must be the code of a"),
        (r#"{"price": {"amount": 1.555, "currency": "EUR"}}"#, "The member price has more decimals than its currency"),
    ] {
        let (status, error) = server.json("POST", "/things", body).await;
        let message = error["message"].as_str().unwrap();
        assert!(status == 400 && message.starts_with(says) && !message.contains("secret"), "{message}");
        assert!(!message.contains('\u{1}') && message.matches("line").count() == 1, "{message}");
    }
}

#[tokio::test]
async fn a_list_has_pages_and_a_token_that_holds_the_search() {
    let server = Server::start().await;
    let (status, first) = server.json("GET", "/numbers?count=7&itemsPerPage=3", "").await;
    assert_eq!((status, &first["data"]), (200, &json!([0, 1, 2])));
    let token = first["info"]["pageNavigationToken"].as_str().unwrap();
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    for (number, data) in [("", json!([0, 1, 2])), ("&pageNumber=3", json!([6]))] {
        // Whatever else is repeated, even wrongly, is not looked at.
        let path = format!("/numbers?pageNavigationToken={token}{number}&count=x&itemsPerPage=0");
        let (status, page) = server.json("GET", &path, "").await;
        assert_eq!((status, &page["data"]), (200, &data));
        let info = &page["info"];
        assert_eq!((&info["totalItems"], &info["totalPages"]), (&json!(7), &json!(3)));
        assert_eq!(info["pageNavigationToken"], token);
    }
    // Who reads until there is no token comes to an end.
    let (status, behind) = server.json("GET", &format!("/numbers?pageNavigationToken={token}&pageNumber=4"), "").await;
    let info = json!({"totalItems": 7, "totalPages": 3, "currentPage": 4});
    assert_eq!((status, behind), (200, json!({"info": info, "data": []})));
    let (status, page) = server.json("GET", &format!("/numbers/{token}?pageNumber=2"), "").await;
    assert_eq!((status, &page["info"]["currentPage"]), (200, &json!(2)));

    let (_, single) = server.json("GET", "/numbers?count=100&itemsPerPage=999", "").await;
    assert_eq!(single["info"], json!({"totalItems": 100, "totalPages": 1, "currentPage": 1}));
    let (_, empty) = server.json("GET", "/numbers?count=0&pageNumber=5", "").await;
    assert_eq!(empty, json!({"info": {"totalItems": 0, "totalPages": 0, "currentPage": 1}, "data": []}));
    let (_, usual) = server.json("GET", "/numbers?count=120", "").await;
    assert_eq!((usual["data"].as_array().unwrap().len(), &usual["info"]["totalPages"]), (50, &json!(3)));

    for (path, expected) in [
        ("/numbers", 400),
        ("/numbers?count=7&itemsPerPage=0", 400),
        ("/numbers?count=7&pageNumber=0", 400),
        ("/numbers?pageNavigationToken=AAAA", 404),
        ("/numbers/%25%7C", 404),
    ] {
        assert_eq!(server.json("GET", path, "").await.0, expected, "{path}");
    }
}

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_token_works_for_an_hour_and_for_its_own_list() {
    let clock = Arc::new(Hand(AtomicI64::new(1_786_726_800_000)));
    let (app, _folder, ..) = key_with_clock(PermissionSet::default(), clock.clone()).await;
    let [account, other] = ["ABCDEFGH01", "ABCDEFGH02"].map(|id| id.parse().unwrap());
    let read = |account, operation, page: &PageParameters| {
        Paging::read(&app, account, operation, page, 100, || Ok(Search { count: 9 }))
    };
    let first =
        read(&account, "GET /numbers", &PageParameters::default()).map_err(|error| format!("{error:?}")).unwrap();
    let page = PageParameters::default().with_token(PageToken(first.token().to_owned()));
    assert!(read(&account, "GET /numbers", &page).is_ok_and(|paging| paging.search.count == 9));
    assert!(read(&other, "GET /numbers", &page).is_err());
    assert!(read(&account, "GET /others", &page).is_err());
    let hour = i64::try_from(Duration::from_secs(3600).as_millis()).unwrap();
    clock.0.fetch_add(hour - 1, Ordering::Relaxed);
    assert!(read(&account, "GET /numbers", &page).is_ok_and(|paging| paging.token() == first.token()));
    clock.0.fetch_add(1, Ordering::Relaxed);
    assert!(read(&account, "GET /numbers", &page).is_err());
}
