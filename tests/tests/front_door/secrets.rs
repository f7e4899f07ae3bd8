//! A copy of the disk or of the log contains no key, password or link.

use slotkeeper_testkit::client::{ApiClient, PASSWORD, Visitor, call, parameter};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::Client;
use slotkeeper_testkit::serde_json::{Value, json};

on_every_engine! {
    /// Everything secret that the whole flow uses is looked for in every log line, error body and database file.
    async fn no_secret_is_found_anywhere(server: TestServer) {
        let developer = Visitor::developer(&server, "dana-secret@example.com").await;
        let with_mail = developer.register("Mailed", "").await;
        let with_callback = developer.register("Called", "https://desk.example/cb").await;
        let owner = Visitor::owner(&server, "olivia-secret@example.com").await;
        owner.allow(&with_mail.asks_for("availability_r", None)).await;
        let mailed_key = server.key_emailed_to("dana-secret@example.com").await;
        let redirect = owner.allow(&with_callback.asks_for("availability_r", Some("st4t3"))).await.location();
        let called_key = parameter(&redirect, "apiKey").expect("a key");
        let refused = owner.get(&with_callback.asks_for("bookings_r_all", Some("d3n13d-st4t3"))).await;
        owner.post("/consent", &[("question", &refused.hidden("question")), ("answer", "deny")]).await;
        owner.get(&with_callback.asks_for("bookings_r_all", Some("un4nsw3r3d"))).await;
        let (portal_owner, portal) = Visitor::portal(&server, "Coastline", "petra-secret@example.com").await;
        let subaccount = server.subaccount(&portal, "Cliff Walks", "cliffs-secret@example.com").await;
        let redirect = portal_owner.allow(&with_callback.asks_for("subaccounts_rw", Some("st4t3"))).await.location();
        let portal_key = parameter(&redirect, "apiKey").expect("a key");
        let program = ApiClient::new(&server, &portal_key, &with_callback.secret_key);
        let keys = format!("/subaccounts/{subaccount}/apikeys");
        // The first is kept as the answer to its request, the second is sent back in an address.
        let made = [
            program.post_with_key(&keys, "once", &Value::Null).await,
            program.post(&keys, &Value::Null).await,
        ];
        let made = made.map(|made| made.headers["location"].to_str().expect("text").rsplit('/').next().expect("a key").to_owned());
        let desk = ApiClient::installed(&server, "Desk", &owner, "customers_rwd_all").await;
        let customer = desk.create("/customers", &json!({"lastName": "Marinheira"})).await["id"].as_str().expect("an id").to_owned();
        server.give_password(desk.account(), &customer, Some("eleven-orange-oars")).await.expect("a password");
        let new_secret = developer.replace_secret(&with_mail.id, "24h").await.copied("Secret key");
        owner.post("/forgot-password", &[("email", "olivia-secret@example.com")]).await;
        let link = server.email_to("olivia-secret@example.com").await.link();
        let signed_in = Visitor::new(&server).sign_in("olivia-secret@example.com").await;
        let cookie = signed_in.headers["set-cookie"].to_str().expect("text").to_owned();
        let session = cookie.split(['=', ';']).nth(1).expect("a token").to_owned();

        let shown = owner.post("/backoffice/calendars/own", &[("current", "")]).await.copied("Link");
        let calendar = shown.rsplit('/').next().and_then(|file| file.strip_suffix(".ics")).expect("a token").to_owned();

        // Use them in every way, rightly and wrongly, and keep what errors say.
        let mut errors = String::new();
        for (api_key, secret_key) in [
            (&mailed_key, &with_mail.secret_key),
            (&mailed_key, &new_secret),
            (&called_key, &with_callback.secret_key),
            (&called_key, &with_mail.secret_key),
            (&with_mail.secret_key, &called_key),
        ] {
            for path in ["/v2/settings/apikeyinfo", "/v2/settings/business?lang=xx", "/v2/nothing"] {
                let answer = call(&server, path, api_key, secret_key).await;
                if answer.status != 200 {
                    errors.push_str(&answer.text);
                }
                let query = format!("{path}{}apiKey={api_key}&secretKey={secret_key}", if path.contains('?') { '&' } else { '?' });
                let response = Client::new().get(server.at(&query)).send().await.expect("an answer");
                if !response.status().is_success() {
                    errors.push_str(&response.text().await.expect("a body"));
                }
            }
        }
        for (method, path) in [
            ("DELETE", format!("{keys}/{}/", made[1])),
            ("DELETE", format!("{keys}/{}", made[1])),
            ("GET", format!("{keys}/{}", made[1])),
            ("DELETE", format!("/subaccounts/nothing/apikeys/{}", made[0])),
            ("DELETE", format!("{keys}/{}/more", made[0])),
        ] {
            errors.push_str(&program.send(method, &path, "").await.text);
        }
        let long = format!("/v2/settings/business?apiKey={mailed_key}&x={}", "x".repeat(20_000));
        errors.push_str(&Client::new().get(server.at(&long)).send().await.expect("an answer").text().await.expect("a body"));
        owner.post("/sign-in", &[("email", "olivia-secret@example.com"), ("password", "a wrong password")]).await;
        owner.post(&link, &[("password", "nine yellow boats")]).await;
        // A customer's password stands in an address, whatever is asked with it.
        let absent = "312CUSTM5R17D2E8F0A9B".to_owned();
        for (customer, query, status) in [
            (&customer, "password=eleven-orange-oars", 200),
            (&customer, "password=twelve-orange-oars", 403),
            (&customer, "password=twelve-orange-oars&lang=xx", 400),
            (&absent, "password=eleven-orange-oars", 404),
        ] {
            let answer = desk.get(&format!("/customers/{customer}/authenticate?{query}")).await;
            assert_eq!(answer.status, status, "{}", answer.text);
            errors.push_str(&answer.text);
        }
        let misspelt = desk.get(&format!("/customers/{customer}/authenticated?password=eleven-orange-oars")).await;
        errors.push_str(&misspelt.text);
        errors.push_str(&desk.delete(&format!("/customers/{customer}/authenticate?password=eleven-orange-oars")).await.text);
        for file in [format!("{calendar}.ics"), calendar.clone(), format!("{}x.ics", &calendar[..calendar.len() - 1])] {
            let page = owner.get(&format!("/calendars/{file}")).await;
            errors.push_str(&page.html);
        }
        // Questions are over after a quarter of an hour, and with them what the application said to recognise the answer by.
        server.clock.advance(std::time::Duration::from_secs(16 * 60));
        server.run_jobs().await;

        let token = link.rsplit('/').next().expect("a token").to_owned();
        // A session and a link begin with the account's id, which is no secret.
        let (random_of_session, random_of_link) = (session[10..].to_owned(), token[10..].to_owned());
        let [first_made, second_made] = made;
        let secrets = [
            "st4t3".to_owned(), "d3n13d-st4t3".to_owned(), "un4nsw3r3d".to_owned(),
            portal_key, first_made, second_made, mailed_key, called_key, with_mail.secret_key, with_callback.secret_key, new_secret, token, session,
            random_of_session, random_of_link, calendar[10..].to_owned(), calendar,
            PASSWORD.to_owned(), "nine yellow boats".to_owned(), "a wrong password".to_owned(),
            "eleven-orange-oars".to_owned(), "twelve-orange-oars".to_owned(),
        ];
        let people = ["dana-secret@example.com", "olivia-secret@example.com", "Olivia", "Dana", "Harbour Lights", "Marinheira"];
        let data = server.stop_and_read_data().await;
        assert!(data.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 1_000, "there is data to look into");
        let log = slotkeeper_testkit::log::everything();
        assert!(log.contains("/v2/settings/apikeyinfo"), "the log is there");
        for secret in &secrets {
            // The whole secret, and the most of its random part, which would give the rest away.
            for piece in [secret.as_str(), &secret[1..secret.len().min(17)]] {
                if let Some(line) = log.lines().find(|line| line.contains(piece)) {
                    panic!("a secret is in the log: {}", line.replace(piece, "(secret)"));
                }
                assert!(!errors.contains(piece), "a secret is in an error");
                let hex: String = piece.bytes().map(|byte| format!("{byte:02x}")).collect();
                for (path, bytes) in &data {
                    assert!(!contains(bytes, piece.as_bytes()), "a secret is in {}", path.display());
                    assert!(!contains(bytes, hex.as_bytes()), "a secret is in {} in hexadecimal", path.display());
                }
            }
        }
        for person in people {
            assert!(!log.contains(person), "a person is in the log");
        }
        // The search itself finds what is there.
        assert!(data.iter().any(|(_, bytes)| contains(bytes, b"olivia-secret@example.com")));
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
