//! What a hold guarantees: the time to book, and the price.

use super::discounts::{customer, of};
use super::{business, class, lesson, order, people, tour};
use slotkeeper_testkit::catalogue::{COURSE, TOUR, catalogue};
use slotkeeper_testkit::client::{Answer, ApiClient};
use slotkeeper_testkit::discounts::{instant, limited, promotion};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::{Engine, TestServer};
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

const DAY: &str = "2026-05-08";
/// From 9:12, when the tests begin, to two minutes before noon, five in the afternoon and midnight.
const TO_NOON: u64 = 2 * 3_600 + 46 * 60;
const TO_FIVE: u64 = 7 * 3_600 + 46 * 60;
const TO_MIDNIGHT: u64 = 14 * 3_600 + 46 * 60;
const NEW_HOLD: &str = "Ask for a new hold.";

fn pass(server: &TestServer, seconds: u64) {
    server.clock.advance(Duration::from_secs(seconds));
}

async fn book(program: &ApiClient, hold: &Value, body: &Value) -> Answer {
    program.post(&format!("/bookings?previousHoldId={}", hold["id"].as_str().unwrap()), body).await
}

fn amount<'a>(booking: &'a Value, part: &str) -> &'a str {
    booking["price"][part]["amount"].as_str().unwrap()
}

fn with_codes(promotions: &str, vouchers: &str) -> Value {
    let mut body = order(DAY, 1);
    body["promotionCodeInput"] = json!(promotions);
    body["giftVoucherCodeInput"] = json!(vouchers);
    body
}

