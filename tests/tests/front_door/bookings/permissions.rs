//! What each permission allows by itself: every operation, on things of the application, of another one, of another
//! account, and on missing things. The table is written by hand; an operation without a line in it fails.

use super::{TOUR, catalogue, order, people, tour};
use slotkeeper_testkit::client::{Answer, ApiClient, Visitor, operations};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

/// The permissions that businesses can grant. That of a portal they cannot: a business has no subaccounts.
const PERMISSIONS: [&str; 19] = [
    "customers_rw_own",
    "customers_rwd_own",
    "customers_r_all",
    "customers_rw_all",
    "customers_rwd_all",
    "bookings_rw_own",
    "bookings_rwd_own",
    "bookings_r_all",
    "bookings_rw_all",
    "bookings_rwd_all",
    "blocks_rw_own",
    "blocks_rwd_own",
    "blocks_r_all",
    "blocks_rw_all",
    "blocks_rwd_all",
    "payments_rw_own",
    "payments_r_all",
    "payments_rw_all",
    "availability_r",
];

/// What an operation does with a key of one permission.
struct Line {
    operation: &'static str,
    /// With these it reaches what the application created.
    own: &'static str,
    /// With these it reaches everything in the account.
    all: &'static str,
    /// With these it is allowed, and knows of nothing.
    blind: &'static str,
}

const fn line(operation: &'static str, own: &'static str, all: &'static str) -> Line {
    Line { operation, own, all, blind: "" }
}

const ANY: &str = "any";
const BOOKINGS_R: (&str, &str) =
    ("bookings_rw_own bookings_rwd_own", "bookings_r_all bookings_rw_all bookings_rwd_all");
const BOOKINGS_W: (&str, &str) = ("bookings_rw_own bookings_rwd_own", "bookings_rw_all bookings_rwd_all");
const HOLDS: &str = "bookings_rw_own bookings_rwd_own bookings_rw_all bookings_rwd_all";
const CUSTOMERS_R: (&str, &str) =
    ("customers_rw_own customers_rwd_own", "customers_r_all customers_rw_all customers_rwd_all");
const CUSTOMERS_W: (&str, &str) = ("customers_rw_own customers_rwd_own", "customers_rw_all customers_rwd_all");
const BLOCKS_R: (&str, &str) = ("blocks_rw_own blocks_rwd_own", "blocks_r_all blocks_rw_all blocks_rwd_all");
const BLOCKS_W: (&str, &str) = ("blocks_rw_own blocks_rwd_own", "blocks_rw_all blocks_rwd_all");
const PAYMENTS_R: (&str, &str) = ("payments_rw_own", "payments_r_all payments_rw_all");

