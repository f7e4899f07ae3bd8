//! What every operation has in common, seen with operations that exist only here: the permission in the caller's type
//! is asked for, and bodies are read as the wire reference has it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

mod world;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use slotkeeper_api::body::{JsonBody, LARGEST_BODY};
use slotkeeper_api::caller::Caller;
use slotkeeper_api::operation::Operations;
use slotkeeper_api::router::{operations, router};
use slotkeeper_app::App;
use slotkeeper_app::access::{Action, AnyKey};
use slotkeeper_domain::permission::{Permission, PermissionSet};
use slotkeeper_domain::secret::{ApiKey, SecretKey};
use slotkeeper_domain::visibility::{PermissionRequirement, Visibility};
use tower::ServiceExt;
use world::key_with;

struct SeeCustomers;

impl Action for SeeCustomers {
    const REQUIRES: PermissionRequirement =
        PermissionRequirement::OwnOrAll { own: Permission::CustomersRwOwn, all: Permission::CustomersRAll };
    const DESCRIPTION: &'static str = "read customers";
}

async fn see(caller: Caller<SeeCustomers>) -> &'static str {
    match caller.access().visibility() {
        Visibility::Own(_) => "\"its own\"",
        Visibility::All => "\"all\"",
    }
}

#[derive(Deserialize, JsonSchema)]
struct Party {
    people: Vec<People>,
}

#[derive(Deserialize, JsonSchema)]
struct People {
    number: i64,
}

async fn read(_caller: Caller<AnyKey>, JsonBody(party): JsonBody<Party>) -> String {
    party.people.iter().map(|people| people.number).sum::<i64>().to_string()
}

async fn ask(app: &App, request: axum::http::request::Builder, body: impl Into<Body>) -> (u16, Value) {
    let router = Operations::new()
        .get("/see", "For this test.", see)
        .get("/read", "For this test.", read)
        .into_router()
        .with_state(app.clone());
    let response = router.oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), 100_000).await.unwrap()).unwrap())
}

/// Each of the twenty permissions alone: those about customers reach what they say, all others are told.
#[tokio::test]
async fn an_operation_asks_for_its_permission() {
    for permission in Permission::ALL {
        let granted = PermissionSet::from_iter([permission]);
        let (app, _folder, api_key, secret_key) = key_with(granted).await;
        let request = Request::get("/see")
            .header("x-bookeo-apikey", api_key.expose())
            .header("x-bookeo-secretkey", secret_key.expose());
        let (status, body) = ask(&app, request, Body::empty()).await;
        let expected = match permission.as_str() {
            "customers_rw_own" | "customers_rwd_own" => (200, "its own"),
            "customers_r_all" | "customers_rw_all" | "customers_rwd_all" => (200, "all"),
            _ => (403, "This API key does not have permission to read customers."),
        };
        let said = body.as_str().or(body["message"].as_str());
        assert_eq!((status, said.unwrap()), expected, "{permission}");
    }
}

