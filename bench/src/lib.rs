//! Proofs under load and figures, from outside, through the API. Many clients race for the last seats ([`race`]); the
//! server is killed while clients work ([`crash`]) and every change is delivered to webhooks ([`deliver`]); a polling
//! client misses no change ([`poll`]); idle connections ([`connections`]), password guessing ([`sign_ins`]) and the
//! largest possible data ([`swamp`]) do no harm to other clients. [`figures`] measures throughput beside what the
//! machine can do at best, and also writes past bookings into the database of a stopped server.
//!
//! The proofs book what they find, so they are for the demo's business only.

pub mod client;
pub mod connections;
pub mod crash;
pub mod deliver;
pub mod figures;
mod halves;
mod ledger;
mod load;
pub mod poll;
pub mod race;
pub mod server;
pub mod sign_ins;
pub mod swamp;
mod tally;

use clap::Args;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct RaceArgs {
    /// The address of a server, as in the credentials file; several for servers on one database [default: the file's]
    #[arg(long = "base-url", value_name = "URL")]
    pub base_urls: Vec<String>,
    /// The file written by `slotkeeper demo --credentials-file`
    #[arg(long, value_name = "FILE")]
    pub credentials: PathBuf,
    /// Number of racing clients
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..))]
    pub clients: u32,
    /// Expected seats of the event; printed only
    #[arg(long, default_value_t = 50)]
    pub seats: i64,
}

#[derive(Debug, Args)]
pub struct CrashArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How often the server is killed
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Number of clients
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// Maximum milliseconds from a start to the first response. Builds without optimisation need more
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder
    #[arg(long, value_name = "URL", conflicts_with = "lose")]
    pub database_url: Option<String>,
    /// Checks the check: restores a copy of the files from before the kill, and expects losses to be found
    #[arg(long)]
    pub lose: bool,
}

#[derive(Debug, Args)]
pub struct DeliverArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How often the server is killed
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Minimum number of acknowledged changes
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    pub changes: u32,
    /// Number of clients
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// Maximum milliseconds from a start to the first response. Builds without optimisation need more
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: the receiver forgets some deliveries, and losses are expected to be found
    #[arg(long)]
    pub lose: bool,
}

#[derive(Debug, Args)]
pub struct PollArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// Duration in seconds
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// Number of writing clients
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// Maximum milliseconds from the start to the first response. Builds without optimisation need more
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database for two servers, instead of SQLite in the folder for one
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: a part of the time is left out between two ranges, and losses are expected to be found
    #[arg(long)]
    pub lose: bool,
}

#[derive(Debug, Args)]
pub struct ConnectionsArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// Clients that connect and send nothing
    #[arg(long, default_value_t = 3000)]
    pub idle: u32,
    /// Clients that send half the head of a request
    #[arg(long, default_value_t = 3000)]
    pub half_heads: u32,
    /// Clients that send a body byte by byte
    #[arg(long, default_value_t = 1500)]
    pub slow_bodies: u32,
    /// Clients that send the next request as soon as they have a response, on one connection
    #[arg(long, default_value_t = 300)]
    pub askers: u32,
    /// Duration in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// Maximum milliseconds from the start to the first response. Builds without optimisation need more
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: takes the server's file descriptors away, and expects that to be found
    #[arg(long)]
    pub starve: bool,
}

#[derive(Debug, Args)]
pub struct SignInsArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// Clients that guess passwords at once, from changing addresses
    #[arg(long, default_value_t = 80)]
    pub crowd: u32,
    /// Sign-ins with the right password meanwhile
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=250))]
    pub sign_ins: u32,
    /// Maximum milliseconds from the start to the first response. Builds without optimisation need more
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: the right passwords come from an address without attempts left, and that is expected to be
    /// found
    #[arg(long)]
    pub among_the_crowd: bool,
}

#[derive(Debug, Args)]
pub struct SwampArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// Duration of the attack in seconds. Slow readers are cut off after 60
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
    /// Maximum memory of the server, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub most_mib: u64,
    /// Maximum duration of another account's write, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pub most_ms: u64,
    /// Maximum milliseconds from the start to the first response. Builds without optimisation need more
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: the attack must show in both figures, compared with the server at rest
    #[arg(long)]
    pub control: bool,
}

#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The server's program
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// Number of past bookings. Given twice, the second run is also compared with the first
    #[arg(long, value_name = "N", default_values_t = [10_000], value_parser = clap::value_parser!(u32).range(0..=2_000_000))]
    pub past_bookings: Vec<u32>,
    /// Clients at once, each with its own connection
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=512))]
    pub connections: u32,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// Requests per second of the steady load
    #[arg(long, default_value_t = 2_600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub steady_rate: u32,
    /// The folder for the databases, in a subfolder that is removed at the end; its disk determines the writes
    /// [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CeilingArgs {
    /// The address to listen on
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// The database file to create
    #[arg(long, value_name = "FILE")]
    pub database: PathBuf,
}

pub fn say(line: &str) {
    // The output may have been closed.
    let _nobody_reads = writeln!(std::io::stdout(), "{line}");
}

/// Prints at most twenty problems.
fn say_problems(problems: &[String]) {
    for problem in problems.iter().take(20) {
        say(&format!("  WRONG: {problem}"));
    }
    if problems.len() > 20 {
        say(&format!("  … and {} more", problems.len() - 20));
    }
}

#[expect(clippy::disallowed_methods, reason = "a client has no other clock than the machine's")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A moment `days` from now, for a query.
fn days_from_now(days: i64) -> anyhow::Result<String> {
    Ok(moment(now().checked_add(jiff::SignedDuration::from_hours(24 * days))?))
}

/// A moment for a query, without fractions of a second.
fn moment(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
