//! Pages over plain HTTP: responses to unusual requests.

use slotkeeper_testkit::client::{PASSWORD, Visitor};
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
            (&owner, "/backoffice/team/%C3%28/remove"),
            (&owner, "/consent/done/%FF"),
            (&owner, "/demo/inbox/%FF/%FF"),
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

    /// A repeated or invalid parameter does not prevent reading a page.
    async fn odd_queries_do_no_harm(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        for query in ["notice=saved&notice=removed", "notice=saved&x=%ff", "&&notice=saved&=&%"] {
            for path in ["/", "/backoffice", "/backoffice/applications", "/backoffice/team", "/backoffice/business-profile"] {
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

    /// The character U+0000, which PostgreSQL cannot keep, is refused in every field of every form, and does no harm in a query
    /// or a path.
    async fn no_text_holds_a_nul(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "").await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let nobody = Visitor::new(&server);
        let of_application = |page: &str| format!("/developer/applications/{}/{page}", application.id);
        let fields = ["name", "person_name", "email", "password", "subject", "body", "callback_url", "description", "answer"];
        let fields = fields.map(|name| (name, "a\0b"));
        for (visitor, path) in [
            (&nobody, "/sign-in"),
            (&nobody, "/sign-up/business"),
            (&nobody, "/sign-up/developer"),
            (&nobody, "/forgot-password"),
            (&nobody, "/choose-password/x"),
            (&owner, "/consent"),
            (&owner, "/backoffice/business-profile"),
            (&owner, "/backoffice/team"),
            (&owner, "/backoffice/follow-ups"),
            (&owner, "/backoffice/email-templates/confirmation/en-GB"),
            (&owner, "/backoffice/email-templates/confirmation/en-GB/preview"),
            (&developer, "/developer/applications"),
            (&developer, &of_application("description")),
            (&developer, &of_application("callback")),
            (&developer, &of_application("secret")),
        ] {
            assert_eq!(visitor.post(path, &fields).await.status, StatusCode::BAD_REQUEST, "{path}");
            assert_eq!(visitor.post(path, &[("a\0b", "x")]).await.status, StatusCode::BAD_REQUEST, "{path}");
        }
        let query = ["notice", "next", "before", "email", "authappid", "permissions", "state", "error", "token"];
        let query = query.map(|name| format!("{name}=a%00b")).join("&");
        for (visitor, path) in [
            (&nobody, "/".to_owned()),
            (&nobody, "/sign-in".to_owned()),
            (&nobody, "/choose-password/a%00b".to_owned()),
            (&nobody, "/confirm-email/a%00b".to_owned()),
            (&nobody, "/calendars/a%00b.ics".to_owned()),
            (&nobody, "/static/a%00b".to_owned()),
            (&owner, "/".to_owned()),
            (&owner, "/backoffice".to_owned()),
            (&owner, "/backoffice/emails".to_owned()),
            (&owner, "/backoffice/team/a%00b/remove".to_owned()),
            (&owner, "/consent/done/a%00b".to_owned()),
            (&owner, "/demo/inbox/a%00b/a%00b".to_owned()),
            (&developer, "/developer".to_owned()),
            (&developer, of_application("webhooks")),
        ] {
            let page = visitor.get(&format!("{path}?{query}")).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.status);
        }
        let asked = application.asks_for("availability_r", Some("a%00b"));
        assert!(!owner.get(&asked).await.status.is_server_error());
        assert!(!owner.get(&format!("{}%00", application.asks_for("availability_r", None))).await.status.is_server_error());
    }

    /// What never reaches a page is protected like one: too long an address, another method.
    async fn refusals_are_pages_too(server: TestServer) {
        let http = Client::new();
        let long = format!("/{}", "x".repeat(20_000));
        for (request, status) in [
            (http.get(server.at(&long)), StatusCode::URI_TOO_LONG),
            ((0..120).fold(http.get(server.at("/")), |request, _| request.header("x-many", "x")),
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
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

    /// Every field of every form has a limit: one character more is refused where it was typed, a control character too, and
    /// nothing is stored. A form as a whole has 64 KiB.
    async fn no_field_takes_more_than_it_can_have(server: TestServer) {
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Harbour Desk", "").await;
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let nobody = Visitor::new(&server);
        let sign_up = [
            ("name", "Quay Six"), ("country", "PT"), ("zone", "Europe/Lisbon"), ("currency", "EUR"), ("language", "en-GB"),
            ("person_name", "Quinn"), ("email", "quinn@example.com"), ("password", PASSWORD),
        ];
        let details = [("name", "Harbour Lights"), ("phone_number", "1"), ("phone_kind", "work")];
        let invited = [("name", "Kim"), ("email", "kim@example.com"), ("role", "manager")];
        let registered = [("name", "Second Desk"), ("description", "Sells."), ("callback_url", "")];
        let (template, described) = ([("subject", "Hello"), ("body", "Text.")], [("description", "Sells.")]);
        let description = format!("/developer/applications/{}/description", application.id);
        let callback = format!("/developer/applications/{}/callback", application.id);
        let template_path = "/backoffice/email-templates/confirmation/en-GB";
        for (visitor, path, usual, fields) in [
            (&nobody, "/sign-up/business", &sign_up[..], &[("name", 100), ("person_name", 100), ("email", 254), ("password", 256)][..]),
            (&nobody, "/sign-up/developer", &sign_up, &[("name", 100), ("person_name", 100), ("email", 254), ("password", 256)]),
            (&owner, "/backoffice/business-profile", &details, &[
                ("name", 100), ("email_address", 254), ("phone_number", 40), ("website_url", 500), ("logo_url", 500),
                ("legal_identifiers", 200), ("address1", 200), ("address2", 200), ("city", 100), ("state", 100),
                ("postcode", 20), ("description", 5_000),
            ]),
            (&owner, "/backoffice/team", &invited, &[("name", 100), ("email", 254)]),
            (&owner, template_path, &template, &[("subject", 200), ("body", 10_000)]),
            (&developer, "/developer/applications", &registered, &[("name", 100), ("description", 500), ("callback_url", 1_000)]),
            (&developer, &description, &described, &[("description", 500)]),
            (&developer, &callback, &[("callback_url", "")], &[("callback_url", 1_000)]),
        ] {
            for (field, most) in fields {
                let with = |value: &str| {
                    let usual = usual.iter().filter(|(name, _)| name != field);
                    let fields = usual.copied().chain([(*field, value)]);
                    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
                };
                let mut wrong = vec![with(&"é".repeat(most + 1))];
                if *field != "password" {
                    wrong.push(with("a\u{1}b"));
                }
                for fields in wrong {
                    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    let page = visitor.post(path, &fields).await;
                    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {field}: {}", page.html);
                }
            }
            let huge = "x".repeat(65 * 1024);
            assert_eq!(visitor.post(path, &[("name", &huge)]).await.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        }
    }
}
