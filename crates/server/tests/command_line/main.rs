//! The program as operators start it: demo and server, stopped and killed, on both engines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop, and say where"
)]

mod accounts;
mod demo;
mod renames;
mod serve;
mod zones;

use serde_json::Value;
use slotkeeper_domain::time::Zone;
use slotkeeper_testkit::client::answer;
use slotkeeper_testkit::reqwest::{Client, Method};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_slotkeeper");

/// A running program, killed when the test ends.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM).args(args).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads the demo's announcement up to the command to paste.
    fn announcement(&mut self) -> String {
        let mut text = String::new();
        while !text.lines().any(|line| line.starts_with("curl ")) {
            assert!(self.out.read_line(&mut text).unwrap() > 0, "the program ended after: {text}");
        }
        text
    }

    /// Starts `serve` on a free port and waits until it is ready; returns its address, and its log, which must be
    /// kept as long as the program runs.
    fn serving(args: &[&str]) -> (Self, String, BufReader<ChildStderr>) {
        let (running, address, log, _) = Self::serving_and_said(args);
        (running, address, log)
    }

    /// The same, with the log until then.
    fn serving_and_said(args: &[&str]) -> (Self, String, BufReader<ChildStderr>, String) {
        Self::serving_as(Command::new(PROGRAM).args(args))
    }

    /// The same, for a prepared command.
    fn serving_as(command: &mut Command) -> (Self, String, BufReader<ChildStderr>, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let out = BufReader::new(child.stdout.take().unwrap());
        let running = Self { child, out };
        let mut said = String::new();
        loop {
            let before = said.len();
            assert!(log.read_line(&mut said).unwrap() > 0, "the program ended after: {said}");
            if let Some((_, rest)) = said[before..].split_once("listen=") {
                let address = rest.split_whitespace().next().unwrap();
                return (running, format!("http://{address}"), log, said);
            }
        }
    }

    fn stop_kindly(mut self) -> ExitStatus {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        self.child.wait().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A process that has ended cannot be killed again.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn credentials(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn apikeyinfo(credentials: &Value, api_key: &Value) -> (u16, Value) {
    let request = Client::new()
        .get(format!("{}/settings/apikeyinfo", credentials["baseUrl"].as_str().unwrap()))
        .header("X-Bookeo-apiKey", api_key.as_str().unwrap())
        .header("X-Bookeo-secretKey", credentials["secretKey"].as_str().unwrap());
    let answer = answer(request).await;
    (answer.status, answer.body)
}

/// A client with the demo's keys, as the credentials file names them.
struct ApiClient(Value);

impl ApiClient {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = Client::new()
            .request(method, format!("{}{path}", self.0["baseUrl"].as_str().unwrap()))
            .header("X-Bookeo-apiKey", self.0["apiKeys"]["all"].as_str().unwrap())
            .header("X-Bookeo-secretKey", self.0["secretKey"].as_str().unwrap());
        let answer = answer(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await;
        (answer.status, answer.body)
    }

    /// Repeats a request until the business's bookings have been moved.
    async fn read(&self, path: &str) -> Value {
        // The move takes a moment.
        for _ in 0..5_000 {
            match self.call(Method::GET, path, None).await {
                (200, found) => return found,
                (status, found) => assert_eq!(status, 503, "{found}"),
            }
        }
        panic!("bookings are still being moved")
    }

    /// The tour's events of the coming week.
    async fn tours(&self) -> Vec<Value> {
        let product = self.0["products"]["fixed"][0].as_str().unwrap();
        let day = |days: i64| self.today().saturating_add(jiff::Span::new().days(days));
        let times = format!("startTime={}T00:00:00-00:00&endTime={}T23:59:59-00:00", day(2), day(9));
        let found = self.read(&format!("/availability/slots?productId={product}&{times}")).await;
        found["data"].as_array().unwrap().clone()
    }

    /// The changes of a thing that the API lists, in order.
    async fn changes_of(&self, id: &str) -> Vec<String> {
        let changes = self.all_changes().await.into_iter();
        changes.filter(|(thing, _)| thing == id).map(|(_, kind)| kind).collect()
    }

    /// All changes that the API lists, in order: the thing and what happened to it.
    async fn all_changes(&self) -> Vec<(String, String)> {
        let (mut after, mut changes) = ("0".to_owned(), Vec::new());
        loop {
            let part = self.read(&format!("/changes?after={after}&limit=500")).await;
            let text = |change: &Value, member: &str| change[member].as_str().unwrap().to_owned();
            let entries = part["data"].as_array().unwrap().iter();
            changes.extend(entries.map(|change| (text(change, "itemId"), text(change, "type"))));
            after = part["last"].as_str().unwrap().to_owned();
            if part["more"] == false {
                return changes;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the program knows no other clock")]
    fn today(&self) -> jiff::civil::Date {
        jiff::Timestamp::now().to_zoned_datetime(Zone::utc().rules().clone()).date()
    }
}

fn reqwest_none() -> slotkeeper_testkit::reqwest::redirect::Policy {
    slotkeeper_testkit::reqwest::redirect::Policy::none()
}
