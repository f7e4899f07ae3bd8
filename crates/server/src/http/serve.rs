//! The accept loop, one task per connection, and the shutdown.

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

/// The library's limit for an incomplete head. The guard refuses complete heads below this size, with knowledge of
/// the path.
const HEAD_BYTES: usize = 32 * 1024;
/// Above what the guard allows, so that the guard answers: it knows the path.
const HEAD_LINES: usize = 1024;

/// How long the shutdown waits for requests that have arrived at the machine to be read.
const SETTLE: Duration = Duration::from_millis(50);

/// Connections the operating system queues before `accept`; it may allow fewer. When the queue is full, a client's
/// system retries after about a second.
const BACKLOG: u32 = 4096;

/// Listens on an address. Fails when the address is not one of this machine, or is in use.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restarted server may bind its address at once, as with tokio's own listener.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The phases of the shutdown, in this order.
#[derive(Clone, Copy)]
enum Phase {
    Serve,
    Drain,
    Cut,
}

/// Serves the router on the listener until `stop` completes. Then it accepts no further connections, closes idle
/// ones, gives requests under way `limits.drain` to finish, and cuts the rest.
///
/// `refuse` renders the responses of the layers around the router. Handlers find the peer's address as
/// `ConnectInfo<SocketAddr>`. Connections from `proxies` have no share of the slots, because all clients come through
/// them.
///
/// # Errors
/// When the listener is unusable. A failing `accept` is retried, not returned.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: Arc<[IpNet]>,
    refuse: Refuse,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let cap = u32::try_from(limits.connections).unwrap_or(u32::MAX).clamp(1, 1 << 20);
    let slots = ConnectionSlots::new(cap as usize, limits.connections_per_address, proxies);
    let (phase, phases) = watch::channel(Phase::Serve);
    // `with_state(())` finishes the router here; otherwise each request would do it again.
    let router: Router = protect(router, &limits, refuse).with_state(());
    let start = |stream: TcpStream, peer: SocketAddr, slot: ConnectionSlot| {
        let (router, phases) = (router.clone(), phases.clone());
        tokio::spawn(async move {
            connection(stream, peer, router, (limits, refuse), &slot, phases).await;
            drop(slot);
        });
    };

    let mut stop = pin!(stop);
    // An accepted connection that waits for a slot.
    let mut waiting = None;
    loop {
        if waiting.is_none() {
            waiting = Some(tokio::select! {
                biased;
                () = &mut stop => break,
                next = accept(|| listener.accept(), limits.accept_pause) => next,
            });
        }
        let Some((_, peer)) = &waiting else { continue };
        let slot = tokio::select! {
            biased;
            () = &mut stop => break,
            slot = slots.make_room(peer.ip()) => slot,
        };
        match (waiting.take(), slot) {
            (Some((stream, peer)), Ok(slot)) => start(stream, peer, slot),
            (Some((stream, _)), Err(ShareUsed)) => turn_away(&stream, refuse),
            (None, _) => {}
        }
    }

    // Connections in the operating system's queue have often sent a request already.
    let listener = listener.into_std()?;
    let mut next = || match waiting.take() {
        Some(waiting) => Ok(waiting),
        None => {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            Ok::<_, io::Error>((TcpStream::from_std(stream)?, peer))
        }
    };
    while slots.semaphore().available_permits() > 0
        && let Ok((stream, peer)) = next()
        && let Some(slot) = slots.free(peer.ip())
    {
        start(stream, peer, slot);
    }
    drop(listener);
    end(slots.semaphore(), cap, &phase, limits.drain).await;
    Ok(())
}

/// Answers a client whose connections are all busy, if its socket takes the bytes at once, and closes.
fn turn_away(stream: &TcpStream, refuse: Refuse) {
    if let Some(answer) = worded(refuse, StatusCode::TOO_MANY_REQUESTS) {
        // If it does not arrive, the client has to connect again anyway.
        let _written = stream.try_write(&answer);
    }
}

/// Ends all connections; they have ended when all slots are free.
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

/// The next connection; retries failures of `accept`.
async fn accept<F>(mut next: impl FnMut() -> F, pause: Duration) -> (TcpStream, SocketAddr)
where
    F: Future<Output = io::Result<(TcpStream, SocketAddr)>>,
{
    let mut told = false;
    loop {
        match next().await {
            Ok(connection) => return connection,
            // The client closed before it was accepted.
            Err(error) if is_of_one_connection(&error) => {}
            // File descriptors or memory are exhausted. A retry without a pause would use a whole core.
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
    slot: &ConnectionSlot,
    mut phases: watch::Receiver<Phase>,
) {
    // Responses are written in one piece; Nagle's algorithm would only delay them. Without this they still arrive.
    let _ = stream.set_nodelay(true);
    let (state, due) = (slot.state(), AnswerDeadline::default());
    let (of_requests, of_answers) = (Arc::clone(state), due.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&of_requests);
        let mut request = request.map(|body| Body::new(RequestBody::new(body, &state)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, due) = (router.clone().oneshot(request), of_answers.clone());
        Box::pin(async move {
            let answer = answer.await.map(|answer| due.begin(answer, limits.answer_timeout));
            answer.map(|answer| answer.map(|body| GuardedBody::new(body, AnswerTracker::new(state))))
        })
    });
    let stream = TrackedStream::new(RefusalRewriter::new(TokioIo::new(stream), refuse), Arc::clone(state));
    let stream = WriteTimeout::new(stream, limits.write_timeout, due);
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        // A known API client cuts `Location` out of the raw headers by its capitalised name.
        .title_case_headers(true)
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES)
        .serve_connection(stream, service);
    let mut leaves = pin!(state.has_to_leave());
    let mut stays = true;
    loop {
        tokio::select! {
            // The connection first: a request that has arrived is read before the connection is asked to end.
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
                // The rest of a request arrived at the same moment: it is answered, and nothing after it.
                if !state.is_under_way() {
                    return;
                }
                stays = false;
                Pin::new(&mut served).graceful_shutdown();
            }
        }
    }
    state.waits();
    let linger = timeout(limits.linger, linger(served.into_parts().io));
    tokio::select! {
        _ = linger => {}
        () = leaves, if stays => {}
        _ = phases.wait_for(|phase| matches!(phase, Phase::Cut)) => {}
    }
}

/// The next phase; `Cut` if the server was dropped.
async fn next_phase(phases: &mut watch::Receiver<Phase>) -> Phase {
    match phases.changed().await {
        Ok(()) => *phases.borrow_and_update(),
        Err(_) => Phase::Cut,
    }
}

/// Closes the write side, and discards what arrives until the client closes, too.
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
