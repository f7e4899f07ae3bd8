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

    def get(path: str, **query: str) -> dict:
        keys = {"X-Bookeo-apiKey": demo["apiKeys"]["all"], "X-Bookeo-secretKey": demo["secretKey"]}
        address = f"{demo['baseUrl']}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(urllib.request.Request(address, headers=keys), timeout=30) as answer:
            return json.load(answer)

    now = datetime.now(timezone.utc).replace(microsecond=0, second=0, minute=0)

    def time(days: int) -> str:
        return (now + timedelta(days=days)).isoformat()

    products = [one for kind in demo["products"].values() for one in kind]
    slots = get("/availability/slots", startTime=time(0), endTime=time(30), itemsPerPage="300")["data"]
    free = [one["eventId"] for one in slots if one["numSeatsAvailable"] > 1]
    bookings = get("/bookings", startTime=time(-15), endTime=time(15), includeCanceled="true")["data"]
    types = get("/settings/resources")["data"]
    kinds = ("choiceOptions", "numberOptions", "onOffOptions", "textOptions")
    options = [one for product in get("/settings/products")["data"] for kind in kinds for one in product.get(kind, [])]
    fields = [one for kind in get("/settings/customercustomfields").values() for one in kind]
    address = demo["customer"]["emailAddress"]
    found = get("/customers", searchField="emailAddress", searchText=address)["data"]
    words = {
        "products": products,
        "events": free[:MOST],
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
        "times": [time(days) for days in (-2, 0, 1, 3, 8, 20)],
    }
    for name, found in words.items():
        if not found:
            raise RuntimeError(f"the demo has no {name}")
        lines = [json.dumps(word) + "\n" for word in found[:MOST]]
        (folder / f"{name}.words").write_text("".join(lines))
