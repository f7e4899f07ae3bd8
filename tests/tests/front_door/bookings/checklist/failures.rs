//! Every kind of failure at every operation.

use super::id;
use crate::api::assert_error;
use crate::bookings::{business, order, portal};
use slotkeeper_testkit::client::{ApiClient, operations};
use slotkeeper_testkit::on_every_engine;

/// An address where an operation could be, with ids of nothing.
fn somewhere(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part }).collect::<Vec<_>>().join("/")
}

on_every_engine! {
    /// Whatever fails, at whatever operation, fails with the error body.
    async fn every_failure_has_the_error_body(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (of_portal, _) = portal(&server).await;
        let stranger = ApiClient::new(&server, "A1B2", "C3D4");
        // An installation needs one permission, and this one opens two operations alone.
        let powerless = ApiClient::installed(&server, "Powerless", &owner, "availability_r").await;
        for (method, path) in operations() {
            let address = somewhere(path);
            let expect = async |program: &ApiClient, method: &str, query: &str, body: &str, status: u16| {
                let answer = program.send(method, &format!("{address}{query}"), body).await;
                assert_error(&answer, status);
                assert_eq!(answer.body.as_object().unwrap().len(), 3, "{}", answer.text);
                assert_eq!(answer.headers.get("location"), None);
            };
            expect(&stranger, &method, "", "", 401).await;
            // A slash before the query and an empty first parameter are all the same.
            expect(&stranger, &method, "/?&x=1", "a=b", 401).await;
            expect(&program, "PATCH", "", "{}", 405).await;
            expect(&program, &method, "/more/of/it", "", 404).await;
            expect(&program, &method, "?lang=tlh", "", 400).await;
            // What every key may do.
            if !["/settings/", "/webhooks", "/changes", "/availability"].iter().any(|any| path.starts_with(any)) {
                expect(&powerless, &method, "", "", 403).await;
            }
            if path.contains('{') {
                let program = if path.starts_with("/subaccounts") { &of_portal } else { &program };
                expect(program, &method, "", "{}", 404).await;
            } else if method == "POST" {
                for body in ["", "{\"participants\": ", "7", "[]", "<booking/>", "{\"productId\": {}}"] {
                    // A customer needs nothing, and has no product.
                    if path != "/customers" || !body.starts_with("{\"productId") {
                        expect(&program, "POST", "", body, 400).await;
                    }
                }
            }
        }
        let full = order("2026-05-08", 8);
        let booking = program.create("/bookings", &full).await;
        let path = format!("/bookings/{}", id(&booking, "bookingNumber"));
        let customer = format!("/customers/{}", id(&booking, "customerId"));
        for (method, path, body) in [
            ("PUT", path.as_str(), "{\"participants\": ["),
            ("PUT", &path, "{\"startTime\": \"soon\"}"),
            ("PUT", &customer, "nothing"),
            ("GET", "/bookings?startTime=soon&endTime=later", ""),
            ("GET", "/customers?pageNumber=0", ""),
            ("GET", "/customers?searchField=shoeSize&searchText=4", ""),
            ("GET", "/availability/slots?startTime=2026-05-01T00:00:00Z", ""),
            ("GET", &format!("{path}?expandCustomer=perhaps"), ""),
            ("DELETE", &format!("{path}?trackInCustomerHistory=perhaps"), ""),
            ("POST", "/holds?holdDurationSeconds=601", &full.to_string()),
        ] {
            assert_error(&program.send(method, path, body).await, 400);
        }
        for (method, path) in [("POST", "/holds"), ("POST", "/bookings"), ("DELETE", &customer)] {
            assert_error(&program.send(method, path, &full.to_string()).await, 409);
        }
        assert_eq!(program.delete(&path).await.status, 204);
        assert_error(&program.delete(&path).await, 409);
        assert_error(&program.put(&path, &booking).await, 409);
    }
}
