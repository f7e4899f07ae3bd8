//! Calls through a proxy.

use crate::support::*;
use slotkeeper_outgoing::{Failure, HeaderMap, Policy, Proxy, Refusal};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A proxy that connects to that one address whatever is requested, and records the requests.
async fn proxy(to: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let (at, _) = listen("127.0.0.1:0", move |mut stream| {
        let heard = Arc::clone(&heard);
        async move {
            let request = read_request(&mut stream).await?;
            heard.lock().unwrap().push(request);
            let mut out = TcpStream::connect(to).await?;
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            copy_bidirectional(&mut stream, &mut out).await?;
            Ok(())
        }
    })
    .await;
    (at, told)
}

/// A resolver that fails the test: only the proxy resolves names.
fn no_names() -> Names {
    Names::leading_to(&[&["0.0.0.0"]])
}

fn through(at: SocketAddr) -> Option<Proxy> {
    Some(format!("http://me:hush@{at}").parse().unwrap())
}

#[tokio::test]
async fn https_goes_through_the_proxy() {
    let receiver = Receiver::secured("receiver", OK).await;
    let (at, told) = proxy(receiver.at).await;
    let names = no_names();
    let outgoing = caller(&Policy::default(), patient(), through(at), &names);
    assert_eq!(post_to_name(&outgoing, 8443).await.answer.unwrap().body_start, "ok");
    let told = told.lock().unwrap().remove(0);
    assert!(told.starts_with(&format!("CONNECT {NAME}:8443 HTTP/1.1\r\n")), "{told}");
    assert!(told.contains(&format!("\r\nHost: {NAME}:8443\r\n")), "{told}");
    assert!(told.contains("\r\nProxy-Authorization: Basic bWU6aHVzaA==\r\n"), "{told}");
    let request = receiver.requests().remove(0);
    assert!(request.contains(&format!("\r\nHost: {NAME}:8443\r\n")), "{request}");
    assert!(!request.contains("Basic"), "{request}");
    assert!(names.asked().is_empty());
    assert!(!format!("{outgoing:?}").contains("hush") && !format!("{outgoing:?}").contains("bWU6aHVzaA"));
}

/// The proxy resolves names, but a private address in the URL is refused here.
#[tokio::test]
async fn inner_addresses_are_refused_before_the_proxy() {
    let receiver = Receiver::secured("receiver", OK).await;
    let (at, told) = proxy(receiver.at).await;
    let outgoing = caller(&Policy::default(), patient(), through(at), &no_names());
    let lenient = Policy { allowed: vec!["0.0.0.0/0".parse().unwrap()], ..Policy::default() };
    let url = lenient.check("https://10.0.0.1/").unwrap();
    let outcome = outgoing.post(&url, HeaderMap::new(), Vec::new()).await;
    assert!(matches!(outcome.answer, Err(Failure::Refused(Refusal::Address(_)))), "{outcome:?}");
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_proxy_does_not_replace_tls() {
    let receiver = Receiver::secured("self_signed", OK).await;
    let (at, _) = proxy(receiver.at).await;
    let outgoing = caller(&Policy::default(), patient(), through(at), &no_names());
    assert!(matches!(post_to_name(&outgoing, 443).await.answer, Err(Failure::Tls(_))));
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn listed_receivers_and_this_machine_are_called_directly() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    let (at, told) = proxy(receiver.at).await;
    let mut policy = outside(port);
    policy.allowed.push(NAME.parse().unwrap());
    let outgoing = caller(&policy, patient(), through(at), &Names::leading_to(&[&["127.0.0.1"]]));
    assert_eq!(post_to_name(&outgoing, port).await.answer.unwrap().status, 200);

    let plain = Receiver::answering(OK).await;
    let outgoing = caller(&demo(), patient(), through(at), &no_names());
    let url = outgoing.policy().check(&plain.http("/")).unwrap();
    assert_eq!(outgoing.post(&url, HeaderMap::new(), Vec::new()).await.answer.unwrap().status, 200);
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_that_does_not_connect() {
    for answer in
        ["HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-x\r\n", ""]
    {
        let receiver = Receiver::answering(answer).await;
        let outgoing = caller(&Policy::default(), patient(), through(receiver.at), &no_names());
        assert_eq!(post_to_name(&outgoing, 443).await.answer, Err(Failure::Proxy), "{answer}");
    }
    let (silent, _) = listen("127.0.0.1:0", |mut stream| async move {
        stream.read_to_end(&mut Vec::new()).await?;
        Ok(())
    })
    .await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for at in [silent, nobody] {
        let outgoing = caller(&Policy::default(), hasty(), through(at), &no_names());
        assert_eq!(post_to_name(&outgoing, 443).await.answer, Err(Failure::Proxy));
    }
}
