//! The proofs and the figures as commands: `cargo run --release -p bench -- race …`, `… crash …`, `… deliver …`, `…
//! poll …`, `… connections …`, `… sign-ins …`, `… swamp …`, `… load …`.

use bench::connections::connections;
use bench::crash::crash;
use bench::deliver::deliver;
use bench::figures::ceiling::ceiling;
use bench::figures::load;
use bench::poll::poll;
use bench::race::race;
use bench::sign_ins::sign_ins;
use bench::swamp::swamp;
use bench::{
    CeilingArgs, ConnectionsArgs, CrashArgs, DeliverArgs, LoadArgs, PollArgs, RaceArgs, SignInsArgs, SwampArgs, say,
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tokio::runtime::Builder;

/// Proves a booking server's guarantees under load, and measures its throughput.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Many clients book the last seats: as many bookings as seats, one 409 for each other client
    Race(RaceArgs),
    /// The server is killed while clients work: acknowledged changes survive
    Crash(CrashArgs),
    /// The server is killed while clients work and a receiver misbehaves: every change is delivered, in order
    Deliver(DeliverArgs),
    /// A client polls for changes while others write: it sees the last state of everything
    Poll(PollArgs),
    /// Thousands of clients take connections and send little: others get responses within a second
    Connections(ConnectionsArgs),
    /// Many clients guess passwords from many addresses: a user with the right one can sign in
    SignIns(SignInsArgs),
    /// The largest bookings are listed by many and read slowly: memory is bounded, and others do not wait
    Swamp(SwampArgs),
    /// Throughput of the server and its cost, beside what this machine can do at best
    Load(LoadArgs),
    /// The minimal program that `load` starts to measure what this machine can do at best
    Ceiling(CeilingArgs),
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // The measuring and the measured process have one core each: more threads would only compete.
    let mut builder = match command {
        Command::Race(_)
        | Command::Crash(_)
        | Command::Deliver(_)
        | Command::Poll(_)
        | Command::Connections(_)
        | Command::SignIns(_)
        | Command::Swamp(_) => Builder::new_multi_thread(),
        Command::Load(_) | Command::Ceiling(_) => Builder::new_current_thread(),
    };
    let outcome = builder.enable_all().build().map_err(Into::into).and_then(|runtime| match command {
        Command::Race(args) => runtime.block_on(race(&args)),
        Command::Crash(args) => runtime.block_on(crash(&args)),
        Command::Deliver(args) => runtime.block_on(deliver(&args)),
        Command::Poll(args) => runtime.block_on(poll(&args)),
        Command::Connections(args) => runtime.block_on(connections(&args)),
        Command::SignIns(args) => runtime.block_on(sign_ins(&args)),
        Command::Swamp(args) => runtime.block_on(swamp(&args)),
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
