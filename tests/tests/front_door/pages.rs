//! Pages over plain HTTP: what everybody gets who asks for something odd.

use slotkeeper_testkit::client::Visitor;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::{Client, StatusCode};

on_every_engine! {
    /// An address that cannot be read gets a page that says so, and never the plain words of a library.
    async fn odd_addresses_get_a_page(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        for (visitor, path) in [
            (&developer, "/developer/applications/%FF"),
            (&developer, "/developer/applications/lower"),
            (&developer, "/developer/applications/ABCDEFGHIJ12/authorizations/x/%ff/end"),
            (&developer, "/developer/applications/ABCDEFGHIJ12/authorizations/ABCDEFGH12/ABCDEFGHIJ12/end"),
            (&owner, "/backoffice/applications/%FF/uninstall"),
            (&owner, "/backoffice/authorizations/%FE/end"),
            (&owner, "/backoffice/authorizations/ABCDEFGHIJ12/end"),
            (&owner, "/backoffice/people/%C3%28/remove"),
            (&owner, "/consent/done/%FF"),
            (&owner, "/demo/mail/%FF/%FF"),
            (&owner, "/static/%FF"),
            (&owner, "/%FF"),
        ] {
            let page = visitor.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            page.assert_says("There is no such page");
        }
        for path in ["/choose-password/%FF", "/confirm-email/%FF"] {
            assert!(owner.get(path).await.html.contains("<h1>"), "{path}");
        }
    }

    /// A parameter that is there twice, or not UTF-8, stops nobody from reading a page.
    async fn odd_queries_do_no_harm(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        for query in ["notice=saved&notice=removed", "notice=saved&x=%ff", "&&notice=saved&=&%"] {
            for path in ["/", "/backoffice", "/backoffice/applications", "/backoffice/people", "/backoffice/details"] {
                let page = owner.get(&format!("{path}?{query}")).await;
                assert_eq!(page.status, StatusCode::OK, "{path}?{query}");
                page.assert_says("Saved.");
            }
        }
        let visitor = Visitor::new(&server);
        for query in ["next=/developer&next=/backoffice", "next=%ff", "notice"] {
            assert_eq!(visitor.get(&format!("/sign-in?{query}")).await.status, StatusCode::OK, "{query}");
        }
    }

    /// What never reaches a page is protected like one: too long an address, another method.
    async fn refusals_are_pages_too(server: TestServer) {
        let http = Client::new();
        let long = format!("/{}", "x".repeat(20_000));
        for (request, status) in [
            (http.get(server.at(&long)), StatusCode::URI_TOO_LONG),
            (http.get(server.at("/")).header("x-much", "x".repeat(40_000)), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            (http.post(server.at("/health")), StatusCode::METHOD_NOT_ALLOWED),
            (http.post(server.at("/static/style.css")), StatusCode::METHOD_NOT_ALLOWED),
            (http.post(server.at("/nothing")).header("Origin", &server.url), StatusCode::NOT_FOUND),
        ] {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), status);
            let headers = answer.headers();
            assert!(headers["content-security-policy"].to_str().expect("text").contains("frame-ancestors 'none'"));
            assert_eq!((&headers["cache-control"], &headers["x-frame-options"]), (&"no-store".parse().expect("a value"), &"DENY".parse().expect("a value")));
            assert!(answer.text().await.expect("a page").contains("<h1>"));
        }
    }

    /// What is no form of this server, or too much of it, gets a page as well.
    async fn odd_forms_get_a_page(server: TestServer) {
        let visitor = Visitor::new(&server);
        let long = "x".repeat(70_000);
        for (fields, status) in [
            (vec![("email", "a@example.com")], StatusCode::BAD_REQUEST),
            (vec![("email", "a@example.com"), ("email", "b@example.com"), ("password", "x")], StatusCode::BAD_REQUEST),
            (vec![("email", "a@example.com"), ("password", long.as_str())], StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            let page = visitor.post("/sign-in", &fields).await;
            assert_eq!(page.status, status);
            page.assert_says("<h1>");
        }
    }
}
