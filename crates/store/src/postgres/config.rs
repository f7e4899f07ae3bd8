//! The addresses of the database's servers, and how a connection is made.

use super::failure::store_error;
use super::listening::listen_until_closed;
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

/// Time limit for one address of one server. A frozen server accepts connections, through its kernel, and never
/// answers; the next one must be tried while callers still wait.
pub(super) const ADDRESS_TIMEOUT: Duration = if cfg!(test) { Duration::from_secs(2) } else { Duration::from_secs(3) };

/// IP addresses tried of one server.
const MAX_ADDRESSES: usize = 8;

/// TCP keepalive: idle time before a connection is probed.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Time limit of a statement of a unit.
pub(super) const STATEMENT_TIMEOUT: &str = "SET statement_timeout = '10s'";

/// Settings of every connection. Durability must not depend on the server's configuration; and compiling a statement
/// (`jit`) takes longer than any statement of a unit.
const SETTINGS: &str = "
    SET synchronous_commit = on;
    SET idle_in_transaction_session_timeout = '15s';
    SET client_min_messages = warning;
    SET timezone = 'UTC';
    SET jit = off";

/// One or several servers, of which one takes writes, with the database and the credentials.
pub(super) struct Address {
    /// One for each server, in the order of the URL.
    hosts: Vec<Config>,
    /// The index of the server that last took writes.
    last: AtomicUsize,
    /// Present if the connection may be encrypted.
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    pub(super) fn from_url(url: &str) -> Result<Self, StoreError> {
        // The parser's message may quote a part of the URL, and so of the password.
        let mut config: Config = url.parse().map_err(|_| {
            StoreError::Location(
                "the address of the PostgreSQL database cannot be read; it looks like \
                 `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require`, with special characters in the \
                 password percent-encoded, and `sslmode` is disable, prefer or require"
                    .to_owned(),
            )
        })?;
        if !url.contains("sslmode=") {
            // The driver would default to `prefer`.
            config.ssl_mode(SslMode::Disable);
        }
        config
            .application_name("slotkeeper")
            .connect_timeout(ADDRESS_TIMEOUT)
            // Only a server that takes writes is used, never a standby.
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .keepalives_idle(KEEPALIVE)
            .tcp_user_timeout(KEEPALIVE);
        let tls = if config.get_ssl_mode() == SslMode::Disable { None } else { Some(tls()?) };
        Ok(Self { hosts: split_hosts(&config), last: AtomicUsize::new(0), tls })
    }

    /// A new connection, with its settings made, to the server that takes writes, and the index of that server. The I/O
    /// half of the connection runs on `runtime`.
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

    /// Connects and receives signals of other processes until the connection ends.
    pub(super) async fn listen(&self, signals: &CommitSignals) -> Result<(), StoreError> {
        match &self.tls {
            Some(tls) => {
                let connect = async |host: &Config| host.connect(tls.clone()).await.map_err(store_error);
                let (_, (client, connection)) = self.first_of(connect).await?;
                listen_until_closed(client, connection, signals).await
            }
            None => {
                let connect = async |host: &Config| host.connect(NoTls).await.map_err(store_error);
                let (_, (client, connection)) = self.first_of(connect).await?;
                listen_until_closed(client, connection, signals).await
            }
        }
    }

    /// The index of the server that last took writes. Sessions with another server reconnect: after a failover two
    /// servers may both take writes, and all units of this process must go to the same one.
    pub(super) fn last(&self) -> usize {
        self.last.load(Ordering::Relaxed)
    }

    /// The result of `connect` for the first server for which it succeeds, starting with the one that did last, and the
    /// index of that server.
    async fn first_of<T>(
        &self,
        connect: impl AsyncFn(&Config) -> Result<T, StoreError>,
    ) -> Result<(usize, T), StoreError> {
        let mut why = StoreError::unavailable("the address of the database names no server");
        for (number, host) in self.hosts.iter().enumerate().cycle().skip(self.last()).take(self.hosts.len()) {
            let addresses = match tokio::time::timeout(ADDRESS_TIMEOUT, resolve(host)).await {
                Ok(Ok(addresses)) => addresses,
                Ok(Err(error)) => {
                    why = error;
                    continue;
                }
                Err(_) => {
                    why = StoreError::unavailable("the name of the database's server is not resolved in time");
                    continue;
                }
            };
            for address in addresses {
                match tokio::time::timeout(ADDRESS_TIMEOUT, connect(&address)).await {
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

/// The server with each IP address of its name, so that a dead address does not use up the time of the next one. The
/// name stays, for TLS.
async fn resolve(host: &Config) -> Result<Vec<Config>, StoreError> {
    let [Host::Tcp(name)] = host.get_hosts() else { return Ok(vec![host.clone()]) };
    if !host.get_hostaddrs().is_empty() {
        return Ok(vec![host.clone()]);
    }
    let port = host.get_ports().first().copied().unwrap_or(5432);
    let found = tokio::net::lookup_host((name.as_str(), port)).await;
    let found =
        found.map_err(|error| StoreError::unavailable(format!("the database's server is not found: {error}")))?;
    Ok(found
        .take(MAX_ADDRESSES)
        .map(|address| {
            let mut host = host.clone();
            host.hostaddr(address.ip());
            host
        })
        .collect())
}

/// The same settings for each server alone. The driver can try several by itself, but without a time limit for each.
fn split_hosts(all: &Config) -> Vec<Config> {
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

/// Trusts the root certificates of the machine.
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
        let hosts = split_hosts(&all);
        let ports: Vec<&[u16]> = hosts.iter().map(Config::get_ports).collect();
        assert_eq!(ports, [[1], [2]]);
        let addresses = resolve(&hosts[0]).await.expect("addresses");
        assert!(!addresses.is_empty());
        for address in addresses {
            assert_eq!(address.get_hosts(), [Host::Tcp("localhost".to_owned())]);
            assert!(matches!(address.get_hostaddrs(), [address] if address.is_loopback()), "{address:?}");
        }
    }
}
