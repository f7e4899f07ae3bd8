//! Requests of the public API's documentation, each with the shape of its response: the status, the headers, and the
//! members of the body with their types. The values are ours and not compared.

mod sender;
mod shown;

use super::{ALL, business, class, people, portal, tour};
use crate::api::assert_error;
use sender::Sender;
use shown::{booking, customer, euros, list, page, payment, price};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR, catalogue};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::Client;
use slotkeeper_testkit::serde_json::{Value, from_value, json};
use slotkeeper_testkit::server::TestServer;
use std::time::Duration;

/// Has the business offer the catalogue with at least one of everything that a product and a business can have.
async fn offer_everything(server: &TestServer, account: &str) {
    let mut offered = catalogue();
    offered.products[0].images = vec!["https://pictures.example/sunset.jpg".to_owned()];
    offered.products[2].pricing =
        Some(from_value(json!({"per_booking": {"minor": 6_000, "currency": "EUR"}})).unwrap());
    offered.products[2].description = None;
    let name = |text: &str| json!([["en-GB", text]]);
    for (id, kind) in [
        ("W3NB8D", json!({"on_off": {"default": false}})),
        ("K8PL2S", json!({"number": {"min": 0, "max": 220, "default": 170}})),
    ] {
        let field = json!({
            "id": id, "name": name(id), "description": name("As you like"), "shown_to_customers": true, "for_customer": true,
            "for_participants": false, "kind": kind,
        });
        offered.custom_fields.push(from_value(field).unwrap());
    }
    server.offer(account, offered).await;
}

async fn settings(sender: &Sender) {
    let key = json!({"accountId": "A", "permissions": ["availability_r"], "creationTime": "2026-05-06T09:12:00+01:00"});
    sender.get("/settings/apikeyinfo", key).await;
    let business = json!({
        "id": "A", "name": "Boats", "legalIdentifiers": "VAT 1", "phoneNumbers": [{"number": "+351", "type": "work"}],
        "websiteURL": "https://boats.example", "emailAddress": "us@example.com", "description": "<p>Boats.</p>",
        "logo": {"url": "https://pictures.example/logo.png"},
        "streetAddress": {"address1": "Cais 4", "city": "Lisboa", "countryCode": "PT", "postcode": "1100"},
    });
    sender.get("/settings/business", business).await;
    let option = |more: Value| {
        let mut shown =
            json!({"id": "O", "name": "O", "?description": "", "index": 0, "shownToCustomers": true, "enabled": true});
        shown.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        shown
    };
    let values = json!([{"id": "V", "name": "Pier", "?description": ""}]);
    let product = json!({
        "name": "Tour", "?description": "<p>Good.</p>", "?images": [{"url": "https://pictures.example/1.jpg"}],
        "productId": TOUR, "productCode": "SUNSET",
        "bookingLimits": [{"min": 1, "max": 8}, {"peopleCategoryId": "Cadults", "min": 1, "max": 8}],
        "defaultRates": [{"peopleCategoryId": "Cadults", "price": euros("45")}, {"price": euros("60")}],
        "duration": {"days": 0, "hours": 2, "minutes": 0}, "type": "fixed", "membersOnly": false, "prepaidOnly": false,
        "acceptDeny": false, "apiBookingsAllowed": true, "dropInOnly": false, "?allowPrivateEvents": true,
        "?choiceOptions": [option(json!({"values": values, "?defaultValueId": "V"}))],
        "?numberOptions": [option(json!({"minValue": 0, "maxValue": 4, "defaultValue": 0}))],
        "?onOffOptions": [option(json!({"defaultState": false}))], "?textOptions": [option(json!({"required": false}))],
    });
    let products =
        sender.get("/settings/products?itemsPerPage=100&lang=customerDefault", list(&json!([product]))).await;
    assert_eq!(products["data"][0]["images"][0]["url"], "https://pictures.example/sunset.jpg");
    assert_eq!(products["data"][2]["defaultRates"], json!([{"price": euros("60")}]));
    let category = json!({"id": "Cadults", "name": "Adults", "numSeats": 1});
    sender.get("/settings/peoplecategories", json!({"categories": [category]})).await;
    let language = json!({"tag": "en-GB", "name": "English", "customersDefault": true});
    sender.get("/settings/languages", json!({"data": [language]})).await;
    let info = json!({"totalItems": 1, "totalPages": 1, "currentPage": 1});
    let tax = json!({"id": "T", "name": "VAT", "enabled": true});
    sender.get("/settings/taxes", json!({"info": info, "data": [tax]})).await;
    let field = |more: Value| {
        let mut shown = json!({
            "id": "F", "name": "F", "?description": "", "shownToCustomers": true, "forCustomer": true, "forParticipants": true,
            "index": 0,
        });
        shown.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        shown
    };
    let fields = json!({
        "choiceFields": [field(json!({"values": values, "?defaultValueId": "V"}))],
        "numberFields": [field(json!({"minValue": 0, "maxValue": 9, "defaultValue": 1}))],
        "onOffFields": [field(json!({"defaultState": false}))], "textFields": [field(json!({}))],
    });
    sender.get("/settings/customercustomfields", fields).await;
    let guides = json!({"id": "R", "name": "Guides", "isPublic": true, "resources": [{"id": "R", "name": "Ana"}]});
    sender.get("/settings/resources", list(&json!([guides]))).await;
}

