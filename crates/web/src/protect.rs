//! Security headers of every page, and the refusal of forms from other sites.

use crate::Web;
use crate::page;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use slotkeeper_app::App;
use std::net::IpAddr;

/// The content security policy of a page: no scripts, no frames, and forms that lead to this server and to
/// `form_targets`.
pub(crate) fn content_policy(form_targets: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{form_targets}; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Middleware: adds the headers that every page has. A header that the page has set itself stays.
pub(crate) async fn add_headers(request: Request, next: Next) -> Response {
    with_headers(next.run(request).await)
}

/// The same for a response that does not come through the router.
pub(crate) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    if let Ok(policy) = HeaderValue::from_str(&content_policy("")) {
        add(CONTENT_SECURITY_POLICY, policy);
    }
    // For browsers without frame-ancestors.
    add(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    add(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // With no-referrer browsers would send `Origin: null` with our own forms.
    add(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    add(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    add(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    add(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    response
}

/// Middleware: refuses a form that was sent from a page of another site, by its `Origin`.
pub(crate) async fn refuse_foreign_forms(State(web): State<Web>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_own_origin(request.headers(), &web.app) {
        return page::refusal(
            StatusCode::FORBIDDEN,
            "This form came from somewhere else",
            "The form was not sent from a page of this server, so nothing was done. If you did mean to send it, \
             open the page again and send it from there.",
        );
    }
    let mut response = next.run(request).await;
    if web.app.public_url().scheme() == "https" {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Whether `Origin` is this server: the host of the request with the scheme of the public URL, or the public URL
/// itself, where a proxy changes the host. The same host with another scheme does not count: over plain http an
/// attacker on the way can write pages of it.
fn is_own_origin(headers: &HeaderMap, app: &App) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else { return false };
    let ours = app.public_url();
    let same_host = origin
        .split_once("://")
        .is_some_and(|(scheme, authority)| scheme == ours.scheme() && Some(authority) == text(HOST));
    same_host || origin == ours.origin().ascii_serialization()
}

/// Middleware of the demo: refuses hosts other than this machine. The demo shows all e-mails to every visitor, so a
/// site whose name resolves to this machine (DNS rebinding) must not reach it.
pub(crate) async fn refuse_foreign_hosts(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if name == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
        return next.run(request).await;
    }
    page::refusal(
        StatusCode::MISDIRECTED_REQUEST,
        "The demo answers this machine only",
        "Open it by the address it printed when it started.",
    )
}
