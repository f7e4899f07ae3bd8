//! The server's throughput, its cost, and the comparison with what the machine can do at best.
//!
//! Server and client share one machine, each on its own core. The ceiling is measured with the minimal program in
//! [`ceiling`], by the same client, after the server and on the server's core. Every figure is printed beside its
//! aim; nothing fails because a machine is slow.

pub mod ceiling;
mod history;
mod job;
pub(crate) mod machine;
mod start;
mod steady;
mod table;
mod template;
mod wire;

use crate::server::{Place, Server};
use crate::{LoadArgs, say};
use anyhow::{Context, bail};
use history::Ferry;
use jiff::ToSpan;
use jiff::civil::Date;
use job::{Asked, BookingRequests, Job, Rate, measure};
use machine::Cores;
use start::Running;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use steady::{Mix, Steady, steady};
use table::{Aim, thousands};
use wire::{Connection, Door};

/// The demo's start includes hashing passwords.
const DEMO_READY: Duration = Duration::from_secs(30);

/// The clients of the last comparison: so many at once against one.
const MANY: u32 = 64;

/// The days from now on which the load books: after the month whose bookings are listed, within the demo's booking
/// window.
const BOOKED_DAYS: std::ops::Range<i32> = 60..170;

/// Measures everything and prints it.
pub async fn load(args: &LoadArgs) -> anyhow::Result<()> {
    let cores = Cores::share_out();
    let core = cores.as_ref().map(|cores| cores.server.as_str());
    let parent = args.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("slotkeeper-load-").tempdir_in(parent)?;
    match &cores {
        Some(Cores { server, client }) => say(&format!("server and ceiling on core {server}, client on core {client}")),
        None => say("not pinned to cores: that needs two of them, and `taskset`. The figures say less"),
    }
    let sync = machine::sync_time(folder.path())?;
    say(&format!("the disk takes {} to write 4 KiB down for good, and every commit waits for that", in_ms(sync)));
    let ready = start::first_answer(&args.server_binary, folder.path(), core).await?;
    say(&format!("first answer of a server on an empty folder: {} after its start (aim: 300 ms)", in_ms(ready)));
    let mut first: Option<(u32, Vec<Figure>)> = None;
    for (number, past) in args.past_bookings.iter().enumerate() {
        let place = folder.path().join(format!("past-{number}"));
        std::fs::create_dir(&place)?;
        let figures = with_past(args, &place, core, *past).await?;
        match &first {
            None => first = Some((*past, figures)),
            Some((less, before)) => compare(*past, &figures, *less, before),
        }
        std::fs::remove_dir_all(place)?;
    }
    Ok(())
}

/// The processor time of one job.
struct Figure {
    job: &'static str,
    micros: Option<f64>,
}

/// All measurements with `past` past bookings.
async fn with_past(args: &LoadArgs, folder: &Path, core: Option<&str>, past: u32) -> anyhow::Result<Vec<Figure>> {
    let place = Place::of(folder, &args.server_binary, DEMO_READY).on_core(core);
    let demo = place.start().await?;
    let cruise = demo.credentials.products.fixed.last().context("the demo has no scheduled product")?.clone();
    demo.stop()?;
    let began = Instant::now();
    let ferry = history::fill(&place.data().join("slotkeeper.sqlite"), &cruise, past)?;
    let (rows, took) = (thousands(ferry.rows as f64), began.elapsed().as_secs());
    say(&format!("\n{} past bookings, {rows} rows, written in {took} s", thousands(past.into())));
    let server = place.start().await?;
    let ceiling = Running::ceiling(folder, core).await?;
    let scene = Scene::new(&server, &ceiling, core, ferry)?;
    let figures = scene.beside_ceiling(args).await?;
    scene.many_and_one(args).await?;
    scene.steadily(args).await?;
    server.stop()?;
    Ok(figures)
}

/// The measured requests and programs.
struct Scene {
    server: Asked,
    ceiling: Asked,
    product: String,
    ferry: Ferry,
    slots: String,
    bookings: String,
    events: Arc<Vec<String>>,
}

impl Scene {
    fn new(server: &Server, ceiling: &Running, core: Option<&str>, ferry: Ferry) -> anyhow::Result<Self> {
        let base = server.client.base().strip_prefix("http://").and_then(|base| base.strip_suffix("/v2"));
        let address = base.context("the address of the server")?.parse()?;
        let keys = &server.credentials;
        let door = Door { address, api_key: keys.api_keys.all.clone(), secret_key: keys.secret_key.clone() };
        let bare = Door { address: ceiling.address, api_key: ceiling::KEY.to_owned(), ..door.clone() };
        let today = ferry.today;
        let day = |days: i32| today.checked_add(days.days());
        // The offset -00:00 means the local time of the business.
        let times = |first: Date, last: Date| {
            format!("startTime={first}T00:00:00-00:00&endTime={last}T23:59:00-00:00&itemsPerPage=50")
        };
        let mut events = Vec::new();
        for days in BOOKED_DAYS {
            let day = day(days)?;
            events.extend(ferry.series.iter().map(|series| format!("{}_{series}_{day}", ferry.product)));
        }
        Ok(Self {
            server: Asked { door, pid: server.pid(), core: core.map(str::to_owned) },
            ceiling: Asked { door: bare, pid: ceiling.pid(), core: core.map(str::to_owned) },
            product: ferry.product.clone(),
            // Two ferries a day.
            slots: format!("/v2/availability/slots?productId={}&{}", ferry.product, times(day(3)?, day(27)?)),
            bookings: format!("/v2/bookings?{}", times(today, day(29)?)),
            ferry,
            events: Arc::new(events),
        })
    }

