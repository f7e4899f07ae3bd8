//! Turns the OpenAPI document into what the page shows. Parts that the document lacks are left out.

use serde_json::{Map, Value, json};

/// The operations with one tag.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) operations: Vec<Operation>,
}

pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) needs: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Kind>,
    pub(super) example: String,
    pub(super) statuses: Vec<Status>,
}

pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) required: bool,
    pub(super) kind: Kind,
    pub(super) about: String,
}

pub(super) struct Status {
    pub(super) code: String,
    pub(super) kind: Option<Kind>,
}

/// The type of a value: in words, and the name of its object schema if it has one.
pub(super) struct Kind {
    pub(super) words: String,
    pub(super) object: Option<String>,
}

pub(super) struct Object {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) members: Vec<Member>,
}

pub(super) struct Member {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) kind: Kind,
    pub(super) about: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().and_then(|place| document.pointer(place.strip_prefix('#')?)).unwrap_or(value)
}

/// The operations by their first tag, in the order of the document.
pub(super) fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, entry) in members(methods) {
            let (name, operation) = (text(&entry["tags"][0]), operation(document, path, method, entry));
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group { name, operations: vec![operation] }),
            }
        }
    }
    groups
}

fn operation(document: &Value, path: &str, method: &str, entry: &Value) -> Operation {
    let parameter = |value| {
        let parameter = resolve(document, value);
        Parameter {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            required: parameter["required"] == true,
            kind: kind(&parameter["schema"]),
            about: text(&parameter["description"]),
        }
    };
    let schema = |value: &Value| value["content"]["application/json"].get("schema").cloned();
    let status = |(code, value): (&String, &Value)| Status {
        code: code.clone(),
        kind: schema(resolve(document, value)).as_ref().map(kind),
    };
    let body = schema(&entry["requestBody"]);
    let example = body.as_ref().map(|schema| example(document, schema, 0)).unwrap_or_default();
    Operation {
        id: text(&entry["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&entry["summary"]),
        needs: text(&entry["description"]),
        parameters: items(&entry["parameters"]).map(parameter).collect(),
        body: body.as_ref().map(kind),
        example: serde_json::to_string_pretty(&example).unwrap_or_default(),
        statuses: members(&entry["responses"]).map(status).collect(),
    }
}

/// The object schemas with their members.
pub(super) fn objects(document: &Value) -> Vec<Object> {
    let object = |(name, schema): (&String, &Value)| {
        let required = |member: &str| items(&schema["required"]).any(|one| one == member);
        let member = |(name, value): (&String, &Value)| Member {
            name: name.clone(),
            required: required(name),
            kind: kind(value),
            about: text(&value["description"]),
        };
        let members = members(&schema["properties"]).map(member).collect();
        Object { name: name.clone(), about: text(&schema["description"]), members }
    };
    members(&document["components"]["schemas"]).map(object).collect()
}

fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return Kind { words: String::new(), object: Some(name.to_owned()) };
    }
    if let Some(words) = schema["enum"].as_array() {
        let mut words: Vec<String> =
            words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect();
        words.dedup();
        return Kind { words: words.join(" | "), object: None };
    }
    if schema["type"] == "array" {
        let Kind { words, object } = kind(&schema["items"]);
        let words = if words.is_empty() { "list of".to_owned() } else { format!("list of {words}") };
        return Kind { words, object };
    }
    let choices: Vec<Kind> = items(&schema["anyOf"]).filter(|choice| choice["type"] != "null").map(kind).collect();
    if !choices.is_empty() {
        let object = choices.iter().find_map(|choice| choice.object.clone());
        let words: Vec<&str> = choices.iter().map(|one| one.words.as_str()).filter(|words| !words.is_empty()).collect();
        let or = if object.is_some() && !words.is_empty() { " or" } else { "" };
        return Kind { words: words.join(" or ") + or, object };
    }
    let named = |value: &Value| value.as_str().filter(|name| *name != "null").map(str::to_owned);
    let types: Vec<String> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(named).collect(),
        one => named(one).into_iter().collect(),
    };
    let words = match schema["format"].as_str() {
        Some(format @ ("date-time" | "date" | "uri")) => format.to_owned(),
        _ if types.is_empty() => "anything".to_owned(),
        _ => types.join(" or "),
    };
    Kind { words, object: None }
}

/// A sample value to start from: the required members, and `WANTED`, which most calls need.
fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    const WANTED: [&str; 6] = ["productId", "eventId", "participants", "numbers", "customer", "firstName"];
    let schema = resolve(document, schema);
    if let Some(choice) = items(&schema["anyOf"]).find(|choice| choice["type"] != "null") {
        return example(document, choice, depth);
    }
    if let Some(word) = schema["enum"].get(0) {
        return word.clone();
    }
    if let Some(known) = schema["examples"].get(0) {
        return known.clone();
    }
    let is = |name: &str| schema["type"] == name || items(&schema["type"]).any(|one| one == name);
    if is("object") && depth < 4 {
        let required = |name: &str| items(&schema["required"]).any(|one| one == name) || WANTED.contains(&name);
        let wanted = members(&schema["properties"]).filter(|(name, _)| required(name));
        let wanted: Map<String, Value> =
            wanted.map(|(name, value)| (name.clone(), example(document, value, depth + 1))).collect();
        return Value::Object(wanted);
    }
    if is("array") {
        return json!([example(document, &schema["items"], depth + 1)]);
    }
    match schema["format"].as_str() {
        Some("date-time") => json!("2026-08-14T18:00:00-00:00"),
        Some("date") => json!("2026-08-14"),
        _ if is("integer") || is("number") => json!(1),
        _ if is("boolean") => json!(false),
        _ => json!("…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_described_in_words() {
        let said = |schema: Value| {
            let Kind { words, object } = kind(&schema);
            (words, object.unwrap_or_default())
        };
        let booking = json!({ "$ref": "#/components/schemas/Booking" });
        for (schema, words, object) in [
            (json!({ "type": "string" }), "string", ""),
            (json!({ "type": ["string", "null"] }), "string", ""),
            (json!({ "type": "string", "format": "date-time" }), "date-time", ""),
            (json!({ "type": "integer", "format": "uint32" }), "integer", ""),
            (json!({ "enum": ["a", "b"] }), "a | b", ""),
            (json!({ "type": "array", "items": booking }), "list of", "Booking"),
            (json!({ "type": "array", "items": { "type": "string" } }), "list of string", ""),
            (json!({ "anyOf": [booking, { "type": "null" }] }), "", "Booking"),
            (json!({ "anyOf": [{ "type": "string" }, booking] }), "string or", "Booking"),
            (json!({}), "anything", ""),
        ] {
            assert_eq!(said(schema.clone()), (words.to_owned(), object.to_owned()), "{schema}");
        }
    }
}
