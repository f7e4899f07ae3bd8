//! The proofs and the figures as commands: `cargo run --release -p bench -- race …`, `… crash …`, `… deliver …`,
//! `… connections …`, `… sign-ins …`, `… load …`.

use bench::connections::connections;
use bench::crash::crash;
use bench::deliver::deliver;
use bench::figures::ceiling::ceiling;
use bench::figures::load;
use bench::race::race;
use bench::sign_ins::sign_ins;
use bench::{CeilingArgs, ConnectionsArgs, CrashArgs, DeliverArgs, LoadArgs, RaceArgs, SignInsArgs, say};
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tokio::runtime::Builder;

/// Proves under load that a booking server keeps its promises, and says how much it does.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to prove or to measure.
#[derive(Debug, Subcommand)]
enum Command {
    /// Many clients want the last seats: as many bookings as seats, one 409 for everybody else.
    Race(RaceArgs),
    /// The server is killed while clients work: what it acknowledged is there afterwards.
    Crash(CrashArgs),
    /// The server is killed while clients work and a receiver misbehaves: webhooks are told of every change, in order.
    Deliver(DeliverArgs),
    /// Thousands of clients take connections and send little: the others are answered within a second all the same.
    Connections(ConnectionsArgs),
    /// Many guess passwords from many addresses: whoever has the right one is let in all the same.
    SignIns(SignInsArgs),
    /// How much a server does in a second and what that costs, beside what this machine can do at best.
    Load(LoadArgs),
    /// What `load` starts to find out what this machine can do at best: a bare program for the same requests.
    Ceiling(CeilingArgs),
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // What measures has one core to itself, and so has what is measured: more threads would only get in their way.
    let mut builder = match command {
        Command::Race(_) | Command::Crash(_) | Command::Deliver(_) | Command::Connections(_) | Command::SignIns(_) => {
            Builder::new_multi_thread()
        }
        Command::Load(_) | Command::Ceiling(_) => Builder::new_current_thread(),
    };
    let outcome = builder.enable_all().build().map_err(Into::into).and_then(|runtime| match command {
        Command::Race(args) => runtime.block_on(race(&args)),
        Command::Crash(args) => runtime.block_on(crash(&args)),
        Command::Deliver(args) => runtime.block_on(deliver(&args)),
        Command::Connections(args) => runtime.block_on(connections(&args)),
        Command::SignIns(args) => runtime.block_on(sign_ins(&args)),
        Command::Load(args) => runtime.block_on(load(&args)).map(|()| true),
        Command::Ceiling(args) => runtime.block_on(ceiling(&args)).map(|()| true),
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