const TABLE: &[Line] = &[
    line("GET /settings/apikeyinfo", "", ANY),
    line("GET /settings/business", "", ANY),
    line("GET /settings/customercustomfields", "", ANY),
    line("GET /settings/languages", "", ANY),
    line("GET /settings/peoplecategories", "", ANY),
    line("GET /settings/products", "", ANY),
    line("GET /settings/resources", "", ANY),
    line("GET /settings/taxes", "", ANY),
    line("GET /availability/slots", "", "availability_r"),
    line("POST /availability/matchingslots", "", "availability_r"),
    line("GET /availability/matchingslots/{pageNavigationToken}", "", "availability_r"),
    line("POST /holds", BOOKINGS_W.0, BOOKINGS_W.1),
    line("GET /holds/{id}", HOLDS, ""),
    line("DELETE /holds/{id}", HOLDS, ""),
    line("GET /bookings", BOOKINGS_R.0, BOOKINGS_R.1),
    line("POST /bookings", BOOKINGS_W.0, BOOKINGS_W.1),
    line("GET /bookings/{bookingNumber}", BOOKINGS_R.0, BOOKINGS_R.1),
    line("PUT /bookings/{bookingNumber}", BOOKINGS_W.0, BOOKINGS_W.1),
    line("DELETE /bookings/{bookingNumber}", "bookings_rwd_own", "bookings_rwd_all"),
    // The customer of a booking needs both permissions.
    Line {
        operation: "GET /bookings/{bookingNumber}/customer",
        own: "",
        all: "",
        blind: "customers_rw_own customers_rwd_own customers_r_all customers_rw_all customers_rwd_all",
    },
    // A key for all payments sees what they are for; other keys need to see the booking.
    Line {
        operation: "GET /bookings/{bookingNumber}/payments",
        own: "",
        all: "payments_r_all payments_rw_all",
        blind: "payments_rw_own",
    },
    Line {
        operation: "POST /bookings/{bookingNumber}/payments",
        own: "",
        all: "payments_rw_all",
        blind: "payments_rw_own",
    },
    line("GET /customers", CUSTOMERS_R.0, CUSTOMERS_R.1),
    line("POST /customers", CUSTOMERS_W.0, CUSTOMERS_W.1),
    line("GET /customers/{id}", CUSTOMERS_R.0, CUSTOMERS_R.1),
    line("PUT /customers/{id}", CUSTOMERS_W.0, CUSTOMERS_W.1),
    line("DELETE /customers/{id}", "customers_rwd_own", "customers_rwd_all"),
    line("GET /customers/{id}/authenticate", CUSTOMERS_R.0, CUSTOMERS_R.1),
    // Without a right to customers, those that the application created.
    line(
        "GET /customers/{id}/bookings",
        "bookings_rw_own bookings_rwd_own bookings_r_all bookings_rw_all bookings_rwd_all",
        "",
    ),
    line("GET /customers/{id}/linkedpeople", CUSTOMERS_R.0, CUSTOMERS_R.1),
    line("POST /customers/{id}/linkedpeople", CUSTOMERS_W.0, CUSTOMERS_W.1),
    line("GET /customers/{customerid}/linkedpeople/{id}", CUSTOMERS_R.0, CUSTOMERS_R.1),
    line("PUT /customers/{customerid}/linkedpeople/{id}", CUSTOMERS_W.0, CUSTOMERS_W.1),
    line("DELETE /customers/{customerid}/linkedpeople/{id}", "customers_rwd_own", "customers_rwd_all"),
    line("GET /payments", PAYMENTS_R.0, PAYMENTS_R.1),
    line("GET /payments/{id}", PAYMENTS_R.0, PAYMENTS_R.1),
    line("GET /seatblocks", BLOCKS_R.0, BLOCKS_R.1),
    line("POST /seatblocks", BLOCKS_W.0, BLOCKS_W.1),
    line("GET /seatblocks/{id}", BLOCKS_R.0, BLOCKS_R.1),
    line("PUT /seatblocks/{id}", BLOCKS_W.0, BLOCKS_W.1),
    line("DELETE /seatblocks/{id}", "blocks_rwd_own", "blocks_rwd_all"),
    line("GET /resourceblocks", BLOCKS_R.0, BLOCKS_R.1),
    line("POST /resourceblocks", BLOCKS_W.0, BLOCKS_W.1),
    line("GET /resourceblocks/{id}", BLOCKS_R.0, BLOCKS_R.1),
    line("PUT /resourceblocks/{id}", BLOCKS_W.0, BLOCKS_W.1),
    line("DELETE /resourceblocks/{id}", "blocks_rwd_own", "blocks_rwd_all"),
    // These take the key of a portal.
    line("GET /subaccounts", "", ""),
    line("POST /subaccounts/{subaccountId}/apikeys", "", ""),
    line("DELETE /subaccounts/{subaccountId}/apikeys/{apiKey}", "", ""),
    // Each key has its own webhooks, also among the keys of one application.
    line("GET /webhooks", "", ANY),
    line("POST /webhooks", "", ANY),
    Line { operation: "GET /webhooks/{webhookId}", own: "", all: "", blind: ANY },
    Line { operation: "DELETE /webhooks/{webhookId}", own: "", all: "", blind: ANY },
    // Shows what the key may read: held in the tests of changes.
    line("GET /changes", "", ANY),
];

/// A body that the operation takes.
fn body(operation: &str, guide: &Value) -> Value {
    match operation {
        "POST /availability/matchingslots" => json!({
            "productId": TOUR, "startTime": "2026-05-05T00:00:00-00:00", "endTime": "2026-05-07T23:00:00-00:00",
            "peopleNumbers": people(1, 0),
        }),
        "POST /holds" | "POST /bookings" => order("2026-05-08", 1),
        "POST /bookings/{bookingNumber}/payments" => json!({
            "reason": "Deposit", "amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": "cash",
        }),
        "POST /webhooks" => json!({"url": "http://127.0.0.1:9/", "domain": "bookings", "type": "created"}),
        "POST /seatblocks" => json!({"productId": TOUR, "eventId": tour("2026-05-09"), "numSeats": 1}),
        "POST /resourceblocks" => json!({
            "startTime": "2026-05-20T08:00:00-00:00", "endTime": "2026-05-20T09:00:00-00:00", "resources": [{"id": guide}],
        }),
        _ => json!({}),
    }
}

/// Who makes the things that others reach or do not.
struct Maker {
    program: ApiClient,
    guide: Value,
    made: u32,
}

impl Maker {
    async fn new(program: ApiClient) -> Self {
        let guide = program.read("/settings/resources").await["data"][0]["resources"][0]["id"].clone();
        Self { program, guide, made: 0 }
    }

    /// A body for what is booked or blocked; on another day after some, so that there is always room.
    fn body(&mut self, operation: &str) -> Value {
        let mut body = body(operation, &self.guide);
        if body.get("eventId").is_some() {
            self.made += 1;
            let (month, day) = (6 + self.made / 4 / 28, 1 + self.made / 4 % 28);
            body["eventId"] = json!(tour(&format!("2026-{month:02}-{day:02}")));
        }
        body
    }

