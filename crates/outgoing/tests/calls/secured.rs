//! TLS: nothing is sent to the wrong host.

use crate::support::*;
use rustls::RootCertStore;
use slotkeeper_outgoing::{Failure, HeaderMap, Limits, Outcome, Outgoing, Policy, TlsFault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn post_over_tls(port: u16, limits: Limits) -> Outcome {
    let outgoing = caller(&outside(port), limits, None, &Names::leading_to(&[&["127.0.0.1"]]));
    post_to_name(&outgoing, port).await
}

#[tokio::test]
async fn the_right_certificate_is_accepted() {
    let receiver = Receiver::secured("receiver", OK).await;
    assert_eq!(post_over_tls(receiver.at.port(), patient()).await.answer.unwrap().body_start, "ok");
}

#[tokio::test]
async fn wrong_certificates_are_distinguished_and_get_no_request() {
    for (certificate, fault) in [("self_signed", TlsFault::UnknownIssuer), ("expired", TlsFault::Expired)] {
        let receiver = Receiver::secured(certificate, OK).await;
        let outcome = post_over_tls(receiver.at.port(), patient()).await;
        assert_eq!(outcome.answer, Err(Failure::Tls(fault)), "{certificate}");
        assert!(receiver.requests().is_empty());
    }
}

#[tokio::test]
async fn a_certificate_is_for_its_name_only() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    let outgoing = caller(&outside(port), patient(), None, &Names::leading_to(&[&["127.0.0.1"]]));
    for host in ["other.example", "www.receiver.example", "127.0.0.1", "localhost"] {
        let url = outgoing.policy().check(&format!("https://{host}:{port}/")).unwrap();
        let outcome = outgoing.post(&url, HeaderMap::new(), Vec::new()).await;
        assert_eq!(outcome.answer, Err(Failure::Tls(TlsFault::WrongName)), "{host}");
    }
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn the_machine_and_an_empty_list_trust_no_stranger() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    let names = Names::leading_to(&[&["127.0.0.1"]]);
    let nobody = Outgoing::with(outside(port), patient(), None, names, RootCertStore::empty());
    let outcome = post_to_name(&nobody, port).await;
    assert_eq!(outcome.answer, Err(Failure::Tls(TlsFault::UnknownIssuer)));

    let machine = Outgoing::new(outside(port), patient(), None);
    let url = machine.policy().check(&format!("https://127.0.0.1:{port}/")).unwrap();
    let outcome = machine.post(&url, HeaderMap::new(), Vec::new()).await;
    assert_eq!(outcome.answer, Err(Failure::Tls(TlsFault::UnknownIssuer)));
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn a_host_without_tls() {
    for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.7\r\n"] {
        let (at, _) = listen("127.0.0.1:0", move |mut stream| async move {
            stream.write_all(answer.as_bytes()).await?;
            stream.read_to_end(&mut Vec::new()).await?;
            Ok(())
        })
        .await;
        let outcome = post_over_tls(at.port(), patient()).await;
        assert_eq!(outcome.answer, Err(Failure::Tls(TlsFault::NoAgreement)), "{answer}");
    }
}

#[tokio::test]
async fn a_handshake_that_stops() {
    let (at, _) = listen("127.0.0.1:0", |mut stream| async move {
        stream.read_buf(&mut Vec::new()).await?;
        Ok(())
    })
    .await;
    assert_eq!(post_over_tls(at.port(), patient()).await.answer, Err(Failure::BrokeOff));

    let (at, _) = listen("127.0.0.1:0", |mut stream| async move {
        stream.read_to_end(&mut Vec::new()).await?;
        Ok(())
    })
    .await;
    assert_eq!(post_over_tls(at.port(), hasty()).await.answer, Err(Failure::TimedOut));
}

/// The demo speaks plain http to this machine, and TLS to every other host.
#[tokio::test]
async fn https_is_never_spoken_in_the_clear() {
    let receiver = Receiver::answering(OK).await;
    let outgoing = Outgoing::new(Policy { loopback_http: true, ..Policy::default() }, patient(), None);
    let url = outgoing.policy().check(&format!("https://127.0.0.1:{}/", receiver.at.port())).unwrap();
    // The TLS greeting is not a request, so this receiver waits for more of it.
    let limits = Outgoing::new(outgoing.policy().clone(), hasty(), None);
    assert_eq!(limits.post(&url, HeaderMap::new(), Vec::new()).await.answer, Err(Failure::TimedOut));
    assert!(receiver.requests().is_empty());
}