async fn availability(sender: &Sender) {
    let (starts, ends) = ("2026-05-08T18:00:00+01:00", "2026-05-08T20:00:00+01:00");
    let resources = json!([{"id": "R", "name": "Ana"}]);
    let slot = json!({
        "productId": TOUR, "eventId": "E", "startTime": starts, "endTime": ends, "numSeatsAvailable": 8,
        "resources": resources, "privateEvent": false,
    });
    let days = "startTime=2026-05-08T00:00:00-00:00&endTime=2026-05-10T00:00:00-00:00";
    sender.get(&format!("/availability/slots?productId={TOUR}&{days}&itemsPerPage=300"), list(&json!([slot]))).await;
    // The first class is over, and one joins at the second.
    let event = json!({"eventNumber": 1, "eventId": "E", "startTime": starts, "endTime": ends});
    let course = json!({
        "productId": COURSE, "eventId": "E", "startTime": starts, "endTime": ends, "numSeatsAvailable": 4,
        "courseSchedule": {"title": "A season", "events": [event]}, "privateEvent": false,
    });
    let weeks = "startTime=2026-05-06T00:00:00+01:00&endTime=2026-06-01T00:00:00+01:00";
    let found = sender.get(&format!("/availability/slots?productId={COURSE}&{weeks}"), list(&json!([course]))).await;
    assert_eq!(found["data"][0]["eventId"], class("2026-05-12"));
    assert_eq!(found["data"][0]["courseSchedule"]["events"][0]["eventId"], class("2026-05-05"));
    let search = json!({
        "productId": TOUR, "startTime": "2026-05-08T00:00:00+01:00", "endTime": "2026-05-11T00:00:00+01:00",
        "peopleNumbers": people(2, 1), "options": [{"id": format!("{TOUR}_H5J8CDYP"), "value": "1"}],
    });
    let fits =
        json!({"startTime": starts, "endTime": ends, "price": euros("125"), "eventId": "E", "resources": resources});
    let location = "/availability/matchingslots";
    let found =
        sender.post("/availability/matchingslots?itemsPerPage=2", &search, location, page(&json!([fits]))).await;
    let token = found["info"]["pageNavigationToken"].as_str().unwrap();
    sender.get(&format!("/availability/matchingslots/{token}?pageNumber=2"), page(&json!([fits]))).await;
}

