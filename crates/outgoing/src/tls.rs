//! TLS to receivers: the trusted issuers, and failures in words for developers.

use crate::connect::Stream;
use crate::descriptors;
use crate::outcome::{Failure, TlsFault};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};
use std::sync::Arc;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use url::Host;

/// The TLS client. Loading the machine's root certificates takes some hundredths of a second, so it is done at the
/// first call; certificates installed later are used after a restart.
pub(crate) struct Tls {
    config: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    /// Trusts the machine's root certificates.
    pub(crate) fn of_the_machine() -> Self {
        Self { config: OnceCell::new() }
    }

    /// Trusts only these issuers.
    pub(crate) fn trusting(roots: RootCertStore) -> Self {
        Self { config: OnceCell::new_with(client(roots).map(Arc::new)) }
    }

    /// Does the handshake and verifies the host's certificate.
    pub(crate) async fn connect(
        &self,
        stream: Box<dyn Stream>,
        host: &Host<String>,
    ) -> Result<Box<dyn Stream>, Failure> {
        let config = self.config.get_or_try_init(machine).await?;
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| Failure::Tls(TlsFault::WrongName))?,
            Host::Ipv4(address) => ServerName::IpAddress(std::net::IpAddr::from(*address).into()),
            Host::Ipv6(address) => ServerName::IpAddress(std::net::IpAddr::from(*address).into()),
        };
        match TlsConnector::from(Arc::clone(config)).connect(name, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(fault(&error).map_or(Failure::BrokeOff, Failure::Tls)),
        }
    }
}

async fn machine() -> Result<Arc<ClientConfig>, Failure> {
    let roots = tokio::task::spawn_blocking(|| {
        let (found, mut roots) = (rustls_native_certs::load_native_certs(), RootCertStore::empty());
        roots.add_parsable_certificates(found.certs);
        // Certificates that could not be read for lack of descriptors are loaded at the next call.
        if !found.errors.is_empty() && descriptors::none_left() { Err(Failure::NoRoom) } else { Ok(roots) }
    });
    let roots = roots.await.unwrap_or_else(|_| Ok(RootCertStore::empty()))?;
    if roots.is_empty() {
        tracing::error!(
            "this machine has no root certificates, so no receiver can be called; install them (on Debian: \
             ca-certificates), or name a file in SSL_CERT_FILE"
        );
    }
    client(roots).map(Arc::new).ok_or(Failure::Tls(TlsFault::NoAgreement))
}

fn client(roots: RootCertStore) -> Option<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .inspect_err(|error| tracing::error!(%error, "TLS cannot be set up"))
        .ok()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Some(config)
}

/// The TLS failure behind an error, at any depth: some refusals arrive only with the response.
pub(crate) fn fault(error: &(dyn std::error::Error + 'static)) -> Option<TlsFault> {
    let mut next = Some(error);
    while let Some(error) = next {
        // The source of an I/O error is the source of the wrapped error, not the wrapped error itself.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = error.downcast_ref::<Error>().or_else(|| inner.and_then(|inner| inner.downcast_ref::<Error>()));
        if let Some(tls) = tls {
            return Some(fault_of(tls));
        }
        next = error.source();
    }
    None
}

fn fault_of(error: &Error) -> TlsFault {
    use CertificateError as C;
    match error {
        Error::InvalidCertificate(C::UnknownIssuer) => TlsFault::UnknownIssuer,
        Error::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => TlsFault::WrongName,
        Error::InvalidCertificate(
            C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. },
        ) => TlsFault::Expired,
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented => TlsFault::BadCertificate,
        _ => TlsFault::NoAgreement,
    }
}
