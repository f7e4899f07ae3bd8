//! Pages of lists that change: a list is fixed when its first page is requested.

use super::resourceblocks::away;
use super::seatblocks::seats;
use super::{ALL, business, order, tour};
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use std::collections::BTreeSet;
use std::time::Duration;

const ANA: &str = "312RS00001";
const MAY: &str = "startTime=2026-05-01T00:00:00Z&endTime=2026-05-31T23:59:59Z";
const OFTEN: &str = "lastUpdatedStartTime=2026-05-01T00:00:00Z&lastUpdatedEndTime=2026-05-31T23:59:59Z";

/// Items on a page.
const SIZE: usize = 3;

/// The id of an item of whatever list.
fn id(item: &Value) -> String {
    item.get("bookingNumber").unwrap_or(&item["id"]).as_str().unwrap().to_owned()
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(id).collect()
}

/// A list whose first page was read, and what it found then.
struct Search {
    path: String,
    program: ApiClient,
    token: Option<String>,
    found: Vec<String>,
}

impl Search {
    async fn begin(program: &ApiClient, path: &str) -> Self {
        let with = |size: usize| format!("{path}{}itemsPerPage={size}", if path.contains('?') { '&' } else { '?' });
        let first = program.read(&with(SIZE)).await;
        let all = program.read(&with(100)).await;
        assert_eq!(all["info"]["totalPages"].as_u64().unwrap().min(2), u64::from(!ids(&all).is_empty()), "{path}");
        assert_eq!(
            (ids(&first), &first["info"]["totalItems"]),
            (ids(&all).into_iter().take(SIZE).collect(), &json!(ids(&all).len()))
        );
        let token = first["info"].get("pageNavigationToken").map(|token| token.as_str().unwrap().to_owned());
        assert_eq!(token.is_some(), ids(&all).len() > SIZE, "{path}");
        Self { path: path.to_owned(), program: program.clone(), token, found: ids(&all) }
    }

    async fn page(&self, server: &TestServer, number: usize) -> Value {
        let path = self.path.split('?').next().unwrap();
        let token = self.token.as_deref().unwrap();
        self.program.at(server).read(&format!("{path}?pageNavigationToken={token}&pageNumber={number}")).await
    }

    /// Reads the other pages, the last one first. Unchanged items are in their place, changed ones are in their place
    /// or left out, and there is no other item; after the last page there is neither item nor token.
    async fn verify(&self, server: &TestServer, touched: &BTreeSet<String>) {
        if self.token.is_none() {
            return;
        }
        let pages = self.found.len().div_ceil(SIZE);
        for number in (2..=pages + 1).rev() {
            let page = self.page(server, number).await;
            let info = json!({"totalItems": self.found.len(), "totalPages": pages, "currentPage": number});
            let mut shown = page["info"].clone();
            let token = shown.as_object_mut().unwrap().remove("pageNavigationToken");
            assert_eq!((&shown, token.is_some()), (&info, number <= pages), "{} page {number}", self.path);
            let stood = self.found.get((number - 1) * SIZE..).unwrap_or_default();
            let stood = &stood[..stood.len().min(SIZE)];
            let data = ids(&page);
            let expected: Vec<&String> =
                stood.iter().filter(|id| !touched.contains(*id) || data.contains(*id)).collect();
            assert_eq!(data.iter().collect::<Vec<_>>(), expected, "{} page {number} of {:?}", self.path, self.found);
        }
    }
}

/// Everything that is done in the business, by chance, and what was touched by it.
struct World {
    programs: [ApiClient; 2],
    chance: u64,
    touched: BTreeSet<String>,
    customers: Vec<String>,
    bookings: Vec<(String, String)>,
    people: Vec<String>,
    blocks: Vec<String>,
}

