"""Calls every operation through the client that openapi-python-client made: call.py DEMO.JSON

What a call gives is compared with what arrived, member by member, so that nothing is lost in the client's models.
"""

import importlib
import inspect
import json
import sys
import typing
from datetime import date, datetime
from enum import Enum
from pathlib import Path

import start

PACKAGE = "slotkeeper_client"


def plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def functions(folder: Path) -> dict[str, str]:
    """The module of each operation, by the plain form of its id."""
    modules = (folder / PACKAGE / "api").glob("*/*.py")
    return {plain(one.stem): f"{PACKAGE}.api.{one.parent.name}.{one.stem}" for one in modules if one.stem != "__init__"}


def typed(hint, value):
    """The value as the client's signature has it."""
    for kind in typing.get_args(hint) or (hint,):
        if hasattr(kind, "from_dict"):
            model = kind.from_dict(value)
            assert model.to_dict() == value, f"{kind.__name__} keeps {model.to_dict()} of {value}"
            return model
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
        if kind in (datetime, date):
            return kind.fromisoformat(value)
    return value


def main(folder: Path, demo: dict) -> None:
    document = json.loads(Path("docs/openapi.json").read_text(encoding="utf-8"))
    operations, modules = start.operations(document), functions(folder)
    known = start.values(demo, "python")
    Client = importlib.import_module(f"{PACKAGE}.client").Client
    keys = {"all": demo["apiKeys"]["all"], "portal": demo["portal"]["apiKey"]}
    for step in start.plan():
        name, operation = step["call"], operations[step["call"]]
        headers = {"X-Bookeo-apiKey": keys[step.get("as", "all")], "X-Bookeo-secretKey": demo["secretKey"]}
        client = Client(base_url=demo["baseUrl"], headers=headers, raise_on_unexpected_status=True, timeout=30)
        function = importlib.import_module(modules[plain(name)]).sync_detailed
        hints = typing.get_type_hints(function)
        wanted = {plain(parameter): parameter for parameter in inspect.signature(function).parameters}
        said = start.filled({**step.get("path", {}), **step.get("query", {})}, known)
        if "key" in step:
            said["Idempotency-Key"] = start.filled(step["key"], known)
        if "body" in step:
            said["body"] = start.filled(step["body"], known)
        said = {wanted[plain(member)]: value for member, value in said.items()}
        answer = function(client=client, **{member: typed(hints[member], value) for member, value in said.items()})
        if answer.status_code != operation["status"]:
            raise SystemExit(f"{name}: {answer.status_code} {answer.content.decode()}")
        if operation["answers"]:
            arrived = json.loads(answer.content)
            assert answer.parsed.to_dict() == arrived, f"{name}: {answer.parsed.to_dict()} of {arrived}"
            for keep, path in step.get("keep", {}).items():
                for member in path:
                    arrived = arrived[member]
                known[keep] = arrived
                arrived = json.loads(answer.content)
    print(f"openapi-python-client: {len(operations)} operations in {len(start.plan())} calls")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(sys.argv[1])))
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
