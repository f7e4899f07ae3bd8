"""Writes the calls of plan.json for the types that openapi-typescript made, so that the compiler compares every parameter, body
and answer with them: write_typescript.py FILE"""

import json
import sys
from pathlib import Path

import start

HEAD = """import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { env: Record<string, string>; exit(code: number): never };

const said = JSON.parse(process.env["SLOTKEEPER_CALLS"] ?? "") as {
  baseUrl: string; secretKey: string; keys: { all: string; portal: string }; values: Record<string, string>;
};
const v = said.values;
const client = (apiKey: string) =>
  createClient<paths>({ baseUrl: said.baseUrl, headers: { "X-Bookeo-apiKey": apiKey, "X-Bookeo-secretKey": said.secretKey } });
const all = client(said.keys.all);
const portal = client(said.keys.portal);

function check(call: string, response: Response, status: number, error: unknown): void {
  if (response.status !== status) {
    console.error(`${call}: ${response.status} ${JSON.stringify(error)}`);
    process.exit(1);
  }
}
"""


def written(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(name)}: {written(member)}" for name, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, str) and value.startswith("${"):
        name, _, rest = value[2:].partition("}")
        return f"v[{json.dumps(name)}]" + (f" + {json.dumps(rest)}" if rest else "")
    return json.dumps(value)


def main(file: Path) -> None:
    operations = start.operations(json.loads(Path("docs/openapi.json").read_text(encoding="utf-8")))
    lines = [HEAD]
    for step in start.plan():
        operation = operations[step["call"]]
        parameters = {kind: step[kind] for kind in ("path", "query") if kind in step}
        if "key" in step:
            parameters["header"] = {"Idempotency-Key": step["key"]}
        said = {"params": parameters} | ({"body": step["body"]} if "body" in step else {})
        call = f'{step.get("as", "all")}.{operation["method"]}({json.dumps(operation["path"])}, {written(said)})'
        lines.append(f"{{\n  const {{ data, error, response }} = await {call};")
        lines.append(f'  check({json.dumps(step["call"])}, response, {operation["status"]}, error);')
        for keep, path in step.get("keep", {}).items():
            lines.append(f"  v[{json.dumps(keep)}] = data!" + "".join(f".{member}!" for member in path) + ";")
        lines.append("  void data;\n}")
    lines.append(f'console.log("openapi-typescript: {len(operations)} operations in {len(start.plan())} calls");\n')
    file.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
