//! The API's document is what is written in `docs/openapi.json`, and has what the public API has: its facts are written in
//! `reference/facts.txt`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

use serde_json::{Value, json};
use slotkeeper_api::document::document;
use slotkeeper_api::router::operations;
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

fn made() -> Value {
    document(&operations(), "https://slotkeeper.example/v2")
}

/// With `SLOTKEEPER_WRITE_DOCUMENT` set, the file is written anew.
#[test]
fn the_document_in_the_folder_is_the_one_of_the_program() {
    let made = format!("{}\n", serde_json::to_string_pretty(&made()).unwrap());
    if std::env::var_os("SLOTKEEPER_WRITE_DOCUMENT").is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    assert!(!made.to_lowercase().contains("wire reference"), "readers of the document do not have it");
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(made == written, "docs/openapi.json is not up to date: run this test with SLOTKEEPER_WRITE_DOCUMENT=1");
}

/// What the public API has and we have not, or have otherwise; each with the reason.
const DIFFERENCES: &[(&str, &str)] = &[];

/// What `reference/facts.txt` says.
struct Facts {
    operations: Vec<OperationFacts>,
    types: BTreeMap<String, Vec<Member>>,
}

struct OperationFacts {
    method: String,
    path: String,
    statuses: Vec<String>,
    parameters: Vec<String>,
    takes: Option<String>,
    gives: Option<String>,
}

#[derive(Clone)]
struct Member {
    name: String,
    always: bool,
    list: bool,
    of: Option<String>,
    words: BTreeSet<String>,
}

impl Member {
    /// `name!:[]Type` or `name=one|other`.
    fn read(text: &str) -> Self {
        let (text, words) = text.split_once('=').unwrap_or((text, ""));
        let (name, of) = text.split_once(':').unwrap_or((text, ""));
        Self {
            name: name.trim_end_matches('!').to_owned(),
            always: name.ends_with('!'),
            list: of.starts_with("[]"),
            of: Some(of.trim_start_matches("[]").to_owned()).filter(|of| !of.is_empty()),
            words: words.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        }
    }
}

fn facts() -> Facts {
    let mut facts = Facts { operations: Vec::new(), types: BTreeMap::new() };
    for line in include_str!("reference/facts.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        if let [method @ ("GET" | "POST" | "PUT" | "DELETE"), path, statuses, parameters, rest @ ..] = words.as_slice()
        {
            let list = |text: &str| text.trim_start_matches('?').split(',').map(str::to_owned).collect();
            let after = |arrow| rest.iter().position(|word| *word == arrow).map(|place| rest[place + 1].to_owned());
            facts.operations.push(OperationFacts {
                method: method.to_lowercase(),
                path: (*path).to_owned(),
                statuses: list(statuses),
                parameters: list(parameters),
                takes: after("<-"),
                gives: after("->"),
            });
        } else {
            let members = words[1..].iter().map(|text| Member::read(text)).collect();
            facts.types.insert(words[0].to_owned(), members);
        }
    }
    facts
}

/// Compares our document with the facts.
struct Comparison {
    facts: Facts,
    ours: Value,
    missing: BTreeSet<String>,
    known: BTreeSet<&'static str>,
    seen: BTreeSet<(String, String)>,
}

impl Comparison {
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.resolve(self.ours.pointer(reference.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    fn miss(&mut self, what: String) {
        match DIFFERENCES.iter().find(|(difference, _)| what.contains(difference)) {
            Some((difference, _)) => drop(self.known.insert(difference)),
            None => drop(self.missing.insert(what)),
        }
    }

    /// `answer` tells whether members must be as certain as there.
    fn compare(&mut self, name: &str, schema: &Value, answer: bool, place: &str) {
        let schema = self.resolve(schema).clone();
        if !self.seen.insert((name.to_owned(), schema.to_string())) {
            return;
        }
        for member in self.facts.types[name].clone() {
            let place = format!("{place}.{}", member.name);
            let Some(ours) = schema["properties"].get(&member.name) else {
                self.miss(format!("{place} is not there"));
                continue;
            };
            let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|one| *one == *member.name));
            if answer && member.always && !required {
                self.miss(format!("{place} is not always there"));
            }
            if !answer && required && !member.always {
                self.miss(format!("{place} is demanded"));
            }
            let ours = self.resolve(ours).clone();
            let ours = if member.list { self.resolve(&ours["items"]).clone() } else { ours };
            if !member.words.is_empty() {
                self.words(&member.words, &ours, &place);
            }
            if let Some(of) = &member.of {
                self.compare(of, &ours, answer, &place);
            }
        }
    }

