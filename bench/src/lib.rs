//! Proof under load: many clients race for what is left ([`race`]), the server is killed while they work ([`crash`]), and
//! webhooks are told of every change all the same ([`deliver`]), who asks for what has changed learns it ([`poll`]), clients
//! that take what they can shut nobody out ([`connections`]), who guesses passwords keeps nobody from signing in
//! ([`sign_ins`]), and the largest things that can be stored, listed by many and read slowly, leave memory and others in peace
//! ([`swamp`]). And figures: how much it does, beside what the machine can do at best ([`figures`]). All look at the server from
//! outside, through its API; the figures also write a past into its database while it does not run.
//!
//! They use it up: they book what they find, so they are for the demo's business only.

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

/// Options of `race`.
#[derive(Debug, Args)]
pub struct RaceArgs {
    /// A server, as in the credentials file; several for servers on one database. The file's own without it.
    #[arg(long = "base-url", value_name = "URL")]
    pub base_urls: Vec<String>,
    /// What `slotkeeper demo --credentials-file` wrote.
    #[arg(long, value_name = "FILE")]
    pub credentials: PathBuf,
    /// How many clients race.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..))]
    pub clients: u32,
    /// How many seats the event is expected to have; only mentioned.
    #[arg(long, default_value_t = 50)]
    pub seats: i64,
}

/// Options of `crash`.
#[derive(Debug, Args)]
pub struct CrashArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How often the server is killed.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// How many clients work.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// How soon after each start the server must answer. Builds without optimisation need longer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder.
    #[arg(long, value_name = "URL", conflicts_with = "lose")]
    pub database_url: Option<String>,
    /// Checks the check: brings back a copy of the files from before the kill, and expects losses to be found.
    #[arg(long)]
    pub lose: bool,
}

/// Options of `deliver`.
#[derive(Debug, Args)]
pub struct DeliverArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How often the server is killed.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// How many changes are acknowledged meanwhile, at least.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    pub changes: u32,
    /// How many clients work.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// How soon after each start the server must answer. Builds without optimisation need longer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: the receiver forgets some of what arrived, and losses are expected to be found.
    #[arg(long)]
    pub lose: bool,
}

/// Options of `poll`.
#[derive(Debug, Args)]
pub struct PollArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// For how long.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// How many clients write.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// How soon after its start the server must answer. Builds without optimisation need longer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database for two servers, instead of SQLite in the folder for one.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: a part of the time is left out between two ranges, and losses are expected to be found.
    #[arg(long)]
    pub lose: bool,
}

/// Options of `connections`.
#[derive(Debug, Args)]
pub struct ConnectionsArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How many clients connect and send nothing.
    #[arg(long, default_value_t = 3000)]
    pub idle: u32,
    /// How many send half the head of a request.
    #[arg(long, default_value_t = 3000)]
    pub half_heads: u32,
    /// How many send a body one byte after the other.
    #[arg(long, default_value_t = 1500)]
    pub slow_bodies: u32,
    /// How many ask again as soon as they have an answer, on the connection they have.
    #[arg(long, default_value_t = 300)]
    pub askers: u32,
    /// For how many seconds it is measured.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// How soon after its start the server must answer. Builds without optimisation need longer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: takes the server's file descriptors away, and expects that to be found.
    #[arg(long)]
    pub starve: bool,
}

/// Options of `sign-ins`.
#[derive(Debug, Args)]
pub struct SignInsArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How many guess passwords at once, from addresses that change.
    #[arg(long, default_value_t = 80)]
    pub crowd: u32,
    /// How often somebody signs in with the right password meanwhile.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=250))]
    pub sign_ins: u32,
    /// How soon after its start the server must answer. Builds without optimisation need longer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: the right passwords come from an address whose attempts are used up, and that is expected to be
    /// found.
    #[arg(long)]
    pub among_the_crowd: bool,
}

/// Options of `swamp`.
#[derive(Debug, Args)]
pub struct SwampArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// For how many seconds it is attacked. Slow readers are cut off after 60.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
    /// Most memory that the server may have, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub most_mib: u64,
    /// Longest that a write of another account may take.
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pub most_ms: u64,
    /// How soon after its start the server must answer. Builds without optimisation need longer.
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    pub ready_within_ms: u64,
    /// An empty PostgreSQL database, instead of SQLite in the folder.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Checks the check: the attack must be seen in both figures, in comparison with the server at rest.
    #[arg(long)]
    pub control: bool,
}

/// Options of `load`.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    pub server_binary: PathBuf,
    /// How many bookings the past has. Given twice, the second run is also compared with the first.
    #[arg(long, value_name = "N", default_values_t = [10_000], value_parser = clap::value_parser!(u32).range(0..=2_000_000))]
    pub past_bookings: Vec<u32>,
    /// How many clients ask at once, each on a connection of its own.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=512))]
    pub connections: u32,
    /// For how many seconds each thing is measured.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// How many requests a second the steady load has.
    #[arg(long, default_value_t = 2_600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub steady_rate: u32,
    /// Where the databases are, in a folder that is removed at the end; the disk there decides about writes. The
    /// system's folder for temporary files without it.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Options of `ceiling`.
#[derive(Debug, Args)]
pub struct CeilingArgs {
    /// Where it listens.
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// The file that it makes.
    #[arg(long, value_name = "FILE")]
    pub database: PathBuf,
}

/// A line of the report.
pub fn say(line: &str) {
    // Whoever closed the output does not want the rest.
    let _nobody_reads = writeln!(std::io::stdout(), "{line}");
}

/// Prints what is wrong, at most twenty lines of it.
fn say_problems(problems: &[String]) {
    for problem in problems.iter().take(20) {
        say(&format!("  WRONG: {problem}"));
    }
    if problems.len() > 20 {
        say(&format!("  … and {} more", problems.len() - 20));
    }
}

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "a client has no other clock than the machine's")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A moment so many days from now, for a query.
fn days_from_now(days: i64) -> anyhow::Result<String> {
    Ok(moment(now().checked_add(jiff::SignedDuration::from_hours(24 * days))?))
}

/// A moment for a query; a part of a second is left out.
fn moment(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
