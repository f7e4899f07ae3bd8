//! The configuration: what can be set, what it is when nothing is set, and where the files are that follow from it.
//!
//! `config.default.toml` explains every option to the person who runs the server; a test holds it and this file
//! together. How a configuration is put together from file and environment is told in `config/load.rs`.

mod load;
mod values;

pub use load::ConfigError;
pub use values::{DatabaseUrl, LogFormat, MailPassword, MailTls, PublicUrl, parse_listen};

use ipnet::IpNet;
use serde::Deserialize;
use slotkeeper_api::cors::Origins;
use slotkeeper_domain::call_rate::CallRate;
use slotkeeper_domain::retry_policy::RetryPolicy;
use slotkeeper_domain::sign_up::{SignUpRules, Way};
use slotkeeper_outgoing::{AllowedReceiver, OwnAddresses, Policy, Proxy};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;
use values::{
    allowed_receivers, between, cors_origins, filter, installation_name, listen, page_address, ports, proxy,
    retry_minutes, sender, trusted_proxies, way,
};

/// The annotated configuration file with every option at its default.
pub const DEFAULT_FILE: &str = include_str!("../config.default.toml");

/// The whole configuration. Printing it with `{:?}` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the server listens for HTTP.
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// The address people and programs reach the server at; it has no path.
    pub public_url: PublicUrl,
    /// The folder of the SQLite database and the master key.
    pub data_dir: PathBuf,
    /// A PostgreSQL database, or empty for SQLite in `data_dir`.
    pub database_url: DatabaseUrl,
    /// How many connections to the database are kept open.
    #[serde(deserialize_with = "between::<1, 1000, _, _>")]
    pub database_connections: usize,
    /// The file of the master key; empty for the one in `data_dir`.
    pub master_key_file: PathBuf,
    /// A folder of time zone data; empty for what is built in.
    pub time_zone_data: PathBuf,
    /// The reverse proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "trusted_proxies")]
    pub trusted_proxies: Vec<IpNet>,
    /// The sites whose pages may call the API.
    #[serde(deserialize_with = "cors_origins")]
    pub cors_origins: Origins,
    /// Who may open an account by signing up.
    pub sign_up: SignUp,
    /// Who runs the server.
    pub installation: Installation,
    pub mail: Mail,
    /// Which receivers are called, and how.
    pub outgoing: Outgoing,
    /// How applications are told of changes.
    pub webhooks: Webhooks,
    /// What the server takes on at once.
    pub limits: Limits,
    pub log: Log,
}

/// Who may open an account by signing up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    #[serde(deserialize_with = "way")]
    pub businesses: Way,
    #[serde(deserialize_with = "way")]
    pub developers: Way,
}

impl SignUp {
    /// The rules that follow from it.
    #[must_use]
    pub fn rules(&self) -> SignUpRules {
        SignUpRules { businesses: self.businesses, developers: self.developers }
    }
}

/// Who runs the server, as every page says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// What the server is called.
    #[serde(deserialize_with = "installation_name")]
    pub name: String,
    /// The page that says who runs it; empty for none.
    #[serde(deserialize_with = "page_address")]
    pub imprint: String,
    /// The page about privacy; empty for none.
    #[serde(deserialize_with = "page_address")]
    pub privacy: String,
    /// The terms of use; empty for none.
    #[serde(deserialize_with = "page_address")]
    pub terms: String,
}

impl Installation {
    /// The same as pages know it.
    #[must_use]
    pub fn shown(&self) -> slotkeeper_web::Installation {
        let Self { name, imprint, privacy, terms } = self.clone();
        slotkeeper_web::Installation { name, imprint, privacy, terms }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server; empty when mail stays in the database.
    pub host: String,
    #[serde(deserialize_with = "between::<1, 65535, _, _>")]
    pub port: u16,
    /// The user's name there; empty when it wants none.
    pub user: String,
    pub password: MailPassword,
    /// How the connection is protected.
    pub tls: MailTls,
    /// The sender of all mail.
    #[serde(deserialize_with = "sender")]
    pub from: String,
}

/// Which receivers are called, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outgoing {
    /// Receivers that the whole internet cannot reach and that are called all the same.
    #[serde(deserialize_with = "allowed_receivers")]
    pub allow: Vec<AllowedReceiver>,
    /// The ports they are called on; at least one.
    #[serde(deserialize_with = "ports")]
    pub ports: Vec<u16>,
    /// The proxy they are called through; none when they are called directly.
    #[serde(deserialize_with = "proxy")]
    pub proxy: Option<Proxy>,
}

