//! The first calls of the API: keys, errors, and what all responses have in common.

use slotkeeper_testkit::client::{Answer, Application, Visitor, answer, call};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::{Client, Method};
use slotkeeper_testkit::serde_json::json;
use slotkeeper_testkit::server::{CallRate, Engine, SHOP, TestServer};
use std::num::NonZeroU32;
use std::time::Duration;

/// An application of `developer`, installed by `owner`; both are e-mail addresses.
async fn install(server: &TestServer, developer: &str, owner: &str) -> (Application, String) {
    let application = Visitor::developer(server, developer).await.register("Harbour Desk", "").await;
    let owner = Visitor::owner(server, owner).await;
    owner.allow(&application.asks_for("payments_rw_own,availability_r,bookings_rwd_own", None)).await;
    (application, server.key_emailed_to(developer).await)
}

/// Every error has the error body.
pub fn assert_error(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["cache-control"], "private, max-age=0, no-cache, no-store");
    assert!(answer.headers.contains_key("content-language"), "{status}");
    assert_eq!(answer.body["httpStatus"], status);
    assert!(answer.body["message"].as_str().is_some_and(|text| text.len() > 20), "{}", answer.text);
    assert!(answer.body["errorId"].as_str().is_some_and(|text| text.len() >= 6), "{}", answer.text);
}