/// From a hold to a booking that was cancelled; the customer's id.
async fn bookings(sender: &Sender) -> String {
    let options = json!([
        {"id": format!("{TOUR}_K3V9QWZT"), "value": "Pier"},
        {"id": format!("{TOUR}_H5J8CDYP"), "value": "1"},
        {"id": format!("{TOUR}_B7N2MXRL"), "value": "false"},
    ]);
    let mut body = json!({
        "productId": TOUR, "eventId": tour("2026-05-08"), "participants": {"numbers": people(2, 1)}, "options": options,
        "giftVoucherCodeInput": "twenty", "customer": {"firstName": "Ines", "lastName": "Lima"},
    });
    let held = json!({
        "id": "H", "price": price(), "totalPayable": euros("117.5"), "expiration": "2026-05-06T09:22:00+01:00",
        "applicableGiftVoucherCredit": euros("20"),
    });
    let hold = sender.post("/holds?holdDurationSeconds=600", &body, "/holds", held).await;
    assert_eq!(hold["totalPayable"], euros("117.5"));
    // Codes are not carried over.
    body.as_object_mut().unwrap().remove("giftVoucherCodeInput");
    (body["externalRef"], body["sourceIp"], body["source"]) = (json!("SHOP-7"), json!("198.51.100.4"), json!("web"));
    body["customer"] = json!({
        "firstName": "Ines", "lastName": "Lima", "emailAddress": "ines@example.com", "id": "x", "credit": euros("900"),
        "phoneNumbers": [{"number": "+351 9", "type": "mobile"}], "customFields": [{"id": "QF7K2M", "value": "Beginner"}],
        "numBookings": 7, "member": true, "creationTime": "never",
    });
    body["initialPayments"] = json!([{
        "reason": "Paid in the shop", "comment": "By card", "amount": euros("137.50"), "paymentMethod": "creditCard",
    }]);
    let switches = "notifyUsers=true&notifyCustomer=True&sendCustomerReminders=1&sendCustomerThankyou=true";
    let path = format!("/bookings?previousHoldId={}&{switches}", hold["id"].as_str().unwrap());
    let origin = json!({"eventId": "E", "externalRef": "SHOP-7", "sourceIp": "198.51.100.4", "source": "web"});
    let shown = booking(&origin);
    let booked = sender.post(&path, &body, "/bookings", shown.clone()).await;
    assert_eq!(booked["price"]["totalPaid"], euros("137.5"));
    assert!(booked["bookingNumber"].as_str().unwrap().bytes().filter(u8::is_ascii_digit).count() == 14, "{booked}");
    let id = booked["customerId"].as_str().unwrap().to_owned();
    let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());

    let known = json!({"phoneNumbers": [{"number": "+351 9", "type": "mobile"}], "startTimeOfNextBooking": "2026-05-08T18:00:00+01:00"});
    let mut person = customer(&known);
    let fields = json!([{"id": "QF7K2M", "name": "Experience", "value": "Beginner"}]);
    person["customFields"] = fields;
    let mut expanded = shown.clone();
    expanded["customer"] = person.clone();
    for name in ["credit", "acceptSmsReminders", "numBookings", "numCancelations", "numNoShows", "member"] {
        person.as_object_mut().unwrap().remove(name);
    }
    person["customerId"] = json!("C");
    let somebody = json!({"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": 1});
    let mut itself = somebody.clone();
    itself["personDetails"] = person;
    expanded["participants"]["details"] = json!([itself, somebody]);
    // The first participant is the customer, whom the booking did not name: all are unknown.
    let read = sender.get(&format!("{path}?expandCustomer=true&expandParticipants=true"), expanded).await;
    assert_eq!(read["participants"]["details"][2]["personId"], "PUNKNOWN");
    assert_eq!(read["customer"]["numBookings"], 1);

    let month = "startTime=2026-05-01T00:00:00+01:00&endTime=2026-05-31T23:59:59+01:00&includeCanceled=false";
    sender.get(&format!("/bookings?{month}&itemsPerPage=1"), list(&json!([shown.clone()]))).await;
    let mut whole = booked.clone();
    whole["eventId"] = json!(tour("2026-05-09"));
    let changed = |mut booking: Value| {
        (booking["lastChangeTime"], booking["lastChangeAgent"]) = (json!("2026-05-06T09:12:00+01:00"), json!("Desk"));
        booking
    };
    sender.put(&format!("{path}?notifyUsers=false&notifyCustomer=true"), &whole, changed(shown.clone())).await;

    let body = json!({
        "receivedTime": "2026-05-06T09:10:00+01:00", "reason": "Boat hire", "amount": euros("8.00"), "paymentMethod": "other",
        "paymentMethodOther": "Vipps",
    });
    sender.post(&format!("{path}/payments"), &body, "/payments", payment()).await;
    let refund = json!({"reason": "Refund", "amount": {"amount": -8, "currency": "EUR"}, "paymentMethod": "other", "paymentMethodOther": "Vipps"});
    sender.post(&format!("{path}/payments"), &refund, "/payments", payment()).await;
    let month = "startTime=2026-05-01T00:00:00%2B01:00&endTime=2026-05-31T23:59:59%2B01:00";
    let of = "paymentMethod=other&paymentMethodOther=Vipps";
    let paid = sender.get(&format!("/payments?{month}&{of}"), list(&json!([payment()]))).await;
    assert_eq!(paid["data"][1]["amount"], euros("-8"));

    let reason = "applyCancellationPolicy=false&trackInCustomerHistory=true&reason=Weather";
    sender.delete(&format!("{path}?notifyCustomer=true&{reason}")).await;
    let mut canceled = changed(shown);
    (canceled["cancelationTime"], canceled["cancelationAgent"]) = (json!("2026-05-06T09:12:00+01:00"), json!("Desk"));
    sender.get(&path, canceled).await;
    let lesson = json!({
        "productId": LESSON, "startTime": "2026-05-12T10:00:00-00:00", "customerId": id,
        "participants": {"numbers": people(1, 0)},
    });
    let mut shown = booking(&json!({"resources": [{"id": "R", "name": "Rui"}], "options": []}));
    shown["participants"]["numbers"] = people(1, 0);
    let booked = sender.post("/bookings", &lesson, "/bookings", shown).await;
    assert_eq!(booked["accepted"], false);
    id
}

