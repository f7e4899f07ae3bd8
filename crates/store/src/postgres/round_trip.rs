//! Sends several requests before waiting for the first answer.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio_postgres::{Client, Error};

/// Polls the requests in order until all have answered. The driver sends a request when it is first polled, so all are
/// sent in this order before the first answer is awaited.
pub(super) async fn all<T>(requests: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut requests: Vec<(Pin<Box<_>>, Option<T>)> = requests.into_iter().map(|one| (Box::pin(one), None)).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (request, answer) in &mut requests {
            if answer.is_none() {
                match request.as_mut().poll(context) {
                    Poll::Ready(value) => *answer = Some(value),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    requests.into_iter().filter_map(|(_, answer)| answer).collect()
}

/// Sends `begin`, if given, and the request right after it; the first error of the two.
pub(super) async fn after_begin<T>(
    client: &Client,
    begin: Option<&str>,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(begin) = begin else { return request.await };
    let begin = pin!(client.batch_execute(begin));
    let (begun, answer) = tokio::join!(biased; begin, request);
    begun?;
    answer
}
