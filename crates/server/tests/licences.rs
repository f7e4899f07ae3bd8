//! Every dependency and its licence is written down in `docs/licences.md`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/licences.md");

/// The server's target platforms, as in `deny.toml`.
const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "aarch64-apple-darwin"];

#[test]
fn every_dependency_is_listed_with_its_licence() {
    let made = document(&metadata());
    if std::env::var_os("SLOTKEEPER_WRITE_DOCUMENT").is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(made == written, "docs/licences.md is not up to date: run this test with SLOTKEEPER_WRITE_DOCUMENT=1");
}

/// All packages and their dependencies, from cargo.
fn metadata() -> Value {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--locked", "--format-version", "1"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    for target in TARGETS {
        command.args(["--filter-platform", target]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn document(metadata: &Value) -> String {
    let packages: BTreeMap<&str, &Value> = list(&metadata["packages"]).map(|one| (text(&one["id"]), one)).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).map(|one| (text(&one["id"]), one)).collect();
    let server = packages.iter().find(|(_, package)| package["name"] == "slotkeeper").map(|(id, _)| *id).unwrap();
    let shipped = used_by(server, &nodes);
    let (mut of_server, mut of_tests) = (BTreeSet::new(), BTreeSet::new());
    for (id, package) in &packages {
        // Our own packages come from no registry.
        if package["source"].is_null() || !nodes.contains_key(id) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or("not said");
        let line = format!("| {} | {} |\n", text(&package["name"]), licence.replace('/', " OR "));
        if shipped.contains(id) {
            of_server.insert(line)
        } else {
            of_tests.insert(line)
        };
    }
    let table = |lines: BTreeSet<String>| format!("| package | licence |\n|---|---|\n{}", String::from_iter(lines));
    format!(
        "# Licences of the dependencies\n\n\
         Made by a test from what each package says of itself (SPDX expressions); `deny.toml` says which licences are \
         accepted.\n\n\
         ## In the server, or used to build it\n\n{}\n\
         ## In tests and benchmarks only\n\n{}",
        table(of_server),
        table(of_tests),
    )
}

/// What a package needs in order to be built and run, not to be tested.
fn used_by<'a>(package: &'a str, nodes: &BTreeMap<&'a str, &'a Value>) -> BTreeSet<&'a str> {
    let (mut found, mut next) = (BTreeSet::from([package]), vec![package]);
    while let Some(id) = next.pop() {
        for dependency in list(&nodes[id]["deps"]) {
            let for_tests = list(&dependency["dep_kinds"]).all(|kind| kind["kind"] == "dev");
            let id = text(&dependency["pkg"]);
            if !for_tests && found.insert(id) {
                next.push(id);
            }
        }
    }
    found
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
