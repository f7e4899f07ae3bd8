"""What schemathesis cannot know of this API: which things belong together, and why some answers are right although the
document does not tell. And a count of the answers, for run.py."""

import atexit
import json
import re
import sys
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from schemathesis import GenerationMode

sys.path.insert(0, str(Path(__file__).parent))
import generous  # noqa: E402

# A request that keeps to the document is refused for one of these reasons, or the run fails. Each is something that a
# document cannot say; the API says it in its message, by which it is known here.
REASONS = {
    # Wire reference, 1.5: an unknown id in a body is a 400. What there is differs from account to account.
    "ids": r"(business|account) has no such |[Tt]here is no such |must be the id of |personId must be |"
    r"is none of the (fields|options)",
    "languages, countries, currencies, addresses": r"does not offer the language|must be the code of a (country|currency)|"
    r"languageCode must be |does not look like an e-mail address",
    # One of two, which a plain schema cannot say.
    "a booking is somebody's": r"^customerId or customer is missing",
    # Wire reference, 3.2: both ends of a time, in order, 31 days; at least one of two pairs.
    "times that go together": r"is missing: \w+ needs it|must not be before|must be after startTime|31 days apart|"
    r"startTime and endTime are missing|^Say which .*: startTime and endTime",
    "times are of some centuries": r"of the years \d+ to \d+",
    "a key of a request is for one request": r"Idempotency-Key was used for another request",
    "lengths, which the document tells only in part": r"can have [\d_]+ (characters|entries|people categories)|"
    r"must have an id of \d+ characters at most",
    "a name is one line, and U+0000 is no text": r"must be one line of text|U\+0000|"
    r"must not contain control characters|without control characters",
    # Options and adjustments together, all that is known of a person, a page with people: no schema adds up.
    "bytes of a whole thing": r"takes up too much|have more than \d+ MiB",
    "a resource is named once, by its id": r"the resource \w+ is there twice",
    # \S of a pattern leaves in some kinds of space that the server takes away.
    "a text of space alone counts as absent": r"^(The member )?(productId|eventId|reason) is missing[.:;]",
    # Wire reference, 6.1 to 6.9: what a product sells, to whom and when, products say.
    "rules of products": r"this product\b|one person at least|people of category|People of category|people altogether|"
    r"people in a booking at most|is none that it takes|paymentMethodOther is missing|"
    r"^eventId( or startTime)? is missing: |No appointment can start at this time",
    "receivers that are not called": r"^url: ",
    "marks of the list of changes": r"The parameter after must be the member last of an earlier answer",
    # How many decimals there can be depends on the currency; a number that takes an exponent has too many, or is too large.
    "amounts": r"has more decimals|too large an amount|currenc|amount must be a decimal number",
}
# Where events are named.
OF_BOOKINGS = r"/(bookings|holds|seatblocks|resourceblocks|availability/matchingslots)\b"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps what is a defect."""
    if type(failure).__name__ == "RejectedPositiveData":
        message = (response.json() or {}).get("message", "")
        return not any(re.search(reason, message) for reason in REASONS.values())
    if type(failure).__name__ == "AcceptedNegativeData":
        return not only_empty_parameters(failure, response) and not read_as_it_is_meant(failure, case, response)
    return True


def read_as_it_is_meant(failure, case, response):
    """A body that only has another form than the document's: `"2"` for 2, a number for the text of an option, null."""
    if "in body" not in failure.message or re.search(r"in (query|path|header|cookie)", failure.message):
        return False
    document = case.operation.schema.raw_schema
    content = document["paths"][case.operation.path][case.method.lower()]["requestBody"]["content"]
    try:
        body = json.loads(response.request.body)
    except (TypeError, ValueError):
        return False
    return generous.accepts(content["application/json"]["schema"], document["components"], body)


def only_empty_parameters(failure, response):
    """A parameter without a value counts as absent: clients send `?&apiKey=…` and `?type=` (wire reference, 1.9)."""
    blamed = set(re.findall(r"in query - (\w+):|/properties/(\w+)", failure.message))
    blamed = {name for names in blamed for name in names if name}
    sent = parse_qsl(urlsplit(response.request.url).query, keep_blank_values=True)
    filled = {name for name, value in sent if value}
    return "in body" not in failure.message and bool(blamed) and not blamed & filled


