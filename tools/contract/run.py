"""Drives one demo with schemathesis: run.py FOLDER ARGUMENT…

FOLDER holds demo.json, the demo's credentials, and gets everything that is written. Further arguments are those of
`schemathesis run`. It fails when schemathesis does, and when the run did not reach the operations: a run that is
refused everywhere finds nothing, and must not pass for a good one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import words

# Refused calls are a sign of limits in the way; the limits on passwords and vouchers may refuse a few.
MOST_THROTTLED = 0.02


def main(folder: Path, arguments: list[str]) -> int:
    demo = json.loads((folder / "demo.json").read_text())
    words.write(demo, folder)
    environment = os.environ | {
        "SLOTKEEPER_CONTRACT_URL": demo["baseUrl"],
        "SLOTKEEPER_CONTRACT_API_KEY": demo["apiKeys"]["all"],
        "SLOTKEEPER_CONTRACT_PORTAL_KEY": demo["portal"]["apiKey"],
        "SLOTKEEPER_CONTRACT_SECRET_KEY": demo["secretKey"],
    }
    # A proxy on the way could only disturb.
    environment["NO_PROXY"] = "127.0.0.1"
    program = str(Path(sys.executable).with_name("schemathesis"))
    address = demo["webUrl"] + "/openapi.json"
    ended = subprocess.run([program, "run", address, *arguments], cwd=folder, env=environment, check=False)
    if not (folder / "answers.json").exists():
        print("schemathesis ended before it called anything", file=sys.stderr)
        return ended.returncode or 1
    told = json.loads((folder / "answers.json").read_text())
    # Only a run of all phases is to reach every operation.
    whole = not any(argument.startswith(("--include", "--exclude", "--phases")) for argument in arguments)
    complaints = judge(told["answers"], told["refusals"], whole)
    for complaint in complaints:
        print(f"The run is worth little: {complaint}", file=sys.stderr)
    return ended.returncode or bool(complaints)


def judge(answers: dict[str, dict[str, int]], refusals: dict[str, list], whole: bool) -> list[str]:
    """What keeps a run from having said something; `whole` when it was to reach every operation."""
    calls = sum(sum(statuses.values()) for statuses in answers.values())
    throttled = sum(statuses.get("429", 0) for statuses in answers.values())
    succeeded = sum(n for statuses in answers.values() for status, n in statuses.items() if status < "300")
    print(f"\n{calls} calls, {succeeded} of them successes, {throttled} throttled.")
    complaints = []
    if throttled > calls * MOST_THROTTLED:
        complaints.append(f"{throttled} of {calls} calls were throttled")
    if whole:
        lost = [operation for operation, statuses in answers.items() if min(statuses) >= "300"]
        for operation in sorted(lost):
            complaints.append(f"{operation} never succeeded: {answers[operation]}, {refusals.get(operation)}")
    return complaints


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
