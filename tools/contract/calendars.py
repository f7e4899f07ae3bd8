"""Reads calendar files with Python's icalendar, and compares what it finds with what was meant: calendars.py FOLDER

Every NAME.ics in the folder has a NAME.json beside it; the example `emails` writes them. Ends with 1 and names each
difference if there is one.
"""

import json
import pathlib
import sys

from icalendar import Calendar

# All that is compared of an entry; what is null in the JSON must be missing in the file.
TEXTS = ["UID", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "ATTENDEE"]
TIMES = ["DTSTART", "DTEND"]


def text(component, name):
    value = component.get(name)
    return None if value is None else str(value)


def differences(path):
    raw = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if not raw.endswith(b"\r\n"):
        yield "does not end in CRLF"
    for number, line in enumerate(raw.split(b"\r\n"), 1):
        if len(line) > 75 or b"\n" in line or b"\r" in line:
            yield f"line {number}: {line!r}"
        line.decode("utf-8")

    calendar = Calendar.from_ical(raw)
    broken = [error for component in calendar.walk() for error in component.errors]
    if broken:
        yield f"errors of the parser: {broken}"
    # The parser leaves the last two as they are written, so the sample has a name without anything to escape.
    for name in ("METHOD", "NAME", "X-WR-CALNAME"):
        if text(calendar, name) != expected.get(name):
            yield f"{name}: {text(calendar, name)!r} and not {expected.get(name)!r}"
    events = calendar.walk("VEVENT")
    if len(events) != len(expected["events"]):
        yield f"{len(events)} entries and not {len(expected['events'])}"
    for number, (event, meant) in enumerate(zip(events, expected["events"]), 1):
        found = {name: text(event, name) for name in TEXTS}
        found["SEQUENCE"] = int(event["SEQUENCE"])
        for name in TIMES:
            found[name] = int(event.decoded(name).timestamp())
        for name, value in meant.items():
            if found[name] != value:
                yield f"entry {number}, {name}: {found[name]!r} and not {value!r}"


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.ics"))
    if not files:
        sys.exit("there are no calendar files in that folder")
    wrong = [f"{path.name}: {difference}" for path in files for difference in differences(path)]
    print("\n".join(wrong) if wrong else f"{len(files)} calendar files are read as they were meant")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