ANSWERS: dict[str, Counter[str]] = defaultdict(Counter)
# What right requests were told when they were refused.
REFUSALS: dict[str, Counter[str]] = defaultdict(Counter)
# What was made, by the path that leads to it: its ids.
MADE: dict[str, list[dict[str, str]]] = defaultdict(list)
TEMPLATES: dict[str, re.Pattern[str]] = {}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"]:
        ids = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
        TEMPLATES[path] = re.compile(f".*/v2{ids}$")


@schemathesis.hook
def after_call(context, case, response):
    if case.method != case.operation.method.upper():
        return
    ANSWERS[case.operation.label][str(response.status_code)] += 1
    if response.status_code >= 400 and case.meta and case.meta.generation.mode == GenerationMode.POSITIVE:
        REFUSALS[case.operation.label][response.json().get("message")] += 1
    for location in response.headers.get("location", []) if response.status_code == 201 else []:
        for path, template in TEMPLATES.items():
            if found := template.match(location):
                MADE[path].append(found.groupdict())


@atexit.register
def write_answers():
    with open("answers.json", "w", encoding="utf-8") as file:
        refusals = {operation: told.most_common(5) for operation, told in REFUSALS.items()}
        json.dump({"answers": ANSWERS, "refusals": refusals}, file, indent=1, sort_keys=True)


def words(name):
    with open(f"{name}.words", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


EVENTS, RESOURCES, TIMES, CUSTOMERS = words("events"), words("resources"), words("times"), words("customers")
# Bookings take all seats of the others in a long run.
HELD = words("held")


@schemathesis.hook
def map_case(context, case):
    """Lets three of four right requests meet what is there; what is left is as random as it was."""
    meta = case.meta
    if meta is None or meta.generation.mode != GenerationMode.POSITIVE or meta.phase.name.value != "fuzzing":
        return case
    chance = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode())
    if chance % 4 == 0:
        return case
    if case.operation.path.endswith("/apikeys/{apiKey}") and not MADE[case.operation.path]:
        MADE[case.operation.path].append({"subaccountId": words("subaccounts")[0], "apiKey": words("installed")[0]})
    # The ids of something that this run made, or of what it belongs to.
    path = case.operation.path
    while path and not MADE[path]:
        path = path.rpartition("/")[0]
    if path and case.path_parameters:
        # A new key of a subaccount ends the one before.
        back = 1 if path.endswith("{apiKey}") else 8
        case.path_parameters = {**case.path_parameters, **MADE[path][-1 - chance % min(len(MADE[path]), back)]}
    if "authenticate" in case.operation.path:
        case.path_parameters = {"id": CUSTOMERS[0]}
    if case.query and chance % 8 > 1:
        case.query = {name: value for name, value in case.query.items() if name != "previousHoldId"}
    if isinstance(case.body, dict):
        case.body = fitting(case.operation.path, case.body, chance)
    return case


def fitting(path, body, chance):
    body = dict(body)
    if path == "/resourceblocks" or path == "/resourceblocks/{id}":
        if chance % 8 < 6:
            first = chance % (len(TIMES) - 1)
            body |= {"startTime": TIMES[first], "endTime": TIMES[first + 1], "resources": [{"id": RESOURCES[0]}]}
    elif re.match(OF_BOOKINGS, path):
        events = HELD if path == "/holds" else EVENTS
        event = body.get("eventId") if body.get("eventId") in events else events[chance % len(events)]
        body["productId"] = event.split("_")[0]
        if path.startswith("/seatblocks"):
            body |= {"eventId": event, "numSeats": 1}
        elif path == "/availability/matchingslots":
            body["peopleNumbers"] = [{"peopleCategoryId": "Cadults", "number": 1}]
            body |= {"startTime": TIMES[1], "endTime": TIMES[4], "options": [], "resources": []}
        elif not path.endswith("payments"):
            # What depends on the product goes, what is said of people and money stays.
            for member in (
                "startTime", "endTime", "options", "resources", "firstCourseEnrolledEventId",
                "dropinCourseEnrolledEventId", "promotionCodeInput", "giftVoucherCodeInput", "privateEvent",
            ):
                body.pop(member, None)
            body |= {"eventId": event, "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]}}
            # Those that were there may have been deleted meanwhile.
            if body.get("customerId") not in CUSTOMERS or chance % 2:
                body.pop("customerId", None)
                body["customer"] = {"firstName": "Ada"}
            if chance % 8 > 2:
                body.pop("initialPayments", None)
                body.pop("priceAdjustments", None)
    return body
