//! The binary.

use clap::Parser;
use slotkeeper::cli::{Cli, Command};
use slotkeeper::{config, demo, orders, serve};
use std::io::Write;
use std::process::ExitCode;

/// Answers are made of many small texts: with this allocator they cost a sixth less than with the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => run(serve::serve(args)),
        Command::Account(command) => run(orders::give(command)),
        Command::Demo(args) => run(demo::demo(args)),
        Command::Config => std::io::stdout().write_all(config::DEFAULT_FILE.as_bytes()).map_err(Into::into),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever started the program reads this; there may be no log yet.
            let _nobody_reads = writeln!(std::io::stderr(), "slotkeeper: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and what caused it. A cause that the text before it tells already is not told again.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told {
        told if told.ends_with(&cause) => told,
        told if told.is_empty() => cause,
        told => format!("{told}: {cause}"),
    })
}

fn run(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)
}
