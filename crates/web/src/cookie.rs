//! The two cookies: the session, and the device on which a user has signed in before.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use slotkeeper_app::App;
use slotkeeper_app::sessions::device::DEVICE_LIFETIME;
use slotkeeper_app::sessions::sign_in::SESSION_LIFETIME;
use slotkeeper_domain::secret::SessionToken;

#[derive(Clone, Copy)]
enum Cookie {
    Session,
    Device,
}

impl Cookie {
    /// With TLS, the prefix `__Host-` makes browsers insist on `Secure`, `Path=/` and no `Domain`, so that no
    /// neighbouring host can set the cookie.
    fn name(self, app: &App) -> &'static str {
        match (self, app.public_url().scheme() == "https") {
            (Self::Session, true) => "__Host-session",
            (Self::Session, false) => "session",
            (Self::Device, true) => "__Host-device",
            (Self::Device, false) => "device",
        }
    }

    fn read(self, app: &App, headers: &HeaderMap) -> Option<String> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == self.name(app))
            .map(|(_, value)| value.to_owned())
    }

    fn write(self, app: &App, value: &str, max_age: u64) -> Option<HeaderValue> {
        let secure = if app.public_url().scheme() == "https" { "; Secure" } else { "" };
        let name = self.name(app);
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        let mut cookie = HeaderValue::from_str(&cookie).ok()?;
        cookie.set_sensitive(true);
        Some(cookie)
    }
}

/// The session token of the request, if there is one.
pub(crate) fn read(app: &App, headers: &HeaderMap) -> Option<SessionToken> {
    Cookie::Session.read(app, headers).map(SessionToken::new)
}

/// The cookie that starts a session.
pub(crate) fn set(app: &App, token: &SessionToken) -> Option<HeaderValue> {
    Cookie::Session.write(app, token.expose(), SESSION_LIFETIME.as_secs())
}

/// The cookie that removes the session.
pub(crate) fn clear(app: &App) -> Option<HeaderValue> {
    Cookie::Session.write(app, "", 0)
}

/// The value of the device cookie; empty if there is none.
pub(crate) fn device(app: &App, headers: &HeaderMap) -> String {
    Cookie::Device.read(app, headers).unwrap_or_default()
}

pub(crate) fn set_device(app: &App, value: &str) -> Option<HeaderValue> {
    Cookie::Device.write(app, value, DEVICE_LIFETIME.as_secs())
}
