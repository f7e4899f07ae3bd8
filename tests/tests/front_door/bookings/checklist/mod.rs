//! The checklist of what clients break on (wire reference, section 8), applied to every operation.

mod failures;
mod members;
mod sound;
mod tour;

pub(super) use sound::assert_sound;

use slotkeeper_testkit::serde_json::Value;

fn id(thing: &Value, name: &str) -> String {
    thing[name].as_str().unwrap().to_owned()
}