    fn words(&mut self, words: &BTreeSet<String>, ours: &Value, place: &str) {
        let ours: BTreeSet<String> =
            ours["enum"].as_array().into_iter().flatten().filter_map(|word| Some(word.as_str()?.to_owned())).collect();
        if !words.is_subset(&ours) {
            self.miss(format!("{place} is one of {words:?}, not {ours:?}"));
        }
    }
}

/// Same paths, parameters, members, words and statuses as the public API; what is missing is named above.
#[test]
fn nothing_of_the_public_api_is_missing() {
    let (facts, ours) = (facts(), made());
    let (missing, known, seen) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut comparison = Comparison { facts, ours, missing, known, seen };
    let operations = std::mem::take(&mut comparison.facts.operations);
    assert_eq!(operations.len(), 53);
    for OperationFacts { method, path, statuses, parameters, takes, gives } in &operations {
        let place = format!("{} {path}", method.to_uppercase());
        let Some(ours) = comparison.ours["paths"].get(path).and_then(|path| path.get(method)).cloned() else {
            comparison.miss(format!("{place} is not there"));
            continue;
        };
        for status in statuses {
            if ours["responses"].get(status).is_none() {
                comparison.miss(format!("{place} does not answer {status}"));
            }
        }
        for parameter in parameters {
            let fact = Member::read(parameter);
            let found = ours["parameters"].as_array().unwrap().iter();
            let found = found.map(|one| comparison.resolve(one)).find(|one| one["name"] == *fact.name).cloned();
            match found {
                None => comparison.miss(format!("{place} has no parameter {}", fact.name)),
                Some(found) if !fact.words.is_empty() => {
                    comparison.words(&fact.words, &found["schema"], &format!("{place} ?{}", fact.name));
                }
                Some(_) => {}
            }
        }
        if let Some(name) = takes {
            let body = ours["requestBody"]["content"]["application/json"]["schema"].clone();
            comparison.compare(name, &body, false, &format!("{place} <- {name}"));
        }
        if let Some(name) = gives {
            let answer = ours["responses"][&statuses[0]]["content"]["application/json"]["schema"].clone();
            comparison.compare(name, &answer, true, &format!("{place} -> {name}"));
        }
    }
    // A difference that is gone is no longer named.
    let known: BTreeSet<_> = DIFFERENCES.iter().map(|(difference, _)| *difference).collect();
    assert_eq!(comparison.known, known);
    let missing: Vec<_> = comparison.missing.into_iter().collect();
    assert!(missing.is_empty(), "{} things:\n{}", missing.len(), missing.join("\n"));
}

