//! Names that resolve to forbidden addresses.

use crate::support::*;
use slotkeeper_outgoing::{Failure, Limits, Policy};
use std::time::Duration;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn a_name_that_leads_inward_is_not_called() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    for address in ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::1", "10.0.0.1", "169.254.169.254", "64:ff9b::7f00:1"]
    {
        for policy in [Policy::default(), demo()] {
            let policy = Policy { ports: vec![port], ..policy };
            let outgoing = caller(&policy, patient(), None, &Names::leading_to(&[&[address]]));
            let outcome = post_to_name(&outgoing, port).await;
            assert_eq!(outcome.answer, Err(Failure::RefusedAddress), "{address}");
        }
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn one_inner_address_among_others_is_enough() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    for found in [&["8.8.8.8", "127.0.0.1"][..], &["127.0.0.1", "8.8.8.8"], &["127.0.0.1", "10.0.0.1"]] {
        let policy = Policy { ports: vec![port], ..Policy::default() };
        let outgoing = caller(&policy, patient(), None, &Names::leading_to(&[found]));
        assert_eq!(post_to_name(&outgoing, port).await.answer, Err(Failure::RefusedAddress), "{found:?}");
    }
    let outgoing = caller(&outside(port), patient(), None, &Names::leading_to(&[&["127.0.0.1", "10.0.0.1"]]));
    assert_eq!(post_to_name(&outgoing, port).await.answer, Err(Failure::RefusedAddress));
    assert_eq!(receiver.connections(), 0);
}

/// The name is allowed at the lookup and would be forbidden at a second one: the address found first is called.
#[tokio::test]
async fn a_name_is_looked_up_once_for_each_call() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    let trap = Receiver::secured_at(&format!("127.0.0.2:{port}"), "receiver", OK).await;
    let names = Names::leading_to(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let outgoing = caller(&outside(port), patient(), None, &names);

    let outcome = post_to_name(&outgoing, port).await;
    assert_eq!(outcome.answer.unwrap().status, 200);
    assert_eq!((names.asked(), receiver.connections()), (vec![NAME.to_owned()], 1));

    assert_eq!(post_to_name(&outgoing, port).await.answer, Err(Failure::RefusedAddress));
    assert_eq!((names.asked().len(), receiver.connections(), trap.connections()), (2, 1, 0));
}

#[tokio::test]
async fn an_allowed_network_can_be_called() {
    let receiver = Receiver::secured("receiver", OK).await;
    let outgoing = caller(&outside(receiver.at.port()), patient(), None, &Names::leading_to(&[&["127.0.0.1"]]));
    assert_eq!(post_to_name(&outgoing, receiver.at.port()).await.answer.unwrap().status, 200);
    let request = receiver.requests().remove(0);
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nHost: {NAME}:{}\r\n", receiver.at.port())), "{request}");
}

/// 0.0.0.0 leads to this machine; only the connection shows it.
#[tokio::test]
async fn who_is_at_the_other_end_is_checked_too() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    let allowed = vec!["0.0.0.0".parse().unwrap()];
    let policy = Policy { allowed, ports: vec![port], ..Policy::default() };
    let outgoing = caller(&policy, patient(), None, &Names::leading_to(&[&["0.0.0.0"]]));
    assert_eq!(post_to_name(&outgoing, port).await.answer, Err(Failure::RefusedAddress));
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let receiver = Receiver::secured("receiver", OK).await;
    let port = receiver.at.port();
    let allowed = vec!["127.0.0.0/8".parse().unwrap()];
    let policy = Policy { allowed, ports: vec![port], ..Policy::default() };
    let outgoing = caller(&policy, patient(), None, &Names::leading_to(&[&["127.0.0.3", "127.0.0.1"]]));
    assert_eq!(post_to_name(&outgoing, port).await.answer.unwrap().status, 200);
}

#[tokio::test]
async fn names_without_addresses() {
    let nothing = Names::leading_to(&[&[]]);
    let hanging = Names::default();
    let short = Limits { lookup: Duration::from_millis(50), ..patient() };
    for names in [nothing, hanging] {
        let outgoing = caller(&Policy::default(), short.clone(), None, &names);
        assert_eq!(post_to_name(&outgoing, 443).await.answer, Err(Failure::NameNotFound));
    }
}
