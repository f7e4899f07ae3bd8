//! Promotions, coupons, gift vouchers and credit: what they do to prices, and that none is used twice.

use super::{business, class, order, people, seats_left, second_business, tour};
use slotkeeper_testkit::benefits::{covered, promotion};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::client::Program;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

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
async fn customer(program: &Program) -> String {
    program.create("/customers", &json!({"firstName": "Ilse"})).await["id"].as_str().unwrap().to_owned()
}

fn of(customer: &str, mut body: Value) -> Value {
    body.as_object_mut().unwrap().remove("customer");
    body["customerId"] = json!(customer);
    body
}

fn path(booking: &Value) -> String {
    format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap())
}

fn gross(thing: &Value) -> &str {
    thing["price"]["totalGross"]["amount"].as_str().unwrap()
}

/// What a customer has, as shown.
async fn credit(program: &Program, customer: &str) -> Value {
    program.read(&format!("/customers/{customer}")).await["credit"]["amount"].clone()
}

/// The payments of a booking: the method of each, and its amount.
async fn payments(program: &Program, booking: &Value) -> Vec<(String, String)> {
    let list = program.read(&format!("{}/payments", path(booking))).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |payment: &Value| (text(&payment["paymentMethod"]), text(&payment["amount"]["amount"]));
    let mut all: Vec<_> = list["data"].as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

/// Both a hold and a booking are refused, with these words.
async fn refused(program: &Program, body: &Value, says: &str) {
    for path in ["/holds", "/bookings"] {
        let answer = program.post(path, body).await;
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert!(answer.status == 400 && message.contains(says), "{path}: {}", answer.text);
    }
}

on_every_engine! {
    /// Everybody gets the best automatic promotion, and codes come on top; what a hold says is what the booking costs.
    async fn promotions_lower_the_price(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let plain = program.create("/holds", &order(DAY, 2)).await;
        assert_eq!((gross(&plain), plain.get("appliedPromotionDiscount"), plain.get("promotionApplicable")), ("99", None, None));
        server.promote(account, &promotion("A tenth", "automatic", "10")).await;
        server.promote(account, &promotion("Ten euros", "automatic", "1000c")).await;
        server.promote(account, &promotion("Spring", "Spring-26", "50")).await;
        let mut tours_only = promotion("Lessons", "automatic", "90");
        tours_only.products = covered(LESSON);
        server.promote(account, &tours_only).await;

        let held = program.create("/holds", &order(DAY, 2)).await;
        assert_eq!(held["price"], json!({
            "totalGross": euros("88"), "totalNet": euros("80"), "totalTaxes": euros("8"), "totalPaid": euros("0"),
            "taxes": [{"taxId": "312TAX0001", "amount": euros("8")}],
        }));
        assert_eq!((&held["appliedPromotionDiscount"], held.get("promotionApplicable")), (&euros("10"), None));
        assert_eq!((&held["totalPayable"], held.get("applicableMoneyCredit")), (&euros("88"), None));

        let body = with_codes(2, " spring-26 , SPRING-26,", "");
        let held = program.create("/holds", &body).await;
        assert_eq!((gross(&held), &held["promotionApplicable"]), ("44", &json!(true)));
        assert_eq!(held["appliedPromotionDiscount"], euros("50"));
        let hold = held["id"].as_str().unwrap();
        assert_eq!(program.read(&format!("/holds/{hold}")).await, held);
        let booked = program.create(&format!("/bookings?previousHoldId={hold}"), &body).await;
        assert_eq!((&booked["price"], &booked["promotionName"]), (&held["price"], &json!("Ten euros, Spring")));
        assert_eq!((booked.get("couponCodes"), booked.get("specificVoucherCode")), (None, None));
        // Codes are not carried over: one that is not repeated does not apply.
        let held = program.create("/holds", &body).await["id"].as_str().unwrap().to_owned();
        let without = program.create(&format!("/bookings?previousHoldId={held}"), &order(DAY, 2)).await;
        assert_eq!(gross(&without), "88");
    }

    /// A code that cannot be used is named as it was typed.
    async fn bad_codes_are_named(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut later = promotion("Later", "later", "10");
        later.booked_from = Some(slotkeeper_testkit::benefits::instant(&server, 3_600));
        let mut over = promotion("Over", "over", "10");
        over.booked_before = Some(slotkeeper_testkit::benefits::instant(&server, 0));
        let mut lessons = promotion("Lessons", "lessons", "10");
        lessons.products = covered(LESSON);
        let mut june = promotion("June", "june", "10");
        june.days.first = Some("2026-06-01".parse().unwrap());
        let mut off = promotion("Off", "off", "10");
        off.enabled = false;
        for one in [&later, &over, &lessons, &june, &off] {
            server.promote(account, one).await;
        }
        let coupons = promotion("Coupons", "coupons", "10");
        server.promote(account, &coupons).await;
        server.give_out(account, &coupons, &["once-1", "once-2"]).await;
        server.issue_service(account, "Lesson Gift", LESSON, None, None).await;
        server.issue_service(account, "tour-1", TOUR, None, None).await;
        server.issue_service(account, "tour-2", TOUR, None, Some(1)).await;
        for (promotions, vouchers, says) in [
            ("Summer", "", "promotionCodeInput: the code “Summer” cannot be used: this business has no such code."),
            ("off", "", "“off” cannot be used: this business has no such code"),
            ("later", "", "“later” cannot be used: it cannot be used yet"),
            ("oVer", "", "“oVer” cannot be used: it has expired"),
            ("lessons", "", "“lessons” cannot be used: it is not for this product"),
            ("june", "", "“june” cannot be used: it is not for this day"),
            ("once-1,once-2", "", "“once-2” cannot be used: a promotion can be used once in a booking"),
            ("tour-1", "", "promotionCodeInput: the code “tour-1” cannot be used: this business has no such code"),
            ("", "once-1", "giftVoucherCodeInput: the code “once-1” cannot be used: this business has no such code"),
            ("", "lesson gift", "“lesson gift” cannot be used: it is not for this product"),
            ("", "tour-1, tour-2", "“tour-2” cannot be used: a booking can be paid with one voucher for a service"),
        ] {
            refused(&program, &with_codes(1, promotions, vouchers), says).await;
        }
        let long = "x".repeat(300);
        refused(&program, &with_codes(1, &long, ""), &format!("“{}…” cannot be used", &long[..50])).await;
        refused(&program, &with_codes(1, "a\u{0}b", "c\u{7}"), "“ab” cannot be used").await;
        let many: Vec<_> = (0..21).map(|number| number.to_string()).collect();
        refused(&program, &with_codes(1, &many.join(","), ""), "promotionCodeInput can have 20 codes at most.").await;
        refused(&program, &with_codes(1, "", &many.join(",")), "giftVoucherCodeInput can have 20 codes at most.").await;
        server.clock.advance(Duration::from_secs(86_400));
        refused(&program, &with_codes(1, "", "tour-2"), "“tour-2” cannot be used: it has expired").await;
        // Another business knows nothing of all that.
        let (_, other) = second_business(&server).await;
        refused(&other, &with_codes(1, "once-1", ""), "this business has no such code").await;
        program.create("/bookings", &with_codes(1, "once-1", "tour-1")).await;
    }

    /// A coupon, a promotion with a limit and a voucher are used up by bookings and not by holds, and cancelling gives them
    /// back.
    async fn what_is_used_up_comes_back_with_a_cancellation(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let coupons = promotion("Coupons", "coupons", "1000c");
        let limited = slotkeeper_testkit::benefits::limited(promotion("First two", "first", "500c"), 2);
        server.promote(account, &coupons).await;
        server.promote(account, &limited).await;
        server.give_out(account, &coupons, &["once-1"]).await;
        server.issue_service(account, "Tour-Gift", TOUR, Some(1), None).await;
        let body = with_codes(2, "once-1,FIRST", "tour-gift");
        for _ in 0..2 {
            let held = program.create("/holds", &body).await;
            // 90, less 15, less half of that, with 10 % on top.
            assert_eq!((gross(&held), &held["specificVoucherCode"]), ("41.25", &json!("TOUR-GIFT")));
        }
        let booked = program.create("/bookings", &body).await;
        assert_eq!((gross(&booked), &booked["couponCodes"]), ("41.25", &json!(["ONCE-1"])));
        assert_eq!((&booked["specificVoucherCode"], &booked["promotionName"]), (&json!("TOUR-GIFT"), &json!("Coupons, First two")));
        assert_eq!(program.read(&path(&booked)).await, booked);
        refused(&program, &with_codes(1, "once-1", ""), "“once-1” cannot be used: it has been used already").await;
        refused(&program, &with_codes(1, "", "Tour-gift"), "“Tour-gift” cannot be used: it has been used already").await;
        program.create("/bookings", &with_codes(1, "first", "")).await;
        refused(&program, &with_codes(1, "first", ""), "“first” cannot be used: its promotion has been used as often").await;
        assert_eq!(program.delete(&path(&booked)).await.status, 204);
        let canceled = program.read(&path(&booked)).await;
        assert_eq!((&canceled["couponCodes"], &canceled["price"]), (&booked["couponCodes"], &booked["price"]));
        let again = program.create("/bookings", &body).await;
        assert_eq!(again["price"], booked["price"]);
        refused(&program, &with_codes(1, "first", ""), "as often as it can be").await;
    }

    /// Money vouchers and credit lower no price; they pay. What is left over is the customer's.
    async fn credit_pays(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        for (code, cents) in [("gv-20", 2_000), ("gv-100", 10_000)] {
            server.issue_money(account, code, cents).await;
        }
        // Somebody new, as in the examples of the reference.
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

        // Somebody known, with credit of their own: the voucher pays first, and the rest of it stays.
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
        let held = program.create("/holds", &of(&ilse, order(DAY, 4))).await;
        assert_eq!((gross(&held), &held["applicablePrepaidCredits"]), ("49.5", &json!(3)));
        let booked = program.create("/bookings", &of(&ilse, order(DAY, 2))).await;
        assert_eq!((gross(&booked), &booked["price"]["totalNet"]), ("0", &euros("0")));
        // One is left, which is good for any product.
        let single = of(&ilse, json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "dropinCourseEnrolledEventId": class("2026-05-12"),
            "participants": {"numbers": people(2, 0)},
        }));
        assert_eq!(program.create("/holds", &single).await["price"]["totalNet"], euros("10"));
        // Another person of the same booking takes it; with fewer it comes back.
        let more = program.put(&path(&booked), &json!({"participants": {"numbers": people(4, 0)}})).await;
        assert_eq!((more.status, gross(&more.body)), (200, "49.5"), "{}", more.text);
        assert_eq!(program.create("/holds", &single).await["price"]["totalNet"], euros("20"));
        let fewer = program.put(&path(&booked), &json!({"participants": {"numbers": people(1, 0)}})).await;
        assert_eq!(gross(&fewer.body), "0", "{}", fewer.text);
        assert_eq!(program.create("/holds", &of(&ilse, order(DAY, 2))).await["applicablePrepaidCredits"], 2);
        assert_eq!(program.delete(&path(&booked)).await.status, 204);
        assert_eq!(program.create("/holds", &of(&ilse, order(DAY, 4))).await["applicablePrepaidCredits"], 3);
        // A booking that was paid with money is not paid with credits when something else about it changes.
        let paid = program.create("/bookings", &of(&customer(&program).await, order(DAY, 1))).await;
        server.prepay(account, paid["customerId"].as_str().unwrap(), 1, "", None).await;
        let same = program.put(&path(&paid), &json!({"externalRef": "x"})).await;
        assert_eq!((gross(&same.body), &same.body["price"]), ("49.5", &paid["price"]));
    }

    /// Products for those with prepaid credits are booked by those who have one for everybody.
    async fn prepaid_only_products_need_a_credit_for_each(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut offered = slotkeeper_testkit::catalogue::catalogue();
        offered.products[0].prepaid_only = true;
        server.offer(account, offered).await;
        let ilse = customer(&program).await;
        server.prepay(account, &ilse, 2, TOUR, None).await;
        program.create("/bookings", &of(&ilse, order(DAY, 2))).await;
        for path in ["/holds", "/bookings"] {
            for body in [of(&ilse, order(DAY, 1)), order(DAY, 1)] {
                let answer = program.post(path, &body).await;
                let message = answer.body["message"].as_str().unwrap();
                assert!(answer.status == 403 && message.contains("prepaid credit for each person"), "{}", answer.text);
            }
        }
        // A hold for nobody in particular says the price, and staff go past the rule.
        let mut nobody = order(DAY, 1);
        nobody.as_object_mut().unwrap().remove("customer");
        assert_eq!(gross(&program.create("/holds", &nobody).await), "49.5");
        program.create("/bookings?mode=backend", &order(DAY, 1)).await;
    }

    /// Codes can be added to a booking; what it has stays as long as it fits, also when the business has changed its mind.
    async fn changes_keep_what_was_applied(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut half = promotion("Half", "half", "50");
        half.products = covered(&format!("{TOUR},{COURSE}"));
        let coupons = promotion("Coupons", "coupons", "500c");
        server.promote(account, &half).await;
        server.promote(account, &coupons).await;
        server.give_out(account, &coupons, &["once-1"]).await;
        server.issue_service(account, "gift", TOUR, Some(1), None).await;
        server.issue_money(account, "money", 10_000).await;
        let booked = program.create("/bookings", &with_codes(2, "half", "")).await;
        assert_eq!(gross(&booked), "49.5");
        half.enabled = false;
        server.promote(account, &half).await;
        let mut late = promotion("Late", "automatic", "90");
        late.booked_from = Some(slotkeeper_testkit::benefits::instant(&server, 60));
        server.promote(account, &late).await;
        server.clock.advance(Duration::from_secs(120));
        // A promotion that began after the booking was made is not for it; a code that it has says nothing new.
        let same = program.put(&path(&booked), &json!({"promotionCodeInput": "Half"})).await;
        assert_eq!((same.status, &same.body["price"]), (200, &booked["price"]), "{}", same.text);
        let added = program.put(&path(&booked), &json!({"promotionCodeInput": "once-1", "giftVoucherCodeInput": "gift, money"})).await;
        // 90, half of it, 5 less, half of that for one of two people: 20, and 22 with tax.
        assert_eq!((gross(&added.body), &added.body["price"]["totalPaid"]), ("22", &euros("22")), "{}", added.text);
        assert_eq!((&added.body["couponCodes"], &added.body["specificVoucherCode"]), (&json!(["ONCE-1"]), &json!("GIFT")));
        assert_eq!(credit(&program, booked["customerId"].as_str().unwrap()).await, "78");
        let echoed = program.put(&path(&booked), &added.body).await;
        assert_eq!((echoed.status, &echoed.body["price"]), (200, &added.body["price"]), "{}", echoed.text);
        let again = program.put(&path(&booked), &json!({"giftVoucherCodeInput": "money,gift"})).await;
        assert_eq!((again.status, &again.body["price"]), (200, &added.body["price"]), "{}", again.text);
        let bad = program.put(&path(&booked), &json!({"promotionCodeInput": "nothing"})).await;
        assert_eq!(bad.status, 400, "{}", bad.text);
        // The lesson is not what the promotion and the voucher are for: they are given back, and the coupon stays.
        let moved = json!({"productId": LESSON, "startTime": "2026-05-07T11:30:00+01:00", "participants": {"numbers": people(1, 0)}});
        let moved = program.put(&path(&booked), &moved).await;
        assert_eq!((gross(&moved.body), &moved.body["promotionName"]), ("44", &json!("Coupons")), "{}", moved.text);
        assert_eq!(moved.body.get("specificVoucherCode"), None);
        let other = program.create("/bookings", &with_codes(1, "", "gift")).await;
        assert_eq!((gross(&other), &other["specificVoucherCode"]), ("0", &json!("GIFT")));
    }

    /// Twenty programs with one coupon, with one use of a promotion, one voucher, one credit: one booking has each.
    async fn nothing_is_used_twice(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let coupons = promotion("Coupons", "coupons", "10");
        let limited = slotkeeper_testkit::benefits::limited(promotion("One", "one", "10"), 1);
        server.promote(account, &coupons).await;
        server.promote(account, &limited).await;
        server.give_out(account, &coupons, &["once"]).await;
        server.issue_service(account, "gift", TOUR, None, None).await;
        server.issue_money(account, "money", 1_000).await;
        for (turn, (promotions, vouchers)) in [("once", ""), ("one", ""), ("", "gift"), ("", "money")].into_iter().enumerate() {
            let day = format!("2026-05-{:02}", 8 + turn);
            let answers = join_all((0..20).map(|_| {
                let (program, mut body) = (program.clone(), with_codes(1, promotions, vouchers));
                body["eventId"] = json!(tour(&day));
                async move { program.post("/bookings", &body).await }
            }))
            .await;
            let booked = answers.iter().filter(|answer| answer.status == 201).count();
            let said = |answer: &&slotkeeper_testkit::client::Answer| {
                answer.status == 400 && answer.body["message"].as_str().unwrap().contains("used")
            };
            assert_eq!((booked, answers.iter().filter(said).count()), (1, 19), "{promotions}{vouchers}: {:?}",
                answers.iter().map(|answer| &answer.text).collect::<Vec<_>>());
            assert_eq!(seats_left(&program, &day).await, 7);
        }
        let ilse = customer(&program).await;
        server.prepay(account, &ilse, 1, "", None).await;
        server.grant(account, &ilse, 6_000).await;
        let answers = join_all((0..8).map(|_| {
            let (program, mut body) = (program.clone(), of(&ilse, order(DAY, 1)));
            body["eventId"] = json!(tour("2026-05-14"));
            async move { program.post("/bookings", &body).await }
        }))
        .await;
        let mut all: Vec<(&str, &str)> = answers
            .iter()
            .map(|answer| (gross(&answer.body), answer.body["price"]["totalPaid"]["amount"].as_str().unwrap()))
            .collect();
        all.sort_unstable();
        // One with the credit, one that money credit pays, one for which something of that is left.
        assert_eq!(all[..2], [("0", "0"), ("49.5", "0")]);
        assert_eq!(all.iter().filter(|one| **one == ("49.5", "49.5")).count(), 1, "{all:?}");
        assert_eq!(all.iter().filter(|one| **one == ("49.5", "10.5")).count(), 1, "{all:?}");
        assert_eq!(all.iter().filter(|one| **one == ("49.5", "0")).count(), 5, "{all:?}");
        assert_eq!(credit(&program, &ilse).await, "0");
    }

    /// Adjustments can lower a price, and not below nothing.
    async fn no_price_is_negative(server: TestServer) {
        let (_, program) = business(&server).await;
        let adjusted = |amount: &str, taxes: Value| {
            let mut body = order(DAY, 1);
            body["priceAdjustments"] = json!([{"unitPrice": euros(amount), "quantity": 1, "taxIds": taxes}]);
            body
        };
        for (amount, taxes) in [("-45.01", json!(["312TAX0001"])), ("-49.51", json!([])), ("-100", json!(["312TAX0001"]))] {
            refused(&program, &adjusted(amount, taxes), "priceAdjustments: they take off more than there is").await;
        }
        assert_eq!(gross(&program.create("/bookings", &adjusted("-45", json!(["312TAX0001"]))).await), "0");
    }
}