impl Outgoing {
    /// The way out that follows from it. With `loopback_http` also receivers on this machine are called, over plain
    /// http: for the demo only. `itself` is where this server is reached: nothing is sent there.
    #[must_use]
    pub fn way_out(&self, loopback_http: bool, itself: OwnAddresses) -> slotkeeper_outgoing::Outgoing {
        let policy = Policy { loopback_http, allowed: self.allow.clone(), ports: self.ports.clone(), itself };
        slotkeeper_outgoing::Outgoing::new(policy, slotkeeper_outgoing::Limits::default(), self.proxy.clone())
    }
}

/// How applications are told of changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// When notices that did not arrive are sent again; written in minutes.
    #[serde(rename = "retry_minutes", deserialize_with = "retry_minutes")]
    pub retries: RetryPolicy,
}

/// What the server takes on at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// How many connections are served at once.
    #[serde(deserialize_with = "between::<1, 100_000, _, _>")]
    pub connections: usize,
    /// How many of them one client address can have.
    #[serde(deserialize_with = "between::<1, 100_000, _, _>")]
    pub connections_per_address: usize,
    /// How long a client may take for the head of a request.
    #[serde(deserialize_with = "between::<1, 3600, _, _>")]
    pub header_timeout_seconds: u64,
    /// How many passwords are checked at once.
    #[serde(deserialize_with = "between::<1, 256, _, _>")]
    pub password_hashers: usize,
    /// How many customers a business can have before applications can add no more; 0 for no limit.
    #[serde(deserialize_with = "between::<0, 100_000_000, _, _>")]
    pub customers: u32,
    /// How many calls a minute an API key may make; as many as it likes with 0.
    #[serde(deserialize_with = "between::<0, 60_000_000, _, _>")]
    pub api_calls_per_minute: u32,
    /// How many of them may come at once.
    #[serde(deserialize_with = "between::<1, 1_000_000, _, _>")]
    pub api_burst: u32,
}

impl Limits {
    /// How often a key may call the API; nothing for as often as it likes.
    #[must_use]
    pub fn call_rate(&self) -> Option<CallRate> {
        let (per_minute, burst) = (NonZeroU32::new(self.api_calls_per_minute)?, NonZeroU32::new(self.api_burst)?);
        Some(CallRate { per_minute, burst })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Which levels of which parts.
    #[serde(deserialize_with = "filter")]
    pub filter: String,
    pub format: LogFormat,
}

impl Config {
    /// Where nobody has said how the server is reached, it is reached where it listens. A server that listens on every
    /// address does not know by which one.
    pub fn follow(&mut self, listens_at: SocketAddr) {
        let default = Self::default();
        if self.public_url != default.public_url || listens_at == default.listen {
            return;
        }
        if listens_at.ip().is_unspecified() {
            tracing::warn!("public_url is not set: links in e-mails lead to the reader's own machine");
        } else {
            self.public_url = PublicUrl::http(listens_at);
        }
    }

    /// The file of the SQLite database, for when there is no `database_url`.
    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        self.data_dir.join("slotkeeper.sqlite")
    }

    /// Where a running server takes orders of the command line, for a database that only it can open.
    #[must_use]
    pub fn orders_socket(&self) -> PathBuf {
        self.data_dir.join("orders.sock")
    }

