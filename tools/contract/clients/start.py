"""What the calls of plan.json begin with, asked of a demo: ids, times, a password. And what both drivers that are written
anew for each document need to know of it."""

import json
import sys
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).parent


def plan() -> list[dict]:
    return json.loads((HERE / "plan.json").read_text(encoding="utf-8"))


def operations(document: dict) -> dict[str, dict]:
    """By id: method, path, and what it answers when it succeeds."""
    found = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            status = int(min(status for status in operation["responses"] if status.startswith("2")))
            answers = "content" in operation["responses"][str(status)]
            parameters = {one["name"]: one for one in operation["parameters"] if "name" in one}
            found[operation["operationId"]] = {
                "method": method.upper(), "path": path, "status": status, "answers": answers, "parameters": parameters,
            }
    called = {step["call"] for step in plan()}
    if called != set(found):
        raise SystemExit(f"plan.json does not call every operation, or calls others: {sorted(called ^ set(found))}")
    return found


def values(demo: dict, run: str) -> dict[str, str]:
    """The values that plan.json names; `run` tells runs against one demo apart."""

    def call(path: str, api_key: str, body: dict | None = None):
        keys = {"X-Bookeo-apiKey": api_key, "X-Bookeo-secretKey": demo["secretKey"], "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(demo["baseUrl"] + path, headers=keys, data=data), timeout=30)

    def read(path: str, body: dict | None = None, **query: str) -> dict:
        path = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        with call(path, demo["apiKeys"]["all"], body) as answer:
            return json.load(answer)

    now = datetime.now(timezone.utc).replace(microsecond=0, second=0)

    def time(days: float) -> str:
        return (now + timedelta(days=days)).isoformat()

    product, lesson = demo["products"]["fixed"][0], demo["products"]["flexibleTime"][0]
    slots = read("/availability/slots", productId=product, startTime=time(1), endTime=time(30), itemsPerPage="300")["data"]
    events = [slot["eventId"] for slot in slots if slot["numSeatsAvailable"] > 3]
    adults = [{"peopleCategoryId": "Cadults", "number": 1}]
    search = {"productId": lesson, "startTime": time(1), "endTime": time(20), "peopleNumbers": adults}
    offered = read("/availability/matchingslots", search)["data"][0]
    fields = read("/settings/customercustomfields")
    text = next(field for field in fields["textFields"] if field["forCustomer"])
    known = read("/customers", searchField="emailAddress", searchText=demo["customer"]["emailAddress"])["data"][0]
    subaccount = demo["portal"]["subaccounts"][0]
    with call(f"/subaccounts/{subaccount}/apikeys", demo["portal"]["apiKey"], {}) as answer:
        installed = answer.headers["Location"].rpartition("/")[2]
    return {
        "run": run,
        "product": product,
        "lesson": lesson,
        "lessonTime": offered["startTime"],
        "guide": offered["resources"][0]["id"],
        "event": events[0],
        "otherEvent": events[1],
        "category": "Cadults",
        "tax": read("/settings/taxes")["data"][0]["id"],
        "field": text["id"],
        "fieldValue": "Rui",
        "customerWithPassword": known["id"],
        "password": demo["customer"]["password"],
        "subaccount": subaccount,
        "installed": installed,
        "today": now.date().isoformat(),
        "before": time(-1),
        "now": time(0),
        "later": time(29),
        "farAway": time(200),
        "fartherAway": time(201),
    }


def filled(template, known: dict[str, str]):
    """A template with the values in it."""
    if isinstance(template, dict):
        return {name: filled(member, known) for name, member in template.items()}
    if isinstance(template, list):
        return [filled(item, known) for item in template]
    if isinstance(template, str) and template.startswith("${"):
        name, _, rest = template[2:].partition("}")
        return known[name] + rest
    return template


def main(demo: dict, run: str) -> None:
    """Prints what the clients in other languages begin with."""
    keys = {"all": demo["apiKeys"]["all"], "portal": demo["portal"]["apiKey"]}
    said = {"baseUrl": demo["baseUrl"], "secretKey": demo["secretKey"], "keys": keys, "values": values(demo, run)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2])
