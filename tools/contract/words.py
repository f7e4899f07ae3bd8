"""Asks a demo for what it has, so that the contract run can speak of it.

Random texts hardly ever name a product or an event, and what they meet is only the refusal.
"""

import json
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

# How many of each kind: few, so that things meet again.
MOST = 12


def write(demo: dict, folder: Path) -> None:
    """Writes a list of words for each kind of thing into the folder, in the form that schemathesis.toml reads."""

    def call(path: str, api_key: str, body: dict | None = None):
        keys = {"X-Bookeo-apiKey": api_key, "X-Bookeo-secretKey": demo["secretKey"], "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(demo["baseUrl"] + path, headers=keys, data=data)
        return urllib.request.urlopen(request, timeout=30)

    def get(path: str, **query: str) -> dict:
        with call(f"{path}?{urllib.parse.urlencode(query)}", demo["apiKeys"]["all"]) as answer:
            return json.load(answer)

    now = datetime.now(timezone.utc).replace(microsecond=0, second=0, minute=0)

    def time(days: int) -> str:
        return (now + timedelta(days=days)).isoformat()

    products = [one for kind in demo["products"].values() for one in kind]
    slots = get("/availability/slots", startTime=time(0), endTime=time(30), itemsPerPage="300")["data"]
    free = [one["eventId"] for one in slots if one["numSeatsAvailable"] > 1]
    # Those that are over can neither be changed nor cancelled.
    bookings = get("/bookings", startTime=time(1), endTime=time(30))["data"]
    types = get("/settings/resources")["data"]
    kinds = ("choiceOptions", "numberOptions", "onOffOptions", "textOptions")
    options = [one for product in get("/settings/products")["data"] for kind in kinds for one in product.get(kind, [])]
    fields = [one for kind in get("/settings/customercustomfields").values() for one in kind]
    address = demo["customer"]["emailAddress"]
    found = get("/customers", searchField="emailAddress", searchText=address)["data"]
    search = {"productId": free[0].split("_")[0], "startTime": time(0), "endTime": time(30)}
    search["peopleNumbers"] = [{"peopleCategoryId": "Cadults", "number": 1}]
    # Neither is made by an operation that schemathesis would know to call first.
    with call("/availability/matchingslots", demo["apiKeys"]["all"], search) as answer:
        token = answer.headers["Location"].rpartition("/")[2]
    with call(f"/subaccounts/{demo['portal']['subaccounts'][0]}/apikeys", demo["portal"]["apiKey"], {}) as answer:
        installed = answer.headers["Location"].rpartition("/")[2]
    words = {
        "products": products,
        "events": free[:MOST],
        "held": free[MOST : 2 * MOST],
        "categories": [one["id"] for one in get("/settings/peoplecategories")["categories"]],
        "resources": [one["id"] for kind in types for one in kind["resources"]],
        "taxes": [one["id"] for one in get("/settings/taxes")["data"]],
        "named": [one["id"] for one in options + fields],
        # First the one whose password is known.
        "customers": [one["id"] for one in found + get("/customers")["data"]],
        "passwords": [demo["customer"]["password"]],
        "bookings": [one["bookingNumber"] for one in bookings],
        "payments": [one["id"] for one in get("/payments")["data"]],
        "subaccounts": demo["portal"]["subaccounts"],
        "tokens": [token],
        "installed": [installed],
        "times": [time(days) for days in (-2, 0, 1, 3, 8, 20)],
    }
    for name, found in words.items():
        if not found:
            raise RuntimeError(f"the demo has no {name}")
        lines = [json.dumps(word) + "\n" for word in found[:MOST]]
        (folder / f"{name}.words").write_text("".join(lines))
