//! Sends the examples, and compares the responses with the documented shapes.

use crate::bookings::checklist::assert_sound;
use slotkeeper_testkit::client::{Answer, ApiClient, answer};
use slotkeeper_testkit::reqwest::{Client, Method, RequestBuilder};
use slotkeeper_testkit::serde_json::{Value, json};

/// What an answer's value is made of.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::String(text) => {
            match text.split_once('T').map_or((text.as_str(), None), |(day, time)| (day, Some(time))) {
                (day, time) if day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                    if time.is_some() {
                        "a time"
                    } else {
                        "a date"
                    }
                }
                _ => "a text",
            }
        }
    }
}

/// How a value differs from what it should look like. A member marked with `?` may be absent; a list has items, each like one
/// of those shown, and none where none is shown.
fn difference(value: &Value, shown: &Value, place: &str) -> Option<String> {
    match (value, shown) {
        (Value::Array(items), Value::Array(shown)) => {
            if items.is_empty() != shown.is_empty() {
                return Some(format!("{place} has {} items", items.len()));
            }
            let unlike = |item: &Value| {
                let mut differences = shown.iter().map(|shown| difference(item, shown, &format!("{place}[]")));
                let first = differences.next()?;
                first.filter(|_| differences.all(|difference| difference.is_some()))
            };
            items.iter().find_map(unlike)
        }
        (Value::Object(members), Value::Object(shown)) => {
            let plain = |name: &String| name.trim_start_matches('?').to_owned();
            let known: Vec<String> = shown.keys().map(plain).collect();
            let unknown = members.keys().find(|name| !known.contains(name));
            let missing = shown.keys().find(|name| !name.starts_with('?') && !members.contains_key(*name));
            let inner = |(name, shown): (&String, &Value)| {
                let name = plain(name);
                difference(members.get(&name)?, shown, &format!("{place}.{name}"))
            };
            unknown
                .map(|name| format!("{place}.{name} is not there in the public API"))
                .or_else(|| missing.map(|name| format!("{place}.{name} is missing")))
                .or_else(|| shown.iter().find_map(inner))
        }
        _ => (kind(value) != kind(shown)).then(|| format!("{place} is {}, not {}", kind(value), kind(shown))),
    }
}

/// A client that sends the examples, in every spelling that clients are known to use.
pub(super) struct Sender {
    pub(super) program: ApiClient,
    pub(super) http: Client,
}

impl Sender {
    fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse::<Method>().unwrap(), format!("{}{path}", self.program.url()))
    }

    /// With both keys in headers, as the examples have it.
    pub(super) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path).header("X-Bookeo-apiKey", self.program.api_key());
        let request = request.header("X-Bookeo-secretKey", self.program.secret_key());
        let request = request.header("Content-Type", "application/json");
        answer(body.map(|body| request.try_clone().unwrap().body(body.to_string())).unwrap_or(request)).await
    }

    /// Reads, and is answered the same however the request is written.
    pub(super) async fn get(&self, path: &str, shown: Value) -> Value {
        let read = self.send("GET", path, None).await;
        check(&read, 200, path, Some(&shown));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (api_key, secret_key) = (self.program.api_key(), self.program.secret_key());
        for request in [
            self.request("GET", &format!("{path}?{query}&apiKey={api_key}&secretKey={secret_key}")),
            self.request("GET", &format!("{path}/?&{query}&secretKey={secret_key}"))
                .header("x-bookeo-APIKEY", api_key)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body("a=b&c"),
            self.request("GET", &format!("{path}?apiKey={api_key}&nothing=known&{query}"))
                .header("X-BOOKEO-SECRETKEY", secret_key)
                .json(&json!([{"of": "no interest"}])),
        ] {
            let other = answer(request).await;
            assert_eq!((other.status, other.text), (200, read.text.clone()), "{path}");
        }
        read.body
    }

    /// Sends something new, with everything in the body and the query that is of no use there.
    pub(super) async fn post(&self, path: &str, body: &Value, location: &str, shown: Value) -> Value {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut body = body.clone();
        let idle = json!({
            "apiKey": "x", "secretKey": "x", "previousHoldId": "x", "notifyUsers": "x", "notifyCustomer": [], "title": 1,
            "creationAgent": {}, "promotionName": "x", "price": "x", "bookingNumber": 2, "notes": [{"text": "Window seat"}],
            "id": "x", "creationTime": "never", "lastChangeTime": 3, "totalPaid": null, "canceled": "x", "accepted": 4,
        });
        if !body.is_null() {
            body.as_object_mut().unwrap().extend(idle.as_object().unwrap().clone());
        }
        let sent = Some(&body).filter(|body| !body.is_null());
        let created = self.send("POST", &format!("{path}/?{query}&type=x"), sent).await;
        let shown = Some(&shown).filter(|shown| !shown.is_null());
        check(&created, 201, path, shown);
        let address = created.headers["location"].to_str().unwrap();
        let id = address.strip_prefix(&format!("{}{location}/", self.program.url())).expect(address);
        assert!(!id.contains(['/', '?', '|']), "{address}");
        created.body
    }

    pub(super) async fn put(&self, path: &str, body: &Value, shown: Value) -> Value {
        let changed = self.send("PUT", path, Some(body)).await;
        check(&changed, 200, path, Some(&shown));
        let path = path.split('?').next().unwrap();
        assert_eq!(changed.headers["location"], format!("{}{path}", self.program.url()));
        changed.body
    }

    pub(super) async fn delete(&self, path: &str) {
        let request = self.request("DELETE", path).header("X-Bookeo-apiKey", self.program.api_key());
        let request = request.header("X-Bookeo-secretKey", self.program.secret_key());
        let gone = answer(request.form(&[("notifyUsers", "x"), ("reason", "y")])).await;
        check(&gone, 204, path, None);
    }
}

/// The status, what every answer has, and what this body looks like; nothing, if there is none.
fn check(answer: &Answer, status: u16, path: &str, shown: Option<&Value>) {
    let text = format!("{path}: {}", answer.text);
    assert_eq!(answer.status, status, "{text}");
    let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("content-language"), Some("en-GB"), "{text}");
    assert_eq!(header("cache-control"), Some("private, max-age=0, no-cache, no-store"), "{text}");
    assert_eq!(header("pragma"), Some("no-cache"), "{text}");
    assert!(header("expires").is_some_and(|time| time.contains(" 1990 ")), "{text}");
    assert_eq!(header("content-type"), shown.map(|_| "application/json"), "{text}");
    let vary: Vec<_> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(["accept-encoding", "user-agent"].iter().all(|name| vary.join(",").contains(name)), "{vary:?} {text}");
    let Some(shown) = shown else { return assert_eq!(answer.text, "", "{path}") };
    assert_sound(&answer.body, "", &text);
    assert_eq!(difference(&answer.body, shown, ""), None, "{text}");
}
