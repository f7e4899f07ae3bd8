// Calls operations from the reference page. Without this script the page has no forms.
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
      // Not JSON: shown unchanged.
    }
    const where = response.headers.get("Location");
    show(form, `${how.method} ${address}: ${response.status}, in ${took} ms${where ? `, at ${where}` : ""}`, shown);
  } catch (error) {
    show(form, `${how.method} ${address}: no answer (${error.message}).`, "");
  }
}

// Calls the API with the keys on the page; undefined if it refuses.
async function read(path) {
  const headers = {};
  for (const [header, id] of Object.entries(keys)) {
    headers[header] = document.getElementById(id).value.trim();
  }
  const response = await fetch(`/v2${path}`, { headers });
  return response.ok ? response.json() : undefined;
}

// The first event with a free seat within the month that begins in an hour.
async function freeEvent() {
  const begin = new Date(Date.now() + 3600e3);
  const span = [begin, new Date(begin.getTime() + 30 * 86400e3)];
  const [from, to] = span.map((at) => encodeURIComponent(at.toISOString().replace(/\.\d+Z$/, "Z")));
  const products = await read("/settings/products?type=fixed");
  for (const product of products ? products.data : []) {
    const query = `productId=${encodeURIComponent(product.productId)}&startTime=${from}&endTime=${to}`;
    const slots = await read(`/availability/slots?${query}`);
    const free = (slots ? slots.data : []).find((slot) => slot.numSeatsAvailable > 0);
    if (free) {
      return free;
    }
  }
  return undefined;
}

// With both keys, the bodies of the two main calls get a free event. Edited bodies stay.
async function fillBodies() {
  const there = Object.values(keys).every((id) => document.getElementById(id).value.trim());
  const bodies = ["postHolds-body", "postBookings-body"].map((id) => document.getElementById(id));
  if (!there || bodies.some((body) => !body || body.value !== body.defaultValue)) {
    return;
  }
  const event = await freeEvent().catch(() => undefined);
  const category = await read("/settings/peoplecategories").catch(() => undefined);
  if (!event || !category || !category.categories.length) {
    return;
  }
  const order = {
    productId: event.productId,
    eventId: event.eventId,
    participants: { numbers: [{ peopleCategoryId: category.categories[0].id, number: 1 }] },
  };
  const customer = { firstName: "Ada", lastName: "Example", emailAddress: "ada@example.com" };
  const [hold, booking] = bodies;
  hold.value = JSON.stringify(order, null, 2);
  booking.value = JSON.stringify({ ...order, customer }, null, 2);
}

document.documentElement.classList.add("scripts");
document.getElementById("key-form").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("key-form").addEventListener("change", fillBodies);
for (const form of document.querySelectorAll("form.try")) {
  const button = document.createElement("button");
  button.className = "button";
  button.type = "submit";
  button.textContent = "Try it";
  form.querySelector(".answer").before(button);
  form.addEventListener("submit", tryIt);
}
addEventListener("hashchange", open);
open();
