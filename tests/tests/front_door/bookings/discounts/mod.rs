//! Promotions, coupons, gift vouchers and credit: their effect on prices, and that none is used twice.

mod credit;
mod promotions;
mod proofs;

use super::order;
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::serde_json::{Value, json};

const DAY: &str = "2026-05-08";

fn euros(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// So many adults for the tour, at 45 each and 10 % tax on top, with codes.
fn with_codes(adults: u32, promotions: &str, vouchers: &str) -> Value {
    let mut body = order(DAY, adults);
    body["promotionCodeInput"] = json!(promotions);
    body["giftVoucherCodeInput"] = json!(vouchers);
    body
}

/// A customer who was there before.
pub(super) async fn customer(program: &ApiClient) -> String {
    program.create("/customers", &json!({"firstName": "Ilse"})).await["id"].as_str().unwrap().to_owned()
}

pub(super) fn of(customer: &str, mut body: Value) -> Value {
    body.as_object_mut().unwrap().remove("customer");
    body["customerId"] = json!(customer);
    body
}

fn path(booking: &Value) -> String {
    format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap())
}

/// What a hold would say; it is removed again, so that it takes no seats.
async fn quote(program: &ApiClient, body: &Value) -> Value {
    let held = program.create("/holds", body).await;
    assert_eq!(program.delete(&format!("/holds/{}", held["id"].as_str().unwrap())).await.status, 204);
    held
}

fn gross(thing: &Value) -> &str {
    thing["price"]["totalGross"]["amount"].as_str().unwrap()
}

/// What a customer has, as shown.
async fn credit(program: &ApiClient, customer: &str) -> Value {
    program.read(&format!("/customers/{customer}")).await["credit"]["amount"].clone()
}

/// The payments of a booking: the method of each, and its amount.
async fn payments(program: &ApiClient, booking: &Value) -> Vec<(String, String)> {
    let list = program.read(&format!("{}/payments", path(booking))).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |payment: &Value| (text(&payment["paymentMethod"]), text(&payment["amount"]["amount"]));
    let mut all: Vec<_> = list["data"].as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

/// Both a hold and a booking are refused, with these words.
async fn refused(program: &ApiClient, body: &Value, says: &str) {
    for path in ["/holds", "/bookings"] {
        let answer = program.post(path, body).await;
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert!(answer.status == 400 && message.contains(says), "{path}: {}", answer.text);
    }
}
