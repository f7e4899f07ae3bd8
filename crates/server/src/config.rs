//! The configuration: its options, their defaults, and the paths that follow from them.
//!
//! `config.default.toml` documents every option for operators; a test keeps it and this file in step.
//! `config/load.rs` merges defaults, file and environment.

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

/// The whole configuration. `{:?}` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// The address under which people and programs reach the server; without a path.
    pub public_url: PublicUrl,
    pub data_dir: PathBuf,
    /// A PostgreSQL database; empty for SQLite in `data_dir`.
    pub database_url: DatabaseUrl,
    #[serde(deserialize_with = "between::<1, 1000, _, _>")]
    pub database_connections: usize,
    /// Empty for the file in `data_dir`.
    pub master_key_file: PathBuf,
    /// A folder of time zone data; empty for the built-in data.
    pub time_zone_data: PathBuf,
    /// The reverse proxies whose `X-Forwarded-For` is trusted.
    #[serde(deserialize_with = "trusted_proxies")]
    pub trusted_proxies: Vec<IpNet>,
    /// The sites whose pages may call the API (CORS).
    #[serde(deserialize_with = "cors_origins")]
    pub cors_origins: Origins,
    pub sign_up: SignUp,
    pub installation: Installation,
    pub mail: Mail,
    pub outgoing: Outgoing,
    pub webhooks: Webhooks,
    pub limits: Limits,
    pub log: Log,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    #[serde(deserialize_with = "way")]
    pub businesses: Way,
    #[serde(deserialize_with = "way")]
    pub developers: Way,
}

impl SignUp {
    #[must_use]
    pub fn rules(&self) -> SignUpRules {
        SignUpRules { businesses: self.businesses, developers: self.developers }
    }
}

/// The operator of the server, as named on every page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    #[serde(deserialize_with = "installation_name")]
    pub name: String,
    /// The page that names the operator; empty for none.
    #[serde(deserialize_with = "page_address")]
    pub imprint: String,
    #[serde(deserialize_with = "page_address")]
    pub privacy: String,
    #[serde(deserialize_with = "page_address")]
    pub terms: String,
}

impl Installation {
    #[must_use]
    pub fn to_web(&self) -> slotkeeper_web::Installation {
        let Self { name, imprint, privacy, terms } = self.clone();
        slotkeeper_web::Installation { name, imprint, privacy, terms }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server; without one, e-mails stay in the outbox.
    pub host: String,
    #[serde(deserialize_with = "between::<1, 65535, _, _>")]
    pub port: u16,
    /// Empty when the mail server needs no authentication.
    pub user: String,
    pub password: MailPassword,
    pub tls: MailTls,
    /// The From address of every e-mail.
    #[serde(deserialize_with = "sender")]
    pub from: String,
}

/// Which webhook receivers are called, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outgoing {
    /// Receivers outside the public internet that are called nevertheless.
    #[serde(deserialize_with = "allowed_receivers")]
    pub allow: Vec<AllowedReceiver>,
    /// The ports on which receivers are called; at least one.
    #[serde(deserialize_with = "ports")]
    pub ports: Vec<u16>,
    /// The proxy through which receivers are called; `None` to call them directly.
    #[serde(deserialize_with = "proxy")]
    pub proxy: Option<Proxy>,
}

impl Outgoing {
    /// The client for webhook receivers. With `loopback_http`, receivers on this machine are called, too, over plain
    /// http: for the demo only. `itself` are the addresses of this server, which are never called.
    #[must_use]
    pub fn client(&self, loopback_http: bool, itself: OwnAddresses) -> slotkeeper_outgoing::Outgoing {
        let policy = Policy { loopback_http, allowed: self.allow.clone(), ports: self.ports.clone(), itself };
        slotkeeper_outgoing::Outgoing::new(policy, slotkeeper_outgoing::Limits::default(), self.proxy.clone())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// The delays before a failed delivery is retried; in minutes in the file.
    #[serde(rename = "retry_minutes", deserialize_with = "retry_minutes")]
    pub retries: RetryPolicy,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Connections served at the same time.
    #[serde(deserialize_with = "between::<1, 100_000, _, _>")]
    pub connections: usize,
    /// Connections of one client address.
    #[serde(deserialize_with = "between::<1, 100_000, _, _>")]
    pub connections_per_address: usize,
    /// Seconds a client may take for the head of a request.
    #[serde(deserialize_with = "between::<1, 3600, _, _>")]
    pub header_timeout_seconds: u64,
    /// Passwords hashed at the same time.
    #[serde(deserialize_with = "between::<1, 256, _, _>")]
    pub password_hashers: usize,
    /// Customers of a business above which applications can add no more; 0 for no limit.
    #[serde(deserialize_with = "between::<0, 100_000_000, _, _>")]
    pub customers: u32,
    /// Calls per minute of an API key; 0 for no limit.
    #[serde(deserialize_with = "between::<0, 60_000_000, _, _>")]
    pub api_calls_per_minute: u32,
    /// Calls that an API key may make at once before the rate applies.
    #[serde(deserialize_with = "between::<1, 1_000_000, _, _>")]
    pub api_burst: u32,
}

impl Limits {
    /// The call rate of an API key; `None` for no limit.
    #[must_use]
    pub fn call_rate(&self) -> Option<CallRate> {
        let (per_minute, burst) = (NonZeroU32::new(self.api_calls_per_minute)?, NonZeroU32::new(self.api_burst)?);
        Some(CallRate { per_minute, burst })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Levels by target, as in `info,hyper=debug`.
    #[serde(deserialize_with = "filter")]
    pub filter: String,
    pub format: LogFormat,
}

impl Config {
    /// Sets `public_url` from the address the server listens on, unless it is configured. A server that listens on
    /// every address cannot know its own.
    pub fn derive_public_url(&mut self, listens_at: SocketAddr) {
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

    /// The file of the SQLite database, used without `database_url`.
    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        self.data_dir.join("slotkeeper.sqlite")
    }

    /// The socket on which a running server with SQLite takes commands of the command line.
    #[must_use]
    pub fn control_socket(&self) -> PathBuf {
        self.data_dir.join("orders.sock")
    }

    /// The file of the master key, used without the environment variable.
    #[must_use]
    pub fn master_key_path(&self) -> PathBuf {
        if self.master_key_file.as_os_str().is_empty() {
            self.data_dir.join("master.key")
        } else {
            self.master_key_file.clone()
        }
    }

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

    /// No field has a default when it is deserialized, so this also proves that the file names every field; an option
    /// that `Config` does not have is refused.
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
    fn the_client_for_receivers_follows_the_configuration() {
        let mut outgoing = Config::default().outgoing;
        assert_eq!(*outgoing.client(false, OwnAddresses::default()).policy(), Policy::default());
        assert!(outgoing.client(true, OwnAddresses::default()).policy().check("http://127.0.0.1:9/").is_ok());
        outgoing.allow = vec!["10.0.0.0/8".parse().unwrap()];
        outgoing.ports = vec![9443];
        assert!(outgoing.client(false, OwnAddresses::default()).policy().check("https://10.0.0.1:9443/").is_ok());
        assert!(outgoing.client(false, OwnAddresses::default()).policy().check("https://10.0.0.1/").is_err());
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