    async fn create(&mut self, path: &str, operation: &str) -> String {
        let body = self.body(operation);
        let created = self.program.post(path, &body).await;
        assert_eq!(created.status, 201, "{path}: {}", created.text);
        created.headers["location"].to_str().unwrap().split_once("/v2").unwrap().1.to_owned()
    }

    /// The path of an operation, at a new thing.
    async fn place(&mut self, path: &str) -> String {
        let base = path.split("/{").next().unwrap();
        let thing = match base {
            "/payments" => {
                let booking = self.create("/bookings", "POST /bookings").await;
                self.create(&format!("{booking}/payments"), "POST /bookings/{bookingNumber}/payments").await
            }
            _ => self.create(base, &format!("POST {base}")).await,
        };
        let rest = path.split_once('}').unwrap().1;
        let place = format!("{thing}{rest}");
        match place.find("/{") {
            None => place,
            Some(_) if base == "/customers" => {
                self.create(&format!("{thing}/linkedpeople"), "POST /customers/{id}/linkedpeople").await
            }
            Some(end) => format!("{}/A1B2C3", &place[..end]),
        }
    }
}

/// The path of an operation, at nothing.
fn nowhere(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "A1B2C3D4" } else { part }).collect::<Vec<_>>().join("/")
}

/// What an answer says, but for the number of the error.
fn said(answer: &Answer) -> (u16, String) {
    (answer.status, answer.body["message"].as_str().unwrap_or_default().to_owned())
}

fn holds(list: &str, permission: &str) -> bool {
    list == ANY || list.split(' ').any(|one| one == permission)
}

on_every_engine! {
    /// Each permission alone, at every operation.
    async fn a_permission_opens_what_the_table_says(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Front Office", "").await;
        let with = async |permissions: &str| {
            owner.allow(&application.asks_for(permissions, None)).await;
            let key = server.key_emailed_to("dana@example.com").await;
            ApiClient::new(&server, &key, &application.secret_key)
        };
        let everything = PERMISSIONS.join(",");
        let ours = with(&everything).await;
        server.offer(ours.account(), catalogue()).await;
        let theirs = ApiClient::installed(&server, "Other Office", &owner, &everything).await;
        let elsewhere = Visitor::owner(&server, "otto@example.com").await;
        let foreign = ApiClient::installed(&server, "Elsewhere", &elsewhere, &everything).await;
        server.offer(foreign.account(), catalogue()).await;
        let [mut ours, mut theirs, mut foreign] =
            [Maker::new(ours).await, Maker::new(theirs).await, Maker::new(foreign).await];

        let mut ahead: Vec<String> = operations().iter().map(|(method, path)| format!("{method} {path}")).collect();
        let mut wrong = Vec::new();
        for permission in PERMISSIONS {
            let program = with(permission).await;
            for Line { operation, own, all, blind } in TABLE {
                let (method, path) = operation.split_once(' ').unwrap();
                ahead.retain(|one| one != operation);
                let reaches_all = holds(all, permission);
                let reaches_own = reaches_all || holds(own, permission);
                let allowed = reaches_own || holds(blind, permission);
                let mut places = vec![("its own", nowhere(path), reaches_own)];
                if path.contains('{') {
                    if allowed {
                        places[0].1 = ours.place(path).await;
                        places.push(("another application's", theirs.place(path).await, reaches_all));
                        places.push(("another account's", foreign.place(path).await, false));
                    }
                    places.push(("nothing", nowhere(path), false));
                }
                let send = async |place: &str, body: &Value| {
                    // What is to be changed is not: a change of nothing must be allowed as well.
                    let body = if method == "PUT" { "{}".to_owned() } else { body.to_string() };
                    program.send(method, place, if method == "GET" { "" } else { &body }).await
                };
                let absent = said(&send(&nowhere(path), &ours.body(operation)).await);
                for (what, place, reached) in places {
                    let query = match path {
                        "/bookings" | "/seatblocks" | "/resourceblocks" | "/availability/slots" if method == "GET" => {
                            "?startTime=2026-06-01T00:00:00Z&endTime=2026-06-20T00:00:00Z"
                        }
                        "/customers/{id}/authenticate" => "?password=wrong-oars",
                        _ => "",
                    };
                    let answer = send(&format!("{place}{query}"), &ours.body(operation)).await;
                    let fits = match (allowed, reached) {
                        (false, _) => answer.status == 403,
                        // A customer is found who has no such password.
                        (true, true) if path.ends_with("/authenticate") => said(&answer).1.contains("password"),
                        (true, true) => (200..300).contains(&answer.status),
                        // To the byte what is answered where nothing is.
                        (true, false) => answer.status == 404 && said(&answer) == absent,
                    };
                    if !fits {
                        wrong.push(format!("{operation} at {what} with {permission}: {:?}, {absent:?}", said(&answer)));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of them\n{}", wrong.len(), wrong.join("\n"));
        assert!(ahead.is_empty(), "not in the table: {ahead:?}");
    }
}