impl World {
    fn below(&mut self, limit: usize) -> usize {
        // Numbers of Knuth's; the upper bits are the better ones.
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.chance >> 33).unwrap() % limit
    }

    fn one_of<T: Clone>(&mut self, of: impl Fn(&Self) -> &Vec<T>) -> T {
        let position = self.below(of(self).len());
        of(self)[position].clone()
    }

    fn day(&mut self) -> String {
        format!("2026-05-{:02}", 21 + self.below(9))
    }

    /// Creates something, with one of the two programs; its id, unless it was refused.
    async fn create(&mut self, path: &str, body: &Value) -> Option<String> {
        let program = self.programs[self.below(2)].clone();
        let answer = program.post(path, body).await;
        assert!(matches!(answer.status, 201 | 400 | 404 | 409), "{path}: {}", answer.text);
        if answer.status == 201 { Some(id(&answer.body)) } else { None }
    }

    /// Changes or removes something that the first program may change. Touched is what the second one may not touch as well.
    async fn change(&mut self, path: &str, body: Option<&Value>, what: &str) -> bool {
        let program = &self.programs[0];
        let answer = match body {
            Some(body) => program.put(path, body).await,
            None => program.delete(path).await,
        };
        assert!(matches!(answer.status, 200 | 204 | 404 | 409), "{path}: {}", answer.text);
        self.touched.insert(what.to_owned());
        answer.status < 300
    }

    fn person(&mut self) -> Value {
        let (first, last) = (["Marta", "Rui", "Ilse"][self.below(3)], ["Reis", "Prado", "Freire"][self.below(3)]);
        let address = ["marta@example.com", "rui@example.com"][self.below(2)];
        json!({"firstName": first, "lastName": last, "emailAddress": address})
    }

    async fn step(&mut self, server: &TestServer) {
        server.clock.advance(Duration::from_secs(1));
        let (day, first) = (self.day(), self.customers[0].clone());
        match self.below(16) {
            0..=2 => {
                let customer = if self.below(2) == 0 { first } else { self.one_of(|world| &world.customers) };
                let mut body = order(&day, 1);
                body.as_object_mut().unwrap().remove("customer");
                body["customerId"] = json!(customer);
                if self.below(3) == 0 {
                    body["initialPayments"] = json!([{
                        "reason": "Deposit", "amount": {"amount": "5", "currency": "EUR"}, "paymentMethod": "cash",
                    }]);
                }
                if let Some(number) = self.create("/bookings", &body).await {
                    self.bookings.push((number, customer));
                }
            }
            3 | 4 => {
                let (number, _) = self.one_of(|world| &world.bookings);
                self.change(
                    &format!("/bookings/{number}?mode=backend"),
                    Some(&json!({"eventId": tour(&day)})),
                    &number,
                )
                .await;
            }
            5 => {
                let (number, _) = self.one_of(|world| &world.bookings);
                self.change(&format!("/bookings/{number}"), None, &number).await;
            }
            6 => {
                let person = self.person();
                let made = self.create("/customers", &person).await;
                self.customers.extend(made);
            }
            7 => {
                let (customer, person) = (self.one_of(|world| &world.customers), self.person());
                self.change(&format!("/customers/{customer}"), Some(&person), &customer).await;
                // The bookings show the customer's name.
                let theirs = self.bookings.iter().filter(|(_, of)| *of == customer).map(|(number, _)| number.clone());
                self.touched.extend(theirs);
            }
            8 => {
                let customer = self.one_of(|world| &world.customers);
                if customer != first && self.change(&format!("/customers/{customer}"), None, &customer).await {
                    self.customers.retain(|one| *one != customer);
                }
            }
            9 => {
                let customer = self.one_of(|world| &world.customers);
                let account = self.programs[0].account().to_owned();
                match self.below(2) {
                    0 => server.make_member(&account, &customer, "2026-05-01", None).await,
                    _ => server.end_membership(&account, &customer).await,
                }
                self.touched.insert(customer);
            }
            10 => {
                let (person, path) = (self.person(), format!("/customers/{first}/linkedpeople"));
                let made = self.create(&path, &person).await;
                self.people.extend(made);
            }
            11 => {
                let (person, body) = (self.one_of(|world| &world.people), self.person());
                let path = format!("/customers/{first}/linkedpeople/{person}");
                let body = if self.below(2) == 0 { Some(&body) } else { None };
                self.change(&path, body, &person).await;
            }
            12 => {
                let number = if self.below(2) == 0 {
                    self.bookings[0].0.clone()
                } else {
                    self.one_of(|world| &world.bookings).0
                };
                let received = format!("2026-05-0{}T10:00:00Z", 1 + self.below(3));
                let method = ["cash", "creditCard"][self.below(2)];
                let body = json!({
                    "reason": "Tour", "amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": method, "receivedTime": received,
                });
                self.create(&format!("/bookings/{number}/payments"), &body).await;
                self.touched.insert(number);
            }
            13 => {
                let kind = self.below(2);
                let body = if kind == 0 { seats(&day, 1) } else { away(&day, "20:30", "21:30", &[ANA]) };
                let path = ["/seatblocks", "/resourceblocks"][kind];
                let made = self.create(path, &body).await;
                self.blocks.extend(made.map(|id| format!("{path}/{id}")));
            }
            _ => {
                let path = self.one_of(|world| &world.blocks);
                let block = path.rsplit('/').next().unwrap().to_owned();
                let body = match (self.below(3), path.starts_with("/seat")) {
                    (0, _) if self.blocks.len() > 1 => None,
                    (_, true) => Some(seats(&day, 1)),
                    (_, false) => Some(away(&day, "20:30", "21:30", &[ANA])),
                };
                if self.change(&path, body.as_ref(), &block).await && body.is_none() {
                    self.blocks.retain(|one| *one != path);
                }
            }
        }
    }

    /// Every paged list of what is stored, as the program that sees everything has it and as the one that sees its own has it.
    async fn searches(&self) -> Vec<Search> {
        let (customer, booking) = (&self.customers[0], &self.bookings[0].0);
        let paths = [
            format!("/bookings?{MAY}"),
            format!("/bookings?{MAY}&includeCanceled=true&productId={TOUR}"),
            format!("/bookings?{OFTEN}"),
            "/customers".to_owned(),
            "/customers?createdSince=2026-05-04T08:13:00Z".to_owned(),
            "/customers?searchText=reis".to_owned(),
            "/customers?searchField=emailAddress&searchText=marta@example.com".to_owned(),
            "/customers?currentNonMembers=false".to_owned(),
            "/customers?currentMembers=false".to_owned(),
            format!("/customers/{customer}/bookings"),
            format!("/customers/{customer}/linkedpeople"),
            "/payments".to_owned(),
            "/payments?startTime=2026-05-02T00:00:00Z&endTime=2026-05-30T00:00:00Z".to_owned(),
            "/payments?paymentMethod=cash".to_owned(),
            format!("/bookings/{booking}/payments"),
            format!("/seatblocks?{MAY}"),
            format!("/seatblocks?{OFTEN}"),
            format!("/resourceblocks?{MAY}&resourceId={ANA}"),
            format!("/resourceblocks?{OFTEN}"),
        ];
        let mut begun = Vec::new();
        for path in paths {
            begun.push(Search::begin(&self.programs[0], &path).await);
            // What it may not know of is no list.
            if self.programs[1].get(&path).await.status == 200 {
                begun.push(Search::begin(&self.programs[1], &path).await);
            }
        }
        begun
    }
}

