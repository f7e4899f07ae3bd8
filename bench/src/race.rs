//! Proof that the last seats of an event, and the last resources of an hour, are sold once.

use crate::client::{Client, Credentials, one_adult, text};
use crate::tally::{Contest, Outcome, judge};
use crate::{RaceArgs, days_from_now, say, say_problems};
use anyhow::{Context, bail};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Barrier;

/// Both races. True if nothing is wrong.
pub async fn race(args: &RaceArgs) -> anyhow::Result<bool> {
    let credentials = Credentials::read(&args.credentials)?;
    let own = [credentials.base_url.clone()];
    let urls = if args.base_urls.is_empty() { &own[..] } else { &args.base_urls[..] };
    let servers = urls.iter().map(|url| Client::new(url, &credentials)).collect::<anyhow::Result<Vec<_>>>()?;
    let names: Vec<&str> = servers.iter().map(Client::base).collect();
    say(&format!("{} clients, half of them hold first, on {}", args.clients, names.join(", ")));
    let seats = seats(args, &servers, &credentials).await?;
    let resources = resources(args, &servers, &credentials).await?;
    say(if seats && resources { "Everything is as it should be." } else { "Something is wrong." });
    Ok(seats && resources)
}

/// The products of a type that can be booked through the API without membership, those of the credentials file first.
pub async fn products(client: &Client, kind: &str, wanted: &[String]) -> anyhow::Result<Vec<Value>> {
    let mut products = client.list("/settings/products", &[]).await?;
    products.retain(|product| {
        text(product, "type") == kind
            && product["apiBookingsAllowed"] == true
            && product["membersOnly"] != true
            && product["prepaidOnly"] != true
            && (wanted.is_empty() || wanted.iter().any(|id| id == text(product, "productId")))
    });
    if products.is_empty() { bail!("there is no product of type {kind} that can be booked") } else { Ok(products) }
}

/// The members of a booking without its time: product, one adult, a customer, and the required options.
pub fn booking_body(product: &Value, customer: &str) -> Value {
    let texts = product["textOptions"].as_array().map_or(&[][..], Vec::as_slice);
    let required = texts.iter().filter(|option| option["required"] == true && option["enabled"] != false);
    json!({
        "productId": product["productId"],
        "participants": { "numbers": [one_adult()] },
        "customer": { "firstName": "Racing", "lastName": customer },
        "options": required.map(|option| json!({ "id": option["id"], "value": "bench" })).collect::<Vec<_>>(),
    })
}

/// The race for the seats of one event.
async fn seats(args: &RaceArgs, servers: &[Client], credentials: &Credentials) -> anyhow::Result<bool> {
    let client = servers.first().context("there is no server")?;
    let (from, to) = (days_from_now(0)?, days_from_now(30)?);
    let mut best: Option<(Value, Value)> = None;
    for product in products(client, "fixed", &credentials.products.fixed).await? {
        let query = [("productId", text(&product, "productId")), ("startTime", &from), ("endTime", &to)];
        for slot in client.list("/availability/slots", &query).await? {
            let more = best.as_ref().is_none_or(|(_, best)| left(best) < left(&slot));
            // Events that start within the hour may close during the race.
            if more && left(&slot) > 0 && !starts_soon(&slot)? {
                best = Some((product.clone(), slot));
            }
        }
    }
    let (product, slot) = best.context("no event has seats left")?;
    let places = usize::try_from(left(&slot)).context("seats")?;
    let event = text(&slot, "eventId");
    say(&format!("\nSeats: {places} left of event {event}"));
    if left(&slot) != args.seats {
        say(&format!("  note: {} seats were expected", args.seats));
    }
    let mut body = booking_body(&product, "Seat");
    body["eventId"] = event.into();
    let before = listed(client, &slot).await?.into_iter().collect();
    let outcomes = run(args, servers, &body).await?;
    let (mut shown, mut after) = (Vec::new(), Vec::new());
    for server in servers {
        let query = [("productId", text(&product, "productId")), ("startTime", &from), ("endTime", &to)];
        let slots = server.list("/availability/slots", &query).await?;
        let same = slots.iter().find(|slot| text(slot, "eventId") == event);
        shown.push(left(same.context("the event is not shown after the race")?));
        after.push(listed(server, &slot).await?);
    }
    Ok(report(&Contest { places, left: shown, before, after }, &outcomes))
}

/// The race for the resources of one start.
async fn resources(args: &RaceArgs, servers: &[Client], credentials: &Credentials) -> anyhow::Result<bool> {
    let client = servers.first().context("there is no server")?;
    let products = products(client, "flexibleTime", &credentials.products.flexible_time).await?;
    let (product, slot, places) = afternoon(client, &products).await?;
    let (id, start) = (text(&product, "productId"), text(&slot, "startTime"));
    say(&format!("\nResources: {places} free for product {id} at {start}"));
    let mut body = booking_body(&product, "Resource");
    body["startTime"] = start.into();
    let before = listed(client, &slot).await?.into_iter().collect();
    let outcomes = run(args, servers, &body).await?;
    let (mut shown, mut after) = (Vec::new(), Vec::new());
    for server in servers {
        let free = free(server, id, start, text(&slot, "endTime")).await?;
        shown.push(free.get(start).map_or(Ok(0), |(_, free)| i64::try_from(*free))?);
        after.push(listed(server, &slot).await?);
    }
    Ok(report(&Contest { places, left: shown, before, after }, &outcomes))
}

