//! Where the server is, and how a connection to it is made.

use super::failure::store_error;
use super::listening::hear;
use crate::error::StoreError;
use crate::unit::CommitSignals;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long one address of one server may take until it can be used. One that is frozen takes a connection, for its system
/// does, and then says nothing; the next one is to have its turn while callers still wait.
pub(super) const HOST_PATIENCE: Duration = if cfg!(test) { Duration::from_secs(2) } else { Duration::from_secs(3) };

/// How many of the IP addresses of one server are tried.
const MOST_PLACES: usize = 8;

/// A connection that is silent for this long is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// How long a statement of a unit may take.
pub(super) const STATEMENT_TIMEOUT: &str = "SET statement_timeout = '10s'";

/// What every connection is told first. The durability of a commit is not left to the server's configuration; and to compile a
/// statement takes longer than to run any of a unit.
const SETTINGS: &str = "
    SET synchronous_commit = on;
    SET idle_in_transaction_session_timeout = '15s';
    SET client_min_messages = warning;
    SET timezone = 'UTC';
    SET jit = off";

/// A server or several of which one can be written to, a database there, and the right to use it.
pub(super) struct Address {
    /// One for each server, in the order of the address.
    hosts: Vec<Config>,
    /// Which of them was seen to take writes last.
    last: AtomicUsize,
    /// Present when the connection may be encrypted.
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    pub(super) fn from_url(url: &str) -> Result<Self, StoreError> {
        // The parser's own message may quote a part of the URL, and so of the password.
        let mut config: Config = url.parse().map_err(|_| {
            StoreError::Location(
                "the address of the PostgreSQL database cannot be read; it looks like \
                 `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require`, with special characters in the \
                 password percent-encoded, and `sslmode` is disable, prefer or require"
                    .to_owned(),
            )
        })?;
        if !url.contains("sslmode=") {
            config.ssl_mode(SslMode::Disable);
        }
        config
            .application_name("slotkeeper")
            .connect_timeout(HOST_PATIENCE)
            // A standby that is not promoted yet is no database for us.
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .keepalives_idle(KEEPALIVE)
            .tcp_user_timeout(KEEPALIVE);
        let tls = if config.get_ssl_mode() == SslMode::Disable { None } else { Some(tls()?) };
        Ok(Self { hosts: one_by_one(&config), last: AtomicUsize::new(0), tls })
    }

    /// A new connection to the server that can be written to, with its settings made, and the number of that server; its other
    /// half runs on `runtime`.
    pub(super) async fn connect(&self, runtime: &Runtime) -> Result<(usize, Client), StoreError> {
        self.first_of(async |host| {
            let client = match &self.tls {
                Some(tls) => {
                    let (client, connection) = host.connect(tls.clone()).await.map_err(store_error)?;
                    runtime.spawn(connection);
                    client
                }
                None => {
                    let (client, connection) = host.connect(NoTls).await.map_err(store_error)?;
                    runtime.spawn(connection);
                    client
                }
            };
            client.batch_execute(SETTINGS).await.map_err(store_error)?;
            client.batch_execute(STATEMENT_TIMEOUT).await.map_err(store_error)?;
            Ok(client)
        })
        .await
    }

    /// Connects and hears what other processes tell, until the connection ends.
    pub(super) async fn listen(&self, bulletin: &CommitSignals) -> Result<(), StoreError> {
        match &self.tls {
            Some(tls) => {
                let connect = async |host: &Config| host.connect(tls.clone()).await.map_err(store_error);
                let (_, (client, connection)) = self.first_of(connect).await?;
                hear(client, connection, bulletin).await
            }
            None => {
                let connect = async |host: &Config| host.connect(NoTls).await.map_err(store_error);
                let (_, (client, connection)) = self.first_of(connect).await?;
                hear(client, connection, bulletin).await
            }
        }
    }

    /// Which server was seen to take writes last. Whoever has a connection to another one leaves it: two servers may both take
    /// writes after a failover, and all of this process is to go to one.
    pub(super) fn last(&self) -> usize {
        self.last.load(Ordering::Relaxed)
    }

