//! Callback URLs: where the owner's browser is sent with the decision (wire reference, section 2.1).

use crate::secret::ApiKey;
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// A callback URL, kept exactly as the developer wrote it.
///
/// `https`, or `http` on a loopback address. No user name, no fragment, no characters that could end a header or a
/// directive of a content security policy. It can have a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackUrl(String);

/// Why a text cannot be a callback URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACallbackUrl {
    #[error("not a complete address")]
    Unreadable,
    #[error("neither https nor a loopback address")]
    NotSecure,
    /// Contains `user:password@`.
    #[error("has a user name")]
    UserName,
    /// Contains `#…`, which a redirect would drop or misplace.
    #[error("has a fragment")]
    Fragment,
    /// Spaces, line breaks, quotes or characters outside ASCII.
    #[error("has characters that an address cannot have")]
    Characters,
    /// Has `success`, `apiKey` or `state` in its own query.
    #[error("has a reserved parameter in its query")]
    Reserved,
    /// Longer than 1,000 characters.
    #[error("longer than 1000 characters")]
    TooLong,
}

#[derive(Debug)]
pub enum ConsentDecision<'a> {
    /// Allowed: the new API key and the `state` of the request, escaped as received.
    Allowed { api_key: &'a ApiKey, state: &'a str },
    /// Denied: neither key nor state.
    Denied,
}

impl CallbackUrl {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of the redirect that carries the decision, appended to the query of the callback URL.
    ///
    /// After an allowed request it contains the API key and must only be sent to the browser.
    #[must_use]
    pub fn with_answer(&self, answer: &ConsentDecision<'_>) -> String {
        let joint = match self.0.find('?') {
            None => "?",
            Some(_) if self.0.ends_with(['?', '&']) => "",
            Some(_) => "&",
        };
        match answer {
            ConsentDecision::Allowed { api_key, state } => {
                format!("{}{joint}success=true&apiKey={}&state={state}", self.0, api_key.expose())
            }
            ConsentDecision::Denied => format!("{}{joint}success=false", self.0),
        }
    }

    /// The sources of `form-action` in the content security policy of the consent page: the origin of this URL and all
    /// `https:` origins; for a loopback URL also all `http:` origins. An IPv6 address cannot be written as a source.
    #[must_use]
    // Browsers check every redirect after the form against the policy, and applications redirect to other hosts of
    // theirs or, on a loopback address, to other ports.
    pub fn policy_sources(&self) -> String {
        let Ok(url) = Url::parse(&self.0) else { return "'none'".to_owned() };
        let origin = match url.host() {
            Some(Host::Ipv6(_)) => String::new(),
            _ => format!("{} ", url.origin().ascii_serialization()),
        };
        let schemes = if url.scheme() == "http" { "http: https:" } else { "https:" };
        format!("{origin}{schemes}")
    }

    /// Host and port, for display.
    #[must_use]
    pub fn host(&self) -> String {
        let host = Url::parse(&self.0).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
        });
        host.unwrap_or_else(|| self.0.clone())
    }
}

impl FromStr for CallbackUrl {
    type Err = NotACallbackUrl;

