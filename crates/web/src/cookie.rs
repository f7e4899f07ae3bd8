//! The session cookie.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use slotkeeper_app::App;
use slotkeeper_app::sessions::sign_in::SESSION_LIFETIME;
use slotkeeper_domain::secret::SessionToken;

/// With TLS the `__Host-` prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`, so that no neighbouring
/// host can set it.
fn name(app: &App) -> &'static str {
    if app.public_url().scheme() == "https" { "__Host-session" } else { "session" }
}

/// The token the browser carries.
pub(crate) fn read(app: &App, headers: &HeaderMap) -> Option<SessionToken> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name(app))
        .map(|(_, value)| SessionToken::new(value))
}

/// Gives the browser a token to carry.
pub(crate) fn give(app: &App, token: &SessionToken) -> Option<HeaderValue> {
    write(app, token.expose(), SESSION_LIFETIME.as_secs())
}

/// Takes the token away.
pub(crate) fn take_away(app: &App) -> Option<HeaderValue> {
    write(app, "", 0)
}

fn write(app: &App, value: &str, max_age: u64) -> Option<HeaderValue> {
    let secure = if app.public_url().scheme() == "https" { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}", name(app));
    let mut cookie = HeaderValue::from_str(&cookie).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}
