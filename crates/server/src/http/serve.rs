//! The accept loop, one task for each connection, and the way everything ends.

use super::patient::{Due, Patient};
use super::wording::Worded;
use super::{Limits, Refuse, protect};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBuf, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// Larger than what the guard lets through, so that it answers: it knows the path. What is larger still the HTTP
/// library refuses.
const HEAD_BYTES: usize = 256 * 1024;
const HEAD_LINES: usize = 1024;

/// How long the bytes of requests that have reached the machine may take to be noticed when the server stops.
const SETTLE: Duration = Duration::from_millis(50);

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
/// `ConnectInfo<SocketAddr>`.
///
/// # Errors
///
/// When the listener is not usable at all. Failures to accept are waited out, not returned.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    refuse: Refuse,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let cap = u32::try_from(limits.connections).unwrap_or(u32::MAX).clamp(1, 1 << 20);
    let slots = Arc::new(Semaphore::new(cap as usize));
    let (phase, phases) = watch::channel(Phase::Serve);
    // The state, though it is none, makes the router ready to be called; otherwise each request would do it again.
    let router: Router = protect(router, &limits, refuse).with_state(());
    let start = |stream: TcpStream, peer: SocketAddr, slot: OwnedSemaphorePermit| {
        let (router, phases) = (router.clone(), phases.clone());
        tokio::spawn(async move {
            connection(stream, peer, router, limits, refuse, phases).await;
            drop(slot);
        });
    };

    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The place comes first: when all are taken, new connections wait in the system's queue.
            let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
            let (stream, peer) = accept(|| listener.accept(), limits.accept_pause).await;
            io::Result::Ok((stream, peer, slot))
        };
        let (stream, peer, slot) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = next => next?,
        };
        start(stream, peer, slot);
    }

    // Who was let in by the system but not yet by us has often sent a request already.
    let listener = listener.into_std()?;
    while let Ok(slot) = slots.clone().try_acquire_owned()
        && let Ok((stream, peer)) = listener.accept()
    {
        stream.set_nonblocking(true)?;
        start(TcpStream::from_std(stream)?, peer, slot);
    }
    drop(listener);
    end(&slots, cap, &phase, limits.drain).await;
    Ok(())
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
    limits: Limits,
    refuse: Refuse,
    mut phases: watch::Receiver<Phase>,
) {
    // Answers are written in one piece; waiting for more only delays them. Without it they still arrive.
    let _ = stream.set_nodelay(true);
    let due = Due::default();
    let stream = Patient::new(Worded::new(TokioIo::new(stream), refuse), limits.write_timeout, due.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, due) = (router.clone().oneshot(request), due.clone());
        Box::pin(async move { answer.await.map(|answer| due.begin(answer, limits.answer_timeout)) })
    });
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        // One client of the API cuts `Location` out of the raw headers by its name.
        .title_case_headers(true)
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES)
        .serve_connection(stream, service);
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
            }
        }
    }
    let linger = timeout(limits.linger, linger(served.into_parts().io));
    tokio::select! {
        _ = linger => {}
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
async fn linger(mut stream: Patient<Worded<TokioIo<TcpStream>>>) -> io::Result<()> {
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