    fn booking_requests(&self, door: &Door) -> BookingRequests {
        BookingRequests { door: door.clone(), product: self.product.clone(), events: Arc::clone(&self.events) }
    }

    async fn beside_ceiling(&self, args: &LoadArgs) -> anyhow::Result<Vec<Figure>> {
        const KEY: &str = "/v2/settings/apikeyinfo";
        let (server, ceiling) = (&self.server.door, &self.ceiling.door);
        for door in [server, ceiling] {
            has_fifty(door, &self.slots).await?;
            has_fifty(door, &self.bookings).await?;
        }
        let ask = |path: &str| (Job::Ask(server.get(path)), Job::Ask(ceiling.get(path)));
        let booking = (Job::HoldAndBook(self.booking_requests(server)), Job::Book(self.booking_requests(ceiling)));
        let jobs = [
            ("key check", ask(KEY), Aim { ratio: 0.5, micros: 30.0 }),
            ("50 slots", ask(&self.slots), Aim { ratio: 0.5, micros: 90.0 }),
            ("50 bookings", ask(&self.bookings), Aim { ratio: 0.7, micros: 150.0 }),
            ("hold and booking", booking, Aim { ratio: 0.35, micros: 120.0 }),
        ];
        say(&format!("{} connections, {} s each", args.connections, args.seconds));
        table::head().iter().for_each(|line| say(line));
        let mut figures = Vec::new();
        for (name, (asked, bare), aim) in jobs {
            let server = self.server.measure(&asked, args.connections, args).await.context(name)?;
            let ceiling = self.ceiling.measure(&bare, args.connections, args).await.context(name)?;
            say(&table::row(name, &server, &ceiling, aim));
            figures.push(Figure { job: name, micros: server.micros });
        }
        Ok(figures)
    }

    /// Many writing clients, against one.
    async fn many_and_one(&self, args: &LoadArgs) -> anyhow::Result<()> {
        let job = Job::Book(self.booking_requests(&self.server.door));
        let many = self.server.measure(&job, MANY, args).await?.per_second;
        let one = self.server.measure(&job, 1, args).await?.per_second;
        let (each, times) = ((thousands(many), thousands(one)), many / one);
        say(&format!(
            "bookings a second: {} by {MANY} clients, {} by one; {times:.1} times as many (aim: 8)",
            each.0, each.1
        ));
        Ok(())
    }

    async fn steadily(&self, args: &LoadArgs) -> anyhow::Result<()> {
        let door = &self.server.door;
        let numbers = self.ferry.numbers.iter().map(|number| door.get(&format!("/v2/bookings/{number}")));
        let reads = vec![
            vec![door.get("/v2/settings/apikeyinfo")],
            vec![door.get(&self.slots)],
            vec![door.get(&self.bookings)],
            numbers.collect(),
        ];
        let mix = Mix { reads: Arc::new(reads), writes: self.booking_requests(door) };
        // The 99th percentile of one request in ten needs more samples.
        let lasting = Duration::from_secs(3 * u64::from(args.seconds));
        let found = steady(&mix, &self.server, args.steady_rate, lasting).await?;
        let percent = |part: Option<f64>| part.map_or_else(|| "?".to_owned(), |part| format!("{:.0} %", part * 100.0));
        let (rate, seconds) = (thousands(args.steady_rate.into()), lasting.as_secs());
        let (busy, others) = (percent(found.busy), percent(found.others));
        say(&format!(
            "{rate} requests a second for {seconds} s: {busy} of the server's core, others had {others} of it"
        ));
        for (name, times, aim) in [("reads", &found.reads, 2), ("writes", &found.writes, 5)] {
            let percentile = |percent| in_ms(Steady::percentile(times, percent));
            let count = thousands(times.len() as f64);
            say(&format!("  {count} {name}: p50 {}, p99 {} (aim: {aim} ms)", percentile(50), percentile(99)));
        }
        say(&format!("  the client was {} late at worst", in_ms(found.late)));
        Ok(())
    }
}

impl Asked {
    async fn measure(&self, job: &Job, clients: u32, args: &LoadArgs) -> anyhow::Result<Rate> {
        measure(job, self, clients, Duration::from_secs(args.seconds.into())).await
    }
}

/// Checks that a list has the fifty items it is measured with.
async fn has_fifty(door: &Door, path: &str) -> anyhow::Result<()> {
    let mut connection = Connection::open(door.address).await?;
    let page: serde_json::Value = serde_json::from_slice(connection.must(&door.get(path), 200).await?)?;
    match page["data"].as_array().map_or(0, Vec::len) {
        50 => Ok(()),
        other => bail!("{path} lists {other} and not 50"),
    }
}

/// Prints the cost of a larger past.
fn compare(past: u32, figures: &[Figure], less: u32, before: &[Figure]) {
    let (past, less) = (thousands(past.into()), thousands(less.into()));
    say(&format!("\nCPU per request with {past} past bookings instead of {less} (aim: at most 1.2 times as much)"));
    for (now, then) in figures.iter().zip(before) {
        if let (Some(now_micros), Some(then_micros)) = (now.micros, then.micros) {
            say(&format!("  {:<20}{:>6.2} times as much", now.job, now_micros / then_micros));
        }
    }
}

fn in_ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}
