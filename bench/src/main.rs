//! The proofs as commands: `cargo run --release -p bench -- race …` and `… crash …`.

use bench::crash::crash;
use bench::race::race;
use bench::{CrashArgs, RaceArgs, say};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Proves under load that a booking server keeps its promises.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to prove.
#[derive(Debug, Subcommand)]
enum Command {
    /// Many clients want the last seats: as many bookings as seats, one 409 for everybody else.
    Race(RaceArgs),
    /// The server is killed while clients work: what it acknowledged is there afterwards.
    Crash(CrashArgs),
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let outcome =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(|runtime| {
            match command {
                Command::Race(args) => runtime.block_on(race(&args)),
                Command::Crash(args) => runtime.block_on(crash(&args)),
            }
        });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("FAILED: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
