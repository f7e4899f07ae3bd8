//! Proof that wrong passwords from many addresses lock no user out.
//!
//! The server is behind a proxy, played by this program, which sets the address of each attempt. A crowd tries
//! passwords of unknown users, without pauses, from changing addresses. Meanwhile a user signs in repeatedly, half of
//! the time on a known device.

use crate::server::{Place, Server};
use crate::{SignInsArgs, say, say_problems};
use anyhow::{Context, ensure};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// This program is the proxy.
const PROXY: [&str; 2] = ["--trusted-proxy", "127.0.0.1/32"];
/// How long the user waits to be signed in.
const PATIENCE: Duration = Duration::from_secs(10);
/// Interval of the user's sign-ins.
const EVERY: Duration = Duration::from_millis(400);
/// Attempts per address before it changes, so that no address reaches its limit.
const ATTEMPTS_OF_AN_ADDRESS: u32 = 50;
/// The server's limit of attempts per address.
const LIMIT_OF_AN_ADDRESS: u32 = 60;
/// The control's address, which has no attempts left.
const USED_UP: &str = "203.0.113.7";

/// The proof. True if it holds; with `--among-the-crowd`, if problems were found.
pub async fn sign_ins(args: &SignInsArgs) -> anyhow::Result<bool> {
    let folder = tempfile::Builder::new().prefix("slotkeeper-sign-ins-").tempdir()?;
    let place = Place::of(folder.path(), &args.server_binary, Duration::from_millis(args.ready_within_ms));
    let place = place.on_database(args.database_url.as_deref()).with_options(&PROXY);
    let server = place.start().await?;
    let wrong = in_a_crowd(args, &server).await?;
    say_problems(&wrong);
    if args.among_the_crowd {
        say(if wrong.is_empty() {
            "The check found nothing, though there was something."
        } else {
            "The check finds it."
        });
        return Ok(!wrong.is_empty());
    }
    say(if wrong.is_empty() { "Everything is as it should be." } else { "Something is wrong." });
    Ok(wrong.is_empty())
}

/// Problems found while the crowd guesses.
async fn in_a_crowd(args: &SignInsArgs, server: &Server) -> anyhow::Result<Vec<String>> {
    let base = server.client.base().trim_end_matches("/v2").to_owned();
    let person = &server.credentials.business;
    // On a known device.
    let known = browser("198.51.100.1")?;
    ensure!(sign_in(&known, &base, &person.username, &person.password).await? == 303, "the first sign-in failed");

    if args.among_the_crowd {
        let guesser = browser(USED_UP)?;
        for attempt in 0..LIMIT_OF_AN_ADDRESS {
            sign_in(&guesser, &base, &format!("nobody{attempt}@example.com"), "seven blue kayaks").await?;
        }
    }

    let (answers, next) = (Arc::new(Answers::default()), Arc::new(AtomicU32::new(0)));
    let mut crowd = JoinSet::new();
    for _ in 0..args.crowd {
        crowd.spawn(guess(base.clone(), Arc::clone(&next), Arc::clone(&answers)));
    }
    sleep(Duration::from_secs(2)).await;

    let (mut wrong, mut times) = (Vec::new(), BTreeMap::new());
    let mut people = JoinSet::new();
    for number in 0..args.sign_ins {
        let device = number % 2 == 0;
        let browser = match (args.among_the_crowd, device) {
            (true, _) => browser(USED_UP)?,
            (false, true) => known.clone(),
            (false, false) => browser(&format!("192.0.2.{}", number + 1))?,
        };
        let (base, person) = (base.clone(), person.clone());
        people.spawn(async move {
            let begin = Instant::now();
            let status = sign_in(&browser, &base, &person.username, &person.password).await?;
            anyhow::Ok((device, status, begin.elapsed()))
        });
        sleep(EVERY).await;
    }
    while let Some(done) = people.join_next().await {
        let (device, status, took) = done?.context("a sign-in has no answer")?;
        let kind = if device { "on a device that was used before" } else { "on a new device" };
        times.entry(kind).or_insert_with(Vec::new).push(took);
        if status != 303 {
            wrong.push(format!("a right password {kind} is answered {status}"));
        }
        if took > PATIENCE {
            wrong.push(format!("a sign-in {kind} took {} ms", took.as_millis()));
        }
    }
    for (kind, mut times) in times {
        times.sort_unstable();
        let at = |index: usize| times.get(index).copied().unwrap_or_default().as_millis();
        let (middle, worst) = (at(times.len() / 2), at(times.len() - 1));
        say(&format!("{kind}: {} sign-ins, {middle} ms in the middle, {worst} ms at most", times.len()));
    }
    let (checked, refused) = (answers.checked.load(Ordering::Relaxed), answers.refused.load(Ordering::Relaxed));
    say(&format!("the crowd of {}: {checked} passwords checked, {refused} attempts refused", args.crowd));
    ensure!(checked > 0, "the crowd was not there");
    Ok(wrong)
}

/// Counts of the crowd's responses.
#[derive(Debug, Default)]
struct Answers {
    checked: AtomicUsize,
    refused: AtomicUsize,
}

/// Tries one password after the other, each for another user.
async fn guess(base: String, next: Arc<AtomicU32>, answers: Arc<Answers>) -> anyhow::Result<()> {
    loop {
        let address = next.fetch_add(1, Ordering::Relaxed);
        let browser = browser(&format!("10.{}.{}.7", address / 256 % 256, address % 256))?;
        for attempt in 0..ATTEMPTS_OF_AN_ADDRESS {
            let name = format!("person{address}.{attempt}@example.com");
            let answered = sign_in(&browser, &base, &name, "seven blue kayaks").await;
            let counter = if matches!(answered, Ok(422)) { &answers.checked } else { &answers.refused };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A browser whose connections come from this address.
fn browser(address: &str) -> anyhow::Result<reqwest::Client> {
    let headers = HeaderMap::from_iter([("x-forwarded-for".parse()?, HeaderValue::from_str(address)?)]);
    let builder = reqwest::Client::builder().no_proxy().redirect(Policy::none()).cookie_store(true);
    Ok(builder.default_headers(headers).timeout(Duration::from_secs(60)).build()?)
}

/// Sends the form; the status of the response.
async fn sign_in(browser: &reqwest::Client, base: &str, email: &str, password: &str) -> anyhow::Result<u16> {
    let form = [("email", email), ("password", password)];
    let request = browser.post(format!("{base}/sign-in")).header("origin", base).form(&form);
    Ok(request.send().await?.status().as_u16())
}
