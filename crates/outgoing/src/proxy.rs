//! An http proxy with `CONNECT`, for networks without a direct way to the internet.

use crate::connect::Stream;
use crate::outcome::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1::Builder;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// The operator's http proxy: `http://proxy.example:3128`, with a user and a password if it needs them. It resolves
/// names itself and alone decides what it connects to.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
    /// The value of `Proxy-Authorization`. Its `Debug` shows `Sensitive`.
    authorization: Option<HeaderValue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the address of an http proxy, such as http://proxy.example:3128, without a path")]
pub struct NotAProxy;

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        let url = Url::parse(text).map_err(|_| NotAProxy)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if url.scheme() != "http" || !bare {
            return Err(NotAProxy);
        }
        let user: Vec<u8> = percent_decode_str(url.username()).collect();
        let password = url.password().map(|password| percent_decode_str(password).collect::<Vec<u8>>());
        let authorization = if user.is_empty() && password.is_none() {
            None
        } else {
            let login = [user, password.unwrap_or_default()].join(&b':');
            let mut value =
                HeaderValue::try_from(format!("Basic {}", STANDARD.encode(login))).map_err(|_| NotAProxy)?;
            value.set_sensitive(true);
            Some(value)
        };
        let host = url.host().ok_or(NotAProxy)?.to_owned();
        Ok(Self { host, port: url.port_or_known_default().ok_or(NotAProxy)?, authorization })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = if self.authorization.is_some() { "(secret)@" } else { "" };
        write!(f, "Proxy(http://{login}{}:{})", self.host, self.port)
    }
}

impl Proxy {
    /// Has the proxy connect to `host:port`, over a connection to the proxy.
    pub(crate) async fn connect(
        &self,
        stream: Box<dyn Stream>,
        to: &str,
        http: &Builder,
    ) -> Result<Box<dyn Stream>, Failure> {
        let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Proxy)?;
        let _connection = crate::exchange::Driven::new(connection.with_upgrades());
        let mut request = Request::builder().method(Method::CONNECT).uri(to).header(HOST, to);
        if let Some(authorization) = &self.authorization {
            request = request.header(PROXY_AUTHORIZATION, authorization);
        }
        let request = request.body(Empty::<Bytes>::new()).map_err(|_| Failure::Proxy)?;
        let answer = sender.send_request(request).await.map_err(|_| Failure::Proxy)?;
        if !answer.status().is_success() {
            tracing::warn!(status = answer.status().as_u16(), "the proxy refused to connect");
            return Err(Failure::Proxy);
        }
        let through = hyper::upgrade::on(answer).await.map_err(|_| Failure::Proxy)?;
        Ok(Box::new(TokioIo::new(through)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_its_password_not_shown() {
        for (text, shown) in [
            ("http://proxy.example:3128", "Proxy(http://proxy.example:3128)"),
            ("http://proxy.example/", "Proxy(http://proxy.example:80)"),
            ("http://[fd00::1]:8080", "Proxy(http://[fd00::1]:8080)"),
            ("http://me:hush@proxy.example:3128", "Proxy(http://(secret)@proxy.example:3128)"),
        ] {
            assert_eq!(format!("{:?}", text.parse::<Proxy>().unwrap()), shown);
        }
        let proxy: Proxy = "http://a%40b:c%3Ad@proxy.example".parse().unwrap();
        assert_eq!(proxy.authorization.unwrap(), format!("Basic {}", STANDARD.encode("a@b:c:d")));
        for text in [
            "",
            "proxy.example:3128",
            "https://proxy.example",
            "socks5://proxy.example",
            "http://proxy.example/x",
            "http://p.example?x",
        ] {
            assert_eq!(text.parse::<Proxy>(), Err(NotAProxy), "{text}");
        }
    }
}
