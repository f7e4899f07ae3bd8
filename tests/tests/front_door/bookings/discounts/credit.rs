//! Money vouchers, store credit and prepaid credits.

use super::{DAY, credit, customer, euros, gross, of, path, payments, quote, refused, with_codes};
use crate::bookings::{business, class, order, people};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR, catalogue};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::json;
use std::time::Duration;

on_every_engine! {
    /// Money vouchers and credit lower no price; they pay. What is left over is the customer's.
    async fn credit_pays(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        for (code, cents) in [("gv-20", 2_000), ("gv-100", 10_000)] {
            server.issue_money(account, code, cents).await;
        }
        // A new customer, as in the examples of the reference.
        let held = program.create("/holds", &with_codes(2, "", "GV-20")).await;
        assert_eq!((gross(&held), &held["totalPayable"]), ("99", &euros("79")));
        assert_eq!((&held["applicableGiftVoucherCredit"], held.get("applicableMoneyCredit")), (&euros("20"), None));
        let mut body = with_codes(2, "", "GV-20");
        body["initialPayments"] = json!([{"reason": "Card", "amount": held["totalPayable"], "paymentMethod": "creditCard"}]);
        let booked = program.create(&format!("/bookings?previousHoldId={}", held["id"].as_str().unwrap()), &body).await;
        assert_eq!((&booked["price"]["totalPaid"], gross(&booked)), (&euros("99"), "99"));
        let paid = |parts: &[(&str, &str)]| parts.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(payments(&program, &booked).await, paid(&[("creditCard", "79"), ("moneyVoucher", "20")]));
        assert_eq!(credit(&program, booked["customerId"].as_str().unwrap()).await, "0");
        refused(&program, &with_codes(1, "", "gv-20"), "it has been used already").await;

        // A known customer with store credit: the voucher pays first, and its rest stays.
        let ilse = customer(&program).await;
        server.grant(account, &ilse, 5_000).await;
        assert_eq!(credit(&program, &ilse).await, "50");
        let held = program.create("/holds", &of(&ilse, with_codes(1, "", "gv-100"))).await;
        assert_eq!((&held["totalPayable"], &held["applicableGiftVoucherCredit"]), (&euros("0"), &euros("49.5")));
        assert_eq!((&held["applicableMoneyCredit"], &held["applicablePrepaidCredits"]), (&euros("0"), &json!(0)));
        let booked = program.create("/bookings", &of(&ilse, with_codes(1, "", "gv-100"))).await;
        assert_eq!(payments(&program, &booked).await, paid(&[("moneyVoucher", "49.5")]));
        assert_eq!(credit(&program, &ilse).await, "100.5");
        // What is left of the voucher is used before what the business gave, and both before money.
        let held = program.create("/holds", &of(&ilse, order(DAY, 3))).await;
        assert_eq!((&held["applicableGiftVoucherCredit"], &held["applicableMoneyCredit"]), (&euros("50.5"), &euros("50")));
        assert_eq!((&held["totalPayable"], gross(&held)), (&euros("48"), "148.5"));
        // A program that received all of it takes nothing of the credit.
        let mut body = of(&ilse, order(DAY, 1));
        body["initialPayments"] = json!([{"reason": "Card", "amount": euros("49.5"), "paymentMethod": "creditCard"}]);
        program.create("/bookings", &body).await;
        assert_eq!(credit(&program, &ilse).await, "100.5");
        let booked = program.create("/bookings", &of(&ilse, order("2026-05-09", 3))).await;
        assert_eq!((&booked["price"]["totalPaid"], gross(&booked)), (&euros("100.5"), "148.5"));
        assert_eq!(payments(&program, &booked).await, paid(&[("existingCredit", "100.5")]));
        assert_eq!(credit(&program, &ilse).await, "0");
        // Payments stay when it is cancelled, and so does what they were made of.
        assert_eq!(program.delete(&path(&booked)).await.status, 204);
        assert_eq!(program.read(&path(&booked)).await["price"]["totalPaid"], euros("100.5"));
        assert_eq!(credit(&program, &ilse).await, "0");
    }

    /// Each person with a seat takes a credit; as many as there are lower the price by their part, and to nothing for all.
    async fn prepaid_credits_lower_the_price(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let ilse = customer(&program).await;
        server.prepay(account, &ilse, 2, TOUR, Some(10)).await;
        server.prepay(account, &ilse, 1, "", None).await;
        server.prepay(account, &ilse, 5, LESSON, None).await;
        server.prepay(account, &ilse, 5, "", Some(0)).await;
        let held = quote(&program, &of(&ilse, order(DAY, 4))).await;
        assert_eq!((gross(&held), &held["applicablePrepaidCredits"]), ("49.5", &json!(3)));
        let booked = program.create("/bookings", &of(&ilse, order(DAY, 2))).await;
        assert_eq!((gross(&booked), &booked["price"]["totalNet"]), ("0", &euros("0")));
        // One is left, which is good for any product.
        let single = of(&ilse, json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "dropinCourseEnrolledEventId": class("2026-05-12"),
            "participants": {"numbers": people(2, 0)},
        }));
        assert_eq!(quote(&program, &single).await["price"]["totalNet"], euros("10"));
        // Another person of the same booking takes it; with fewer it comes back.
        let more = program.put(&path(&booked), &json!({"participants": {"numbers": people(4, 0)}})).await;
        assert_eq!((more.status, gross(&more.body)), (200, "49.5"), "{}", more.text);
        assert_eq!(quote(&program, &single).await["price"]["totalNet"], euros("20"));
        let fewer = program.put(&path(&booked), &json!({"participants": {"numbers": people(1, 0)}})).await;
        assert_eq!(gross(&fewer.body), "0", "{}", fewer.text);
        assert_eq!(quote(&program, &of(&ilse, order(DAY, 2))).await["applicablePrepaidCredits"], 2);
        assert_eq!(program.delete(&path(&booked)).await.status, 204);
        assert_eq!(quote(&program, &of(&ilse, order(DAY, 4))).await["applicablePrepaidCredits"], 3);
        // A booking that was paid with money is not paid with credits when something else about it changes.
        let paid = program.create("/bookings", &of(&customer(&program).await, order(DAY, 1))).await;
        server.prepay(account, paid["customerId"].as_str().unwrap(), 1, "", None).await;
        let same = program.put(&path(&paid), &json!({"externalRef": "x"})).await;
        assert_eq!((gross(&same.body), &same.body["price"]), ("49.5", &paid["price"]));
    }

    /// Credits that end after they were used have paid for the booking all the same; they are good for no other.
    async fn used_credits_do_not_end(server: TestServer) {
        let (_, program) = business(&server).await;
        let ilse = customer(&program).await;
        server.prepay(program.account(), &ilse, 3, TOUR, Some(2)).await;
        let booked = program.create("/bookings", &of(&ilse, order("2026-05-12", 2))).await;
        server.clock.advance(Duration::from_secs(3 * 86_400));
        let same = program.put(&path(&booked), &json!({"externalRef": "x"})).await;
        assert_eq!((same.status, gross(&same.body)), (200, "0"), "{}", same.text);
        let more = program.put(&path(&booked), &json!({"participants": {"numbers": people(3, 0)}})).await;
        assert_eq!(gross(&more.body), "49.5", "{}", more.text);
        assert_eq!(quote(&program, &of(&ilse, order("2026-05-12", 1))).await["applicablePrepaidCredits"], 0);
    }

    /// Products with `prepaidOnly` are in every search, because a search has no customer, and can be booked by
    /// customers with a prepaid credit for each participant.
    async fn prepaid_only_products_need_a_credit_for_each(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut offered = catalogue();
        offered.products[0].prepaid_only = true;
        server.offer(account, offered).await;
        let ilse = customer(&program).await;
        server.prepay(account, &ilse, 2, TOUR, None).await;
        let all = format!("/availability/slots?startTime={DAY}T00:00:00-00:00&endTime={DAY}T23:59:59-00:00");
        for search in [all.clone(), format!("{all}&productId={TOUR}")] {
            let found = program.read(&search).await;
            assert!(found["data"].as_array().unwrap().iter().any(|slot| slot["productId"] == TOUR), "{found}");
        }
        let search = json!({
            "productId": TOUR, "startTime": format!("{DAY}T00:00:00-00:00"), "endTime": format!("{DAY}T23:59:00-00:00"),
            "peopleNumbers": people(2, 0),
        });
        assert_eq!(program.create("/availability/matchingslots", &search).await["info"]["totalItems"], 1);
        program.create("/bookings", &of(&ilse, order(DAY, 2))).await;
        for path in ["/holds", "/bookings"] {
            for body in [of(&ilse, order(DAY, 1)), order(DAY, 1)] {
                let answer = program.post(path, &body).await;
                let message = answer.body["message"].as_str().unwrap();
                assert!(answer.status == 403 && message.contains("prepaid credit for each person"), "{}", answer.text);
            }
        }
        // A hold without a customer gets the price, and staff may ignore the rule.
        let mut nobody = order(DAY, 1);
        nobody.as_object_mut().unwrap().remove("customer");
        assert_eq!(gross(&program.create("/holds", &nobody).await), "49.5");
        program.create("/bookings?mode=backend", &order(DAY, 1)).await;
    }
}
