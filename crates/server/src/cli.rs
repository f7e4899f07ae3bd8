//! The command line: the options and their help texts. What a command does is in the module of its name.

use crate::config::{self, Config, DatabaseUrl, parse_listen};
use crate::{control, demo, serve};
use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::retry_policy::RetryPolicy;
use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Builder;

/// A self-hosted booking server with a developer platform.
///
/// To try it, run `slotkeeper demo`: it needs no configuration, fills a database with an example business and prints
/// the addresses. In production, run `slotkeeper serve`.
#[derive(Debug, Parser)]
#[command(name = "slotkeeper", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server.
    ///
    /// The first start creates the data folder, the master key and the tables. Options come from a configuration file
    /// and from environment variables (`slotkeeper config` explains each one); the options below take precedence over
    /// both. On SIGTERM and Ctrl-C the server finishes the requests under way and stops.
    Serve(ServeArgs),

    /// Start a server with example data and print its addresses, log-ins and API keys.
    ///
    /// The data are an example business with its team, a developer account with an application installed in it, and a
    /// portal. The demo can only be reached from this machine: its log-ins are not secret.
    Demo(DemoArgs),

    /// Open accounts and create sign-up invitations, also while the server runs.
    #[command(subcommand)]
    Account(AccountCommand),

    /// Print the annotated configuration: every option, its default and its meaning.
    ///
    /// Use it as the start of your own file: `slotkeeper config > slotkeeper.toml`
    Config,
}

impl Command {
    /// Runs the command until it ends.
    pub fn run(self) -> anyhow::Result<()> {
        let runtime = || Builder::new_multi_thread().enable_all().build();
        match self {
            Self::Serve(args) => runtime()?.block_on(serve::serve(args)),
            Self::Account(command) => runtime()?.block_on(control::run(command)),
            Self::Demo(args) => runtime()?.block_on(demo::demo(args)),
            Self::Config => Ok(stdout().write_all(config::DEFAULT_FILE.as_bytes())?),
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Open an account with its first owner, who chooses a password by a link that works once.
    ///
    /// The link is printed, or sent to the owner by e-mail with --mail. Anyone who has the link can become the owner.
    Create(CreateArgs),

    /// Print a sign-up link for one account, for servers where sign-up needs an invitation.
    ///
    /// The link works once, for fourteen days.
    Invite(InviteArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TypedKind {
    /// Takes bookings
    Business,
    /// Registers applications
    Developer,
    /// Manages the accounts of several businesses
    Portal,
}

impl From<TypedKind> for AccountKind {
    fn from(kind: TypedKind) -> Self {
        match kind {
            TypedKind::Business => Self::Business,
            TypedKind::Developer => Self::Developer,
            TypedKind::Portal => Self::Portal,
        }
    }
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Which kind of account
    #[arg(long)]
    pub kind: TypedKind,

    /// The name of the account
    #[arg(long)]
    pub name: String,

    /// The name of its first owner
    #[arg(long, value_name = "NAME")]
    pub owner: String,

    /// The owner's e-mail address, to sign in with
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,

    /// The country, as two letters, such as PT. Not for a developer
    #[arg(long)]
    pub country: Option<String>,

    /// The time zone, such as Europe/Lisbon. Not for a developer
    #[arg(long)]
    pub zone: Option<String>,

    /// The currency, such as EUR. Not for a developer
    #[arg(long)]
    pub currency: Option<String>,

    /// The languages of the account, the main one first, such as pt-PT,en-GB. Not for a developer
    #[arg(long, value_name = "TAGS")]
    pub languages: Option<String>,

    /// Send the link to the owner by e-mail instead of printing it
    #[arg(long)]
    pub mail: bool,

    /// The server's own options
    #[command(flatten)]
    pub server: ServeArgs,
}

#[derive(Debug, Args)]
pub struct InviteArgs {
    /// Which kind of account can be opened: business or developer
    #[arg(long)]
    pub kind: TypedKind,

    /// The server's own options
    #[command(flatten)]
    pub server: ServeArgs,
}

#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Read the configuration from this file [default: the file named by SLOTKEEPER_CONFIG, if set]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Listen on this address and port instead of the configured one
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,

    /// Keep the database and the master key in this folder instead of the configured one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Use this PostgreSQL database, postgres://user:password@host/name, instead of the configured one. Other users
    /// of the machine can read a command line: keep a password in SLOTKEEPER_DATABASE_URL
    #[arg(long, value_name = "URL")]
    pub database_url: Option<TypedDatabaseUrl>,
}

impl ServeArgs {
    /// Replaces configured values by those of the command line. Fails when `--database-url` is not a PostgreSQL
    /// address.
    pub fn apply_to(&self, config: &mut Config) -> anyhow::Result<()> {
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if let Some(folder) = &self.data_dir {
            config.data_dir.clone_from(folder);
        }
        if let Some(url) = &self.database_url {
            config.database_url = url.read()?;
        }
        Ok(())
    }
}

/// The value of `--database-url`, not yet parsed: clap repeats a value it cannot parse in its error message, and this
/// one may contain a password.
#[derive(Clone)]
pub struct TypedDatabaseUrl(String);

impl TypedDatabaseUrl {
    /// Parses the address. The error does not contain the value.
    pub fn read(&self) -> anyhow::Result<DatabaseUrl> {
        self.0.parse().map_err(|problem| anyhow::anyhow!("--database-url {problem}"))
    }
}

impl From<String> for TypedDatabaseUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for TypedDatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedDatabaseUrl(secret)")
    }
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Listen on this loopback address and port; port 0 takes any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = parse_loopback)]
    pub listen: SocketAddr,

    /// Keep the data in this folder, so that data and keys survive a restart [default: a temporary folder, removed at
    /// the end]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Use this PostgreSQL database, postgres://user:password@host/name, instead of an embedded one
    #[arg(long, value_name = "URL")]
    pub database_url: Option<TypedDatabaseUrl>,

    /// Also write the addresses, log-ins and keys to this file, as JSON
    #[arg(long, value_name = "PATH")]
    pub credentials_file: Option<PathBuf>,

    /// Use the time zone data of this folder instead of the built-in data (see `slotkeeper config`)
    #[arg(long, value_name = "DIR")]
    pub time_zone_data: Option<PathBuf>,

    /// Retry a failed webhook delivery after these seconds, such as 1,2,5: the first number after the first attempt,
    /// and so on; after the last one the delivery has failed [default: after 1, 5, 15, 60, 180 and 360 minutes]
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub retry_seconds: Option<RetryPolicy>,

    /// Trust X-Forwarded-For from this proxy on this machine, as trusted_proxies of the configuration does; can be
    /// repeated
    #[arg(long = "trusted-proxy", value_name = "NETWORK")]
    pub trusted_proxies: Vec<IpNet>,
}

