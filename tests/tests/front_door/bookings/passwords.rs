//! Passwords of customers: checked, limited, and never stored in clear or logged.

use super::business;
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::json;
use std::time::Duration;

const PASSWORD: &str = "nine yellow+boats & a sail";
const TYPED: &str = "nine%20yellow%2Bboats+%26%20a%20sail";

async fn customer(program: &ApiClient) -> String {
    program.create("/customers", &json!({"emailAddress": "ilse@example.com"})).await["id"].as_str().unwrap().to_owned()
}

on_every_engine! {
    /// The right password is known, a wrong one is not, and who has none is known by none.
    async fn a_customer_is_known_by_a_password(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (first, second) = (customer(&program).await, customer(&program).await);
        server.give_password(program.account(), &first, Some(PASSWORD)).await.unwrap();
        let path = |id: &str, password: &str| format!("/customers/{id}/authenticate?password={password}");
        // Clients look for the e-mail address and try every customer found.
        let found = program.read("/customers?searchField=emailAddress&searchText=ilse@example.com").await;
        assert_eq!(found["info"]["totalItems"], 2);
        let right = program.get(&path(&first, TYPED)).await;
        assert_eq!((right.status, &right.body), (200, &json!({})));
        for (id, password) in [(&first, "nine"), (&second, TYPED), (&second, "x"), (&first, &"x".repeat(300) as &str)] {
            let wrong = program.get(&path(id, password)).await;
            assert_eq!((wrong.status, wrong.body["message"].as_str()), (403, Some("The password does not match.")), "{password}");
        }
        for query in ["", "?password=", "?Password=x"] {
            let missing = program.get(&format!("/customers/{first}/authenticate{query}")).await;
            assert_eq!((missing.status, missing.body["message"].as_str()), (400, Some("The parameter password is missing.")));
        }
        // The customer's data says nothing of it.
        assert!(!program.get(&format!("/customers/{first}")).await.text.to_lowercase().contains("password"));

        let own = ApiClient::installed(&server, "Own Customers", &owner, "customers_rw_own").await;
        let bytes = |answer: &slotkeeper_testkit::client::Answer| {
            answer.text.replace(answer.body["errorId"].as_str().unwrap(), "")
        };
        let absent = own.get(&path("312CUSTM5R17D2E8F0A9B", TYPED)).await;
        let foreign = own.get(&path(&first, TYPED)).await;
        assert_eq!((absent.status, bytes(&foreign)), (404, bytes(&absent)));
        assert_eq!((own.get(&path("x", TYPED)).await.status, foreign.status), (404, 404));
        let mine = customer(&own).await;
        server.give_password(own.account(), &mine, Some(PASSWORD)).await.unwrap();
        assert_eq!(own.get(&path(&mine, TYPED)).await.status, 200);
        let bookings = ApiClient::installed(&server, "Bookings Alone", &owner, "bookings_rwd_all").await;
        assert_eq!(bookings.get(&path(&first, TYPED)).await.status, 403);
    }

    /// A customer's password follows the same rules as a user's, can be changed, and can be removed.
    async fn a_business_gives_passwords(server: TestServer) {
        let (_, program) = business(&server).await;
        let (account, id) = (program.account(), customer(&program).await);
        let give = async |text: Option<&str>| server.give_password(account, &id, text).await;
        let works = async |password: &str| {
            let path = format!("/customers/{id}/authenticate?password={password}");
            program.get(&path).await.status == 200
        };
        for (weak, says) in [("short", "at least 10"), ("password1234", "too easy"), ("ilse@example.com", "e-mail address")] {
            let refused = give(Some(weak)).await.unwrap_err();
            assert!(refused.contains(says) && !works(weak).await, "{weak}: {refused}");
        }
        give(Some("eleven-orange-oars")).await.unwrap();
        assert!(works("eleven-orange-oars").await);
        give(Some("twelve-orange-oars")).await.unwrap();
        assert!(works("twelve-orange-oars").await && !works("eleven-orange-oars").await);
        // A change of what is known of the customer leaves it alone.
        assert_eq!(program.put(&format!("/customers/{id}"), &json!({"firstName": "Ilse"})).await.status, 200);
        assert!(works("twelve-orange-oars").await);
        give(None).await.unwrap();
        assert!(!works("twelve-orange-oars").await);
        let nobody = server.give_password(account, "312CUSTM5R17D2E8F0A9B", Some(PASSWORD)).await;
        assert_eq!(nobody, Err("there is no such customer".to_owned()));
    }

    /// Guessing ends soon, says how long to wait, and is forgiven when the right one comes.
    async fn guesses_are_limited(server: TestServer) {
        let (_, program) = business(&server).await;
        let (first, second) = (customer(&program).await, customer(&program).await);
        server.give_password(program.account(), &first, Some(PASSWORD)).await.unwrap();
        server.give_password(program.account(), &second, Some(PASSWORD)).await.unwrap();
        let path = |id: &str, password: &str| format!("/customers/{id}/authenticate?password={password}");
        for guess in 0..10 {
            assert_eq!(program.get(&path(&first, &format!("guess-{guess}"))).await.status, 403);
        }
        // The right one is not listened to either, or one could go on guessing.
        let refused = program.get(&path(&first, TYPED)).await;
        assert_eq!(refused.status, 429, "{}", refused.text);
        let wait = refused.body["retryAfter"].as_u64().unwrap();
        assert!((60..=61).contains(&wait), "{wait}");
        assert_eq!(refused.headers["retry-after"], wait.to_string());
        // Others are not kept out.
        assert_eq!(program.get(&path(&second, TYPED)).await.status, 200);
        server.clock.advance(Duration::from_secs(wait));
        assert_eq!(program.get(&path(&first, TYPED)).await.status, 200);
        for guess in 0..10 {
            assert_eq!(program.get(&path(&first, &format!("guess-{guess}"))).await.status, 403);
        }
        assert_eq!(program.get(&path(&first, "guess")).await.status, 429);
    }

    /// An application that may not know of a customer cannot lock the customer out by guessing.
    async fn guessing_for_invisible_customers_locks_none_out(server: TestServer) {
        let (owner, program) = business(&server).await;
        let stranger = ApiClient::installed(&server, "Stranger", &owner, "customers_rw_own").await;
        let id = customer(&program).await;
        server.give_password(program.account(), &id, Some(PASSWORD)).await.unwrap();
        for guess in 0..20 {
            assert_eq!(stranger.get(&format!("/customers/{id}/authenticate?password=guess-{guess}")).await.status, 404);
        }
        assert_eq!(program.get(&format!("/customers/{id}/authenticate?password={TYPED}")).await.status, 200);
    }

    /// Customers by the hundred are no way around the limit.
    async fn spraying_is_limited(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut refused = 0;
        for number in 0..105 {
            let answer = program.get(&format!("/customers/312CUSTM5R17D2E8F0{number:03}/authenticate?password=guess")).await;
            match answer.status {
                404 => assert_eq!(refused, 0),
                429 => refused += 1,
                other => panic!("{other}: {}", answer.text),
            }
        }
        assert_eq!(refused, 5);
    }
}