    /// What `connect` gives for the first server that lets it, beginning with the one that did last, and its number.
    async fn first_of<T>(
        &self,
        connect: impl AsyncFn(&Config) -> Result<T, StoreError>,
    ) -> Result<(usize, T), StoreError> {
        let mut why = StoreError::unavailable("the address of the database names no server");
        for (number, host) in self.hosts.iter().enumerate().cycle().skip(self.last()).take(self.hosts.len()) {
            let places = match tokio::time::timeout(HOST_PATIENCE, each_place(host)).await {
                Ok(Ok(places)) => places,
                Ok(Err(error)) => {
                    why = error;
                    continue;
                }
                Err(_) => {
                    why = StoreError::unavailable("the name of the database's server is not resolved in time");
                    continue;
                }
            };
            for place in places {
                match tokio::time::timeout(HOST_PATIENCE, connect(&place)).await {
                    Ok(Ok(connected)) => {
                        self.last.store(number, Ordering::Relaxed);
                        return Ok((number, connected));
                    }
                    Ok(Err(error)) => why = error,
                    Err(_) => why = StoreError::unavailable("the database does not answer"),
                }
            }
        }
        Err(why)
    }
}

/// A server by each of the IP addresses that its name stands for, so that one that is dead leaves the next one its turn. The
/// name stays, for TLS.
async fn each_place(host: &Config) -> Result<Vec<Config>, StoreError> {
    let [Host::Tcp(name)] = host.get_hosts() else { return Ok(vec![host.clone()]) };
    if !host.get_hostaddrs().is_empty() {
        return Ok(vec![host.clone()]);
    }
    let port = host.get_ports().first().copied().unwrap_or(5432);
    let found = tokio::net::lookup_host((name.as_str(), port)).await;
    let found =
        found.map_err(|error| StoreError::unavailable(format!("the database's server is not found: {error}")))?;
    Ok(found
        .take(MOST_PLACES)
        .map(|place| {
            let mut host = host.clone();
            host.hostaddr(place.ip());
            host
        })
        .collect())
}

/// The same settings for each server alone: the driver tries them one after the other by itself, but without a limit for each.
fn one_by_one(all: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (all.get_hosts(), all.get_hostaddrs(), all.get_ports());
    let alone = |number: usize| {
        let mut one = Config::new();
        match hosts.get(number) {
            Some(Host::Tcp(name)) => drop(one.host(name.as_str())),
            #[cfg(unix)]
            Some(Host::Unix(path)) => drop(one.host_path(path)),
            None => {}
        }
        if let Some(address) = addresses.get(number) {
            one.hostaddr(*address);
        }
        if let Some(port) = ports.get(number).or(ports.first()) {
            one.port(*port);
        }
        all.get_user().map(|user| one.user(user));
        all.get_password().map(|password| one.password(password));
        all.get_dbname().map(|name| one.dbname(name));
        all.get_options().map(|options| one.options(options));
        all.get_application_name().map(|name| one.application_name(name));
        all.get_connect_timeout().map(|timeout| one.connect_timeout(*timeout));
        all.get_tcp_user_timeout().map(|timeout| one.tcp_user_timeout(*timeout));
        all.get_keepalives_interval().map(|interval| one.keepalives_interval(interval));
        all.get_keepalives_retries().map(|retries| one.keepalives_retries(retries));
        one.keepalives(all.get_keepalives())
            .keepalives_idle(all.get_keepalives_idle())
            .ssl_mode(all.get_ssl_mode())
            .ssl_negotiation(all.get_ssl_negotiation())
            .channel_binding(all.get_channel_binding())
            .load_balance_hosts(all.get_load_balance_hosts())
            .target_session_attrs(all.get_target_session_attrs());
        one
    };
    (0..hosts.len().max(addresses.len())).map(alone).collect()
}

/// Trusts whom the machine trusts.
fn tls() -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(StoreError::Location(
            "the connection to PostgreSQL is to be encrypted, and this machine has no root certificates to check the \
             server with; install them (on Debian: ca-certificates), or name a file in SSL_CERT_FILE"
                .to_owned(),
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Location(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_is_tried_by_each_of_its_addresses_and_keeps_its_name() {
        let all: Config = "postgres://u@localhost:1,127.0.0.1:2/d".parse().expect("an address");
        let hosts = one_by_one(&all);
        let ports: Vec<&[u16]> = hosts.iter().map(Config::get_ports).collect();
        assert_eq!(ports, [[1], [2]]);
        let places = each_place(&hosts[0]).await.expect("addresses");
        assert!(!places.is_empty());
        for place in places {
            assert_eq!(place.get_hosts(), [Host::Tcp("localhost".to_owned())]);
            assert!(matches!(place.get_hostaddrs(), [address] if address.is_loopback()), "{place:?}");
        }
    }
}
