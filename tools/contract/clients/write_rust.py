"""Writes the calls of plan.json for the functions that openapi-generator made in Rust: write_rust.py CLIENT FILE"""

import json
import re
import sys
from pathlib import Path

import start

HEAD = """use serde_json::{Value, json};
use slotkeeper_client::apis::configuration::Configuration;
use slotkeeper_client::{apis, models};
use std::collections::HashMap;

type Failure = Box<dyn std::error::Error>;

/// The client has room for one key, and the API wants two.
fn client(said: &Value, key: &str) -> Result<Configuration, Failure> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("X-Bookeo-apiKey", text(&said["keys"][key]).parse()?);
    headers.insert("X-Bookeo-secretKey", text(&said["secretKey"]).parse()?);
    let http = reqwest::blocking::Client::builder().default_headers(headers).build()?;
    Ok(Configuration { base_path: text(&said["baseUrl"]), client: http, ..Configuration::default() })
}

fn body<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Failure> {
    Ok(serde_json::from_value(value)?)
}

fn at(answer: &Value, path: &str) -> String {
    answer.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn main() -> Result<(), Failure> {
    let said: Value = serde_json::from_str(&std::env::var("SLOTKEEPER_CALLS")?)?;
    let mut v: HashMap<String, String> = serde_json::from_value(said["values"].clone())?;
    let (all, portal) = (client(&said, "all")?, client(&said, "portal")?);
"""


def functions(client: Path) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """By the plain form of the id of the operation: its path, and the names and types of its parameters."""
    found = {}
    for file in (client / "src/apis").glob("*_api.rs"):
        for name, said in re.findall(r"^pub fn (\w+)\(configuration: &configuration::Configuration(.*?)\) ->", file.read_text(), re.M):
            parameters = [one.split(": ", 1) for one in said.split(", ") if one]
            found[plain(name)] = (f"apis::{file.stem}::{name}", [(plain(one), kind) for one, kind in parameters])
    return found


def plain(name: str) -> str:
    return name.removeprefix("r#").replace("_", "").replace("-", "").lower()


def text(value: str) -> str:
    if not value.startswith("${"):
        return json.dumps(value)
    name, _, rest = value[2:].partition("}")
    return f'&format!("{{}}{rest}", v["{name}"])' if rest else f'&v["{name}"]'


def tree(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(name)}: {tree(member)}" for name, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(tree(item) for item in value) + "]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def argument(kind: str, value) -> str:
    if kind.startswith("models::"):
        return f"body::<{kind}>(json!({tree(value)}))?"
    if value is None:
        return "None"
    written = text(value) if isinstance(value, str) else json.dumps(value)
    if "chrono" in kind:
        # A reference to a text, or a text.
        written = f"str::parse({written})?"
    return f"Some({written})" if kind.startswith("Option<") else written


def main(client: Path, file: Path) -> None:
    operations = start.operations(json.loads(Path("docs/openapi.json").read_text(encoding="utf-8")))
    made, lines = functions(client), [HEAD]
    for step in start.plan():
        function, parameters = made[plain(step["call"])]
        said = {plain(name): value for name, value in {**step.get("path", {}), **step.get("query", {})}.items()}
        if "key" in step:
            said[plain("Idempotency-Key")] = step["key"]
        known = {name for name, _ in parameters}
        if not set(said) <= known:
            raise SystemExit(f"{step['call']} has no parameter {sorted(set(said) - known)}")
        arguments = [
            argument(kind, step["body"] if kind.startswith("models::") else said.get(name)) for name, kind in parameters
        ]
        keeps = step.get("keep", {})
        answer = "let answer = " if keeps else ""
        lines.append(f"    {answer}{function}(&{step.get('as', 'all')}, {', '.join(arguments)})")
        lines.append(f'        .map_err(|error| format!("{step["call"]}: {{error:?}}"))?;')
        if keeps:
            lines.append("    let answer = serde_json::to_value(&answer)?;")
        for keep, path in keeps.items():
            lines.append(f'    v.insert("{keep}".to_owned(), at(&answer, "/{"/".join(path)}"));')
    lines.append(f'    println!("openapi-generator: {len(operations)} operations in {len(start.plan())} calls");')
    lines.append("    Ok(())\n}\n")
    file.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