on_every_engine! {
    /// The bookings that changed within some time, of which one changes again after the first page was read.
    async fn unchanged_items_are_on_exactly_one_page(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut made = Vec::new();
        for day in 8..17 {
            made.push(id(&program.create("/bookings", &order(&format!("2026-05-{day:02}"), 1)).await));
            server.clock.advance(Duration::from_secs(1));
        }
        let first = program.read(&format!("/bookings?{OFTEN}&itemsPerPage=4")).await;
        assert_eq!(ids(&first), made[..4]);
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        let page = async |number: u32| program.read(&format!("/bookings?pageNavigationToken={token}&pageNumber={number}")).await;
        // An item of the first page moves to the end of the list, one of the second is cancelled, and a new one comes
        // before all.
        assert_eq!(program.put(&format!("/bookings/{}", made[0]), &json!({"eventId": tour("2026-05-22")})).await.status, 200);
        assert_eq!(program.delete(&format!("/bookings/{}", made[5])).await.status, 204);
        program.create("/bookings", &order("2026-05-07", 1)).await;
        assert_eq!(ids(&page(3).await), made[8..]);
        assert_eq!(ids(&page(2).await), [made[4].clone(), made[6].clone(), made[7].clone()]);
        // What was changed is shown as it is now, where it stood.
        let again = page(1).await;
        assert_eq!(ids(&again), made[..4]);
        assert!(again["data"][0]["startTime"].as_str().unwrap().starts_with("2026-05-22"), "{again}");
        assert_eq!((&again["info"]["totalItems"], &again["info"]["totalPages"]), (&json!(9), &json!(3)));
    }

    /// Whatever happens between two pages of whichever list, by chance; on the same server, on another node, after a restart.
    async fn every_list_keeps_its_pages(server: TestServer) {
        let (owner, all) = business(&server).await;
        let own = ALL.replace("_all", "_own");
        let own = ApiClient::installed(&server, "Own Desk", &owner, &own).await;
        let customer = id(&own.create("/customers", &json!({"firstName": "Marta", "lastName": "Reis"})).await);
        let mut body = order("2026-05-21", 1);
        body.as_object_mut().unwrap().remove("customer");
        body["customerId"] = json!(customer);
        let booking = id(&own.create("/bookings", &body).await);
        let person = id(&own.create(&format!("/customers/{customer}/linkedpeople"), &json!({"firstName": "Joana"})).await);
        let block = id(&own.create("/seatblocks", &seats("2026-05-29", 1)).await);
        let mut world = World {
            programs: [all, own], chance: 2_026, touched: BTreeSet::new(), customers: vec![customer.clone()],
            bookings: vec![(booking, customer)], people: vec![person], blocks: vec![format!("/seatblocks/{block}")],
        };
        for _ in 0..240 {
            world.step(&server).await;
        }
        let mut begun = Vec::new();
        for _ in 0..2 {
            // What was touched before a search began is where it is.
            world.touched.clear();
            let searches = world.searches().await;
            let long = searches.iter().filter(|search| search.found.len() > SIZE).count();
            assert!(long > 15, "{long} of {} lists have several pages", searches.len());
            for _ in 0..60 {
                world.step(&server).await;
            }
            for search in &searches {
                search.verify(&server, &world.touched).await;
            }
            begun.push((searches, world.touched.clone()));
        }
        let later = begun[1].1.clone();
        begun[0].1.extend(later);
        server.run_jobs().await;
        if server.is_shared() {
            let other = server.another_node().await;
            for (searches, touched) in &begun {
                for search in searches {
                    search.verify(&other, touched).await;
                }
            }
        }
        let server = server.restarted().await;
        for (searches, touched) in &begun {
            for search in searches {
                search.verify(&server, touched).await;
            }
        }
    }

    /// A token has no effect with a key of a smaller visibility: the search begins anew.
    async fn a_token_is_for_the_sight_it_began_with(server: TestServer) {
        let (owner, all) = business(&server).await;
        let own = ApiClient::installed(&server, "Own Desk", &owner, "customers_rw_own").await;
        for name in ["Ilse", "Joana"] {
            all.create("/customers", &json!({"firstName": name})).await;
            server.clock.advance(Duration::from_secs(1));
        }
        let first = all.read("/customers?itemsPerPage=1").await;
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        let path = format!("/customers?pageNavigationToken={token}");
        let nothing = json!({"info": {"totalItems": 0, "totalPages": 0, "currentPage": 1}, "data": []});
        assert_eq!(own.read(&format!("{path}&pageNumber=2")).await, nothing);
        for name in ["Rui", "Marta"] {
            own.create("/customers", &json!({"firstName": name})).await;
            server.clock.advance(Duration::from_secs(1));
        }
        let theirs = own.read(&path).await;
        assert_eq!((&theirs["info"]["totalItems"], theirs["data"][0]["firstName"].as_str()), (&json!(2), Some("Rui")));
        assert_ne!(theirs["info"]["pageNavigationToken"], token);
        let second = all.read(&format!("{path}&pageNumber=2")).await;
        assert_eq!((&second["info"]["totalItems"], second["data"][0]["firstName"].as_str()), (&json!(2), Some("Joana")));
    }
}
