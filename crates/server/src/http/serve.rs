//! The accept loop, one task for each connection, and the way everything ends.

use super::connection_slots::{ConnectionSlot, ConnectionSlots, ShareUsed};
use super::guarded_body::GuardedBody;
use super::refusal_rewriter::{RefusalRewriter, worded};
use super::tracked_stream::{AnswerTracker, RequestBody, TrackedStream};
use super::write_timeout::{AnswerDeadline, WriteTimeout};
use super::{Limits, Refuse, protect};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBuf, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// How much of a head that has not ended is kept: what is larger the HTTP library refuses. Whole heads the guard refuses before
/// they are that large, and knows the path.
const HEAD_BYTES: usize = 32 * 1024;
/// More than what the guard lets through, so that it answers: it knows the path.
const HEAD_LINES: usize = 1024;

/// How long the bytes of requests that have reached the machine may take to be noticed when the server stops.
const SETTLE: Duration = Duration::from_millis(50);

/// How many connections the system lets in ahead of us; it may allow fewer. Where there is no room, it lets a client knock again
/// after a second.
const BACKLOG: u32 = 4096;

/// Listens on an address.
///
/// # Errors
///
/// When it is not one of this machine, or taken.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that is started again may have its address at once, as tokio's own listener does it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What the connections are told, in this order.
#[derive(Clone, Copy)]
enum Phase {
    Serve,
    Drain,
    Cut,
}

/// Serves the router on the listener until `stop` completes; then takes no new connection, closes the idle ones, lets
/// the requests under way finish for `limits.drain`, and cuts what is left.
///
/// Around the router stands what every request passes: the log line, the limits of URI and headers, the time limit,
/// an answer for a handler that panics. `refuse` writes what they answer. Handlers find the peer's address as
/// `ConnectInfo<SocketAddr>`. Connections from `proxies` have no share of the places, because everybody comes through them.
///
/// # Errors
///
/// When the listener is not usable at all. Failures to accept are waited out, not returned.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: Arc<[IpNet]>,
    refuse: Refuse,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let cap = u32::try_from(limits.connections).unwrap_or(u32::MAX).clamp(1, 1 << 20);
    let places = ConnectionSlots::new(cap as usize, limits.connections_per_address, proxies);
    let (phase, phases) = watch::channel(Phase::Serve);
    // The state, though it is none, makes the router ready to be called; otherwise each request would do it again.
    let router: Router = protect(router, &limits, refuse).with_state(());
    let start = |stream: TcpStream, peer: SocketAddr, place: ConnectionSlot| {
        let (router, phases) = (router.clone(), phases.clone());
        tokio::spawn(async move {
            connection(stream, peer, router, (limits, refuse), &place, phases).await;
            drop(place);
        });
    };

    let mut stop = pin!(stop);
    // The connection for which a place is being looked for.
    let mut in_hand = None;
    loop {
        if in_hand.is_none() {
            in_hand = Some(tokio::select! {
                biased;
                () = &mut stop => break,
                next = accept(|| listener.accept(), limits.accept_pause) => next,
            });
        }
        let Some((_, peer)) = &in_hand else { continue };
        let place = tokio::select! {
            biased;
            () = &mut stop => break,
            place = places.make_room(peer.ip()) => place,
        };
        match (in_hand.take(), place) {
            (Some((stream, peer)), Ok(place)) => start(stream, peer, place),
            (Some((stream, _)), Err(ShareUsed)) => turn_away(&stream, refuse),
            (None, _) => {}
        }
    }

    // Who was let in by the system but not yet by us has often sent a request already.
    let listener = listener.into_std()?;
    let mut next = || match in_hand.take() {
        Some(waiting) => Ok(waiting),
        None => {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            Ok::<_, io::Error>((TcpStream::from_std(stream)?, peer))
        }
    };
    while places.slots().available_permits() > 0
        && let Ok((stream, peer)) = next()
        && let Some(place) = places.free(peer.ip())
    {
        start(stream, peer, place);
    }
    drop(listener);
    end(places.slots(), cap, &phase, limits.drain).await;
    Ok(())
}

/// Tells a client whose connections are all busy to come again, if it takes that at once, and hangs up.
fn turn_away(stream: &TcpStream, refuse: Refuse) {
    if let Some(answer) = worded(refuse, StatusCode::TOO_MANY_REQUESTS) {
        // Whether it arrives is up to the client, which has to connect again anyway.
        let _told = stream.try_write(&answer);
    }
}

