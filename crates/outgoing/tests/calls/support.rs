//! Receivers, names and certificates for these tests.

use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use slotkeeper_outgoing::{HeaderMap, Limits, Lookup, Outcome, Outgoing, Policy, Proxy, Resolve};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The name in the certificates.
pub const NAME: &str = "receiver.example";

/// Long enough for a busy machine; no test waits for it.
pub fn patient() -> Limits {
    Limits {
        total: Duration::from_secs(30),
        lookup: Duration::from_secs(30),
        connect: Duration::from_secs(30),
        ..Limits::default()
    }
}

/// For tests that wait for the deadline.
pub fn hasty() -> Limits {
    Limits { total: Duration::from_millis(400), ..Limits::default() }
}

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub struct Receiver {
    pub at: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// The number of accepted connections.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests it has read, unchanged.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// Reads a request and writes `answer` as plain text.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::open("127.0.0.1:0", None, move |mut stream| {
            let answer = answer.clone();
            async move { stream.write_all(&answer).await }
        })
        .await
    }

    /// The same over TLS, with a certificate of these tests.
    pub async fn secured(certificate: &str, answer: &'static str) -> Self {
        Self::secured_at("127.0.0.1:0", certificate, answer).await
    }

    pub async fn secured_at(at: &str, certificate: &str, answer: &'static str) -> Self {
        Self::open(at, Some(acceptor(certificate)), move |mut stream| async move {
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await
        })
        .await
    }

    /// Reads a request and then runs `conduct`.
    pub async fn doing<F>(conduct: impl Fn(Box<dyn Stream>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        Self::open("127.0.0.1:0", None, conduct).await
    }

    async fn open<F>(
        at: &str,
        tls: Option<TlsAcceptor>,
        conduct: impl Fn(Box<dyn Stream>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, conduct) = (Arc::clone(&requests), Arc::new(conduct));
        let (at, connections) = listen(at, move |stream| {
            let (seen, conduct, tls) = (Arc::clone(&seen), Arc::clone(&conduct), tls.clone());
            async move {
                let mut stream: Box<dyn Stream> = match tls {
                    Some(tls) => Box::new(tls.accept(stream).await?),
                    None => Box::new(stream),
                };
                let request = read_request(&mut stream).await?;
                seen.lock().unwrap().push(request);
                conduct(stream).await
            }
        })
        .await;
        Self { at, connections, requests }
    }
}

/// Listens, runs `conduct` for every connection, and counts connections.
pub async fn listen<F>(
    at: &str,
    conduct: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            // An error is expected in many tests: the caller closes early.
            tokio::spawn(conduct(stream));
        }
    });
    (address, connections)
}

/// A request with its body, which has a length.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Prepared results of lookups, one after the other; the last one stays. Without any, every lookup hangs.
#[derive(Clone, Default)]
pub struct Names {
    answers: Arc<Mutex<VecDeque<Vec<IpAddr>>>>,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    pub fn leading_to(answers: &[&[&str]]) -> Self {
        let answers = answers.iter().map(|found| found.iter().map(|text| text.parse().unwrap()).collect());
        Self { answers: Arc::new(Mutex::new(answers.collect())), ..Self::default() }
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move {
            match answer {
                Some(found) => Ok(found),
                None => std::future::pending().await,
            }
        })
    }
}

/// Calls with the names and the issuer of these tests.
pub fn caller(policy: &Policy, limits: Limits, proxy: Option<Proxy>, names: &Names) -> Outgoing {
    let mut roots = RootCertStore::empty();
    roots.add(certificate("issuer")).unwrap();
    Outgoing::with(policy.clone(), limits, proxy, names.clone(), roots)
}

/// Allows https on that port, and 127.0.0.1 as if it were public.
pub fn outside(port: u16) -> Policy {
    Policy { allowed: vec!["127.0.0.1".parse().unwrap()], ports: vec![port], ..Policy::default() }
}

/// Allows plain http to this machine, as in the demo.
pub fn demo() -> Policy {
    Policy { loopback_http: true, ..Policy::default() }
}

/// Posts `{}` to an address of this machine, over plain http.
pub async fn post(url: &str, limits: Limits) -> Outcome {
    let outgoing = Outgoing::new(demo(), limits, None);
    let url = outgoing.policy().check(url).unwrap();
    outgoing.post(&url, HeaderMap::new(), b"{}".to_vec()).await
}

/// Posts `{}` to the name in the certificates.
pub async fn post_to_name(outgoing: &Outgoing, port: u16) -> Outcome {
    let url = outgoing.policy().check(&format!("https://{NAME}:{port}/hook")).unwrap();
    outgoing.post(&url, HeaderMap::new(), b"{}".to_vec()).await
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(folder().join(format!("{name}.pem"))).unwrap()
}

pub fn acceptor(name: &str) -> TlsAcceptor {
    let key = PrivateKeyDer::from_pem_file(folder().join(format!("{name}.key"))).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate(name)], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls/certificates")
}
