//! Where the server is, and how a connection to it is made.

use super::failure::store_error;
use super::listening::hear;
use crate::error::StoreError;
use crate::unit::Bulletin;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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

/// A server, a database on it, and the right to use it.
pub(super) struct Address {
    config: Config,
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
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(KEEPALIVE)
            .tcp_user_timeout(KEEPALIVE);
        let tls = if config.get_ssl_mode() == SslMode::Disable { None } else { Some(tls()?) };
        Ok(Self { config, tls })
    }

    /// A new connection, with its settings made; its other half runs on `runtime`.
    pub(super) async fn connect(&self, runtime: &Runtime) -> Result<Client, StoreError> {
        let client = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(store_error)?;
                runtime.spawn(connection);
                client
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(store_error)?;
                runtime.spawn(connection);
                client
            }
        };
        client.batch_execute(SETTINGS).await.map_err(store_error)?;
        client.batch_execute(STATEMENT_TIMEOUT).await.map_err(store_error)?;
        Ok(client)
    }
}

impl Address {
    /// Connects and hears what other processes tell, until the connection ends.
    pub(super) async fn listen(&self, bulletin: &Bulletin) -> Result<(), StoreError> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(store_error)?;
                hear(client, connection, bulletin).await
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(store_error)?;
                hear(client, connection, bulletin).await
            }
        }
    }
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
