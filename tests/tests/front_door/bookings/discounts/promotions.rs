//! Promotions, their codes, and vouchers for services.

use super::{DAY, credit, euros, gross, path, refused, with_codes};
use crate::bookings::{business, order, people, second_business, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::discounts::{covered, instant, limited, promotion, so_much};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

on_every_engine! {
    /// The best automatic promotion applies, and codes are added; the booking costs what the hold says.
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
        later.booked_from = Some(instant(&server, 3_600));
        let mut over = promotion("Over", "over", "10");
        over.booked_before = Some(instant(&server, 0));
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
        refused(&program, &with_codes(1, "a\u{7}b", ""), "promotionCodeInput must not contain control characters").await;
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
        let limited = limited(promotion("First two", "first", "500c"), 2);
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

    /// A hold promises its price. Where others have used up in the meantime what lowered it, the booking says so.
    async fn a_broken_promise_is_no_surprise(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let coupons = promotion("Coupons", "coupons", "10");
        server.promote(account, &coupons).await;
        server.give_out(account, &coupons, &["once"]).await;
        let mine = program.create("/holds", &with_codes(1, "once", "")).await;
        server.promote(account, &limited(promotion("First one", "automatic", "1000c"), 1)).await;
        let plain = program.create("/holds", &order(DAY, 1)).await;
        assert_eq!((gross(&mine), gross(&plain)), ("44.55", "38.5"));
        program.create("/bookings", &with_codes(1, "once", "")).await;
        let book = async |hold: &Value, body: &Value| {
            program.post(&format!("/bookings?previousHoldId={}", hold["id"].as_str().unwrap()), body).await
        };
        let lost = book(&plain, &order(DAY, 1)).await;
        let says = "previousHoldId: the promotion “First one”, with which the hold was priced, has been used up. Ask for a new hold.";
        assert_eq!((lost.status, lost.body["message"].as_str().unwrap()), (409, says));
        let lost = book(&mine, &with_codes(1, "once", "")).await;
        assert_eq!((lost.status, lost.body["message"].as_str().unwrap().contains("“once”")), (400, true), "{}", lost.text);
        // The holds are still there, and a new one says what it costs now.
        let path = format!("/holds/{}", plain["id"].as_str().unwrap());
        assert_eq!(program.get(&path).await.status, 200);
        let anew = program.create(&format!("/holds?previousHoldId={}", plain["id"].as_str().unwrap()), &order(DAY, 1)).await;
        assert_eq!(gross(&anew), "49.5");
        assert_eq!(book(&anew, &order(DAY, 1)).await.status, 201);
    }

    /// A promotion that ends between the hold and the booking still applies; a new hold costs more.
    async fn a_promise_outlives_the_promotion(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut ending = promotion("Until a quarter past", "automatic", "1000c");
        ending.booked_before = Some(instant(&server, 180));
        server.promote(program.account(), &ending).await;
        let hold = program.create("/holds", &order(DAY, 1)).await;
        server.clock.advance(Duration::from_secs(240));
        let booked = program.create(&format!("/bookings?previousHoldId={}", hold["id"].as_str().unwrap()), &order(DAY, 1)).await;
        assert_eq!((gross(&hold), gross(&booked)), ("38.5", "38.5"));
        assert_eq!(gross(&program.create("/holds", &order(DAY, 1)).await), "49.5");
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
        late.booked_from = Some(instant(&server, 60));
        server.promote(account, &late).await;
        server.clock.advance(Duration::from_secs(120));
        // A promotion that began after the booking was made is not for it; a code that it has says nothing new.
        let same = program.put(&path(&booked), &json!({"promotionCodeInput": "Half"})).await;
        assert_eq!((same.status, &same.body["price"]), (200, &booked["price"]), "{}", same.text);
        let added = program.put(&path(&booked), &json!({"promotionCodeInput": "once-1", "giftVoucherCodeInput": "gift, money"})).await;
        // 90, half of it, 5 less, half of that for one of two participants: 20, and 22 with tax.
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

    /// A deleted promotion stays with its booking, for its product and day only.
    async fn a_promotion_that_is_gone_is_for_nothing_else(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut half = promotion("Half", "half", "50");
        half.products = covered(TOUR);
        server.promote(account, &half).await;
        let mut booked = Vec::new();
        for _ in 0..2 {
            let booking = program.create("/bookings", &with_codes(1, "half", "")).await;
            server.lose_promotions_of(account, booking["bookingNumber"].as_str().unwrap()).await;
            booked.push(path(&booking));
        }
        for (body, price) in [
            (json!({"externalRef": "X"}), "24.75"),
            (json!({"participants": {"numbers": people(2, 0)}, "promotionCodeInput": "HALF"}), "49.5"),
        ] {
            let changed = program.put(&booked[0], &body).await;
            assert_eq!((gross(&changed.body), &changed.body["promotionName"]), (price, &json!("Half")), "{}", changed.text);
        }
        let lesson = json!({"productId": LESSON, "startTime": "2026-05-08T11:30:00+01:00", "options": []});
        for (booked, elsewhere, price) in [(&booked[0], json!({"eventId": tour("2026-05-09")}), "99"), (&booked[1], lesson, "49.5")] {
            let moved = program.put(booked, &elsewhere).await;
            assert_eq!((gross(&moved.body), moved.body.get("promotionName")), (price, None), "{}", moved.text);
        }
    }

    /// A promotion applies once, also when the business has changed what it takes to get it.
    async fn a_promotion_of_another_kind_applies_once(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let itself = promotion("Half", "automatic", "50");
        let mut by_code = itself.clone();
        by_code.trigger = promotion("Half", "half", "50").trigger;
        server.promote(account, &itself).await;
        let came_by_itself = program.create("/bookings", &order(DAY, 1)).await;
        server.promote(account, &by_code).await;
        let came_by_code = program.create("/bookings", &with_codes(1, "half", "")).await;
        let again = program.put(&path(&came_by_itself), &json!({"promotionCodeInput": "half"})).await;
        let says = "“half” cannot be used: a promotion can be used once in a booking";
        assert_eq!((again.status, again.body["message"].as_str().unwrap().contains(says)), (400, true), "{}", again.text);
        server.promote(account, &itself).await;
        for booking in [&came_by_itself, &came_by_code] {
            let changed = program.put(&path(booking), &json!({"externalRef": "X"})).await;
            assert_eq!((gross(&changed.body), &changed.body["promotionName"]), ("24.75", &json!("Half")), "{}", changed.text);
        }
    }

    /// What no price could be computed with is no promotion.
    async fn promotions_are_in_the_currency_of_the_business(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut wrong = promotion("Wrong", "automatic", "-100c");
        assert!(server.refuses(account, &wrong).await);
        wrong.discount = so_much("GBP", 100);
        assert!(server.refuses(account, &wrong).await);
        wrong.discount = so_much("EUR", 100);
        assert!(!server.refuses(account, &wrong).await);
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
