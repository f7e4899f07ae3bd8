//! Products with other options, lengths, prices and hours than those of the other tests.

use super::{business, lesson, order, people, seats_left};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR, TOUR_SERIES, catalogue, edit};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

const DAYS: &str = "startTime=2026-05-08T00:00:00-00:00&endTime=2026-05-09T00:00:00-00:00";

fn euros(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

async fn slot(program: &ApiClient, product: &str) -> Value {
    program.read(&format!("/availability/slots?productId={product}&{DAYS}")).await["data"][0].clone()
}

on_every_engine! {
    /// By id, which wins over a name; what is not said is as the product has it; what must be said must.
    async fn options_are_chosen(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[0], |tour| {
            tour["options"][1]["shown_to_customers"] = json!(false);
            tour["options"][2]["enabled"] = json!(false);
            tour["options"][3]["kind"] = json!({"text": {"required": true}});
        });
        server.offer(program.account(), offered).await;
        let (point, bags, suit, diet) = ("K3V9QWZT", "H5J8CDYP", "B7N2MXRL", "T1F6GSAE");
        let id = |suffix: &str| json!(format!("{TOUR}_{suffix}"));
        let nuts = json!({"id": id(diet), "value": "no nuts"});
        for (chosen, expected) in [
            (json!([nuts]), json!(["Pier", "0", "no nuts"])),
            // Hidden from customers, and set through the API.
            (json!([nuts, {"id": id(bags), "name": "Meeting point", "value": "2"}]), json!(["Pier", "2", "no nuts"])),
            (json!([nuts, {"id": null, "name": "Meeting point (pt)", "value": "Hotel (pt)"}]), json!(["Hotel", "0", "no nuts"])),
            (json!([nuts, {"name": "Meeting point", "value": "Hotel"}, {"name": "Dry bags", "value": "1"}]), json!(["Hotel", "1", "no nuts"])),
            (json!([]), json!(400)),
            (json!([{"id": id(diet), "value": " "}]), json!(400)),
            (json!([nuts, {"id": id(suit), "value": "true"}]), json!(400)),
            (json!([nuts, {"id": id(point), "value": "Moon"}]), json!(400)),
            (json!([nuts, {"name": "Parrot", "value": "1"}]), json!(400)),
            (json!([nuts, {"value": "1"}]), json!(400)),
        ] {
            let mut body = order("2026-05-08", 1);
            body["options"] = chosen;
            let answer = program.post("/bookings", &body).await;
            if expected == 400 {
                assert_eq!(answer.status, 400, "{}", answer.text);
                assert!(answer.body["message"].as_str().unwrap().contains("option"), "{}", answer.text);
                continue;
            }
            assert_eq!(answer.status, 201, "{}", answer.text);
            let values: Vec<_> = answer.body["options"].as_array().unwrap().iter().map(|option| option["value"].clone()).collect();
            assert_eq!(json!(values), expected);
        }
    }

    /// What describes an option, a value or a field is there also when it is empty; strict clients look for it.
    async fn descriptions_are_always_there(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[0], |tour| tour["options"][1]["description"] = Value::Null);
        edit(&mut offered.products[0], |tour| tour["options"][0]["kind"]["choice"]["values"][1]["description"] = json!([["en-GB", "By the door"]]));
        server.offer(program.account(), offered).await;
        let (products, fields) = (program.read("/settings/products").await, program.read("/settings/customercustomfields").await);
        let tour = &products["data"][0];
        let kinds = ["choiceOptions", "numberOptions", "onOffOptions", "textOptions"];
        let options = kinds.iter().flat_map(|kind| tour[kind].as_array().unwrap());
        let fields = fields.as_object().unwrap().values().flat_map(|fields| fields.as_array().unwrap());
        let described: Vec<&Value> = options.chain(fields).collect();
        assert_eq!(described.len(), 6);
        for one in described {
            assert!(one["description"].is_string(), "{one}");
            for value in one["values"].as_array().into_iter().flatten() {
                assert!(value["description"].is_string(), "{value}");
            }
        }
        assert_eq!(tour["numberOptions"][0]["description"], "");
        let values = &tour["choiceOptions"][0]["values"];
        assert_eq!((&values[0]["description"], &values[1]["description"]), (&json!(""), &json!("By the door")));
    }

    /// An option of an appointment makes it longer and dearer, in searches as well.
    async fn an_option_takes_its_time(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        let video = json!({"price": {"minor": 1_500, "currency": "EUR"}, "per": "booking", "minutes": 30});
        edit(&mut offered.products[2], |lessons| {
            lessons["options"] = json!([{
                "id": format!("{LESSON}_V1D30000"), "name": [["en-GB", "Video"]], "description": null,
                "shown_to_customers": true, "enabled": true, "kind": {"on_off": {"default": false, "on": video}},
            }]);
        });
        server.offer(program.account(), offered).await;
        let options = json!([{"name": "Video", "value": "true"}]);
        let mut search = json!({
            "productId": LESSON, "startTime": "2026-05-07T00:00:00-00:00", "endTime": "2026-05-07T23:59:00-00:00",
            "peopleNumbers": people(1, 0),
        });
        let found = async |search: &Value| {
            let found = program.create("/availability/matchingslots?itemsPerPage=300", search).await["data"].clone();
            let last = found.as_array().unwrap().last().unwrap();
            (last["startTime"].as_str().unwrap()[11..16].to_owned(), last["endTime"].as_str().unwrap()[11..16].to_owned())
        };
        assert_eq!(found(&search).await, ("16:00".to_owned(), "17:00".to_owned()));
        search["options"] = options.clone();
        assert_eq!(found(&search).await, ("15:30".to_owned(), "17:00".to_owned()));
        let mut body = lesson("2026-05-07T15:30:00-00:00");
        let plain = program.create("/bookings", &body).await;
        body["options"] = options;
        let longer = program.create("/bookings", &body).await;
        assert_eq!((&plain["endTime"], &longer["endTime"]), (&json!("2026-05-07T16:30:00+01:00"), &json!("2026-05-07T17:00:00+01:00")));
        assert_eq!((&plain["price"]["totalNet"], &longer["price"]["totalNet"]), (&euros("45"), &euros("60")));
    }

    /// Prices can have their taxes in them: then what is shown while looking is what is charged.
    async fn prices_include_taxes_or_not(server: TestServer) {
        let (_, program) = business(&server).await;
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00-00:00", "endTime": "2026-05-08T23:00:00-00:00",
            "peopleNumbers": people(2, 0),
        });
        for (included, net, taxes, gross) in [(false, "90", "9", "99"), (true, "81.82", "8.18", "90")] {
            let mut offered = catalogue();
            offered.settings.prices_include_taxes = included;
            server.offer(program.account(), offered).await;
            let found = program.create("/availability/matchingslots", &search).await;
            assert_eq!(found["data"][0]["price"], euros("90"), "{included}");
            let products = program.read("/settings/products").await;
            assert_eq!(products["data"][0]["defaultRates"][0]["price"], euros("45"));
            let hold = program.create("/holds", &order("2026-05-08", 2)).await;
            let price = json!({
                "totalGross": euros(gross), "totalNet": euros(net), "totalTaxes": euros(taxes), "totalPaid": euros("0"),
                "taxes": [{"taxId": "312TAX0001", "amount": euros(taxes)}],
            });
            assert_eq!((&hold["price"], &hold["totalPayable"]), (&price, &euros(gross)));
        }
    }

    /// What has no price has no rates and no taxes, and costs nothing.
    async fn what_has_no_price_costs_nothing(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[0], |tour| (tour["rates"], tour["taxes"]) = (Value::Null, json!([])));
        server.offer(program.account(), offered).await;
        let products = program.read("/settings/products").await;
        assert_eq!(products["data"][0].get("defaultRates"), None);
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00-00:00", "endTime": "2026-05-08T23:00:00-00:00",
            "peopleNumbers": people(1, 0),
        });
        assert_eq!(program.create("/availability/matchingslots", &search).await["data"][0].get("price"), None);
        let zero = euros("0");
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        assert_eq!(booked["price"], json!({
            "totalGross": zero, "totalNet": zero, "totalTaxes": zero, "totalPaid": zero, "taxes": [],
        }));
    }

    /// Whole days last until the end of the last one, and have neither hours nor minutes.
    async fn a_product_lasts_for_days(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[0], |tour| tour["length"] = json!({"days": 2}));
        server.offer(program.account(), offered).await;
        let products = program.read("/settings/products").await;
        assert_eq!(products["data"][0]["duration"], json!({"days": 2, "hours": 0, "minutes": 0}));
        let ends = json!("2026-05-10T00:00:00+01:00");
        assert_eq!(slot(&program, TOUR).await["endTime"], ends);
        assert_eq!(program.create("/bookings", &order("2026-05-08", 1)).await["endTime"], ends);
    }

    /// The end of an event's id is its day in the business's calendar, also where it is another day in UTC.
    async fn an_event_is_named_after_its_local_day(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[0], |tour| tour["kind"]["fixed"]["series"][0]["schedule"]["starts"] = json!("00:30:00"));
        server.offer(program.account(), offered).await;
        let found = slot(&program, TOUR).await;
        assert_eq!(found["startTime"], "2026-05-08T00:30:00+01:00");
        assert_eq!(found["eventId"], format!("{TOUR}_{TOUR_SERIES}_2026-05-08"));
    }

    /// A family takes four seats and an infant none; staff book people categories that the product does not list.
    async fn seats_are_those_of_the_categories(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut body = order("2026-05-08", 1);
        body["participants"]["numbers"] = json!([
            {"peopleCategoryId": "CQ4T7X", "number": 1}, {"peopleCategoryId": "Cinfants", "number": 2},
            {"peopleCategoryId": "Cadults", "number": 1}, {"peopleCategoryId": "Cchildren", "number": 0},
        ]);
        assert_eq!(program.post("/bookings", &body).await.status, 400);
        let booked = program.create("/bookings?mode=backend", &body).await;
        assert_eq!(seats_left(&program, "2026-05-08").await, 3);
        let shown = program.read(&format!("/bookings/{}?expandParticipants=1", booked["bookingNumber"].as_str().unwrap())).await;
        assert_eq!(shown["participants"]["details"].as_array().unwrap().len(), 4);
    }

    /// Resources of a type that is not for customers are used, and no search shows them; settings show all of them.
    async fn what_is_not_public_is_not_shown(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00-00:00", "endTime": "2026-05-08T23:00:00-00:00",
            "peopleNumbers": people(1, 0), "resources": [{"id": "312RS00001"}],
        });
        assert_eq!(program.create("/availability/matchingslots", &search).await["data"][0]["resources"][0]["name"], "Ana");
        // The tour is Ana's.
        search["resources"] = json!(["312RS00002"]);
        assert_eq!(program.create("/availability/matchingslots", &search).await["data"], json!([]));
        let mut offered = catalogue();
        offered.resource_types[0].is_public = false;
        server.offer(program.account(), offered).await;
        assert_eq!(slot(&program, TOUR).await.get("resources"), None);
        search["resources"] = Value::Null;
        assert_eq!(program.create("/availability/matchingslots", &search).await["data"][0].get("resources"), None);
        let guides = program.read("/settings/resources").await["data"][0].clone();
        assert_eq!((&guides["isPublic"], guides["resources"].as_array().unwrap().len()), (&json!(false), 2));
        let booked = program.create("/bookings", &lesson("2026-05-08T10:00:00-00:00")).await;
        assert_eq!(booked["resources"], json!([{"id": "312RS00001", "name": "Ana"}]));
    }

    /// Staff look past the limits of parties and past what is over.
    async fn staff_look_further(server: TestServer) {
        let (_, program) = business(&server).await;
        let infants = json!([{"peopleCategoryId": "Cinfants", "number": 1}]);
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-01T00:00:00-00:00", "endTime": "2026-05-03T23:00:00-00:00",
            "peopleNumbers": infants,
        });
        assert_eq!(program.post("/availability/matchingslots", &search).await.status, 400);
        let found = program.create("/availability/matchingslots?mode=backend", &search).await;
        assert_eq!(found["info"]["totalItems"], 3);
        let days = format!("/availability/slots?productId={TOUR}&startTime=2026-05-01T00:00:00Z&endTime=2026-05-03T23:00:00Z");
        assert_eq!(program.read(&days).await["info"]["totalItems"], 0);
        assert_eq!(program.read(&format!("{days}&mode=backend")).await["info"]["totalItems"], 3);
        assert_eq!(program.get(&format!("{days}&mode=owner")).await.status, 400);
    }

    /// Only some products have private events.
    async fn not_all_events_can_be_private(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        offered.products[0].allow_private_events = false;
        server.offer(program.account(), offered).await;
        let mut body = order("2026-05-08", 2);
        body["privateEvent"] = json!(true);
        let refused = program.post("/bookings", &body).await;
        assert!(refused.status == 400 && refused.text.contains("privateEvent"), "{}", refused.text);
    }

    /// Without a product, what customers can book by events is listed: no appointments, and nothing that is closed to programs.
    async fn all_scheduled_products_are_searched(server: TestServer) {
        let (_, program) = business(&server).await;
        let week = "startTime=2026-05-05T00:00:00-00:00&endTime=2026-05-06T00:00:00-00:00";
        let found = program.read(&format!("/availability/slots?{week}")).await;
        let products: Vec<_> = found["data"].as_array().unwrap().iter().map(|slot| slot["productId"].as_str().unwrap()).collect();
        assert_eq!(products, [TOUR, COURSE]);
    }
}
