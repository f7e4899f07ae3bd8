//! An accent is one character on one device and two on another (Unicode's normal forms C and D): names and passwords
//! match in both.

use super::{business, order};
use slotkeeper_testkit::client::{PASSWORD, Visitor};
use slotkeeper_testkit::discounts::promotion;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::json;

/// The same name in both forms, and in capitals.
const NAMES: [(&str, &str); 4] = [
    ("Jos\u{e9}", "\u{c5}ngstr\u{f6}m"),
    ("Jose\u{301}", "A\u{30a}ngstro\u{308}m"),
    ("JOS\u{c9}", "\u{c5}NGSTR\u{d6}M"),
    ("JOSE\u{301}", "A\u{30a}NGSTRO\u{308}M"),
];

on_every_engine! {
    async fn customers_are_found_by_their_names(server: TestServer) {
        let (_, program) = business(&server).await;
        for (first, last) in NAMES {
            let made = program.create("/customers", &json!({"firstName": first, "lastName": last})).await;
            // What was typed is what is shown.
            assert_eq!((&made["firstName"], &made["lastName"]), (&json!(first), &json!(last)));
        }
        program.create("/customers", &json!({"firstName": "Jose", "lastName": "Angstrom"})).await;
        for (first, last) in NAMES {
            for (field, text) in [("firstName", first), ("lastName", last), ("name", last), ("name", &format!("{first} {last}"))] {
                let found = program.read(&format!("/customers?searchField={field}&searchText={text}")).await;
                assert_eq!(found["info"]["totalItems"], 4, "{field} {text}");
            }
        }
        assert_eq!(program.read("/customers?searchField=lastName&searchText=angstrom").await["info"]["totalItems"], 1);
        // Also after a change.
        let found = program.read("/customers?searchField=firstName&searchText=jose").await;
        let plain = found["data"][0]["id"].as_str().unwrap();
        program.put(&format!("/customers/{plain}"), &json!({"firstName": "Jose\u{301}"})).await;
        assert_eq!(program.read("/customers?searchField=firstName&searchText=Jos\u{e9}").await["info"]["totalItems"], 5);
    }

    async fn codes_and_other_ways_to_pay_are_the_same(server: TestServer) {
        let (_, program) = business(&server).await;
        server.promote(program.account(), &promotion("Summer", "\u{e9}t\u{e9}10", "10")).await;
        let price = async |code: &str| {
            let mut body = order("2026-05-08", 1);
            body["promotionCodeInput"] = json!(code);
            program.create("/holds", &body).await["price"]["totalGross"]["amount"].clone()
        };
        let full: f64 = price("").await.as_str().unwrap().parse().unwrap();
        for code in ["\u{e9}t\u{e9}10", "e\u{301}te\u{301}10", "\u{c9}T\u{c9}10", "E\u{301}TE\u{301}10"] {
            let lowered: f64 = price(code).await.as_str().unwrap().parse().unwrap();
            assert!((lowered - full * 0.9).abs() < 0.01, "{code}: {lowered} of {full}");
        }
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        let path = format!("/bookings/{}/payments", booked["bookingNumber"].as_str().unwrap());
        let ways = ["Ch\u{e8}que-vacances", "Che\u{300}que-vacances"];
        for way in ways {
            program.create(&path, &json!({
                "amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": "other", "paymentMethodOther": way, "reason": "x",
            })).await;
        }
        for way in ways {
            let found = program.read(&format!("/payments?paymentMethodOther={way}")).await;
            assert_eq!(found["info"]["totalItems"], 2, "{way}");
        }
    }

    /// Passwords of customers and of users.
    async fn passwords_open_from_every_device(server: TestServer) {
        let (owner, program) = business(&server).await;
        let forms = ["seven gr\u{e9}\u{e9}n kayaks", "seven gre\u{301}e\u{301}n kayaks"];
        let id = program.create("/customers", &json!({"firstName": "Ilse"})).await["id"].as_str().unwrap().to_owned();
        for given in forms {
            server.give_password(program.account(), &id, Some(given)).await.unwrap();
            for (typed, status) in [(forms[0], 200), (forms[1], 200), ("seven green kayaks", 403)] {
                let answer = program.get(&format!("/customers/{id}/authenticate?password={typed}")).await;
                assert_eq!(answer.status, status, "{given} {typed}");
            }
        }
        let email = "kim@example.com";
        owner.post("/backoffice/team", &[("name", "Kim"), ("email", email), ("role", "staff")]).await;
        let page = Visitor::new(&server).post(&server.email_to(email).await.link(), &[("password", forms[1])]).await;
        assert_eq!(page.location(), "/sign-in?notice=password-chosen");
        for (typed, opens) in [(forms[0], true), (forms[1], true), (PASSWORD, false)] {
            let page = Visitor::new(&server).post("/sign-in", &[("email", email), ("password", typed)]).await;
            assert_eq!(page.status.is_redirection(), opens, "{typed}");
        }
    }

    /// A developer's applications have different names.
    async fn names_of_applications_are_compared_in_normal_form(server: TestServer) {
        let developer = Visitor::developer(&server, "dev@example.com").await;
        developer.register("Caf\u{e9} Desk", "").await;
        for (name, is_new) in [("Cafe\u{301} Desk", false), ("Cafe Desk", true)] {
            let fields = [("name", name), ("description", "Sells tours."), ("callback_url", "")];
            let page = developer.post("/developer/applications", &fields).await;
            assert_eq!(page.status.is_success(), is_new, "{name}");
        }
    }
}