/// Lets all connections end. They have when every place is free again.
async fn end(slots: &Semaphore, cap: u32, phase: &watch::Sender<Phase>, drain: Duration) {
    let drained = async {
        if timeout(SETTLE, slots.acquire_many(cap)).await.is_err() {
            phase.send_replace(Phase::Drain);
            drop(slots.acquire_many(cap).await);
        }
    };
    if timeout(drain, drained).await.is_err() {
        let open = cap as usize - slots.available_permits();
        tracing::warn!(open, "connections that did not end in time are cut");
        phase.send_replace(Phase::Cut);
        drop(slots.acquire_many(cap).await);
    }
}

/// The next connection, however often the system fails to give one.
async fn accept<F>(mut next: impl FnMut() -> F, pause: Duration) -> (TcpStream, SocketAddr)
where
    F: Future<Output = io::Result<(TcpStream, SocketAddr)>>,
{
    let mut told = false;
    loop {
        match next().await {
            Ok(connection) => return connection,
            // The client went away between knocking and being let in.
            Err(error) if is_of_one_connection(&error) => {}
            // No file descriptor or no memory is left. Trying again at once would take a whole core.
            Err(error) => {
                if !told {
                    tracing::error!(%error, "no connection can be accepted; trying again");
                    told = true;
                }
                sleep(pause).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    (limits, refuse): (Limits, Refuse),
    place: &ConnectionSlot,
    mut phases: watch::Receiver<Phase>,
) {
    // Answers are written in one piece; waiting for more only delays them. Without it they still arrive.
    let _ = stream.set_nodelay(true);
    let (seat, due) = (place.seat(), AnswerDeadline::default());
    let (of_requests, of_answers) = (Arc::clone(seat), due.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let seat = Arc::clone(&of_requests);
        let mut request = request.map(|body| Body::new(RequestBody::new(body, &seat)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, due) = (router.clone().oneshot(request), of_answers.clone());
        Box::pin(async move {
            let answer = answer.await.map(|answer| due.begin(answer, limits.answer_timeout));
            answer.map(|answer| answer.map(|body| GuardedBody::new(body, AnswerTracker::new(seat))))
        })
    });
    let stream = TrackedStream::new(RefusalRewriter::new(TokioIo::new(stream), refuse), Arc::clone(seat));
    let stream = WriteTimeout::new(stream, limits.write_timeout, due);
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        // One client of the API cuts `Location` out of the raw headers by its name.
        .title_case_headers(true)
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES)
        .serve_connection(stream, service);
    let mut leaves = pin!(seat.has_to_leave());
    let mut stays = true;
    loop {
        tokio::select! {
            // The connection first: a request that is already there is read before the connection is told to end.
            biased;
            result = poll_fn(|context| served.poll_without_shutdown(context)) => {
                if let Err(error) = result {
                    tracing::debug!(%error, "a connection ended early");
                }
                break;
            }
            phase = next_phase(&mut phases) => match phase {
                Phase::Serve => {}
                Phase::Drain => Pin::new(&mut served).graceful_shutdown(),
                Phase::Cut => return,
            },
            () = &mut leaves, if stays => {
                // The rest of a request came in the same moment: it is answered, and nothing after it.
                if !seat.is_under_way() {
                    return;
                }
                stays = false;
                Pin::new(&mut served).graceful_shutdown();
            }
        }
    }
    seat.waits();
    let linger = timeout(limits.linger, linger(served.into_parts().io));
    tokio::select! {
        _ = linger => {}
        () = leaves, if stays => {}
        _ = phases.wait_for(|phase| matches!(phase, Phase::Cut)) => {}
    }
}

/// What is told next; cut, when the server was dropped and nobody is left to tell.
async fn next_phase(phases: &mut watch::Receiver<Phase>) -> Phase {
    match phases.changed().await {
        Ok(()) => *phases.borrow_and_update(),
        Err(_) => Phase::Cut,
    }
}

/// Says that nothing more will be written, and throws away what still comes until the client closes too.
async fn linger(mut stream: WriteTimeout<TrackedStream<RefusalRewriter<TokioIo<TcpStream>>>>) -> io::Result<()> {
    poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await?;
    let mut waste = vec![0; 16 * 1024];
    loop {
        let mut buffer = ReadBuf::new(&mut waste);
        poll_fn(|context| Pin::new(&mut stream).poll_read(context, buffer.unfilled())).await?;
        if buffer.filled().is_empty() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn failures_to_accept_are_waited_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let tries = AtomicUsize::new(0);
        let next = || async {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 => Err(io::ErrorKind::ConnectionAborted.into()),
                1 | 2 => Err(io::Error::from_raw_os_error(24)), // EMFILE
                _ => listener.accept().await,
            }
        };
        let pause = Duration::from_millis(20);
        let begin = std::time::Instant::now();
        accept(next, pause).await;
        assert_eq!(tries.load(Ordering::Relaxed), 4);
        assert!(begin.elapsed() >= 2 * pause, "it must not spin");
    }
}
