//! A steady load: requests are due at fixed times, independent of earlier ones. Durations count from the due time, so
//! that a pause of the server counts for every request that waited.

use super::job::{Asked, BookingRequests};
use super::machine::{core_time, processor_time};
use super::wire::Connection;
use crate::load::Dice;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Connections used in turn.
const CONNECTIONS: u32 = 64;

#[derive(Debug, Clone)]
pub struct Mix {
    /// Read requests by kind; every kind is sent as often.
    pub reads: Arc<Vec<Vec<Vec<u8>>>>,
    /// One request in ten: holds and bookings in turn.
    pub writes: BookingRequests,
}

/// Durations of the requests, sorted.
#[derive(Debug, Default)]
pub struct Steady {
    pub reads: Vec<Duration>,
    pub writes: Vec<Duration>,
    /// The largest delay of the client itself; if it is more than a little, the durations are not valid.
    pub late: Duration,
    /// The used part of the server's core, 0 to 1.
    pub busy: Option<f64>,
    /// The part of that core used by other programs.
    pub others: Option<f64>,
}

impl Steady {
    #[must_use]
    pub fn percentile(times: &[Duration], percent: usize) -> Duration {
        times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

/// A request that is due.
#[derive(Clone, Copy)]
struct Due {
    at: Instant,
    number: u32,
}

/// Sends `rate` requests a second.
pub async fn steady(mix: &Mix, asked: &Asked, rate: u32, lasting: Duration) -> anyhow::Result<Steady> {
    let mut lines = Vec::new();
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let connection = Connection::open(mix.writes.door.address).await?;
        let (line, due) = unbounded_channel();
        lines.push(line);
        tasks.push(tokio::spawn(answer(connection, mix.clone(), due)));
    }
    let core = || asked.core.as_deref().and_then(core_time);
    let (began, server_before, core_before) = (Instant::now(), processor_time(asked.pid), core());
    let mut steady = Steady::default();
    let all = rate.saturating_mul(u32::try_from(lasting.as_secs())?);
    for (number, line) in (0..all).zip(lines.iter().cycle()) {
        let at = began + Duration::from_secs(1) * number / rate;
        // The runtime's timer has milliseconds, so this loop polls the time; it has a core to itself.
        while Instant::now() < at {
            tokio::task::yield_now().await;
        }
        steady.late = steady.late.max(at.elapsed());
        line.send(Due { at, number })?;
    }
    let share = |before: Option<Duration>, after: Option<Duration>| {
        Some(after?.checked_sub(before?)?.as_secs_f64() / began.elapsed().as_secs_f64())
    };
    steady.busy = share(server_before, processor_time(asked.pid));
    steady.others = share(core_before, core()).zip(steady.busy).map(|(core, server)| (core - server).max(0.0));
    drop(lines);
    for task in tasks {
        let (reads, writes) = task.await??;
        steady.reads.extend(reads);
        steady.writes.extend(writes);
    }
    steady.reads.sort();
    steady.writes.sort();
    Ok(steady)
}

/// One connection: sends due requests and records their durations.
async fn answer(
    mut connection: Connection,
    mix: Mix,
    mut due: UnboundedReceiver<Due>,
) -> anyhow::Result<(Vec<Duration>, Vec<Duration>)> {
    let (mut reads, mut writes, mut dice) = (Vec::new(), Vec::new(), Dice::new()?);
    while let Some(Due { at, number }) = due.recv().await {
        if number.is_multiple_of(10) {
            let (hold, booking) = mix.writes.requests(&mut dice);
            let request = if number.is_multiple_of(20) { hold } else { booking };
            connection.must(&request, 201).await?;
            writes.push(at.elapsed());
        } else {
            let kind = &mix.reads[dice.below(mix.reads.len())];
            connection.must(&kind[dice.below(kind.len())], 200).await?;
            reads.push(at.elapsed());
        }
    }
    Ok((reads, writes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_times_in_order() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(Steady::percentile(&times, 50), Duration::from_millis(51));
        assert_eq!(Steady::percentile(&times, 99), Duration::from_millis(100));
        assert_eq!(Steady::percentile(&[], 99), Duration::ZERO);
    }
}
