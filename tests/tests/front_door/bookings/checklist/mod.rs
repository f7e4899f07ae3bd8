//! The list of things clients break on (wire reference, section 8), held against every operation there is.

mod failures;
mod members;
mod sound;
mod tour;

pub(super) use sound::assert_sound;

use slotkeeper_testkit::serde_json::Value;

fn id(thing: &Value, name: &str) -> String {
    thing[name].as_str().unwrap().to_owned()
}