/// What is no JSON, or not the JSON that is wanted, or too much of it, is refused with what is wrong.
#[tokio::test]
async fn a_body_is_json_of_the_right_kind() {
    let (app, _folder, api_key, secret_key) = key_with(PermissionSet::default()).await;
    let request = || {
        Request::get("/read")
            .header("x-bookeo-apikey", api_key.expose())
            .header("x-bookeo-secretkey", secret_key.expose())
    };
    let right = r#"{"people": [{"number": 1, "more": null}, {"number": 2}], "unknown": [1]}"#;
    assert_eq!(ask(&app, request(), right).await, (200, Value::from(3)));
    for (body, status, says) in [
        (r#"{"people": ["#.to_owned(), 400, "The body is not JSON; see line 1, column 12."),
        (String::new(), 400, "The body is not JSON"),
        (format!("{right} and more"), 400, "The body is not JSON"),
        ("7".to_owned(), 400, "The body is not what this operation expects"),
        (r#" [[{"number": 1}]]"#.to_owned(), 400, "The body is not what this operation expects"),
        (r#"{"people": [[1]]}"#.to_owned(), 400, "The member people[0] is not what"),
        (
            r#"{"people": [{"number": 1}, {"number": "two"}]}"#.to_owned(),
            400,
            "The member people[1].number is not what",
        ),
        (r#"{"people": [{"many": 1}]}"#.to_owned(), 400, "The member people[0].number is missing"),
        ("{}".to_owned(), 400, "The member people is missing"),
        (format!(r#"{{"people": {}"#, "[".repeat(200_000)), 400, "The"),
        (format!("[{}1]", "1,".repeat(LARGEST_BODY)), 413, "too large"),
    ] {
        let (answered, error) = ask(&app, request(), body).await;
        assert_eq!(answered, status, "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(says) && !message.contains("two"), "{error}");
    }
}

/// Every operation there is, with what a key must be allowed: written out by hand. A new one needs its line here.
const OPERATIONS: [(&str, &str, PermissionRequirement); 54] = [
    ("GET", "/settings/apikeyinfo", PermissionRequirement::AnyKey),
    ("GET", "/settings/business", PermissionRequirement::AnyKey),
    ("GET", "/settings/customercustomfields", PermissionRequirement::AnyKey),
    ("GET", "/settings/languages", PermissionRequirement::AnyKey),
    ("GET", "/settings/peoplecategories", PermissionRequirement::AnyKey),
    ("GET", "/settings/products", PermissionRequirement::AnyKey),
    ("GET", "/settings/resources", PermissionRequirement::AnyKey),
    ("GET", "/settings/taxes", PermissionRequirement::AnyKey),
    ("GET", "/availability/slots", PermissionRequirement::One(Permission::AvailabilityR)),
    ("POST", "/availability/matchingslots", PermissionRequirement::One(Permission::AvailabilityR)),
    ("GET", "/availability/matchingslots/{pageNavigationToken}", PermissionRequirement::One(Permission::AvailabilityR)),
    ("POST", "/holds", WRITE_BOOKINGS),
    ("GET", "/holds/{id}", WRITE_BOOKINGS),
    ("DELETE", "/holds/{id}", WRITE_BOOKINGS),
    ("GET", "/bookings", READ_BOOKINGS),
    ("POST", "/bookings", WRITE_BOOKINGS),
    ("GET", "/bookings/{bookingNumber}", READ_BOOKINGS),
    ("PUT", "/bookings/{bookingNumber}", WRITE_BOOKINGS),
    (
        "DELETE",
        "/bookings/{bookingNumber}",
        PermissionRequirement::OwnOrAll { own: Permission::BookingsRwdOwn, all: Permission::BookingsRwdAll },
    ),
    ("GET", "/bookings/{bookingNumber}/customer", READ_CUSTOMERS),
    ("GET", "/bookings/{bookingNumber}/payments", READ_PAYMENTS),
    (
        "POST",
        "/bookings/{bookingNumber}/payments",
        PermissionRequirement::OwnOrAll { own: Permission::PaymentsRwOwn, all: Permission::PaymentsRwAll },
    ),
    ("GET", "/customers", READ_CUSTOMERS),
    ("POST", "/customers", WRITE_CUSTOMERS),
    ("GET", "/customers/{id}", READ_CUSTOMERS),
    ("PUT", "/customers/{id}", WRITE_CUSTOMERS),
    (
        "DELETE",
        "/customers/{id}",
        PermissionRequirement::OwnOrAll { own: Permission::CustomersRwdOwn, all: Permission::CustomersRwdAll },
    ),
    ("GET", "/customers/{id}/authenticate", READ_CUSTOMERS),
    ("GET", "/customers/{id}/bookings", READ_BOOKINGS),
    ("GET", "/customers/{id}/linkedpeople", READ_CUSTOMERS),
    ("POST", "/customers/{id}/linkedpeople", WRITE_CUSTOMERS),
    ("GET", "/customers/{customerid}/linkedpeople/{id}", READ_CUSTOMERS),
    ("PUT", "/customers/{customerid}/linkedpeople/{id}", WRITE_CUSTOMERS),
    (
        "DELETE",
        "/customers/{customerid}/linkedpeople/{id}",
        PermissionRequirement::OwnOrAll { own: Permission::CustomersRwdOwn, all: Permission::CustomersRwdAll },
    ),
    ("GET", "/payments", READ_PAYMENTS),
    ("GET", "/payments/{id}", READ_PAYMENTS),
    ("GET", "/seatblocks", READ_BLOCKS),
    ("POST", "/seatblocks", WRITE_BLOCKS),
    ("GET", "/seatblocks/{id}", READ_BLOCKS),
    ("PUT", "/seatblocks/{id}", WRITE_BLOCKS),
    ("DELETE", "/seatblocks/{id}", DELETE_BLOCKS),
    ("GET", "/resourceblocks", READ_BLOCKS),
    ("POST", "/resourceblocks", WRITE_BLOCKS),
    ("GET", "/resourceblocks/{id}", READ_BLOCKS),
    ("PUT", "/resourceblocks/{id}", WRITE_BLOCKS),
    ("DELETE", "/resourceblocks/{id}", DELETE_BLOCKS),
    ("GET", "/subaccounts", PermissionRequirement::One(Permission::SubaccountsRw)),
    ("POST", "/subaccounts/{subaccountId}/apikeys", PermissionRequirement::One(Permission::SubaccountsRw)),
    ("DELETE", "/subaccounts/{subaccountId}/apikeys/{apiKey}", PermissionRequirement::One(Permission::SubaccountsRw)),
    ("GET", "/webhooks", PermissionRequirement::AnyKey),
    ("POST", "/webhooks", PermissionRequirement::AnyKey),
    ("GET", "/webhooks/{webhookId}", PermissionRequirement::AnyKey),
    ("DELETE", "/webhooks/{webhookId}", PermissionRequirement::AnyKey),
    ("GET", "/changes", PermissionRequirement::AnyKey),
];

const READ_BOOKINGS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::BookingsRwOwn, all: Permission::BookingsRAll };
const WRITE_BOOKINGS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::BookingsRwOwn, all: Permission::BookingsRwAll };
const READ_CUSTOMERS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::CustomersRwOwn, all: Permission::CustomersRAll };
const READ_PAYMENTS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::PaymentsRwOwn, all: Permission::PaymentsRAll };
const WRITE_CUSTOMERS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::CustomersRwOwn, all: Permission::CustomersRwAll };
const READ_BLOCKS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::BlocksRwOwn, all: Permission::BlocksRAll };
const WRITE_BLOCKS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::BlocksRwOwn, all: Permission::BlocksRwAll };
const DELETE_BLOCKS: PermissionRequirement =
    PermissionRequirement::OwnOrAll { own: Permission::BlocksRwdOwn, all: Permission::BlocksRwdAll };

