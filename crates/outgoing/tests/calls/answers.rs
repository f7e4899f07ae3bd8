//! What is sent, and how every kind of response is handled.

use crate::support::*;
use slotkeeper_outgoing::{
    Failure, HeaderMap, HeaderValue, Limits, Outcome, Outgoing, Policy, ReceiverResponse, Refusal,
};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

fn status(outcome: &Outcome) -> u16 {
    outcome.answer.as_ref().unwrap().status
}

fn body(outcome: &Outcome) -> &str {
    &outcome.answer.as_ref().unwrap().body_start
}

/// Whether the caller closes the connection.
async fn is_cut_off(stream: &mut (impl AsyncReadExt + Unpin)) -> bool {
    let mut rest = [0; 64];
    loop {
        match stream.read(&mut rest).await {
            Ok(0) | Err(_) => return true,
            Ok(_) => {}
        }
    }
}

#[tokio::test]
async fn the_request_is_what_was_given() {
    let receiver = Receiver::answering("HTTP/1.1 202 Accepted\r\nContent-Length: 6\r\n\r\nthanks").await;
    let outgoing = Outgoing::new(demo(), patient(), None);
    let url = outgoing.policy().check(&receiver.http("/a/../b?c=%2f&d=[1]|2")).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("x-bookeo-signature", "abc"),
        ("host", "elsewhere.example"),
        ("content-length", "1"),
        ("transfer-encoding", "chunked"),
        ("connection", "keep-alive"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let outcome = outgoing.post(&url, headers, "{\"für\":1}".as_bytes().to_vec()).await;
    let answer = ReceiverResponse { status: 202, retry_after: None, body_start: "thanks".into() };
    assert_eq!(outcome.answer, Ok(answer));

    let request = receiver.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<_> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /a/../b?c=%2f&d=[1]|2 HTTP/1.1");
    lines.sort_unstable();
    let host = format!("Host: {}", receiver.at);
    let agent = format!("User-Agent: Slotkeeper/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        lines,
        [
            "Connection: close",
            "Content-Length: 10",
            "Content-Type: application/json",
            &host,
            &agent,
            "X-Bookeo-Signature: abc"
        ]
    );
    assert_eq!(body, "{\"für\":1}");
}

#[tokio::test]
async fn a_redirect_is_a_status_like_others() {
    let elsewhere = Receiver::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    for code in [301, 302, 303, 307, 308] {
        let location = elsewhere.http("/");
        let answer = format!("HTTP/1.1 {code} There\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let receiver = Receiver::answering(answer).await;
        assert_eq!(status(&post(&receiver.http("/"), patient()).await), code);
        assert_eq!(receiver.connections(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn retry_after_is_returned() {
    let answer = "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n";
    let outcome = post(&Receiver::answering(answer).await.http("/"), patient()).await;
    let retry = outcome.answer.unwrap().retry_after.unwrap();
    assert_eq!(retry.wait(slotkeeper_domain::time::Instant::from_millis(0)), Duration::from_secs(120));
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let answer =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(status(&post(&Receiver::answering(answer).await.http("/"), patient()).await), 204);
    let switch = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxxxx";
    assert_eq!(status(&post(&Receiver::answering(switch).await.http("/"), patient()).await), 101);
}

#[tokio::test]
async fn a_head_that_is_late_is_no_answer() {
    let silent = Receiver::doing(|mut stream| async move {
        is_cut_off(&mut stream).await;
        Ok(())
    })
    .await;
    let dripping = Receiver::doing(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await?;
        loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let chatting = Receiver::doing(|mut stream| async move {
        loop {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for receiver in [silent, dripping, chatting] {
        let outcome = post(&receiver.http("/"), hasty()).await;
        assert_eq!(outcome.answer, Err(Failure::TimedOut));
        assert!(outcome.duration >= hasty().total, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_reads_nothing_is_given_up() {
    let (at, _) = listen("127.0.0.1:0", |stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let outgoing = Outgoing::new(demo(), hasty(), None);
    let url = outgoing.policy().check(&format!("http://{at}/")).unwrap();
    let outcome = outgoing.post(&url, HeaderMap::new(), vec![b'x'; 32 * 1024 * 1024]).await;
    assert_eq!(outcome.answer, Err(Failure::TimedOut));
}

#[tokio::test]
async fn an_answer_may_come_before_the_request_was_read() {
    let (at, _) = listen("127.0.0.1:0", |mut stream| async move {
        stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").await?;
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(())
    })
    .await;
    let outgoing = Outgoing::new(demo(), patient(), None);
    let url = outgoing.policy().check(&format!("http://{at}/")).unwrap();
    let outcome = outgoing.post(&url, HeaderMap::new(), vec![b'x'; 32 * 1024 * 1024]).await;
    assert_eq!(status(&outcome), 413);
}

#[tokio::test]
async fn a_slow_body_leaves_the_status_as_it_is() {
    let receiver = Receiver::doing(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin").await?;
        is_cut_off(&mut stream).await;
        Ok(())
    })
    .await;
    let outcome = post(&receiver.http("/"), hasty()).await;
    assert_eq!((status(&outcome), body(&outcome)), (200, "begin"));
    assert!(outcome.duration >= hasty().total, "{outcome:?}");
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    for head in ["Content-Length: 99999999999\r\n", "Connection: close\r\n", "Transfer-Encoding: chunked\r\n"] {
        let (told, mut written) = mpsc::unbounded_channel();
        let receiver = Receiver::doing(move |mut stream| {
            let told = told.clone();
            async move {
                stream.write_all(format!("HTTP/1.1 500 Oh\r\n{head}\r\n").as_bytes()).await?;
                let part = if head.contains("chunked") {
                    format!("400\r\n{}\r\n", "y".repeat(1024))
                } else {
                    "y".repeat(1024)
                };
                let mut count = 0;
                while stream.write_all(part.as_bytes()).await.is_ok() {
                    count += part.len();
                }
                told.send(count).map_err(io::Error::other)
            }
        })
        .await;
        let outcome = post(&receiver.http("/"), patient()).await;
        assert_eq!((status(&outcome), body(&outcome)), (500, &*"y".repeat(1024)), "{head}");
        // The rest is what the system's buffers take.
        assert!(written.recv().await.unwrap() < 16 * 1024 * 1024, "{head}");
    }
}

#[tokio::test]
async fn lies_about_the_length_leave_the_status_as_it_is() {
    for (answer, start) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdef", "ab"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabcdef", ""),
        ("HTTP/1.1 200 OK\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", ""),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", "abc"),
        (
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x08\0",
            "\u{fffd}\u{fffd}\u{fffd}",
        ),
    ] {
        let outcome = post(&Receiver::answering(answer).await.http("/"), patient()).await;
        assert_eq!((status(&outcome), body(&outcome)), (200, start), "{answer:?}");
    }
}

#[tokio::test]
async fn only_the_first_kilobyte_is_kept() {
    let answer = format!("HTTP/1.1 400 No\r\nContent-Length: 2000\r\n\r\n{}", "ä".repeat(1000));
    let outcome = post(&Receiver::answering(answer).await.http("/"), patient()).await;
    assert_eq!(body(&outcome), "ä".repeat(512));
    let binary = [&b"HTTP/1.1 400 No\r\nContent-Length: 2000\r\n\r\n"[..], &[0xff; 2000]].concat();
    let outcome = post(&Receiver::answering(binary).await.http("/"), patient()).await;
    assert_eq!(body(&outcome), "\u{fffd}".repeat(1024));
}

#[tokio::test]
async fn large_heads_are_not_read() {
    let many = (0..101).map(|number| format!("X{number}: y\r\n")).collect::<String>();
    for headers in [format!("X: {}\r\n", "y".repeat(20_000)), many] {
        let answer = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 0\r\n\r\n");
        assert_eq!(post(&Receiver::answering(answer).await.http("/"), patient()).await.answer, Err(Failure::NotHttp));
    }
    let (told, mut written) = mpsc::unbounded_channel();
    let endless = Receiver::doing(move |mut stream| {
        let told = told.clone();
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await?;
            let mut count = 0;
            while stream.write_all(&[b'y'; 1024]).await.is_ok() {
                count += 1024;
            }
            told.send(count).map_err(io::Error::other)
        }
    })
    .await;
    assert_eq!(post(&endless.http("/"), patient()).await.answer, Err(Failure::NotHttp));
    assert!(written.recv().await.unwrap() < 16 * 1024 * 1024);
    let fits = format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "y".repeat(12_000));
    assert_eq!(status(&post(&Receiver::answering(fits).await.http("/"), patient()).await), 200);
}

#[tokio::test]
async fn what_is_not_http_is_not_an_answer() {
    for answer in [
        "SSH-2.0-OpenSSH_9.7\r\n",
        "220 mail.example ESMTP\r\n",
        "-ERR unknown command\r\n",
        "<html>hello</html>\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: soon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nbroken header\r\n\r\n",
    ] {
        let outcome = post(&Receiver::answering(answer).await.http("/"), patient()).await;
        assert_eq!(outcome.answer, Err(Failure::NotHttp), "{answer:?}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_early_broke_off() {
    for answer in ["", "HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let outcome = post(&Receiver::answering(answer).await.http("/"), patient()).await;
        assert_eq!(outcome.answer, Err(Failure::BrokeOff), "{answer:?}");
    }
    // Unread bytes cause a reset.
    let (at, _) = listen("127.0.0.1:0", |stream| async move { stream.readable().await }).await;
    assert_eq!(post(&format!("http://{at}/"), patient()).await.answer, Err(Failure::BrokeOff));
}

#[tokio::test]
async fn no_listener() {
    // Closed again at once: connections are refused.
    let at = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = post(&format!("http://{at}/"), patient()).await;
    assert_eq!(outcome.answer, Err(Failure::NoConnection));
}

#[tokio::test]
async fn each_call_has_a_connection_of_its_own_and_closes_it() {
    let (told, mut closed) = mpsc::unbounded_channel();
    let receiver = Receiver::doing(move |mut stream| {
        let told = told.clone();
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n").await?;
            told.send(is_cut_off(&mut stream).await).map_err(io::Error::other)
        }
    })
    .await;
    for _ in 0..3 {
        assert_eq!(status(&post(&receiver.http("/"), patient()).await), 200);
        assert!(closed.recv().await.unwrap());
    }
    assert_eq!(receiver.connections(), 3);
}

#[tokio::test]
async fn a_call_that_is_given_up_closes_its_connection() {
    let (told, mut closed) = mpsc::unbounded_channel();
    let receiver = Receiver::doing(move |mut stream| {
        let told = told.clone();
        async move {
            told.send(false).map_err(io::Error::other)?;
            told.send(is_cut_off(&mut stream).await).map_err(io::Error::other)
        }
    })
    .await;
    let url = receiver.http("/");
    let call = tokio::spawn(async move { post(&url, patient()).await });
    assert_eq!(closed.recv().await, Some(false));
    call.abort();
    assert_eq!(closed.recv().await, Some(true));
}

#[tokio::test]
async fn an_address_is_checked_again_when_it_is_called() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let url = demo().check(&receiver.http("/")).unwrap();
    let strict = Outgoing::new(Policy::default(), Limits::default(), None);
    let outcome = strict.post(&url, HeaderMap::new(), Vec::new()).await;
    assert_eq!(outcome.answer, Err(Failure::Refused(Refusal::NotHttps)));
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_anybody_says() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let names = Names::leading_to(&[&["8.8.8.8"]]);
    let outgoing = caller(&demo(), patient(), None, &names);
    for host in ["localhost", "app.localhost"] {
        let url = outgoing.policy().check(&format!("http://{host}:{}/", receiver.at.port())).unwrap();
        assert_eq!(status(&outgoing.post(&url, HeaderMap::new(), Vec::new()).await), 200, "{host}");
    }
    assert!(names.asked().is_empty());
}