async fn customers(sender: &Sender, of_booking: &str) {
    let body = json!({
        "firstName": "Bea", "lastName": "Sand", "emailAddress": "bea@example.com", "dateOfBirth": "1988-02-29",
        "gender": "female", "languageCode": "en_GB", "acceptSmsReminders": true,
    });
    let shown = customer(&json!({"dateOfBirth": "1988-02-29", "languageCode": "en_GB"}));
    let created = sender.post("/customers", &body, "/customers", shown.clone()).await;
    let found = "/customers?searchField=emailAddress&searchText=bea@example.com";
    sender.get(found, list(&json!([shown]))).await;
    let path = format!("/customers/{}/authenticate?password=not-this", created["id"].as_str().unwrap());
    assert_error(&sender.send("GET", &path, None).await, 403);
    let people = format!("/customers/{of_booking}/linkedpeople");
    let shown = json!({
        "id": "L", "firstName": "Joana", "lastName": "Lima", "creationTime": "2026-05-06T09:12:00+01:00", "gender": "female",
        "customerId": "C",
    });
    let body = json!({"firstName": "Joana", "lastName": "Lima", "gender": "female"});
    sender.post(&people, &body, &people, shown.clone()).await;
    sender.get(&people, list(&json!([shown]))).await;
}

async fn blocks(sender: &Sender) {
    let made = json!({"creationTime": "2026-05-06T09:12:00+01:00", "creationAgent": "Harbour Desk", "reason": "Kept"});
    let with = |mut shown: Value| {
        shown.as_object_mut().unwrap().extend(made.as_object().unwrap().clone());
        shown
    };
    let body = json!({"eventId": tour("2026-05-08"), "productId": TOUR, "numSeats": -1, "reason": "For a school"});
    let shown =
        json!({"id": "B", "eventId": "E", "productId": TOUR, "numSeats": -1, "startTime": "2026-05-08T18:00:00+01:00"});
    let block = sender.post("/seatblocks", &body, "/seatblocks", with(shown)).await;
    assert_eq!(block["numSeats"], -1);
    let (from, to) = ("2026-05-11T08:00:00-00:00", "2026-05-11T13:00:00-00:00");
    let guides = json!([{"id": "312RS00001", "name": 7}, {"id": "312RS00002"}]);
    let body = json!({"startTime": from, "endTime": to, "reason": "Training", "resources": guides});
    let shown = json!({
        "id": "B", "startTime": "2026-05-11T08:00:00+01:00", "endTime": "2026-05-11T13:00:00+01:00",
        "resources": [{"id": "R", "name": "Ana"}],
    });
    sender.post("/resourceblocks", &body, "/resourceblocks", with(shown)).await;
}

on_every_engine! {
    /// One after the other, as a client would come to send them.
    async fn the_examples_are_answered_as_they_are_shown(server: TestServer) {
        let (owner, program) = business(&server).await;
        offer_everything(&server, program.account()).await;
        server.issue_money(program.account(), "twenty", 2_000).await;
        owner.post("/backoffice/business-profile", &[
            ("name", "Boats"), ("description", "Boats."), ("email_address", "us@example.com"), ("phone_number", "+351 21"),
            ("phone_kind", "work"), ("website_url", "https://boats.example"), ("address1", "Cais 4"), ("city", "Lisboa"),
            ("postcode", "1100"), ("legal_identifiers", "VAT 1"), ("logo_url", "https://pictures.example/logo.png"),
        ]).await;
        server.clock.advance(Duration::from_secs(2 * 86_400 + 25));
        let mut sender = Sender { program, http: Client::new() };
        settings(&sender).await;
        availability(&sender).await;
        let customer = bookings(&sender).await;
        customers(&sender, &customer).await;
        blocks(&sender).await;
        let (of_portal, subaccount) = portal(&server).await;
        sender.program = ApiClient::installed(&server, "No Payments", &owner, &ALL.replace("payments_rw_all,", "")).await;
        let refused = sender.send("GET", "/payments", None).await;
        assert_error(&refused, 403);
        assert_eq!(refused.body["message"], "This API key does not have permission to read payments.");
        sender.program = of_portal;
        let keys = format!("/subaccounts/{subaccount}/apikeys");
        sender.post(&keys, &Value::Null, &keys, Value::Null).await;
    }
}