#[tokio::test]
async fn every_operation_is_as_the_table_says_and_refuses_strangers() {
    let list: Vec<_> = operations().list().iter().map(|one| (one.method.to_string(), one.path, one.needs)).collect();
    assert_eq!(list, OPERATIONS.map(|(method, path, needs)| (method.to_owned(), path, needs)));

    let (app, _folder, api_key, secret_key) = key_with(PermissionSet::default()).await;
    let (other_app, _other_folder, other_key, other_secret) = key_with(PermissionSet::default()).await;
    let status = async |app: &App, method: &str, path: &str, keys: Option<(&ApiKey, &SecretKey)>| {
        let mut request = Request::builder().method(method).uri(format!("/v2{path}"));
        if let Some((api_key, secret_key)) = keys {
            request = request.header("x-bookeo-apikey", api_key.expose());
            request = request.header("x-bookeo-secretkey", secret_key.expose());
        }
        let answer = router(app.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        // Whoever was let in may have asked for nothing that is there.
        match answer.status().as_u16() {
            refused @ (401 | 403) => refused,
            _ => 200,
        }
    };
    for (method, path, needs) in OPERATIONS {
        let anybody = if needs == PermissionRequirement::AnyKey { 200 } else { 403 };
        for (keys, expected) in [
            (None, 401),
            (Some((&other_key, &other_secret)), 401),
            (Some((&api_key, &other_secret)), 401),
            (Some((&other_key, &secret_key)), 401),
            (Some((&api_key, &secret_key)), anybody),
        ] {
            assert_eq!(status(&app, method, path, keys).await, expected, "{method} {path}");
        }
        assert_eq!(status(&other_app, method, path, Some((&other_key, &other_secret))).await, anybody);
    }
}
