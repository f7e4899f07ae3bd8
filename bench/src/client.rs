//! An API client that sees statuses and bodies, not types.

use anyhow::{Context, bail};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// The part of `slotkeeper demo --credentials-file` that is needed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The base address of the API, with `/v2`.
    pub base_url: String,
    pub secret_key: String,
    pub api_keys: ApiKeys,
    pub products: Products,
    #[serde(default)]
    pub portal: Option<Portal>,
    pub business: LogIn,
}

/// A log-in of the demo.
#[derive(Debug, Clone, Deserialize)]
pub struct LogIn {
    pub username: String,
    pub password: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Portal {
    pub api_key: String,
    pub subaccounts: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ApiKeys {
    /// The key with every permission.
    pub all: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Products {
    #[serde(default)]
    pub fixed: Vec<String>,
    #[serde(default)]
    pub flexible_time: Vec<String>,
}

impl Credentials {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a credentials file", path.display()))
    }
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Null if there is none or it is not JSON.
    pub body: Value,
}

impl Answer {
    /// A string in the body, by its JSON pointer.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }
}

/// Clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    /// A client of one server. The address may lack `/v2`.
    pub fn new(base_url: &str, credentials: &Credentials) -> anyhow::Result<Self> {
        let mut keys = HeaderMap::new();
        for (name, key) in
            [("x-bookeo-apikey", &credentials.api_keys.all), ("x-bookeo-secretkey", &credentials.secret_key)]
        {
            let mut value = HeaderValue::from_str(key).context("a key is no header value")?;
            value.set_sensitive(true);
            keys.insert(name, value);
        }
        let base = base_url.trim_end_matches('/');
        let base = if base.ends_with("/v2") { base.to_owned() } else { format!("{base}/v2") };
        // No automatic retries: each response is counted.
        let http = reqwest::Client::builder()
            .default_headers(keys)
            .no_proxy()
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs(120))
            .build()?;
        Ok(Self { http, base })
    }

    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// One call. Fails if there is no complete response.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let body = serde_json::from_slice(&answer.bytes().await?).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    /// A call that must succeed with this status.
    async fn must(
        &self,
        status: u16,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let name = format!("{method} {path}");
        let answer = self.call(method, path, query, body).await.with_context(|| name.clone())?;
        if answer.status != status {
            bail!("{name} answers {} instead of {status}: {}", answer.status, answer.body);
        }
        Ok(answer.body)
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.must(200, Method::GET, path, &[], None).await
    }

    /// All items of a list, over all its pages.
    pub async fn list(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Vec<Value>> {
        let query = [query, &[("itemsPerPage", "100")]].concat();
        let mut page = self.must(200, Method::GET, path, &query, None).await?;
        let token = page.pointer("/info/pageNavigationToken").and_then(Value::as_str).map(str::to_owned);
        let pages = page.pointer("/info/totalPages").and_then(Value::as_u64).unwrap_or(0);
        let mut items = take_data(&mut page, path)?;
        for number in 2..=pages {
            let Some(token) = token.as_deref() else { bail!("GET {path} has {pages} pages and no token") };
            let query = [("pageNavigationToken", token), ("pageNumber", &number.to_string())];
            let mut page = self.must(200, Method::GET, path, &query, None).await?;
            items.append(&mut take_data(&mut page, path)?);
        }
        Ok(items)
    }

    /// The slots of appointments for one adult, with `resource` if given.
    pub async fn matching(
        &self,
        product: &str,
        from: &str,
        to: &str,
        resource: Option<&str>,
    ) -> anyhow::Result<Vec<Value>> {
        let path = "/availability/matchingslots";
        let mut body = json!({
            "productId": product, "startTime": from, "endTime": to, "peopleNumbers": [one_adult()],
        });
        if let Some(id) = resource {
            body["resources"] = json!([{ "id": id }]);
        }
        // An afternoon fits on one page.
        let mut page = self.must(201, Method::POST, path, &[("itemsPerPage", "300")], Some(&body)).await?;
        take_data(&mut page, path)
    }
}

#[must_use]
pub fn one_adult() -> Value {
    json!({ "peopleCategoryId": "Cadults", "number": 1 })
}

/// The string of a member, or an empty one.
#[must_use]
pub fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member].as_str().unwrap_or_default()
}

fn take_data(page: &mut Value, path: &str) -> anyhow::Result<Vec<Value>> {
    match page["data"].take() {
        Value::Array(items) => Ok(items),
        _ => bail!("{path} answers no list"),
    }
}