/// The first afternoon with free resources for one of the products: the start with the most of them, and their
/// number.
async fn afternoon(client: &Client, products: &[Value]) -> anyhow::Result<(Value, Value, usize)> {
    for days in 1..30 {
        let day = days_from_now(days)?;
        let day = day.split('T').next().unwrap_or_default();
        // The offset -00:00 means the local time of the business.
        let (from, to) = (format!("{day}T12:00:00-00:00"), format!("{day}T18:00:00-00:00"));
        for product in products {
            let free = free(client, text(product, "productId"), &from, &to).await?;
            // The first of equal ones.
            if let Some((slot, places)) = free.into_values().rev().max_by_key(|(_, places)| *places) {
                return Ok((product.clone(), slot, places));
            }
        }
    }
    bail!("no appointment is free in the next 30 days")
}

/// The starts in a range, with the number of appointments that fit: the scarcest required resource type decides.
/// Assumes that a resource has one use at a time.
async fn free(
    client: &Client,
    product: &str,
    from: &str,
    to: &str,
) -> anyhow::Result<BTreeMap<String, (Value, usize)>> {
    let mut starts = BTreeMap::new();
    let offered = client.matching(product, from, to, None).await?;
    if offered.is_empty() {
        return Ok(starts);
    }
    for kind in client.list("/settings/resources", &[]).await? {
        let mut of_kind: BTreeMap<String, usize> = BTreeMap::new();
        for resource in kind["resources"].as_array().map_or(&[][..], Vec::as_slice) {
            for slot in client.matching(product, from, to, Some(text(resource, "id"))).await? {
                *of_kind.entry(text(&slot, "startTime").to_owned()).or_default() += 1;
            }
        }
        for slot in &offered {
            // A resource type that is never offered is not required.
            let start = text(slot, "startTime");
            if let Some(count) = of_kind.get(start) {
                let entry = starts.entry(start.to_owned()).or_insert_with(|| (slot.clone(), *count));
                entry.1 = entry.1.min(*count);
            }
        }
    }
    Ok(starts)
}

/// Starts all clients at the same moment and collects their responses.
async fn run(args: &RaceArgs, servers: &[Client], body: &Value) -> anyhow::Result<Vec<Outcome>> {
    let line = Arc::new(Barrier::new(usize::try_from(args.clients)?));
    let began = Instant::now();
    let mut clients = Vec::new();
    for (number, server) in (0..args.clients).zip(servers.iter().cycle()) {
        let (line, server, mut body) = (line.clone(), server.clone(), body.clone());
        body["customer"]["firstName"] = format!("Racer {number}").into();
        // Both kinds are sent to every server.
        let holds = (usize::try_from(number)? / servers.len()).is_multiple_of(2);
        clients.push(tokio::spawn(async move {
            line.wait().await;
            try_once(&server, &body, holds).await
        }));
    }
    let mut outcomes = Vec::new();
    for client in clients {
        outcomes.push(client.await?);
    }
    say(&format!("  {} clients were answered within {} ms", outcomes.len(), began.elapsed().as_millis()));
    Ok(outcomes)
}

/// One client: it stops at the first refusal.
async fn try_once(server: &Client, body: &Value, holds: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let mut hold_id = None;
    if holds {
        match server.call(Method::POST, "/holds", &[], Some(body)).await {
            Ok(answer) => {
                hold_id = answer.text("/id").map(str::to_owned);
                let held = answer.status == 201;
                outcome.hold = Some(answer);
                if !held {
                    return outcome;
                }
            }
            Err(error) => return Outcome { no_answer: Some(format!("{error:?}")), ..outcome },
        }
    }
    let query: Vec<(&str, &str)> = hold_id.iter().map(|id| ("previousHoldId", id.as_str())).collect();
    match server.call(Method::POST, "/bookings", &query, Some(body)).await {
        Ok(answer) => Outcome { booking: Some(answer), ..outcome },
        Err(error) => Outcome { no_answer: Some(format!("{error:?}")), ..outcome },
    }
}

/// The booking numbers in the time of a slot.
async fn listed(client: &Client, slot: &Value) -> anyhow::Result<Vec<String>> {
    let query = [("startTime", text(slot, "startTime")), ("endTime", text(slot, "endTime"))];
    let bookings = client.list("/bookings", &query).await?;
    Ok(bookings.iter().map(|booking| text(booking, "bookingNumber").to_owned()).collect())
}

pub fn left(slot: &Value) -> i64 {
    slot["numSeatsAvailable"].as_i64().unwrap_or(0)
}

fn starts_soon(slot: &Value) -> anyhow::Result<bool> {
    let start: jiff::Timestamp = text(slot, "startTime").parse().context("the start of a slot")?;
    Ok(start < crate::now().checked_add(jiff::SignedDuration::from_hours(1))?)
}

/// Prints the result of a race. True if nothing is wrong.
fn report(contest: &Contest, outcomes: &[Outcome]) -> bool {
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        let status = |answer: &Option<crate::client::Answer>| answer.as_ref().map(|answer| answer.status.to_string());
        let steps: Vec<String> = [status(&outcome.hold).map(|status| format!("hold {status}"))]
            .into_iter()
            .chain([status(&outcome.booking).map(|status| format!("booking {status}"))])
            .flatten()
            .collect();
        *statuses.entry(steps.join(", then ")).or_default() += 1;
    }
    for (steps, times) in statuses {
        say(&format!("  {times:>5} × {}", if steps.is_empty() { "no answer" } else { &steps }));
    }
    let (winners, problems) = judge(contest, outcomes);
    let listed: BTreeSet<usize> = contest.after.iter().map(Vec::len).collect();
    say(&format!("  {winners} of {} places were booked; left afterwards: {:?}", contest.places, contest.left));
    say(&format!("  bookings at that time: {} before, {listed:?} after", contest.before.len()));
    say_problems(&problems);
    problems.is_empty()
}
