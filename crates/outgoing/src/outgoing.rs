//! Calls to webhook receivers.

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

/// The bounds of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From the start to the end of what is read. A later head counts as no response.
    pub total: Duration,
    /// For the name lookup.
    pub lookup: Duration,
    /// For the connection to one address; a name can have several.
    pub connect: Duration,
    /// Maximum bytes of the response's head.
    pub head: usize,
    /// Maximum bytes of the response's body that are kept.
    pub body_kept: usize,
    /// Bytes of the body after which the connection is cut.
    pub body_read: usize,
}

impl Default for Limits {
    /// The five seconds are documented for clients (wire reference, section 5.4).
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

/// Calls receivers. The caller bounds the number of concurrent calls. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Outgoing {
    shared: Arc<Shared>,
    /// The developer on whose behalf calls are made; empty if it does not matter.
    caller: Arc<str>,
}

struct Shared {
    policy: Policy,
    limits: Limits,
    proxy: Option<Proxy>,
    resolver: Box<dyn Resolve>,
    tls: Tls,
}

impl Outgoing {
    /// Calls under a policy, within limits. With a proxy, https goes through it, except to receivers that the policy
    /// lists by name or address, and to this machine.
    #[must_use]
    pub fn new(policy: Policy, limits: Limits, proxy: Option<Proxy>) -> Self {
        let (resolver, tls) = (Box::new(SystemResolver::default()), Tls::of_the_machine());
        Self { shared: Arc::new(Shared { policy, limits, proxy, resolver, tls }), caller: "".into() }
    }

    /// With another resolver and other root certificates, for tests.
    #[must_use]
    pub fn with(
        policy: Policy,
        limits: Limits,
        proxy: Option<Proxy>,
        resolver: impl Resolve + 'static,
        roots: RootCertStore,
    ) -> Self {
        let (resolver, tls) = (Box::new(resolver), Tls::trusting(roots));
        Self { shared: Arc::new(Shared { policy, limits, proxy, resolver, tls }), caller: "".into() }
    }

    /// The policy of calls; also for [`Policy::check`] of addresses that are registered or stored.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    /// The same, with name lookups counted for one developer, so that none takes all lookup slots.
    #[must_use]
    pub fn on_behalf_of(&self, caller: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), caller: caller.into() }
    }

    /// Posts a body to a receiver. The address is checked under this policy again. `Host`, `Content-Length`,
    /// `Connection` and, unless given, `User-Agent` are set here; other headers, such as `Content-Type`, are the
    /// caller's. Dropping the future ends the connection.
    pub async fn post(&self, url: impl AsRef<str>, headers: HeaderMap, body: Vec<u8>) -> Outcome {
        let start = Instant::now();
        let deadline = start + self.shared.limits.total;
        let answer = self.shared.attempt((url.as_ref(), &self.caller), headers, body, deadline).await;
        Outcome { answer, duration: start.elapsed() }
    }
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Shared { policy, limits, proxy, .. } = &*self.shared;
        f.debug_struct("Outgoing").field("policy", policy).field("limits", limits).field("proxy", proxy).finish()
    }
}

/// Resolves names on behalf of one developer.
struct OnBehalf<'a> {
    resolver: &'a dyn Resolve,
    caller: &'a str,
}

impl Resolve for OnBehalf<'_> {
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        self.resolver.resolve_for(name, self.caller)
    }
}

impl Shared {
    async fn attempt(
        &self,
        (url, caller): (&str, &str),
        headers: HeaderMap,
        body: Vec<u8>,
        deadline: Instant,
    ) -> Result<ReceiverResponse, Failure> {
        // It may have been checked under another policy, before the configuration changed.
        let url = self.policy.check(url).map_err(Failure::Refused)?;
        let stream = self.connect(&url, caller, deadline).await?;
        let stream = if url.https {
            timeout_at(deadline, self.tls.connect(stream, &url.host)).await.map_err(|_| Failure::TimedOut)??
        } else {
            stream
        };
        exchange(stream, request(&url, headers, body), &self.limits, deadline).await
    }

    async fn connect(&self, url: &ReceiverUrl, caller: &str, deadline: Instant) -> Result<Box<dyn Stream>, Failure> {
        let (resolver, limits) = (OnBehalf { resolver: &*self.resolver, caller }, &self.limits);
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

/// The request for a receiver. Its connection serves this request only.
fn request(url: &ReceiverUrl, headers: HeaderMap, body: Vec<u8>) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::from(body));
    *request.method_mut() = hyper::Method::POST;
    *request.uri_mut() = url.target.clone().into();
    *request.headers_mut() = headers;
    let headers = request.headers_mut();
    // hyper derives these from the body.
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
