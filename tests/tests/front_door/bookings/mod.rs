//! Availability, holds, bookings, blocks and customers through the API.

mod accepted_variants;
mod after_the_start;
mod blocks;
mod changed;
mod changes;
mod checklist;
mod courses;
mod crashes;
mod customers;
mod discounts;
mod examples;
mod fixed_pages;
mod flows;
mod holds;
mod idempotency;
mod ignored;
mod inventory;
mod languages;
mod limits;
mod linked_people;
mod members;
mod moving;
mod normal_forms;
mod of_customers;
mod pages;
mod passwords;
mod payments;
mod permissions;
mod products;
mod refusals;
mod replaced_people;
mod resourceblocks;
mod seatblocks;
mod stated_resources;
mod unnamed_customers;
mod zones;

use slotkeeper_testkit::catalogue::{COURSE, COURSE_SERIES, LESSON, TOUR, TOUR_SERIES, catalogue};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;

pub(super) const ALL: &str = "bookings_rwd_all,customers_rwd_all,blocks_rwd_all,payments_rw_all,availability_r";

/// A business with the catalogue, and a program that may do everything in it.
pub(super) async fn business(server: &TestServer) -> (Visitor, ApiClient) {
    let owner = Visitor::owner(server, "olivia@example.com").await;
    let program = ApiClient::installed(server, "Harbour Desk", &owner, ALL).await;
    server.offer(program.account(), catalogue()).await;
    (owner, program)
}

/// A portal's program with its key of the portal, and the id of a business in it.
async fn portal(server: &TestServer) -> (ApiClient, String) {
    let (owner, portal) = Visitor::portal(server, "Coastline", "petra@example.com").await;
    let subaccount = server.subaccount(&portal, "Cliff Walks", "cliffs@example.com").await;
    (ApiClient::installed(server, "Coast Desk", &owner, &format!("subaccounts_rw,{ALL}")).await, subaccount)
}

/// Another business that offers the same.
async fn second_business(server: &TestServer) -> (Visitor, ApiClient) {
    let owner = Visitor::owner(server, "other@example.com").await;
    let program = ApiClient::installed(server, "Other Desk", &owner, ALL).await;
    server.offer(program.account(), catalogue()).await;
    (owner, program)
}

pub(super) fn tour(day: &str) -> String {
    format!("{TOUR}_{TOUR_SERIES}_{day}")
}

fn class(day: &str) -> String {
    format!("{COURSE}_{COURSE_SERIES}_{day}")
}

fn people(adults: u32, children: u32) -> Value {
    let number = |id: &str, number: u32| json!({"peopleCategoryId": id, "number": number});
    match children {
        0 => json!([number("Cadults", adults)]),
        _ => json!([number("Cadults", adults), number("Cchildren", children)]),
    }
}

/// So many adults for the tour of a day, with a new customer.
pub(super) fn order(day: &str, adults: u32) -> Value {
    json!({
        "productId": TOUR, "eventId": tour(day), "participants": {"numbers": people(adults, 0)},
        "customer": {"firstName": "Marta", "lastName": "Reis", "emailAddress": "marta@example.com", "phoneNumbers": null},
    })
}

fn lesson(start: &str) -> Value {
    json!({
        "productId": LESSON, "startTime": start, "participants": {"numbers": people(1, 0)},
        "customer": {"firstName": "Ilse"},
    })
}

/// How many seats the tour of a day has left, as a search says.
async fn seats_left(program: &ApiClient, day: &str) -> Value {
    let path =
        format!("/availability/slots?productId={TOUR}&startTime={day}T00:00:00-00:00&endTime={day}T23:59:59-00:00");
    program.read(&path).await["data"][0]["numSeatsAvailable"].clone()
}

/// The starts of lessons that a search offers on a day, with the name of who would give each.
async fn lessons(program: &ApiClient, day: &str) -> Vec<String> {
    let search = json!({
        "productId": LESSON, "startTime": format!("{day}T00:00:00-00:00"), "endTime": format!("{day}T23:59:00-00:00"),
        "peopleNumbers": people(1, 0),
    });
    let found = program.create("/availability/matchingslots?itemsPerPage=300", &search).await;
    let start = |slot: &Value| {
        let time = slot["startTime"].as_str().unwrap()[11..16].to_owned();
        format!("{time} {}", slot["resources"][0]["name"].as_str().unwrap())
    };
    found["data"].as_array().unwrap().iter().map(start).collect()
}
