"""Receives a notice of a demo as a program of somebody else would, and checks both of its signatures: webhooks.py FOLDER

FOLDER holds demo.json, the demo's credentials. The specification's own library for Python checks the one, the other is
made again here from the documentation. Both must hold for what came, and for nothing that differs in one byte.
"""

import hashlib
import hmac
import json
import queue
import sys
import threading
import urllib.request
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

# Seconds. A notice comes within one; a busy machine may take longer.
LONGEST_WAIT = 60
NAME = "Zoë „Łódź“ \\ 漁港"


class Receiver(BaseHTTPRequestHandler):
    notices: queue.Queue = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.notices.put((self.path, dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def call(demo, method, path, body):
    headers = {"X-Bookeo-apiKey": demo["apiKeys"]["all"], "X-Bookeo-secretKey": demo["secretKey"]}
    headers["content-type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(demo["baseUrl"] + path, data, headers, method=method)
    # Whatever proxy the environment names, this stays on the machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=LONGEST_WAIT) as answer:
        return answer.headers["location"]


def documented(secret_key, url, headers, body):
    """The signature of docs/api.md, “Checking the signature”."""
    lower = {name.lower(): value for name, value in headers.items()}
    signed = lower["x-bookeo-timestamp"] + lower["x-bookeo-messageid"] + url
    return hmac.new(secret_key.encode(), signed.encode() + body, hashlib.sha256).hexdigest()


def sent(headers):
    return next(value for name, value in headers.items() if name.lower() == "x-bookeo-signature")


def complaints(secret_key, url, headers, body):
    standard = Webhook(b64encode(secret_key.encode()).decode())
    changed = body[:-1] + b" }"
    standard.verify(body, headers)
    try:
        standard.verify(changed, headers)
        yield "the library also accepts another body"
    except WebhookVerificationError:
        pass
    if documented(secret_key, url, headers, body) != sent(headers):
        yield "X-Bookeo-Signature is not the documented one"
    if documented(secret_key, url, headers, changed) == sent(headers):
        yield "X-Bookeo-Signature also holds for another body"
    notice = json.loads(body)
    if notice["item"]["firstName"] != NAME:
        yield f"the notice tells of {notice['item']['firstName']!r} and not of {NAME!r}"


def main(folder):
    demo = json.loads((folder / "demo.json").read_text())
    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{receiver.server_port}/notices?of=customers"
    webhook = call(demo, "POST", "/webhooks", {"url": url, "domain": "customers", "type": "created"})
    call(demo, "POST", "/customers", {"firstName": NAME})
    target, headers, body = Receiver.notices.get(timeout=LONGEST_WAIT)
    found = list(complaints(demo["secretKey"], url, headers, body))
    if not url.endswith(target):
        found.append(f"sent to {target}")
    # What runs against the same demo afterwards finds it without.
    call(demo, "DELETE", "/webhooks/" + webhook.rsplit("/", 1)[1], None)
    for complaint in found:
        print(complaint, file=sys.stderr)
    if not found:
        print(f"A notice of {len(body)} bytes came, and both signatures hold for it alone.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
