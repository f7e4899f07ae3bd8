//! The API's document: OpenAPI 3.1, made from the types of the operations.
//!
//! What an operation takes and gives is read off its handler ([`Describes`]), what a key needs off its permission, so the
//! document cannot say anything else than the program does. Only the sentences are written by hand, in the router.

mod describe;
mod schemas;

pub(crate) use describe::require;
pub use describe::{AsParameter, Completable, Complete, Describes, Description, Given, ParameterDescription, Taken};
pub use schemas::Schemas;

use crate::operation::{Operation, Operations};
use serde_json::{Map, Value, json};
use slotkeeper_domain::visibility::PermissionRequirement;
use std::collections::BTreeMap;

const ABOUT: &str = "The booking API of Slotkeeper. It works with every client of the Bookeo API v2: only the base address is \
    another one.\n\nEvery call needs two keys: the secret key of the application and the API key of one of its installations, \
    in two headers or in the parameters secretKey and apiKey of the query. Times in answers have the business's own offset. \
    In requests, the offset -00:00 stands for the time zone of the business.";

/// The document of these operations, for a server at this address, such as `https://book.example/v2`.
#[must_use]
pub fn document(operations: &Operations, address: &str) -> Value {
    let mut schemas = Schemas::new();
    let mut described: Vec<(&Operation, Description)> = Vec::new();
    for operation in operations.list() {
        let mut description = Description::default();
        (operation.describe)(&mut description, &mut schemas);
        described.push((operation, description));
    }
    let merged = schemas.merge();
    let mut paths = Map::new();
    for (operation, mut description) in described {
        description.body = description.body.map(|body| merged.request(body));
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        methods[operation.method.as_str().to_lowercase()] = entry(operation, &description);
    }
    sorted(json!({
        "openapi": "3.1.0",
        "info": { "title": "Slotkeeper API", "version": "2", "description": ABOUT },
        "servers": [{ "url": address }],
        "security": [{ "apiKey": [], "secretKey": [] }],
        "paths": paths,
        "components": {
            "schemas": merged.all,
            "parameters": {
                "lang": {
                    "name": "lang", "in": "query", "schema": { "type": "string", "examples": ["en-GB"] },
                    "description": "The language of names and descriptions: one of the business's, customerDefault or \
                        userDefault.",
                },
                "idempotencyKey": {
                    "name": "Idempotency-Key", "in": "header",
                    "schema": { "type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$" },
                    "description": "A text of your own, another one for each request. Sent again within 24 hours, the request \
                        is answered as before and does nothing more.",
                },
            },
            "responses": {
                "Error": {
                    "description": "It did not succeed; nothing was done.",
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
                },
            },
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey", "in": "header", "name": "X-Bookeo-apiKey",
                    "description": "The key of the installation: what the owner of a business granted.",
                },
                "secretKey": {
                    "type": "apiKey", "in": "header", "name": "X-Bookeo-secretKey",
                    "description": "The key of the application.",
                },
            },
        },
    }))
}

/// The same with all members in order, and without the sources of rules, which comments name and readers do not have. Without
/// it the order hangs on whether a crate somewhere asked for maps that keep it.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.into_iter().collect();
            members.into_iter().map(|(name, member)| (name, sorted(member))).collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::String(text) => Value::String(without_source(text)),
        other => other,
    }
}

fn without_source(text: String) -> String {
    let Some((before, (_, after))) =
        text.split_once(" (wire reference").and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    else {
        return text;
    };
    format!("{before}{after}")
}

fn entry(operation: &Operation, description: &Description) -> Value {
    let (method, path) = (operation.method.as_str(), operation.path);
    let of_path = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = of_path
        .zip(&description.ids)
        .map(|(name, what)| {
            let about = format!("Which {what}.");
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" }, "description": about })
        })
        .collect();
    // A search that the path holds has all its parameters but the page.
    let searched = |name: &str| path.contains("{pageNavigationToken}") && name != "pageNumber";
    parameters.extend(description.query.iter().filter(|one| !searched(one.name)).map(parameter));
    parameters.push(json!({ "$ref": "#/components/parameters/lang" }));
    if description.takes_key {
        parameters.push(json!({ "$ref": "#/components/parameters/idempotencyKey" }));
    }
    let mut responses = Map::new();
    let mut success = json!({ "description": "It succeeded." });
    if let Some(answer) = &description.answer {
        success["content"] = json!({ "application/json": { "schema": answer } });
    }
    if description.location {
        success["headers"] = json!({
            "Location": { "description": "Where it is.", "schema": { "type": "string", "format": "uri" } },
        });
    }
    responses.insert(description.status.to_string(), success);
    let changes = if method == "GET" { [].as_slice() } else { &["409"] };
    let keyed = if description.takes_key { ["422"].as_slice() } else { &[] };
    let pages = description.query.iter().any(|one| one.name == "pageNavigationToken");
    let named = if pages || !description.ids.is_empty() || method == "POST" { ["404"].as_slice() } else { &[] };
    for status in ["400", "401", "403"].iter().chain(named).chain(changes).chain(keyed).chain(&["429", "default"]) {
        responses.insert((*status).to_owned(), json!({ "$ref": "#/components/responses/Error" }));
    }
    let mut entry = json!({
        "operationId": id_of(method, path),
        "tags": [path.split('/').nth(1).unwrap_or_default()],
        "summary": operation.about,
        "description": needs(operation.needs),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = &description.body {
        entry["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    entry
}

fn parameter(one: &ParameterDescription) -> Value {
    let mut parameter = json!({ "name": one.name, "in": "query", "schema": one.schema, "description": one.about });
    if one.required {
        parameter["required"] = json!(true);
    }
    parameter
}

/// `GET /bookings/{bookingNumber}/payments` is `getBookingsPaymentsByBookingNumber`.
fn id_of(method: &str, path: &str) -> String {
    let capital = |word: &str| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default();
    let (ids, words): (Vec<&str>, Vec<&str>) = path.split('/').skip(1).partition(|part| part.starts_with('{'));
    let words: String = words.into_iter().map(capital).collect();
    let ids: String = ids.into_iter().map(|id| capital(id.trim_matches(['{', '}']))).collect();
    let by = if ids.is_empty() { "" } else { "By" };
    format!("{}{words}{by}{ids}", method.to_lowercase())
}

fn needs(needs: PermissionRequirement) -> String {
    match needs {
        PermissionRequirement::AnyKey => "Any key will do.".to_owned(),
        PermissionRequirement::One(permission) => format!("The key needs {permission}."),
        PermissionRequirement::OwnOrAll { own, all } => {
            format!(
                "The key needs {own} for what its application created, {all} for everything; or a permission that includes it."
            )
        }
    }
}
