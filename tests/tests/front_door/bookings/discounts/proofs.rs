//! No discount or credit is used twice, and no money appears or vanishes.

use super::{DAY, credit, customer, gross, of, path, payments, quote, with_codes};
use crate::bookings::{business, order, people, seats_left, tour};
use slotkeeper_testkit::catalogue::{TOUR, catalogue};
use slotkeeper_testkit::client::{Answer, ApiClient};
use slotkeeper_testkit::discounts::{instant, limited, promotion};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::{join_all, on_every_engine};
use std::collections::BTreeMap;
use std::time::Duration;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// So many at least, and fewer than `end`.
    fn small(&mut self, least: u32, end: u32) -> u32 {
        least + u32::try_from(self.below(u64::from(end - least))).unwrap()
    }

    fn either(&mut self) -> bool {
        self.below(2) == 1
    }
}

/// An amount in cents, which is not negative.
fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    assert!(!text.starts_with('-'), "{text} is negative");
    whole.parse::<i64>().unwrap() * 100 + format!("{decimals:0<2}").parse::<i64>().unwrap()
}

/// Parts add up and nothing is negative; the gross price, in cents.
fn sound(price: &Value) -> i64 {
    let part = |name: &str| cents(&price[name]["amount"]);
    let taxes: i64 = price["taxes"].as_array().unwrap().iter().map(|tax| cents(&tax["amount"]["amount"])).sum();
    assert_eq!((part("totalNet") + taxes, taxes), (part("totalGross"), part("totalTaxes")), "{price}");
    part("totalGross")
}

/// What was paid for a booking by each method, in cents. It comes to what the booking says.
async fn paid(program: &ApiClient, booking: &Value) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for (method, amount) in payments(program, booking).await {
        *all.entry(method).or_insert(0) += cents(&json!(amount));
    }
    assert_eq!(all.values().sum::<i64>(), cents(&booking["price"]["totalPaid"]["amount"]), "{booking}");
    all
}

/// How much of that vouchers and credit have paid.
fn of_credit(paid: &BTreeMap<String, i64>) -> i64 {
    ["moneyVoucher", "existingCredit"].iter().filter_map(|method| paid.get(*method)).sum()
}

/// An order with party, options, adjustment and codes by chance; the second is whether the money voucher is among them.
fn some_order(numbers: &mut Numbers, customer: &str, [coupon, gift, money]: &[String; 3]) -> (Value, bool) {
    let mut body = of(customer, order(DAY, 1));
    body["participants"] = json!({"numbers": people(numbers.small(1, 4), numbers.small(0, 3))});
    let mut chosen = |code: &String| if numbers.either() { code.clone() } else { String::new() };
    let (coupon, gift, money) = (chosen(coupon), chosen(gift), chosen(money));
    body["promotionCodeInput"] = json!(coupon);
    body["giftVoucherCodeInput"] = json!(format!("{gift},{money}"));
    body["options"] = json!([{"name": "Dry bags", "value": numbers.small(0, 5).to_string()}]);
    let sign = if numbers.either() { "-" } else { "" };
    let amount = format!("{sign}{}.{:02}", numbers.below(20), numbers.below(100));
    body["priceAdjustments"] = json!([{
        "unitPrice": {"amount": amount, "currency": "EUR"}, "quantity": 1, "taxIds": ["312TAX0001"],
    }]);
    (body, !money.is_empty())
}

