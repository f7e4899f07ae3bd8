//! Calling a receiver.

use crate::connect::{Stream, to_proxy, to_receiver};
use crate::exchange::{exchange, http};
use crate::outcome::{Failure, Outcome, ReceiverResponse};
use crate::policy::{Policy, is_loopback};
use crate::proxy::Proxy;
use crate::receiver_url::ReceiverUrl;
use crate::resolve::{Lookup, Resolve, SystemResolver};
use crate::tls::Tls;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING, USER_AGENT};
use rustls::RootCertStore;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// What a call may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From the beginning to the end of what is read. An answer whose head comes later is none.
    pub total: Duration,
    /// For the look-up of the name.
    pub lookup: Duration,
    /// For the connection to one address; a name can have several.
    pub connect: Duration,
    /// How large the head of an answer can be, in bytes.
    pub head: usize,
    /// How much of an answer's body is kept, in bytes.
    pub body_kept: usize,
    /// After how many bytes of the body the connection is cut off.
    pub body_read: usize,
}

impl Default for Limits {
    /// The five seconds are the API's promise (wire reference, section 5.4).
    fn default() -> Self {
        Self {
            total: Duration::from_secs(5),
            lookup: Duration::from_secs(3),
            connect: Duration::from_secs(2),
            head: 16 * 1024,
            body_kept: 1024,
            body_read: 64 * 1024,
        }
    }
}

/// The way out, for as many calls as are wanted; how many there are at once is up to the caller. Copies are cheap and
/// share everything.
#[derive(Clone)]
pub struct Outgoing {
    shared: Arc<Shared>,
    /// On whose behalf calls are made; empty when that makes no difference.
    whose: Arc<str>,
}

struct Shared {
    policy: Policy,
    limits: Limits,
    proxy: Option<Proxy>,
    resolver: Box<dyn Resolve>,
    tls: Tls,
}

impl Outgoing {
    /// Calls under a policy, within limits. With a proxy https goes through it, except to receivers that the policy
    /// lists by name or address, and to this machine.
    #[must_use]
    pub fn new(policy: Policy, limits: Limits, proxy: Option<Proxy>) -> Self {
        let (resolver, tls) = (Box::new(SystemResolver::default()), Tls::of_the_machine());
        Self { shared: Arc::new(Shared { policy, limits, proxy, resolver, tls }), whose: "".into() }
    }

    /// The same with other names and other trust, for tests.
    #[must_use]
    pub fn with(
        policy: Policy,
        limits: Limits,
        proxy: Option<Proxy>,
        resolver: impl Resolve + 'static,
        roots: RootCertStore,
    ) -> Self {
        let (resolver, tls) = (Box::new(resolver), Tls::trusting(roots));
        Self { shared: Arc::new(Shared { policy, limits, proxy, resolver, tls }), whose: "".into() }
    }

    /// The policy that calls are made under; also for [`Policy::check`] of what is registered or was stored.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    /// The same way out, on behalf of one of many: none of them takes all the room for looking up names.
    #[must_use]
    pub fn on_behalf_of(&self, whose: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), whose: whose.into() }
    }

    /// Posts a body to a receiver, under this policy whoever checked the address. `Host`, `Content-Length`,
    /// `Connection` and, unless it is among the headers, `User-Agent` are set here; anything else, such as
    /// `Content-Type`, is up to the caller. Dropping the future ends the connection.
    pub async fn post(&self, url: impl AsRef<str>, headers: HeaderMap, body: Vec<u8>) -> Outcome {
        let start = Instant::now();
        let deadline = start + self.shared.limits.total;
        let answer = self.shared.attempt((url.as_ref(), &self.whose), headers, body, deadline).await;
        Outcome { answer, duration: start.elapsed() }
    }
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Shared { policy, limits, proxy, .. } = &*self.shared;
        f.debug_struct("Outgoing").field("policy", policy).field("limits", limits).field("proxy", proxy).finish()
    }
}

/// Looks names up for one caller.
struct OnBehalf<'a> {
    resolver: &'a dyn Resolve,
    whose: &'a str,
}

impl Resolve for OnBehalf<'_> {
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        self.resolver.resolve_for(name, self.whose)
    }
}

impl Shared {
    async fn attempt(
        &self,
        (url, whose): (&str, &str),
        headers: HeaderMap,
        body: Vec<u8>,
        deadline: Instant,
    ) -> Result<ReceiverResponse, Failure> {
        // It may have been checked by another policy, or before the configuration changed.
        let url = self.policy.check(url).map_err(Failure::Refused)?;
        let stream = self.connect(&url, whose, deadline).await?;
        let stream = if url.https {
            timeout_at(deadline, self.tls.connect(stream, &url.host)).await.map_err(|_| Failure::TimedOut)??
        } else {
            stream
        };
        exchange(stream, request(&url, headers, body), &self.limits, deadline).await
    }

    async fn connect(&self, url: &ReceiverUrl, whose: &str, deadline: Instant) -> Result<Box<dyn Stream>, Failure> {
        let (resolver, limits) = (OnBehalf { resolver: &*self.resolver, whose }, &self.limits);
        let proxy =
            self.proxy.as_ref().filter(|_| url.https && !self.policy.lists(&url.host) && !is_loopback(&url.host));
        let Some(proxy) = proxy else {
            let stream = to_receiver(&url.host, url.port, &self.policy, &resolver, limits, deadline).await?;
            return Ok(Box::new(stream));
        };
        let stream = to_proxy(&proxy.host, proxy.port, &resolver, limits, deadline).await?;
        let to = format!("{}:{}", url.host, url.port);
        let http = http(limits);
        let through = proxy.connect(Box::new(stream), &to, &http);
        timeout_at(deadline, through).await.map_err(|_| Failure::Proxy)?
    }
}

/// The request for a receiver. Its connection serves this one request.
fn request(url: &ReceiverUrl, headers: HeaderMap, body: Vec<u8>) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::from(body));
    *request.method_mut() = hyper::Method::POST;
    *request.uri_mut() = url.target.clone().into();
    *request.headers_mut() = headers;
    let headers = request.headers_mut();
    // What hyper makes from the body must not be contradicted.
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    if let Ok(host) = HeaderValue::from_str(&url.authority) {
        headers.insert(HOST, host);
    }
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let agent = HeaderValue::from_static(concat!("Slotkeeper/", env!("CARGO_PKG_VERSION")));
    headers.entry(USER_AGENT).or_insert(agent);
    request
}