on_every_engine! {
    /// What could be booked when it was held can be booked while it is held, although it begins too soon by now; and nothing
    /// else can.
    async fn a_hold_outlives_the_time_for_booking(server: TestServer) {
        let (_, program) = business(&server).await;
        pass(&server, TO_NOON);
        // An hour before a lesson.
        let at_one = lesson("2026-05-04T13:00:00+01:00");
        let hold = program.create("/holds", &at_one).await;
        pass(&server, 240);
        let too_soon = program.post("/bookings", &at_one).await;
        assert_eq!(too_soon.status, 400, "{}", too_soon.text);
        let mut longer = at_one.clone();
        longer["endTime"] = json!("2026-05-04T15:00:00+01:00");
        assert_eq!(book(&program, &hold, &longer).await.status, 400);
        let booked = book(&program, &hold, &at_one).await;
        assert_eq!((booked.status, &booked.body["startTime"]), (201, &json!("2026-05-04T13:00:00+01:00")), "{}", booked.text);

        pass(&server, TO_FIVE - TO_NOON - 240);
        let today = order("2026-05-04", 2);
        let (hold, ended) = (program.create("/holds", &today).await, program.create("/holds?holdDurationSeconds=60", &today).await);
        let tomorrow = program.create("/holds", &order("2026-05-05", 1)).await;
        pass(&server, 240);
        let says = "eventId: It can be booked until 60 minutes before it starts.";
        for refused in [
            program.post("/bookings", &today).await,
            book(&program, &ended, &today).await,
            book(&program, &tomorrow, &today).await,
            // A new hold is no booking: it would go on for ever.
            program.post(&format!("/holds?previousHoldId={}", hold["id"].as_str().unwrap()), &today).await,
        ] {
            assert_eq!((refused.status, refused.body["message"].as_str()), (400, Some(says)));
        }
        // Another party is still for the same event, if there are seats.
        let booked = book(&program, &hold, &order("2026-05-04", 3)).await;
        assert_eq!((booked.status, &booked.body["eventId"]), (201, &json!(tour("2026-05-04"))), "{}", booked.text);
        assert_eq!(book(&program, &tomorrow, &order("2026-05-05", 1)).await.status, 201);
    }

    /// Also what has begun, and a course of which another class would be the first by now.
    async fn a_hold_outlives_the_beginning(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        offered.products[1].rules.lead_minutes = 0;
        server.offer(program.account(), offered).await;
        // To 18:58 on the next day.
        pass(&server, 24 * 3_600 + 9 * 3_600 + 46 * 60);
        let course = json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "participants": {"numbers": people(2, 0)},
            "customer": {"firstName": "A"},
        });
        let hold = program.create("/holds", &course).await;
        pass(&server, 240);
        assert_eq!(program.post("/bookings", &course).await.status, 400);
        let booked = book(&program, &hold, &course).await;
        assert_eq!((booked.status, &booked.body["startTime"]), (201, &json!("2026-05-05T19:00:00+01:00")), "{}", booked.text);
        assert_eq!(booked.body.get("firstCourseEnrolledEventId"), None);
    }

    /// A customer who was a member when the hold was made is one for its booking; another former member is not.
    async fn a_hold_outlives_a_membership(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        offered.products[0].members_only = true;
        server.offer(program.account(), offered).await;
        let (ilse, other) = (customer(&program).await, customer(&program).await);
        for id in [&ilse, &other] {
            server.make_member(program.account(), id, "2026-01-01", Some("2026-05-04")).await;
        }
        pass(&server, TO_MIDNIGHT);
        let hold = program.create("/holds", &of(&ilse, order(DAY, 1))).await;
        pass(&server, 240);
        assert_eq!(program.post("/bookings", &of(&ilse, order(DAY, 1))).await.status, 403);
        assert_eq!(book(&program, &hold, &of(&other, order(DAY, 1))).await.status, 403);
        let booked = book(&program, &hold, &of(&ilse, order(DAY, 1))).await;
        assert_eq!(booked.status, 201, "{}", booked.text);
    }

    /// What a hold was priced with and ends during the hold is good for the booking, and for nothing else.
    async fn a_hold_outlives_what_ends(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let ilse = customer(&program).await;
        server.issue_service(account, "gift", TOUR, None, Some(1)).await;
        server.prepay(account, &ilse, 1, TOUR, Some(1)).await;
        pass(&server, 86_400 - 120);
        let coupons = promotion("Coupons", "coupons", "20");
        let (mut spring, mut coupons) = (promotion("Spring", "spring", "50"), coupons);
        for promotion in [&mut spring, &mut coupons] {
            promotion.booked_before = Some(instant(&server, 120));
            server.promote(account, promotion).await;
        }
        server.give_out(account, &coupons, &["once"]).await;
        let coded = program.create("/holds", &with_codes("spring,once", "")).await;
        let gift = program.create("/holds", &with_codes("", "gift")).await;
        let prepaid = program.create("/holds", &of(&ilse, order(DAY, 1))).await;
        let plain = program.create("/holds", &order(DAY, 1)).await;
        assert_eq!([&coded, &gift, &prepaid].map(|hold| amount(hold, "totalGross")), ["19.8", "0", "0"]);
        pass(&server, 240);
        for (hold, body) in [(&plain, with_codes("spring", "")), (&plain, with_codes("", "gift"))] {
            let refused = book(&program, hold, &body).await;
            assert!(refused.status == 400 && refused.text.contains("it has expired"), "{}", refused.text);
        }
        let mut elsewhere = with_codes("spring,once", "");
        elsewhere["eventId"] = json!(tour("2026-05-09"));
        assert_eq!(book(&program, &coded, &elsewhere).await.status, 400);
        for (hold, body) in [(&coded, with_codes("spring,once", "")), (&gift, with_codes("", "gift")), (&prepaid, of(&ilse, order(DAY, 1)))] {
            let booked = book(&program, hold, &body).await;
            assert_eq!((booked.status, &booked.body["price"]["totalGross"]), (201, &hold["price"]["totalGross"]), "{}", booked.text);
        }
        // Limits on uses hold all the same.
        server.promote(account, &limited(promotion("First", "first", "10"), 1)).await;
        let hold = program.create("/holds", &with_codes("first", "")).await;
        program.create("/bookings", &with_codes("first", "")).await;
        assert_eq!(book(&program, &hold, &with_codes("first", "")).await.status, 400);
    }

    /// Where prepaid credits or money that the hold counted on have been used up, or the price went up, the booking is refused
    /// and says so; another order, or one that costs no more, is booked.
    async fn a_booking_costs_no_more_than_its_hold(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let refused = |answer: &Answer, says: &str| {
            let message = answer.body["message"].as_str().unwrap();
            assert!(answer.status == 409 && message.contains(says) && message.ends_with(NEW_HOLD), "{}", answer.text);
        };
        let ilse = customer(&program).await;
        server.prepay(account, &ilse, 2, TOUR, None).await;
        let hold = program.create("/holds", &of(&ilse, order(DAY, 2))).await;
        program.create("/bookings", &of(&ilse, order("2026-05-09", 1))).await;
        refused(&book(&program, &hold, &of(&ilse, order(DAY, 2))).await, "prepaid credits of the customer");
        // The hold is still there. Another order was promised nothing.
        assert_eq!(program.get(&format!("/holds/{}", hold["id"].as_str().unwrap())).await.status, 200);
        let booked = book(&program, &hold, &of(&ilse, order(DAY, 3))).await;
        assert_eq!((booked.status, amount(&booked.body, "totalGross")), (201, "99"), "{}", booked.text);

        let ilse = customer(&program).await;
        server.grant(account, &ilse, 6_000).await;
        let body = of(&ilse, order("2026-05-10", 1));
        let hold = program.create("/holds", &body).await;
        assert_eq!(hold["totalPayable"]["amount"], "0");
        program.create("/bookings", &of(&ilse, order("2026-05-11", 1))).await;
        refused(&book(&program, &hold, &body).await, "credit of the customer");
        // Who has paid more of it otherwise needs less credit, or none.
        let mut paid = body.clone();
        let pays = |amount: &str| json!([{
            "reason": "Card", "amount": {"amount": amount, "currency": "EUR"}, "paymentMethod": "creditCard",
        }]);
        paid["initialPayments"] = pays("38.99");
        refused(&book(&program, &hold, &paid).await, "credit of the customer");
        paid["initialPayments"] = pays("39");
        let booked = book(&program, &hold, &paid).await;
        assert_eq!((booked.status, amount(&booked.body, "totalPaid")), (201, "49.5"), "{}", booked.text);

        // A hold without a customer could be for any customer, who may have credit.
        let mut nobody = order("2026-05-12", 1);
        nobody.as_object_mut().unwrap().remove("customer");
        let hold = program.create("/holds", &nobody).await;
        server.prepay(account, &ilse, 1, TOUR, None).await;
        let booked = book(&program, &hold, &of(&ilse, nobody.clone())).await;
        assert_eq!((booked.status, amount(&booked.body, "totalGross")), (201, "0"), "{}", booked.text);

        let (cheap, dear) = (program.create("/holds", &nobody).await, program.create("/holds", &nobody).await);
        server.promote(account, &promotion("A tenth", "automatic", "10")).await;
        let booked = book(&program, &cheap, &order("2026-05-12", 1)).await;
        assert_eq!((booked.status, amount(&booked.body, "totalGross")), (201, "44.55"), "{}", booked.text);
        let mut offered = catalogue();
        offered.taxes[0].rate = "50".parse().unwrap();
        server.offer(account, offered).await;
        refused(&book(&program, &dear, &order("2026-05-12", 1)).await, "the price with which the hold was made has gone up");
    }

    /// With `prepaidOnly`, a prepaid credit that is used up makes the booking fail.
    async fn a_prepaid_credit_that_is_gone_is_named(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        offered.products[0].prepaid_only = true;
        server.offer(program.account(), offered).await;
        let ilse = customer(&program).await;
        server.prepay(program.account(), &ilse, 1, TOUR, None).await;
        let hold = program.create("/holds", &of(&ilse, order(DAY, 1))).await;
        program.create("/bookings", &of(&ilse, order("2026-05-09", 1))).await;
        let refused = book(&program, &hold, &of(&ilse, order(DAY, 1))).await;
        assert_eq!((refused.status, refused.text.contains("prepaid credits of the customer")), (409, true), "{}", refused.text);
        assert_eq!(program.post("/bookings", &of(&ilse, order(DAY, 1))).await.status, 403);
    }

    /// Cancellations that are counted in a customer's history, and bookings of the same customer with the same promotion, wait
    /// for each other in one order.
    async fn cancelling_and_booking_take_turns(server: TestServer) {
        let (_, program) = business(&server).await;
        server.promote(program.account(), &limited(promotion("Many", "automatic", "10"), 100)).await;
        let ilse = customer(&program).await;
        let bodies: Vec<Value> = (8..14).map(|day| of(&ilse, order(&format!("2026-05-{day:02}"), 1))).collect();
        let mut booked = Vec::new();
        for body in &bodies {
            booked.push(program.create("/bookings", body).await);
        }
        let statuses = join_all((0..12).map(|turn| {
            let (program, body) = (program.clone(), bodies[turn / 2].clone());
            let number = booked[turn / 2]["bookingNumber"].as_str().unwrap().to_owned();
            async move {
                match turn % 2 {
                    0 => program.delete(&format!("/bookings/{number}?trackInCustomerHistory=true")).await.status,
                    _ => program.post("/bookings", &body).await.status,
                }
            }
        }))
        .await;
        assert_eq!(statuses, [204, 201].repeat(6));
        let shown = program.read(&format!("/customers/{ilse}")).await;
        assert_eq!((&shown["numBookings"], &shown["numCancelations"]), (&json!(12), &json!(6)));
    }
}

