//! The documented shapes of things in responses.

use crate::bookings::people;
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::serde_json::{Value, json};

pub(super) fn euros(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// A list with one page.
pub(super) fn list(items: &Value) -> Value {
    json!({"info": {"totalItems": 1, "totalPages": 1, "currentPage": 1}, "data": items})
}

/// One page of several.
pub(super) fn page(items: &Value) -> Value {
    json!({"info": {"totalItems": 3, "totalPages": 2, "currentPage": 1, "pageNavigationToken": "wM4z9"}, "data": items})
}

pub(super) fn price() -> Value {
    json!({
        "totalGross": euros("137.5"), "totalNet": euros("125"), "totalTaxes": euros("12.5"), "totalPaid": euros("0"),
        "taxes": [{"taxId": "312TAX0001", "amount": euros("12.5")}],
    })
}

/// What every booking looks like, and these members beside.
pub(super) fn booking(more: &Value) -> Value {
    let mut shown = json!({
        "bookingNumber": "31205", "startTime": "2026-05-08T18:00:00+01:00", "endTime": "2026-05-08T20:00:00+01:00",
        "customerId": "C", "title": "Ines Lima", "participants": {"numbers": people(2, 1)}, "canceled": false, "accepted": true,
        "creationTime": "2026-05-06T09:12:00+01:00", "creationAgent": "Harbour Desk", "productName": "Tour", "productId": TOUR,
        "options": [{"id": "O", "name": "Meeting point", "value": "Pier"}], "privateEvent": false, "price": price(),
        "noShow": false,
    });
    shown.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    shown
}

/// A customer of whom this much is known.
pub(super) fn customer(more: &Value) -> Value {
    let mut shown = json!({
        "id": "C", "firstName": "Ines", "lastName": "Lima", "emailAddress": "ines@example.com", "phoneNumbers": [],
        "streetAddress": {"countryCode": "PT"}, "creationTime": "2026-05-06T09:12:00+01:00", "gender": "unknown",
        "credit": euros("0"), "acceptSmsReminders": false, "numBookings": 1, "numCancelations": 0, "numNoShows": 0,
        "member": false,
    });
    shown.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    shown
}

pub(super) fn payment() -> Value {
    json!({
        "id": "P", "creationTime": "2026-05-06T09:12:00+01:00", "receivedTime": "2026-05-06T09:10:00+01:00",
        "reason": "Boat hire", "description": "Tour", "amount": euros("8"), "paymentMethod": "other",
        "paymentMethodOther": "Vipps", "agent": "Harbour Desk", "customerId": "C",
    })
}
