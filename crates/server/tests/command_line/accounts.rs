//! Accounts opened from the command line.

use super::{PROGRAM, Running};
use slotkeeper_testkit::client::{PASSWORD, Visitor};
use slotkeeper_testkit::postgres::Database;
use slotkeeper_testkit::smtp::Sink;
use std::process::Command;

/// The path of the link that a command printed.
fn printed_path(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    let link = said.trim_end();
    assert!(!link.contains('\n'), "one line: {said}");
    path_of(link)
}

fn path_of(link: &str) -> String {
    format!("/{}", link.split_once("://").expect("a link").1.split_once('/').expect("a path").1)
}

/// Accounts are opened from the command line before the first start, beside a running server, and after a kill, on
/// both engines.
#[tokio::test]
async fn accounts_are_opened_from_the_command_line() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut place = vec!["--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
        place.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
        let account = |args: &[&str]| {
            let mut command = Command::new(PROGRAM);
            command.arg("account").args(args).args(&place[2..]).output().unwrap()
        };
        let create = |kind: &str, email: &str, more: &[&str]| {
            let args = ["create", "--kind", kind, "--name", "Coastline", "--owner", "Petra", "--email", email];
            account(&[&args[..], more].concat())
        };
        let local = ["--country", "PT", "--zone", "Europe/Lisbon", "--currency", "EUR", "--languages", "pt-PT,en-GB"];
        let serve = [&["serve"][..], &place].concat();

        let before = printed_path(&create("business", "first@example.com", &local));
        let (server, web, _log) = Running::serving(&serve);
        let portal = printed_path(&create("portal", "petra@example.com", &local));
        let developer = printed_path(&create("developer", "dana@example.com", &[]));
        for (path, email, home) in [
            (&before, "first@example.com", "/backoffice"),
            (&portal, "petra@example.com", "/backoffice"),
            (&developer, "dana@example.com", "/developer"),
        ] {
            let visitor = Visitor::at(&web);
            let chosen = visitor.post(path, &[("password", PASSWORD)]).await;
            assert_eq!(chosen.location(), "/sign-in?notice=password-chosen");
            assert_eq!(visitor.sign_in(email).await.location(), home);
            assert!(visitor.post(path, &[("password", PASSWORD)]).await.status.is_client_error(), "it works once");
            if email == "petra@example.com" {
                visitor.get("/backoffice").await.assert_says("Subaccounts");
            }
            // The owner need not confirm an address given by the operator.
            assert!(!visitor.get(home).await.html.contains("Confirm your e-mail address"));
        }
        for (output, told) in [
            (create("portal", "petra@example.com", &local), "already"),
            (create("portal", "other@example.com", &local[..6]), "--languages is needed"),
            (create("portal", "nobody", &local), "--email"),
            (create("developer", "other@example.com", &local), "a developer's account has no --country"),
            (create("developer", "other@example.com", &["--mail"]), "no mail server is configured"),
            (account(&["invite", "--kind", "portal"]), "a portal has no sign-up"),
        ] {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains(told), "{told}: {said}");
        }
        let invitation = printed_path(&account(&["invite", "--kind", "business"]));
        assert!(invitation.starts_with("/sign-up/business?invitation="), "{invitation}");

        server.kill();
        printed_path(&create("developer", "after@example.com", &[]));
        let (server, web, _log) = Running::serving(&serve);
        printed_path(&create("developer", "again@example.com", &[]));
        assert_eq!(Visitor::at(&web).sign_in("first@example.com").await.location(), "/backoffice");
        assert!(server.stop_kindly().success());
        assert!(!data.join("orders.sock").exists());
    }
}

/// With `--mail` the link to choose a password is sent once, to the owner only: by the running server or, without
/// one, by the next one. It works once.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_to_a_new_account_is_sent_by_email() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start().await);
        let data = folder.path().join("data");
        let mut place = vec!["--data-dir", data.to_str().unwrap()];
        place.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
        let port = sink.port().to_string();
        let by_mail = |command: &mut Command| {
            let mail = [("HOST", sink.host()), ("PORT", &port), ("TLS", "none"), ("FROM", "Desk <desk@example.com>")];
            command.envs(mail.map(|(name, value)| (format!("SLOTKEEPER_MAIL_{name}"), value)));
        };
        let create = |email: &str| {
            let mut command = Command::new(PROGRAM);
            command.args([
                "account",
                "create",
                "--kind",
                "developer",
                "--name",
                "Coastline",
                "--owner",
                "Dana",
                "--mail",
            ]);
            by_mail(command.args(["--email", email]).args(&place));
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert!(said.contains("handed to the mail server") && !said.contains("://"), "{said}");
        };
        let (before, beside) = ("before@example.com", "beside@example.com");
        create(before);
        let mut serve = Command::new(PROGRAM);
        by_mail(serve.args(["serve", "--listen", "127.0.0.1:0"]).args(&place));
        let (server, web, _log, _) = Running::serving_as(&mut serve);
        // On PostgreSQL the command opens the database beside a server, which then looks for e-mails every ten
        // seconds.
        let owners = if database_url.is_none() { vec![before, beside] } else { vec![before] };
        for owner in &owners {
            if *owner == beside {
                create(owner);
            }
            let mail = sink.next().await;
            assert_eq!((&*mail.from, &*mail.to), ("desk@example.com", &[(*owner).to_owned()][..]));
            assert_eq!(mail.subject(), "Your account for Coastline");
            let links = mail.links();
            assert_eq!(links.len(), 1, "{links:?}");
            // Without a running server and a configured address, the link has the default address.
            assert!(links[0].starts_with(&web) || *owner == before, "{links:?}");
            let (path, visitor) = (path_of(&links[0]), Visitor::at(&web));
            let chosen = visitor.post(&path, &[("password", PASSWORD)]).await;
            assert_eq!(chosen.location(), "/sign-in?notice=password-chosen");
            let again = visitor.post(&path, &[("password", "nine yellow boats")]).await;
            assert!(again.status.is_client_error(), "it works once");
            assert_eq!(visitor.sign_in(owner).await.location(), "/developer");
        }
        assert!(server.stop_kindly().success());
        assert_eq!(sink.messages().len(), owners.len());
    }
}
