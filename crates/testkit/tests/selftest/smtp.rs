//! The mail server accepts and refuses messages.

use slotkeeper_testkit::smtp::{Behaviour, Sink};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Sends each line and returns the server's replies, the greeting first.
async fn talk(sink: &Sink, lines: &[&str]) -> std::io::Result<Vec<String>> {
    let mut stream = BufReader::new(TcpStream::connect((sink.host(), sink.port())).await?);
    let mut answers = Vec::new();
    for line in std::iter::once(&"").chain(lines) {
        if !line.is_empty() {
            stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        }
        let mut answer = String::new();
        stream.read_line(&mut answer).await?;
        answers.push(answer.chars().take(3).collect());
    }
    Ok(answers)
}

const MAIL: [&str; 5] = [
    "HELO test",
    "MAIL FROM:<desk@shop.example>",
    "RCPT TO:<ada@home.example> NOTIFY=NEVER",
    "DATA",
    "Subject: Tour\r\n\r\n..leading dot\r\nhttps://a.example/x \r\n.",
];

#[tokio::test]
async fn a_message_is_kept() {
    let sink = Sink::start().await;
    assert_eq!(talk(&sink, &MAIL).await.unwrap(), ["220", "250", "250", "250", "354", "250"]);
    let message = sink.next().await;
    assert_eq!(
        (message.from.as_str(), message.to.as_slice()),
        ("desk@shop.example", &["ada@home.example".to_owned()][..])
    );
    assert_eq!(message.subject(), "Tour");
    assert_eq!(message.raw, b"Subject: Tour\r\n\r\n.leading dot\r\nhttps://a.example/x \r\n");
    assert_eq!(message.links(), ["https://a.example/x"]);
}

#[tokio::test]
async fn it_refuses_closes_and_goes_away() {
    let sink = Sink::start().await;
    sink.behave(Behaviour::Refuse(450)).await;
    assert_eq!(talk(&sink, &MAIL[..4]).await.unwrap(), ["220", "250", "250", "450", "503"]);
    sink.behave(Behaviour::Close).await;
    assert_eq!(talk(&sink, &MAIL[..2]).await.unwrap(), ["220", "250", ""]);
    sink.behave(Behaviour::Away).await;
    assert_eq!(talk(&sink, &[]).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(sink.messages().is_empty());
    sink.behave(Behaviour::Accept).await;
    talk(&sink, &MAIL).await.unwrap();
    sink.next().await;
}

#[tokio::test]
async fn with_a_login_it_asks_who_one_is() {
    let sink = Sink::with_login("desk", "secret").await;
    // "\0desk\0secret", and the same with another password.
    let (right, wrong) = ("AUTH PLAIN AGRlc2sAc2VjcmV0", "AUTH PLAIN AGRlc2sAb3RoZXI=");
    let answers = talk(&sink, &[MAIL[0], MAIL[1], wrong, right, MAIL[1]]).await.unwrap();
    assert_eq!(answers, ["220", "250", "530", "535", "235", "250"]);
}