/// Parses comma-separated retry delays in seconds.
fn parse_seconds(text: &str) -> Result<RetryPolicy, String> {
    let seconds: Result<Vec<u64>, _> = text.split(',').map(|seconds| seconds.trim().parse()).collect();
    let schedule = seconds.ok().map(|seconds| RetryPolicy::new(seconds.into_iter().map(Duration::from_secs)));
    schedule
        .and_then(Result::ok)
        .ok_or_else(|| "must be 1 to 20 waits in seconds, each from 1 to 604800, such as 1,2,5".into())
}

/// Only loopback addresses: the demo prints its passwords on the screen.
fn parse_loopback(text: &str) -> Result<SocketAddr, String> {
    let address = parse_listen(text)?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the demo answers this machine only (127.0.0.1 or [::1]); `slotkeeper serve` may listen anywhere".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Command, String> {
        Cli::try_parse_from(line.split(' ')).map(|cli| cli.command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_takes_what_is_typed_over_what_is_configured() {
        let line = "slotkeeper serve --config a.toml --listen [::1]:9 --data-dir /d --database-url postgres://u:pw@h/n";
        let Ok(Command::Serve(args)) = parse(line) else { panic!("not serve") };
        assert_eq!(args.config, Some(PathBuf::from("a.toml")));
        assert!(!format!("{args:?}").contains("pw"));

        let mut config = Config::default();
        args.apply_to(&mut config).unwrap();
        assert_eq!(config.listen, "[::1]:9".parse().unwrap());
        assert_eq!(config.data_dir, PathBuf::from("/d"));
        assert_eq!(config.database_url.expose(), "postgres://u:pw@h/n");
    }

    #[test]
    fn serve_without_options_changes_nothing() {
        let Ok(Command::Serve(args)) = parse("slotkeeper serve") else { panic!("not serve") };
        let mut config = Config::default();
        args.apply_to(&mut config).unwrap();
        assert_eq!(config, Config::default());
    }

    #[test]
    fn demo_listens_on_this_machine_only() {
        let Ok(Command::Demo(args)) = parse("slotkeeper demo") else { panic!("not demo") };
        assert_eq!(args.listen, "127.0.0.1:8080".parse().unwrap());
        assert!(args.data_dir.is_none() && args.database_url.is_none() && args.credentials_file.is_none());

        assert!(parse("slotkeeper demo --listen localhost:0 --credentials-file c.json --data-dir d").is_ok());
        assert!(parse("slotkeeper demo --listen 0.0.0.0:80").unwrap_err().contains("this machine only"));
        assert!(parse("slotkeeper demo --listen 8080").unwrap_err().contains("address and a port"));
    }

    #[test]
    fn the_demo_sends_again_as_soon_as_is_asked_for() {
        let retries = |line: &str| match parse(line) {
            Ok(Command::Demo(args)) => Ok(args.retry_seconds),
            Ok(_) => panic!("not demo"),
            Err(problem) => Err(problem),
        };
        assert_eq!(retries("slotkeeper demo"), Ok(None));
        let expected = RetryPolicy::new([1, 2, 5].map(Duration::from_secs)).unwrap();
        assert_eq!(retries("slotkeeper demo --retry-seconds 1,2,5"), Ok(Some(expected)));
        for wrong in ["0", "1,", ",", "x", "-1", "1;2", "604801", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"] {
            let problem = retries(&format!("slotkeeper demo --retry-seconds {wrong}")).unwrap_err();
            assert!(problem.contains("waits in seconds") || wrong == "-1", "{problem}");
        }
    }

    #[test]
    fn a_database_address_must_be_one() {
        let Ok(Command::Demo(args)) = parse("slotkeeper demo --database-url mysql://u:hush@h/n") else {
            panic!("not demo")
        };
        let problem = args.database_url.unwrap().read().unwrap_err().to_string();
        assert!(problem.contains("postgres://") && !problem.contains("hush"), "{problem}");
    }

    #[test]
    fn config_takes_nothing_and_no_command_shows_the_help() {
        assert!(matches!(parse("slotkeeper config"), Ok(Command::Config)));
        assert!(parse("slotkeeper config more").is_err());
        assert!(parse("slotkeeper").unwrap_err().contains("demo"));
    }
}
