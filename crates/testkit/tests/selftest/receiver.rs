//! The receiver records bytes unchanged.

use slotkeeper_testkit::receiver::Receiver;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_request_is_recorded_byte_for_byte() {
    let receiver = Receiver::start().await;
    let address = receiver.url("").replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = "POST /callback?state=%7e%41+%20\"<|>\u{e9} HTTP/1.1\r\nHost: x\r\nX-Signature: a:b\r\nContent-Length: 5\r\n\r\n";
    // In two pieces, as networks may deliver it.
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    tokio::task::yield_now().await;
    stream.write_all(b"\0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nreceived"), "{answer}");

    let seen = receiver.next().await;
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.target, "/callback?state=%7e%41+%20\"<|>\u{e9}".as_bytes());
    assert_eq!((seen.path(), seen.query()), ("/callback", "state=%7e%41+%20\"<|>\u{e9}"));
    assert_eq!(seen.header("x-signature"), Some("a:b"));
    assert_eq!(seen.body, b"\0\r\n\r\n");
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn pages_are_served_and_not_recorded() {
    let receiver = Receiver::start().await;
    receiver.page("/evil", "<p>Hello");
    let page = reqwest::get(receiver.url("/evil?x")).await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.text().await.unwrap(), "<p>Hello");
    assert!(receiver.requests().is_empty());
}