/// What must be there is marked, where something new needs more than a change does, and limits are the real ones.
#[test]
fn what_is_demanded_is_in_the_document() {
    let made = made();
    let schemas = &made["components"]["schemas"];
    let body = |method: &str, path: &str| {
        let schema = &made["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"];
        made.pointer(schema["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap().clone()
    };
    for (path, one, demanded) in [
        ("/seatblocks", "/seatblocks/{id}", json!(["eventId", "numSeats"])),
        ("/resourceblocks", "/resourceblocks/{id}", json!(["startTime", "endTime", "resources"])),
        ("/bookings", "/bookings/{bookingNumber}", json!(["productId", "participants"])),
    ] {
        let (new, change) = (body("post", path), body("put", one));
        assert_eq!((&new["required"], change.get("required")), (&demanded, None), "{path}");
        let names = |schema: &Value| schema["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&new), names(&change), "{path}");
    }
    assert_eq!(body("post", "/holds"), body("post", "/bookings"));
    assert_eq!(schemas["ParticipantsInput"]["required"], json!(["numbers"]));
    assert_eq!(schemas["ParticipantsChange"].get("required"), None);
    // A change names people as a new booking does.
    let details = |name: &str| schemas[name]["properties"]["details"].clone();
    assert_eq!(details("ParticipantsChange"), details("ParticipantsInput"));
    assert_eq!(details("ParticipantsChange")["items"]["$ref"], "#/components/schemas/ParticipantInput");
    assert_eq!(schemas["BookingInput"]["properties"]["productId"]["pattern"], r"\S");
    assert_eq!(schemas["PaymentInput"]["required"], json!(["reason", "amount", "paymentMethod"]));
    let seats = &schemas["SeatBlockInput"]["properties"]["numSeats"];
    assert_eq!(
        (&seats["minimum"], &seats["maximum"], &seats["not"]),
        (&json!(-1), &json!(2_147_483_647), &json!({"const": 0}))
    );
    assert_eq!(schemas["BookingInput"]["properties"]["externalRef"]["maxLength"], 256);
    let resources = &schemas["ResourceBlockInput"]["properties"]["resources"];
    assert_eq!((&resources["minItems"], &resources["maxItems"]), (&json!(1), &json!(100)));
    assert_eq!(schemas["StreetAddress"]["properties"]["countryCode"]["pattern"], "^[A-Z]{2}$");
    let parameter = |path: &str, method: &str, name: &str| {
        let all = made["paths"][path][method]["parameters"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    let password = parameter("/customers/{id}/authenticate", "get", "password");
    assert_eq!((&password["required"], &password["schema"]["minLength"]), (&json!(true), &json!(1)));
    assert_eq!(
        parameter("/holds", "post", "holdDurationSeconds")["schema"],
        json!({"type": "integer", "minimum": 1, "maximum": 600})
    );
}

/// Programs that make clients understand one type for a value, and the words of one type: nothing is one of several things,
/// nothing is null, and every body has a name.
#[test]
fn every_value_has_one_plain_type() {
    fn look(value: &Value, place: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                let schemas = ["anyOf", "oneOf", "allOf", "nullable", "const"];
                found.extend(
                    schemas.iter().filter(|name| members.contains_key(**name)).map(|name| format!("{place}: {name}")),
                );
                if members.get("type").is_some_and(|one| !one.is_string() && !one.is_object()) {
                    found.push(format!("{place}: {}", members["type"]));
                }
                if let Some(words) = members.get("enum").and_then(Value::as_array)
                    && (members.get("type") != Some(&json!("string")) || !words.iter().all(Value::is_string))
                {
                    found.push(format!("{place}: {words:?}"));
                }
                members.iter().for_each(|(name, member)| look(member, &format!("{place}/{name}"), found));
            }
            Value::Array(items) => items.iter().for_each(|item| look(item, place, found)),
            _ => {}
        }
    }
    let (made, mut found) = (made(), Vec::new());
    look(&made, "", &mut found);
    // A member with a default passes for one that is always there.
    for (name, schema) in made["components"]["schemas"].as_object().unwrap() {
        let members = schema["properties"].as_object().into_iter().flatten();
        found.extend(
            members.filter(|(_, one)| one.get("default").is_some()).map(|(member, _)| format!("{name}.{member}")),
        );
    }
    // No seats are none, which no range of whole numbers says; programs that do not know `not` lose nothing.
    found.retain(|one| !one.ends_with("numSeats/not: const"));
    assert!(found.is_empty(), "{found:#?}");
    for (path, methods) in made["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = |holder: &Value| holder["content"]["application/json"]["schema"].clone();
            let answers = operation["responses"].as_object().unwrap().values().map(content);
            for schema in answers.chain([content(&operation["requestBody"])]).filter(|schema| !schema.is_null()) {
                assert!(schema["$ref"].is_string(), "{method} {path}: {schema}");
            }
        }
    }
}
