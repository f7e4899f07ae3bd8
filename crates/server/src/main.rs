//! The binary.

use clap::Parser;
use slotkeeper::cli::Cli;
use std::io::Write;
use std::process::ExitCode;

/// Responses consist of many small allocations: this allocator costs a sixth less than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // On standard error, because the logger may not be installed yet.
            let _printed = writeln!(std::io::stderr(), "slotkeeper: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, without a cause whose text the previous one already contains.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told {
        told if told.ends_with(&cause) => told,
        told if told.is_empty() => cause,
        told => format!("{told}: {cause}"),
    })
}
