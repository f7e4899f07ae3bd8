//! The command line: what can be typed and what `--help` says. What the commands do lives in the modules of their names.

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
/// To look around, run `slotkeeper demo`: it needs nothing, fills itself with an example business and prints where
/// to go. For the real thing, run `slotkeeper serve`.
#[derive(Debug, Parser)]
#[command(name = "slotkeeper", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server.
    ///
    /// The first start makes the data folder, the master key and the tables. Everything can be set in a
    /// configuration file or in environment variables (`slotkeeper config` explains each option); the options below
    /// win over both. SIGTERM and Ctrl-C let the requests under way finish and then stop the server.
    Serve(ServeArgs),

    /// Start a server with example data and print its addresses, log-ins and API keys.
    ///
    /// An example business with its people, a developer account with an application installed in it, and a portal.
    /// The demo answers this machine only: its log-ins are no secret.
    Demo(DemoArgs),

    /// Open accounts and invite to sign up, also while the server runs.
    #[command(subcommand)]
    Account(AccountCommand),

    /// Print the annotated configuration: every option, its default and what it is for.
    ///
    /// A good start for a file of your own: `slotkeeper config > slotkeeper.toml`
    Config,
}

impl Command {
    /// Runs the command to its end. (In the library and not in the binary: asynchronous code is compiled where it is waited
    /// for, and would be compiled in both.)
    ///
    /// # Errors
    /// What the command reports.
    pub fn run(self) -> anyhow::Result<()> {
        let runtime = || Builder::new_multi_thread().enable_all().build();
        match self {
            Self::Serve(args) => runtime()?.block_on(serve::serve(args)),
            Self::Account(command) => runtime()?.block_on(control::give(command)),
            Self::Demo(args) => runtime()?.block_on(demo::demo(args)),
            Self::Config => Ok(stdout().write_all(config::DEFAULT_FILE.as_bytes())?),
        }
    }
}

/// What `slotkeeper account` does.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Open an account with its first owner, who chooses a password by a link that works once.
    ///
    /// The link is printed, or goes to the owner by e-mail with --mail. Whoever has it becomes the owner.
    Create(CreateArgs),

    /// Print a link by which one account can be opened where sign-up is for those who are invited.
    ///
    /// It works once, for fourteen days.
    Invite(InviteArgs),
}

/// The kinds of account, as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TypedKind {
    /// Takes bookings.
    Business,
    /// Registers applications.
    Developer,
    /// Manages the accounts of several businesses.
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

/// What `slotkeeper account create` accepts.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Which kind of account
    #[arg(long)]
    pub kind: TypedKind,

    /// What the account is called
    #[arg(long)]
    pub name: String,

    /// What its first owner is called
    #[arg(long, value_name = "NAME")]
    pub owner: String,

    /// The owner's e-mail address, to sign in with
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,

    /// The country, as two letters: PT. Not for a developer
    #[arg(long)]
    pub country: Option<String>,

    /// The time zone: Europe/Lisbon. Not for a developer
    #[arg(long)]
    pub zone: Option<String>,

    /// The currency: EUR. Not for a developer
    #[arg(long)]
    pub currency: Option<String>,

    /// The languages that are offered, the main one first: pt-PT,en-GB. Not for a developer
    #[arg(long, value_name = "TAGS")]
    pub languages: Option<String>,

    /// Send the link to the owner by e-mail instead of printing it
    #[arg(long)]
    pub mail: bool,

    /// Which server it is for
    #[command(flatten)]
    pub server: ServeArgs,
}

/// What `slotkeeper account invite` accepts.
#[derive(Debug, Args)]
pub struct InviteArgs {
    /// Which kind of account can be opened: business or developer
    #[arg(long)]
    pub kind: TypedKind,

    /// Which server it is for
    #[command(flatten)]
    pub server: ServeArgs,
}

/// What `slotkeeper serve` accepts.
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Read the configuration from this file [otherwise: the file named by SLOTKEEPER_CONFIG, if any]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Listen on this address and port instead of the configured one
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,

    /// Keep the database and the master key in this folder instead of the configured one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Use this PostgreSQL database, postgres://user:password@host/name, instead of the configured one. Other users
    /// of the machine can see a command line: a password is safer in SLOTKEEPER_DATABASE_URL
    #[arg(long, value_name = "URL")]
    pub database_url: Option<TypedDatabaseUrl>,
}

impl ServeArgs {
    /// Lets what was typed win over what is configured.
    ///
    /// # Errors
    /// When the address of the database is none.
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

/// The address of a database as it was typed. Not read while the command line is, because what is wrong with an option is
/// said with its value, and this one may hold a password.
#[derive(Clone)]
pub struct TypedDatabaseUrl(String);

impl TypedDatabaseUrl {
    /// The address.
    ///
    /// # Errors
    /// When it is none; without the value.
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

/// What `slotkeeper demo` accepts.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Listen on this address and port of this machine; port 0 takes any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = parse_loopback)]
    pub listen: SocketAddr,

    /// Keep the data in this folder, so that it and the keys survive a restart [otherwise: a temporary folder that
    /// is removed at the end]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Use this PostgreSQL database, postgres://user:password@host/name, instead of an embedded one
    #[arg(long, value_name = "URL")]
    pub database_url: Option<TypedDatabaseUrl>,

    /// Also write the addresses, log-ins and keys to this file, as JSON for scripts
    #[arg(long, value_name = "PATH")]
    pub credentials_file: Option<PathBuf>,

    /// Use the time zone data of this folder instead of what is built in (see `slotkeeper config`)
    #[arg(long, value_name = "DIR")]
    pub time_zone_data: Option<PathBuf>,

    /// Send what a webhook did not take again after so many seconds, such as 1,2,5: after the first attempt the first
    /// number, and so on; after the last one it is given up [otherwise: after 1, 5, 15, 60, 180 and 360 minutes]
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub retry_seconds: Option<RetryPolicy>,

    /// Believe what this proxy on this machine says in X-Forwarded-For, as trusted_proxies of the configuration does; several
    /// times for several
    #[arg(long = "trusted-proxy", value_name = "NETWORK")]
    pub trusted_proxies: Vec<IpNet>,
}

/// Waits in seconds, with commas between them.
fn parse_seconds(text: &str) -> Result<RetryPolicy, String> {
    let seconds: Result<Vec<u64>, _> = text.split(',').map(|seconds| seconds.trim().parse()).collect();
    let schedule = seconds.ok().map(|seconds| RetryPolicy::new(seconds.into_iter().map(Duration::from_secs)));
    schedule
        .and_then(Result::ok)
        .ok_or_else(|| "must be 1 to 20 waits in seconds, each from 1 to 604800, such as 1,2,5".into())
}

/// The demo's passwords are printed on the screen, so nobody else may reach it.
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
