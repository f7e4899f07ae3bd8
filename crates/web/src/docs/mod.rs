//! `/docs`: the reference of the API, with a form under each operation that calls it.

mod view;

use crate::Web;
use crate::error::PageResult;
use crate::page::{self, Layout};
use crate::protect::content_policy;
use crate::session::Session;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use view::{Group, Object, groups, objects};

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs<'a> {
    layout: Layout,
    demo: bool,
    address: &'a str,
    groups: Vec<Group>,
    objects: Vec<Object>,
}

/// The policy allows the page's own script, which may call this server only.
pub(crate) async fn show(State(web): State<Web>, session: Option<Session>) -> PageResult {
    let layout = session.map_or_else(Layout::default, |Session(person)| Layout::of(&person, "/docs"));
    let address = web.document["servers"][0]["url"].as_str().unwrap_or_default();
    let (groups, objects) = (groups(&web.document), objects(&web.document));
    let mut response = page::show(&Docs { layout, demo: web.demo, address, groups, objects });
    let policy = format!("{}; script-src 'self'; connect-src 'self'", content_policy(""));
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}