on_every_engine! {
    /// The answer is the wire reference's, member by member.
    async fn apikeyinfo_tells_what_the_key_may(server: TestServer) {
        let (application, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let answer = call(&server, "/v2/settings/apikeyinfo", &api_key, &application.secret_key).await;
        assert_eq!(answer.status, 200);
        let account = &api_key[api_key.len() - 10..];
        let expected = json!({
            "accountId": account,
            "permissions": ["availability_r", "bookings_rwd_own", "payments_rw_own"],
            "creationTime": "2026-05-04T09:12:00+01:00",
        });
        assert_eq!(answer.body, expected);
        assert_eq!(answer.headers["content-language"], "en-GB");
        assert_eq!(answer.headers["cache-control"], "private, max-age=0, no-cache, no-store");
    }

    /// Keys count wherever they are: headers, query, or one here and one there; with the quirks of real clients.
    async fn keys_are_found_wherever_they_are(server: TestServer) {
        let (Application { secret_key, .. }, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let http = Client::new();
        let base = server.at("/v2/settings/apikeyinfo");
        for request in [
            http.get(format!("{base}?apiKey={api_key}&secretKey={secret_key}")),
            http.get(format!("{base}/?&secretKey={secret_key}&apiKey={api_key}&type=1")),
            http.get(&base).header("X-Bookeo-apiKey", &api_key).header("X-Bookeo-secretKey", &secret_key),
            http.get(format!("{base}?secretKey={secret_key}")).header("x-bookeo-apikey", &api_key),
            http.get(format!("{base}?apiKey={api_key}")).header("X-BOOKEO-SECRETKEY", &secret_key),
            http.get(format!("{base}?apiKey={api_key}&secretKey={secret_key}")).body("a=b"),
        ] {
            let answer = answer(request).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }

    /// Whatever is wrong with the keys: 401, and the same words whichever it is.
    async fn wrong_keys_open_nothing(server: TestServer) {
        let (ours, our_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let (theirs, their_key) = install(&server, "eve@example.com", "otto@example.com").await;
        let path = "/v2/settings/apikeyinfo";
        let changed = format!("{}{}", &our_key[..our_key.len() - 1], if our_key.ends_with('A') { "B" } else { "A" });
        let mut messages = Vec::new();
        for (api_key, secret_key) in [
            (our_key.as_str(), theirs.secret_key.as_str()),
            (&their_key, &ours.secret_key),
            (&ours.secret_key, &our_key),
            (&our_key, &our_key),
            (&changed, &ours.secret_key),
            (&our_key.to_lowercase(), &ours.secret_key),
            (&our_key, &ours.secret_key.to_lowercase()),
            ("' OR 1=1 --", "x"),
        ] {
            let refused = call(&server, path, api_key, secret_key).await;
            assert_error(&refused, 401);
            messages.push(refused.body["message"].clone());
        }
        messages.dedup();
        assert_eq!(messages.len(), 1);
        for request in [
            Client::new().get(server.at(path)),
            Client::new().get(server.at(&format!("{path}?apiKey={our_key}"))),
            Client::new().get(server.at(path)).header("X-Bookeo-secretKey", &ours.secret_key).header("X-Bookeo-apiKey", ""),
        ] {
            assert_error(&answer(request).await, 401);
        }
        assert_eq!(call(&server, path, &our_key, &ours.secret_key).await.status, 200);
        assert_eq!(call(&server, path, &their_key, &theirs.secret_key).await.status, 200);
    }

    /// The business's details as the owner wrote them; what is not known is left out.
    async fn business_tells_what_the_owner_wrote(server: TestServer) {
        let (Application { secret_key, .. }, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let business = async || call(&server, "/v2/settings/business", &api_key, &secret_key).await.body;
        let account = &api_key[api_key.len() - 10..];
        assert_eq!(
            business().await,
            json!({ "id": account, "name": "Harbour Lights", "phoneNumbers": [], "streetAddress": { "countryCode": "PT" } })
        );
        let owner = Visitor::new(&server);
        owner.sign_in("olivia@example.com").await;
        let saved = owner.post("/backoffice/business-profile", &[
            ("name", "Harbour Lights Kayaks"), ("description", "Boats & more"), ("email_address", "hello@example.com"),
            ("phone_number", "+351 21"), ("phone_kind", "mobile"), ("website_url", "https://harbour.example"),
            ("address1", "Cais 4"), ("city", "Lisboa"), ("postcode", "1100"), ("legal_identifiers", "VAT 1"),
            ("logo_url", "https://pictures.example/logo.png"),
        ]).await;
        assert_eq!(saved.location(), "/backoffice/business-profile?notice=saved");
        assert_eq!(
            business().await,
            json!({
                "id": account, "name": "Harbour Lights Kayaks", "description": "<p>Boats &amp; more</p>",
                "emailAddress": "hello@example.com", "phoneNumbers": [{ "number": "+351 21", "type": "mobile" }],
                "websiteURL": "https://harbour.example", "legalIdentifiers": "VAT 1",
                "logo": { "url": "https://pictures.example/logo.png" },
                "streetAddress": { "address1": "Cais 4", "city": "Lisboa", "postcode": "1100", "countryCode": "PT" },
            })
        );
    }

    /// The languages the owner chose, the default first.
    async fn languages_are_the_accounts(server: TestServer) {
        let (Application { secret_key, .. }, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let answer = call(&server, "/v2/settings/languages", &api_key, &secret_key).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, json!({ "data": [
            { "tag": "en-GB", "name": "English (United Kingdom)", "customersDefault": true },
            { "tag": "pt-PT", "name": "Português", "customersDefault": false },
        ] }));
    }

    /// `lang` is one of the account's languages; every answer names the one it is in.
    async fn answers_name_their_language(server: TestServer) {
        let (Application { secret_key, .. }, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let in_language = async |lang: &str| {
            call(&server, &format!("/v2/settings/business?lang={lang}"), &api_key, &secret_key).await
        };
        for (lang, named) in [("pt-PT", "pt-PT"), ("customerDefault", "en-GB"), ("userDefault", "en-GB"), ("EN-gb", "en-GB")] {
            let answer = in_language(lang).await;
            assert_eq!(answer.status, 200, "{lang}");
            assert_eq!(answer.headers["content-language"], named, "{lang}");
        }
        for lang in ["de-DE", "en_GB", "xx"] {
            assert_error(&in_language(lang).await, 400);
        }
    }

    /// Below `/v2` every refusal is the error body, whatever was asked.
    async fn refusals_have_the_error_body(server: TestServer) {
        let (Application { secret_key, .. }, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let keys = format!("apiKey={api_key}&secretKey={secret_key}");
        let http = Client::new();
        let long = "x".repeat(20_000);
        for (status, request) in [
            (404, http.get(server.at("/v2"))),
            (404, http.get(server.at("/v2/"))),
            (404, http.get(server.at(&format!("/v2/nothing?{keys}")))),
            (404, http.get(server.at("/v2/settings/business/more"))),
            (404, http.get(server.at("/v2/%ff%fe"))),
            (405, http.post(server.at(&format!("/v2/settings/business?{keys}"))).json(&json!({}))),
            (405, http.delete(server.at("/v2/settings/apikeyinfo/"))),
            (405, http.request(Method::from_bytes(b"BREW").expect("a method"), server.at("/v2/settings/business"))),
            (413, http.get(server.at("/v2/settings/business")).body(vec![b'x'; 1024 * 1024 + 1])),
            (414, http.get(server.at(&format!("/v2/settings/business?{keys}&x={long}")))),
            (431, http.get(server.at("/v2/settings/business")).header("x-much", long.repeat(2))),
            (401, http.get(server.at("/v2/settings/business")).body("{ not json")),
        ] {
            let refused = answer(request).await;
            assert_error(&refused, status);
            // The body was left unread, so the connection is closed.
            assert!(status != 413 || refused.headers["connection"] == "close");
        }
        let refused = answer(http.post(server.at("/v2/settings/business"))).await;
        assert!(refused.headers["allow"].to_str().expect("text").contains("GET"));
    }

    /// Responses are compressed if the client accepts it.
    async fn answers_are_compressed_when_asked_for(server: TestServer) {
        let (Application { secret_key, .. }, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
        let request = Client::new().get(server.at(&format!("/v2/settings/business?apiKey={api_key}&secretKey={secret_key}")));
        let response = request.header("Accept-Encoding", "gzip").send().await.expect("an answer");
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert!(response.headers().get_all("vary").iter().any(|vary| vary == "accept-encoding"));
        assert_eq!(response.bytes().await.expect("a body")[..2], [0x1f, 0x8b]);
    }
}

/// A burst of calls is accepted, and then one a second; beyond that the response says how long to wait, in two
/// headers. Other keys are not affected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_calls_too_often_has_to_wait() {
    let rate = |number| NonZeroU32::new(number).unwrap();
    let call_rate = CallRate { per_minute: rate(60), burst: rate(30) };
    let server = TestServer::start_with(Engine::Sqlite, None, Some(call_rate)).await;
    let (application, api_key) = install(&server, "dana@example.com", "olivia@example.com").await;
    let (other, other_key) = install(&server, "dora@example.com", "otto@example.com").await;
    let call = async || call(&server, "/v2/settings/taxes", &api_key, &application.secret_key).await;
    let header = |answer: &Answer, name: &str| answer.headers[name].to_str().unwrap().to_owned();
    for left in (0..30).rev() {
        let answer = call().await;
        assert_eq!(answer.status, 200);
        assert_eq!(header(&answer, "ratelimit-policy"), "\"calls\";q=60;w=60");
        assert_eq!(header(&answer, "ratelimit"), format!("\"calls\";r={left};t={}", 30 - left));
    }
    let answer = call().await;
    assert_error(&answer, 429);
    assert_eq!((header(&answer, "retry-after").as_str(), &answer.body["retryAfter"]), ("1", &json!(1)));
    assert_eq!(answer.body["message"], "This API key has made too many calls. Wait for 1 s.");
    assert_eq!(header(&answer, "ratelimit-policy"), "\"calls\";q=60;w=60");
    assert_eq!(header(&answer, "ratelimit"), "\"calls\";r=0;t=1");
    let others = slotkeeper_testkit::client::call(&server, "/v2/settings/taxes", &other_key, &other.secret_key).await;
    assert_eq!(others.status, 200);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!((call().await.status, call().await.status), (200, 429));
}

/// A page of a site that the operator named may call the API and read what matters; a page of another may not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_named_sites_may_call() {
    let server = TestServer::start(Engine::Sqlite).await;
    let ask = async |method: &str, origin: &str| {
        let request =
            Client::new().request(method.parse().unwrap(), server.at("/v2/bookings")).header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", "POST");
        let response = request.header("Access-Control-Request-Headers", "x-bookeo-apikey").send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), header("access-control-allow-origin"), header("access-control-expose-headers"))
    };
    let (status, origin, _) = ask("OPTIONS", SHOP).await;
    assert_eq!((status, origin.as_deref()), (200, Some(SHOP)));
    let (status, origin, exposed) = ask("POST", SHOP).await;
    assert_eq!((status, origin.as_deref()), (401, Some(SHOP)));
    assert!(exposed.unwrap().contains("location"));
    for method in ["OPTIONS", "POST"] {
        assert_eq!(ask(method, "https://other.example").await.1, None);
    }
}
