// Tries operations from the page of the API. Without it the page can be read, and its buttons are not there.
"use strict";

const keys = { "X-Bookeo-apiKey": "api-key", "X-Bookeo-secretKey": "secret-key" };

function open() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = place && place.closest("details");
  if (details) {
    details.open = true;
    details.scrollIntoView();
  }
}

function request(form) {
  const headers = {};
  for (const [header, id] of Object.entries(keys)) {
    headers[header] = document.getElementById(id).value.trim();
  }
  let path = form.dataset.path;
  const query = new URLSearchParams();
  let body;
  for (const input of form.querySelectorAll("[data-place]")) {
    const value = input.value.trim();
    if (input.dataset.place === "body") {
      body = value;
      headers["Content-Type"] = "application/json";
    } else if (input.dataset.place === "path") {
      path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    } else if (value && input.dataset.place === "header") {
      headers[input.name] = value;
    } else if (value) {
      query.set(input.name, value);
    }
  }
  const search = query.toString();
  return [`/v2${path}${search && `?${search}`}`, { method: form.dataset.method, headers, body }];
}

function show(form, words, text) {
  const answer = form.querySelector(".answer");
  const line = document.createElement("p");
  line.textContent = words;
  answer.replaceChildren(line);
  if (text) {
    const pre = document.createElement("pre");
    pre.tabIndex = 0;
    pre.textContent = text;
    answer.append(pre);
  }
}

async function tryIt(event) {
  event.preventDefault();
  const form = event.target;
  const [address, how] = request(form);
  try {
    const begun = performance.now();
    const response = await fetch(address, how);
    const text = await response.text();
    const took = Math.round(performance.now() - begun);
    let shown = text;
    try {
      shown = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // No JSON: shown as it is.
    }
    const where = response.headers.get("Location");
    show(form, `${how.method} ${address}: ${response.status}, in ${took} ms${where ? `, at ${where}` : ""}`, shown);
  } catch (error) {
    show(form, `${how.method} ${address}: no answer (${error.message}).`, "");
  }
}

document.getElementById("key-form").addEventListener("submit", (event) => event.preventDefault());
for (const form of document.querySelectorAll("form.try")) {
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", tryIt);
}
addEventListener("hashchange", open);
open();
