//! Webhooks and the change log.

mod changes;
mod deleted_things;
mod deliveries;
mod isolation;
mod payloads;
mod registered;
mod resend;

use super::bookings::{business, order};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::receiver::{Receiver, Request};
use slotkeeper_testkit::serde_json::{self, Value, json};

/// Registers a webhook at a path of the receiver.
async fn register(program: &ApiClient, receiver: &Receiver, path: &str, topic: &str) -> Value {
    let (domain, kind) = topic.split_once('/').unwrap();
    let body = json!({"url": receiver.url(path), "domain": domain, "type": kind});
    program.create("/webhooks", &body).await
}

/// The payload of a delivery.
fn payload(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The ids of the delivered things, in the order of arrival.
fn delivered_ids(receiver: &Receiver) -> Vec<String> {
    receiver.requests().iter().map(|request| payload(request)["itemId"].as_str().unwrap().to_owned()).collect()
}

/// Books the tour of a day; its number.
async fn book(program: &ApiClient, day: &str) -> String {
    program.create("/bookings", &order(day, 1)).await["bookingNumber"].as_str().unwrap().to_owned()
}
