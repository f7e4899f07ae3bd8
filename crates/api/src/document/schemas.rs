//! The schemas of all bodies.

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

const PLACE: &str = "#/components/schemas/";

/// The schemas of all bodies: those of requests and those of answers, because a member can be left out in one and not in the
/// other. They say one plain type for each value, which is all that programs that make clients understand; the wire takes more.
pub struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

/// All schemas by name.
pub(super) struct Merged {
    pub(super) all: Map<String, Value>,
    /// The schemas of requests that answers have something else for under the same name.
    renamed: Vec<String>,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let generator = |contract: Contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.contract = contract;
                settings.meta_schema = None;
            });
            settings.into_generator()
        };
        Self { requests: generator(Contract::Deserialize), answers: generator(Contract::Serialize) }
    }

    /// The schema of what a request holds.
    pub fn request<T: JsonSchema>(&mut self) -> Schema {
        self.requests.subschema_for::<T>()
    }

    /// The schema of what an answer holds.
    pub fn answer<T: JsonSchema>(&mut self) -> Schema {
        self.answers.subschema_for::<T>()
    }

    /// One list of both. A schema of requests that answers have something else for is called an input.
    pub(super) fn merge(mut self) -> Merged {
        let mut requests = self.requests.take_definitions(true);
        requests.values_mut().for_each(plain);
        let mut all: Map<String, Value> = self.answers.take_definitions(true);
        all.values_mut().for_each(plain);
        all.insert("Error".to_owned(), error());
        let clashes = |(name, schema): &(&String, &Value)| all.get(*name).is_some_and(|known| known != *schema);
        let renamed: Vec<String> = requests.iter().filter(clashes).map(|(name, _)| name.clone()).collect();
        let mut merged = Merged { all, renamed };
        for (name, schema) in requests {
            let name = merged.name(&name);
            let schema = merged.request(schema);
            merged.all.insert(name, schema);
        }
        merged
    }
}

impl Merged {
    fn name(&self, name: &str) -> String {
        if self.renamed.iter().any(|renamed| renamed == name) { format!("{name}Input") } else { name.to_owned() }
    }

    /// A schema of a request, with the names that the list has.
    pub(super) fn request(&self, mut schema: Value) -> Value {
        self.rename(&mut schema);
        schema
    }

    fn rename(&self, schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get_mut("$ref")
                    && let Some(name) = reference.strip_prefix(PLACE)
                {
                    *reference = format!("{PLACE}{}", self.name(name));
                }
                members.values_mut().for_each(|member| self.rename(member));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            _ => {}
        }
    }
}

/// Answers leave out what is absent, and never say null (wire reference, section 1.1). Requests may say null for it; in the
/// document they leave it out as well. Nor is there a default: some programs take a member that has one for one that is always
/// there.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            // Not the member of something that is called so.
            if members.contains_key("type") || members.contains_key("$ref") || members.contains_key("anyOf") {
                members.remove("default");
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|one| one != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    members.insert("type".to_owned(), one);
                }
            }
            if let Some(Value::Array(words)) = members.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| *choice != json!({ "type": "null" }));
                if let [Value::Object(one)] = choices.as_slice() {
                    let one = one.clone();
                    members.remove("anyOf");
                    members.extend(one);
                }
            }
            members.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

fn error() -> Value {
    json!({
        "description": "Why it did not succeed.",
        "type": "object",
        "properties": {
            "httpStatus": { "type": "integer", "description": "The status of the answer." },
            "message": { "type": "string", "description": "What was wrong, where, and what to do." },
            "errorId": { "type": "string", "description": "To quote: the server's log has it." },
            "retryAfter": { "type": "integer", "description": "After how many seconds to try again." },
        },
        "required": ["httpStatus", "message", "errorId"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_requests_and_answers_call_alike_gets_two_names() {
        #[derive(JsonSchema, serde::Serialize, serde::Deserialize)]
        struct Pair {
            #[serde(default)]
            left: u8,
            right: Inner,
        }
        #[derive(JsonSchema, serde::Serialize, serde::Deserialize)]
        struct Inner {
            text: String,
        }
        let mut schemas = Schemas::new();
        let (request, answer) = (schemas.request::<Pair>().to_value(), schemas.answer::<Pair>().to_value());
        let merged = schemas.merge();
        assert_eq!(merged.request(request), json!({ "$ref": "#/components/schemas/PairInput" }));
        assert_eq!(answer, json!({ "$ref": "#/components/schemas/Pair" }));
        assert_eq!(merged.all["Pair"]["properties"]["left"]["type"], "integer");
        assert_eq!(merged.all["Pair"]["required"], json!(["left", "right"]));
        assert_eq!(merged.all["PairInput"]["properties"]["left"]["type"], "integer");
        assert_eq!(merged.all["PairInput"]["required"], json!(["right"]));
        let mut names: Vec<_> = merged.all.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["Error", "Inner", "Pair", "PairInput"]);
    }
}