    /// The file of the master key, for when the environment does not hold the key itself.
    #[must_use]
    pub fn master_key_path(&self) -> PathBuf {
        if self.master_key_file.as_os_str().is_empty() {
            self.data_dir.join("master.key")
        } else {
            self.master_key_file.clone()
        }
    }

    /// How long a client may take for the head of a request.
    #[must_use]
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.limits.header_timeout_seconds)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: PublicUrl::http((Ipv4Addr::LOCALHOST, 8080).into()),
            data_dir: "./data".into(),
            database_url: DatabaseUrl::default(),
            database_connections: 8,
            master_key_file: PathBuf::new(),
            time_zone_data: PathBuf::new(),
            trusted_proxies: Vec::new(),
            cors_origins: Origins::None,
            sign_up: SignUp { businesses: Way::Open, developers: Way::Open },
            installation: Installation {
                name: "Slotkeeper".into(),
                imprint: String::new(),
                privacy: String::new(),
                terms: String::new(),
            },
            mail: Mail {
                host: String::new(),
                port: 587,
                user: String::new(),
                password: MailPassword::default(),
                tls: MailTls::Starttls,
                from: "Slotkeeper <no-reply@localhost>".into(),
            },
            outgoing: Outgoing { allow: Vec::new(), ports: Policy::PORTS.into(), proxy: None },
            webhooks: Webhooks { retries: RetryPolicy::default() },
            limits: Limits {
                connections: 1024,
                connections_per_address: 512,
                header_timeout_seconds: 10,
                password_hashers: 2,
                customers: 0,
                api_calls_per_minute: 60,
                api_burst: 30,
            },
            log: Log { filter: "info".into(), format: LogFormat::Text },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No field has a default of its own when it is read, so this also proves that the file names every field; and
    /// an option the file has and `Config` has not would be refused.
    #[test]
    fn the_annotated_file_says_exactly_what_the_default_is() {
        assert_eq!(toml::from_str::<Config>(DEFAULT_FILE).unwrap(), Config::default());
    }

    #[test]
    fn every_option_is_explained_right_above() {
        let mut above = "";
        for line in DEFAULT_FILE.lines() {
            let option = line.split_once(" = ").map(|(name, _)| name).filter(|name| !name.starts_with('#'));
            let explained = above.starts_with('#') || above.starts_with("user = ");
            assert!(option.is_none() || explained, "{line}");
            above = line;
        }
    }

    #[test]
    fn files_follow_the_data_folder_unless_named() {
        let mut config = Config { data_dir: "/d".into(), ..Config::default() };
        assert_eq!(config.sqlite_file(), PathBuf::from("/d/slotkeeper.sqlite"));
        assert_eq!(config.master_key_path(), PathBuf::from("/d/master.key"));
        config.master_key_file = "/keys/m".into();
        assert_eq!(config.master_key_path(), PathBuf::from("/keys/m"));
    }

    #[test]
    fn the_way_out_follows_the_configuration() {
        let mut outgoing = Config::default().outgoing;
        assert_eq!(*outgoing.way_out(false, OwnAddresses::default()).policy(), Policy::default());
        assert!(outgoing.way_out(true, OwnAddresses::default()).policy().check("http://127.0.0.1:9/").is_ok());
        outgoing.allow = vec!["10.0.0.0/8".parse().unwrap()];
        outgoing.ports = vec![9443];
        assert!(outgoing.way_out(false, OwnAddresses::default()).policy().check("https://10.0.0.1:9443/").is_ok());
        assert!(outgoing.way_out(false, OwnAddresses::default()).policy().check("https://10.0.0.1/").is_err());
    }

    #[test]
    fn printing_it_shows_no_secret() {
        let mut config = Config { database_url: "postgres://u:hush@h/n".parse().unwrap(), ..Config::default() };
        config.mail.password = MailPassword::new("hush");
        config.outgoing.proxy = Some("http://user:hush@proxy.example".parse().unwrap());
        let printed = format!("{config:?} {config:#?}");
        assert!(!printed.contains("hush") && printed.contains("(secret)"), "{printed}");
    }
}