/// A limit of customers holds with many requests at once, alone and with bookings, and a deleted customer makes room.
async fn a_limit_on_customers_is_not_passed(engine: Engine) {
    let server = TestServer::start_with_customers(engine, 5).await;
    let (_, program) = business(&server).await;
    let answers = join_all((0..16).map(|turn| {
        let program = program.clone();
        async move {
            match turn % 2 {
                0 => program.post("/customers", &json!({})).await,
                _ => program.post("/bookings", &order(&format!("2026-05-{:02}", 8 + turn), 1)).await,
            }
        }
    }))
    .await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!((created, refused), (5, 11), "{:?}", answers.iter().map(|answer| &answer.text).collect::<Vec<_>>());
    let found = program.read("/customers").await;
    assert_eq!(found["info"]["totalItems"], 5);
    let known = found["data"].as_array().unwrap().iter().find(|one| one["numBookings"] == 0);
    let gone = match known {
        Some(one) => one["id"].as_str().unwrap().to_owned(),
        None => {
            let list = program.read("/bookings?startTime=2026-05-08T00:00:00Z&endTime=2026-05-30T00:00:00Z").await;
            let booking = &list["data"][0];
            let path = format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
            assert_eq!(program.delete(&path).await.status, 204);
            booking["customerId"].as_str().unwrap().to_owned()
        }
    };
    assert_eq!(program.delete(&format!("/customers/{gone}")).await.status, 204);
    assert_eq!(program.post("/customers", &json!({})).await.status, 201);
    assert_eq!(program.post("/customers", &json!({})).await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_on_customers_is_not_passed_on_sqlite() {
    a_limit_on_customers_is_not_passed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_on_customers_is_not_passed_on_postgres() {
    a_limit_on_customers_is_not_passed(Engine::Postgres).await;
}