on_every_engine! {
    /// Twenty programs with one coupon, with one use of a promotion, one voucher, one credit: one booking has each.
    async fn nothing_is_used_twice(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let coupons = promotion("Coupons", "coupons", "10");
        let limited = limited(promotion("One", "one", "10"), 1);
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
            let said = |answer: &&Answer| {
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

    /// Whatever happens between a hold and its booking, the booking costs no more than the hold said and leaves no
    /// more to pay, or is refused and needs a new hold. The passing of time alone is no reason for a refusal.
    async fn a_hold_is_kept_or_the_booking_refused(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut numbers = Numbers(1_903);
        let (mut kept, mut refused) = (0, 0);
        for round in 0..30 {
            let trigger = if numbers.either() { "ending" } else { "automatic" };
            let mut ending = promotion("Ending", trigger, "20");
            ending.id = "ENDING0001".parse().unwrap();
            ending.booked_before = Some(instant(&server, 60));
            server.promote(account, &ending).await;
            let ilse = customer(&program).await;
            server.grant(account, &ilse, numbers.small(0, 12_000)).await;
            server.prepay(account, &ilse, numbers.small(0, 4), TOUR, None).await;
            let mut body = of(&ilse, order(DAY, numbers.small(1, 4)));
            // A day for each round, so that there are seats.
            let day = |round: u64| format!("2026-{:02}-{:02}", 6 + round / 28, 1 + round % 28);
            body["eventId"] = json!(tour(&day(round)));
            if trigger == "ending" {
                body["promotionCodeInput"] = json!(trigger);
            }
            let held = program.create("/holds", &body).await;
            let (gross_then, payable) = (sound(&held["price"]), cents(&held["totalPayable"]["amount"]));
            // All that is payable was received elsewhere, or nothing.
            if numbers.either() {
                let amount = held["totalPayable"].clone();
                body["initialPayments"] = json!([{"reason": "Card", "amount": amount, "paymentMethod": "creditCard"}]);
            }
            let elsewhere = numbers.either();
            if elsewhere {
                let mut other = of(&ilse, order(DAY, numbers.small(1, 3)));
                other["eventId"] = json!(tour(&day(round + 40)));
                program.create("/bookings", &other).await;
            }
            if numbers.either() {
                server.clock.advance(Duration::from_secs(120));
            }
            let path = format!("/bookings?previousHoldId={}", held["id"].as_str().unwrap());
            let booked = program.post(&path, &body).await;
            if booked.status == 201 {
                let gross = sound(&booked.body["price"]);
                let left = gross - cents(&booked.body["price"]["totalPaid"]["amount"]);
                let promised = if body.get("initialPayments").is_some() { 0 } else { payable };
                assert!(gross <= gross_then && left <= promised, "{held} {}", booked.text);
                kept += 1;
            } else {
                let says = booked.body["message"].as_str().unwrap();
                assert!(elsewhere && booked.status == 409 && says.ends_with("Ask for a new hold."), "{held} {}", booked.text);
                refused += 1;
            }
        }
        assert!(kept >= 10 && refused >= 3, "{kept} kept, {refused} refused");
    }

    /// Whatever prices, parties, options, adjustments, promotions, vouchers and credits are: a hold says what the booking
    /// costs, parts add up, and no money appears or vanishes while it is booked, changed and cancelled.
    async fn no_money_appears_or_vanishes(server: TestServer) {
        let (_, program) = business(&server).await;
        let account = program.account();
        let mut numbers = Numbers(2_026);
        for round in 0..20 {
            let mut offered = catalogue();
            offered.settings.prices_include_taxes = numbers.either();
            offered.taxes[0].rate = format!("{}.5", numbers.below(30)).parse().unwrap();
            server.offer(account, offered).await;
            let mut some = |name: &str, trigger: &str| {
                let (percent, cents) = (numbers.below(101).to_string(), format!("{}c", numbers.below(6_000)));
                promotion(name, trigger, if numbers.either() { &percent } else { &cents })
            };
            let (mut automatic, coupons) = (some("Automatic", "automatic"), some("Coupons", "coupons"));
            automatic.id = "AUTOMATIC1".parse().unwrap();
            automatic.enabled = numbers.either();
            server.promote(account, &automatic).await;
            server.promote(account, &coupons).await;
            let codes = ["C", "G", "M"].map(|kind| format!("{kind}-{round}"));
            server.give_out(account, &coupons, &[&codes[0]]).await;
            let people_of_gift = Some(numbers.small(0, 3)).filter(|people| *people > 0);
            server.issue_service(account, &codes[1], TOUR, people_of_gift, None).await;
            let (value, granted) = (i64::from(numbers.small(1, 15_000)), numbers.small(0, 10_000));
            server.issue_money(account, &codes[2], value).await;
            let ilse = customer(&program).await;
            server.grant(account, &ilse, granted).await;
            server.prepay(account, &ilse, numbers.small(0, 4), TOUR, None).await;

            let (mut body, redeemed) = some_order(&mut numbers, &ilse, &codes);
            let held = quote(&program, &body).await;
            let gross_then = sound(&held["price"]);
            let applied = |name: &str| held.get(name).map_or(0, |money| cents(&money["amount"]));
            let credit_then = applied("applicableMoneyCredit") + applied("applicableGiftVoucherCredit");
            let payable = applied("totalPayable");
            assert_eq!(payable + credit_then, gross_then, "{held}");
            // A deposit, or all that is payable.
            let deposit = if numbers.either() { payable } else { payable / 3 };
            let amount = json!({"amount": format!("{}.{:02}", deposit / 100, deposit % 100), "currency": "EUR"});
            body["initialPayments"] = json!([{"reason": "Card", "amount": amount, "paymentMethod": "creditCard"}]);
            let booked = program.create("/bookings", &body).await;
            assert_eq!((sound(&booked["price"]), &booked["price"]["totalNet"]), (gross_then, &held["price"]["totalNet"]));
            let then = paid(&program, &booked).await;
            assert_eq!(of_credit(&then), credit_then, "{held} {booked}");
            let before = i64::from(granted) + if redeemed { value } else { 0 };
            assert_eq!(cents(&credit(&program, &ilse).await) + of_credit(&then), before);

            // Others come, and the money voucher is redeemed if it was not.
            let party = json!({"numbers": people(numbers.small(1, 4), numbers.small(0, 3))});
            let change = json!({"participants": party, "giftVoucherCodeInput": codes[2]});
            let changed = program.put(&path(&booked), &change).await;
            assert_eq!(changed.status, 200, "{}", changed.text);
            sound(&changed.body["price"]);
            let after = paid(&program, &changed.body).await;
            assert_eq!(cents(&credit(&program, &ilse).await) + of_credit(&after), i64::from(granted) + value);
            let back = program.put(&path(&booked), &json!({"participants": body["participants"]})).await;
            assert_eq!(sound(&back.body["price"]), gross_then, "{}", back.text);
            assert_eq!(program.delete(&path(&booked)).await.status, 204);
            assert_eq!(paid(&program, &back.body).await, after);
            // What can be used again is there again.
            let gift = body["giftVoucherCodeInput"].as_str().unwrap().split(',').next().unwrap().to_owned();
            body["giftVoucherCodeInput"] = json!(gift);
            assert_eq!(sound(&quote(&program, &body).await["price"]), gross_then);
        }
    }
}
