//! `slotkeeper serve`: what survives, when it refuses to start, and few file descriptors.

use super::{PROGRAM, Running, reqwest_none};
use slotkeeper_testkit::client::{PASSWORD, Visitor};
use slotkeeper_testkit::reqwest::Client;
use std::io::Read;
use std::process::{Command, Stdio};

/// The first start creates the folder, the key and the tables; what was answered with success survives a kill;
/// SIGTERM stops it; a missing or another master key is refused with a sentence.
#[tokio::test]
async fn serve_keeps_what_it_promised() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let http = Client::builder().redirect(reqwest_none()).build().unwrap();
    let form = [("name", "Pier"), ("person_name", "Dana"), ("email", "dana@example.com"), ("password", PASSWORD)];

    let (server, web, _log) = Running::serving(&args);
    let signed_up =
        http.post(format!("{web}/sign-up/developer")).header("Origin", &web).form(&form).send().await.unwrap();
    assert_eq!(signed_up.status(), 303);
    server.kill();

    let (server, web, _log) = Running::serving(&args);
    let signed_in = http.post(format!("{web}/sign-in")).header("Origin", &web).form(&form).send().await.unwrap();
    assert_eq!(signed_in.status(), 303);
    // Without a configured address, it follows `--listen`; without a mail server, the pages say so.
    let developer = Visitor::at(&web);
    assert_eq!(developer.sign_in("dana@example.com").await.location(), "/developer");
    developer.get("/developer").await.assert_says("No e-mail can be sent");
    let application = developer.register("Desk", "").await;
    developer
        .get(&format!("/developer/applications/{}", application.id))
        .await
        .assert_says(&format!("{web}/?authappid"));
    let demo = http.get(format!("{web}/demo/inbox")).send().await.unwrap();
    assert_eq!(demo.status(), 404, "only the demo shows everybody's mail");
    assert!(server.stop_kindly().success());

    // The demo shows all e-mails, so it refuses a database with real data.
    let demo = Command::new(PROGRAM)
        .args(["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!demo.status.success());
    assert!(String::from_utf8_lossy(&demo.stderr).contains("accounts in this database already"));

    let key = data.join("master.key");
    std::fs::remove_file(&key).unwrap();
    let missing = Command::new(PROGRAM).args(args).output().unwrap();
    assert!(!missing.status.success() && !key.exists());
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no master key"));
    let wrong = Command::new(PROGRAM).args(args).env("SLOTKEEPER_MASTER_KEY", "ab".repeat(32)).output().unwrap();
    assert!(!wrong.status.success());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("another master key"));
}

/// A warning about a data folder that others can open; the folder that the server creates is closed to them.
#[cfg(unix)]
#[tokio::test]
async fn an_open_data_folder_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    const TOLD: &str = "other users of this machine can open the data folder";
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let mode = |mode: u32| std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode)).unwrap();
    let (server, _, _log, said) = Running::serving_and_said(&args);
    assert!(!said.contains(TOLD), "{said}");
    for file in std::fs::read_dir(&data).unwrap().map(Result::unwrap) {
        let open = file.metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!(open, 0, "{}", file.path().display());
    }
    server.kill();
    for open in [0o755, 0o750, 0o710] {
        mode(open);
        let (server, _, _log, said) = Running::serving_and_said(&args);
        assert!(said.contains(TOLD) && said.contains(&format!("{open:03o}")), "{said}");
        server.kill();
    }
}

/// `config` prints a file that `serve` accepts.
#[test]
fn the_printed_configuration_is_one() {
    let printed = Command::new(PROGRAM).arg("config").output().unwrap();
    assert!(printed.status.success() && printed.stdout.starts_with(b"#"));
    let mistaken = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(mistaken.path(), "lisen = \"127.0.0.1:1\"\n").unwrap();
    let mut refused = Command::new(PROGRAM)
        .args(["serve", "--config", mistaken.path().to_str().unwrap()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(!refused.wait().unwrap().success());
    let mut said = String::new();
    refused.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("lisen"), "{said}");
}

/// With few file descriptors the server accepts fewer connections, logs it, and keeps a reserve: it answers however
/// many connections come.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn few_descriptors_leave_a_reserve() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 260 && exec \"$0\" \"$@\"", PROGRAM, "serve", "--listen", "127.0.0.1:0"]);
    let (server, web, _log, said) = Running::serving_as(command.args(["--data-dir", data.to_str().unwrap()]));
    assert!(said.contains("fewer connections are served at once") && said.contains("connections=50"), "{said}");
    let address = web.strip_prefix("http://").unwrap();
    let _idle: Vec<_> = (0..300).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    for _ in 0..5 {
        let health = Client::new().get(format!("{web}/health")).send().await.unwrap();
        assert_eq!(health.status(), 200);
    }
    assert!(server.stop_kindly().success());
}
