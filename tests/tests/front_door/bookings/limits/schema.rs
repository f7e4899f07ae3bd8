//! The texts and lists in the bodies of the API's document, each with its limit.

use slotkeeper_testkit::serde_json::{Map, Value, json};

/// A text or a list somewhere in a body.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The names on the way to it; nothing for the entry of a list.
    path: Vec<Option<String>>,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A text of at most so many characters. `free` says that it is taken as it is: no pattern says what it is made of.
    Text { most: usize, free: bool },
    /// A list of at most so many entries like this one.
    List { most: usize, entry: Value },
    /// A text that is as long as what it can be at all: a closed list, a date, a pattern of so many characters.
    Closed,
    /// A text or list without a limit.
    Unlimited,
}

impl Member {
    /// The last name on the way.
    pub(super) fn name(&self) -> &str {
        self.path.iter().rev().flatten().next().expect("a body is an object")
    }

    /// A body that has this value there, and else nothing.
    pub(super) fn body(&self, value: Value) -> Value {
        self.path.iter().rev().fold(value, |inner, name| match name {
            Some(name) => json!({ name: inner }),
            None => json!([inner]),
        })
    }
}

/// All texts and lists of a body with this schema. Where two schemas speak of one, the one with a limit counts.
pub(super) fn members(document: &Value, schema: &Value) -> Vec<Member> {
    let mut found = Vec::new();
    walk(document, schema, &mut Vec::new(), &mut found);
    let limited: Vec<_> = found.iter().filter(|member| !matches!(member.kind, Kind::Unlimited)).cloned().collect();
    found.retain(|member| limited.iter().all(|limited| limited.path != member.path));
    found.extend(limited);
    found
}

/// The schema itself, and those it is made of, with all references followed.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let Some(members) = schema.as_object() else { return Vec::new() };
    let mut all = vec![members];
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        let named = document.pointer(reference.trim_start_matches('#')).expect("what is named is there");
        all.extend(parts(document, named));
    }
    for choices in ["allOf", "anyOf", "oneOf"] {
        for choice in members.get(choices).and_then(Value::as_array).into_iter().flatten() {
            all.extend(parts(document, choice));
        }
    }
    all
}

fn is(part: &Map<String, Value>, kind: &str) -> bool {
    match part.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(some)) => some.iter().any(|one| one == kind),
        _ => false,
    }
}

fn walk(document: &Value, schema: &Value, path: &mut Vec<Option<String>>, found: &mut Vec<Member>) {
    for part in parts(document, schema) {
        for (name, member) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            path.push(Some(name.clone()));
            walk(document, member, path, found);
            path.pop();
        }
        if let Some(items) = part.get("items") {
            let kind = match most(part, "maxItems") {
                Some(most) => Kind::List { most, entry: sample(document, items) },
                None => Kind::Unlimited,
            };
            found.push(Member { path: path.clone(), kind });
            path.push(None);
            walk(document, items, path, found);
            path.pop();
        } else if is(part, "string") {
            found.push(Member { path: path.clone(), kind: text(part) });
        }
    }
}

fn most(part: &Map<String, Value>, name: &str) -> Option<usize> {
    part.get(name).map(|most| usize::try_from(most.as_u64().expect("a number")).expect("no large number"))
}

/// What limits a text.
fn text(part: &Map<String, Value>) -> Kind {
    let named = ["enum", "const", "format"].iter().any(|word| part.contains_key(*word));
    // This one asks for anything that is seen.
    let pattern = part.get("pattern").and_then(Value::as_str);
    let seen = pattern == Some(r"\S");
    let whole = pattern.is_some_and(|pattern| pattern.starts_with('^') && !pattern.contains(['*', '+']));
    match most(part, "maxLength") {
        Some(most) => Kind::Text { most, free: !named && (seen || pattern.is_none()) },
        None if named || whole => Kind::Closed,
        None => Kind::Unlimited,
    }
}

/// The least that the schema takes.
fn sample(document: &Value, schema: &Value) -> Value {
    let all = parts(document, schema);
    let known = |part: &&Map<String, Value>| {
        let first = |name: &str| part.get(name).and_then(|some| some.get(0));
        part.get("const").or_else(|| first("enum")).or_else(|| first("examples")).cloned()
    };
    if let Some(known) = all.iter().find_map(known) {
        return known;
    }
    let part = all.iter().find(|part| part.contains_key("type")).expect("a type");
    if is(part, "object") {
        let properties = &part["properties"];
        let required = part.get("required").and_then(Value::as_array).into_iter().flatten();
        let member = |name: &Value| {
            let name = name.as_str().expect("a name").to_owned();
            let value = sample(document, &properties[&name]);
            (name, value)
        };
        return Value::Object(required.map(member).collect());
    }
    match part.get("format").and_then(Value::as_str) {
        Some("date-time") => json!("2026-05-07T08:00:00Z"),
        Some("date") => json!("2026-05-07"),
        _ if is(part, "string") => json!("x"),
        _ if is(part, "integer") || is(part, "number") => json!(1),
        _ => json!([]),
    }
}
