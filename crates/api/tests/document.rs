//! The API's document is what is written in `docs/openapi.json`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

use serde_json::Value;
use slotkeeper_api::document::document;
use slotkeeper_api::router::operations;

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
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(made == written, "docs/openapi.json is not up to date: run this test with SLOTKEEPER_WRITE_DOCUMENT=1");
}