    fn from_str(text: &str) -> Result<Self, NotACallbackUrl> {
        use NotACallbackUrl as Problem;
        if text.len() > 1_000 {
            return Err(Problem::TooLong);
        }
        // The URL standard drops line breaks and escapes the rest, so that the stored text would differ from the URL in
        // use.
        if text.bytes().any(|byte| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`')) {
            return Err(Problem::Characters);
        }
        let url = Url::parse(text).map_err(|_| Problem::Unreadable)?;
        let host = url.host().ok_or(Problem::Unreadable)?;
        // The URL standard allows characters in hosts that end a directive of a content security policy.
        if matches!(host, Host::Domain(name) if !name.bytes().all(is_host_byte)) {
            return Err(Problem::Characters);
        }
        let is_loopback = match host {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        };
        if !(url.scheme() == "https" || (url.scheme() == "http" && is_loopback)) {
            return Err(Problem::NotSecure);
        }
        // The URL standard accepts `https:/host` and `https:host`; other programs read those differently.
        if !text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://")) {
            return Err(Problem::Unreadable);
        }
        if text.contains('#') {
            return Err(Problem::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Problem::UserName);
        }
        if url.query_pairs().any(|(name, _)| matches!(&*name, "success" | "apiKey" | "state")) {
            return Err(Problem::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
}

impl fmt::Display for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn callback(text: &str) -> CallbackUrl {
        text.parse().expect("a callback URL")
    }

    #[test]
    fn https_anywhere_and_http_only_at_home() {
        for right in [
            "https://shop.example/cb",
            "https://shop.example:8443/cb?tenant=7",
            "http://127.0.0.1:9/x",
            "http://localhost:3000",
            "http://[::1]:3000/cb",
            "http://app.localhost/cb",
            "HTTPS://Shop.Example/Cb",
        ] {
            assert_eq!(callback(right).as_str(), right);
        }
        use NotACallbackUrl as P;
        for (wrong, why) in [
            ("", P::Unreadable),
            ("shop.example/cb", P::Unreadable),
            ("https:shop.example", P::Unreadable),
            ("https://", P::Unreadable),
            ("http://shop.example/cb", P::NotSecure),
            ("http://127.0.0.1.example/cb", P::NotSecure),
            ("http://localhost.example/cb", P::NotSecure),
            ("javascript://shop.example/%0aalert(1)", P::NotSecure),
            ("https://user@shop.example/", P::UserName),
            ("https://shop.example/#there", P::Fragment),
            ("https://shop.example/a b", P::Characters),
            ("https://shop.example/\r\nSet-Cookie:x", P::Characters),
            ("https://shöp.example/", P::Characters),
            ("https://shop.example;frame-ancestors/cb", P::Characters),
            ("https://shop.example,x/", P::Characters),
            ("https://shop.example%3bx/", P::Characters),
            ("https://*/", P::Characters),
            ("https://'none'/", P::Characters),
            ("https://shop.example/?state=mine", P::Reserved),
            ("https://shop.example/?%73tate=mine", P::Reserved),
        ] {
            assert_eq!(wrong.parse::<CallbackUrl>(), Err(why), "{wrong:?}");
        }
    }

    #[test]
    fn the_answer_keeps_the_query_and_the_state() {
        let api_key = ApiKey::new("AKEY");
        let answer = ConsentDecision::Allowed { api_key: &api_key, state: "a%20b+c" };
        for (address, expected) in [
            ("https://a.example/cb", "https://a.example/cb?success=true&apiKey=AKEY&state=a%20b+c"),
            ("https://a.example", "https://a.example?success=true&apiKey=AKEY&state=a%20b+c"),
            ("https://a.example/cb?t=1", "https://a.example/cb?t=1&success=true&apiKey=AKEY&state=a%20b+c"),
            ("https://a.example/cb?", "https://a.example/cb?success=true&apiKey=AKEY&state=a%20b+c"),
            ("https://a.example/cb?t=1&", "https://a.example/cb?t=1&success=true&apiKey=AKEY&state=a%20b+c"),
        ] {
            assert_eq!(callback(address).with_answer(&answer), expected);
        }
        assert_eq!(
            callback("https://a.example/cb?t=1").with_answer(&ConsentDecision::Denied),
            "https://a.example/cb?t=1&success=false"
        );
    }

    #[test]
    fn a_policy_can_name_it() {
        for (address, sources) in [
            ("https://Shop.Example:443/cb", "https://shop.example https:"),
            ("https://shop.example:8443/cb", "https://shop.example:8443 https:"),
            ("http://127.0.0.1:9/x", "http://127.0.0.1:9 http: https:"),
            ("https://[2001:db8::1]/cb", "https:"),
            ("http://[::1]:3000/cb", "http: https:"),
        ] {
            assert_eq!(callback(address).policy_sources(), sources);
        }
    }

    proptest! {
        /// An accepted URL is one line, its redirect stays on the host, and its policy sources cannot end a directive.
        #[test]
        fn nothing_breaks_out(text in "https://[a-z.;,'*%3b:_-]{1,20}(:9|/[ -~]{0,10}|[?][a-z=&;,]{0,10})?|[ -~\\r\\nä]{0,40}") {
            if let Ok(callback) = text.parse::<CallbackUrl>() {
                let redirect = callback.with_answer(&ConsentDecision::Denied);
                prop_assert!(redirect.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(!callback.policy_sources().contains([';', ',']));
                let before = Url::parse(callback.as_str()).expect("a URL").host_str().map(str::to_owned);
                prop_assert_eq!(Url::parse(&redirect).expect("a URL").host_str().map(str::to_owned), before);
            }
        }
    }
}
