//! Which connection has a slot, and which one is closed to make room for a new one.
//!
//! A connection without a request under way only waits for one. When all slots are taken, the one that has waited
//! longest is closed; after those, the one whose request has been arriving longest. Neither is closed before `GRACE`
//! has passed, so that a crowd of reconnecting clients does not cut those that were accepted a moment ago. The grace
//! ends early once a new connection has waited for `GRACE` itself: clients that send requests without a pause would
//! otherwise never give way. New connections behind it then skip the grace for `RUSH`, because their waits would add
//! up; for each response that completes meanwhile one connection is closed. An address has a share of the slots, so
//! that one client first displaces its own connections. A connection whose request is being handled or answered is
//! never cut.

use ipnet::IpNet;
use slotkeeper_domain::network::Networks;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::timeout;

/// How long a connection is left alone while its head or body is awaited, even if all slots are taken. Most requests
/// arrive with the connection or soon after it.
const GRACE: Duration = Duration::from_millis(200);

/// How long new connections skip the grace of others after one has waited in vain.
const RUSH: Duration = Duration::from_secs(1);

/// Interval between two searches for a connection to close.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The address has its share of connections, and requests are under way on all of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShareUsed;

/// The slots of all connections.
pub(super) struct ConnectionSlots {
    slots: Arc<Semaphore>,
    share: usize,
    /// How many slots are freed at once, so that a crowd of new connections does not wait for each of them.
    at_once: usize,
    proxies: Arc<[IpNet]>,
    table: Mutex<Table<Arc<ConnectionState>>>,
    /// Whether a search for a connection to close is under way.
    looking: AtomicBool,
}

/// Marks a search as under way until it is dropped.
struct Looking<'a>(&'a AtomicBool);

impl<'a> Looking<'a> {
    fn new(slots: &'a ConnectionSlots) -> Self {
        slots.looking.store(true, Ordering::Relaxed);
        Self(&slots.looking)
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl ConnectionSlots {
    /// `cap` slots, of which one address can have `share`. Addresses of proxies have no share: all clients come
    /// through them.
    pub(super) fn new(cap: usize, share: usize, proxies: Arc<[IpNet]>) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(cap));
        let at_once = (cap / 32).clamp(1, 32);
        Arc::new(Self {
            slots,
            share: share.max(1),
            at_once,
            proxies,
            table: Mutex::default(),
            looking: AtomicBool::new(false),
        })
    }

    /// The free slots; all of them are free once every connection has ended.
    pub(super) fn semaphore(&self) -> &Semaphore {
        &self.slots
    }

    /// A slot for a connection from this address. Waits while requests are under way on all connections.
    pub(super) async fn make_room(self: &Arc<Self>, peer: IpAddr) -> Result<ConnectionSlot, ShareUsed> {
        let holder = self.holder(peer);
        if let Some(holder) = holder {
            let leaves = self.table().within_share(holder, self.share, Instant::now())?;
            ask_to_leave(leaves);
        }
        let begun = Instant::now();
        let _looking = Looking::new(self);
        let slot = loop {
            match self.slots.clone().try_acquire_owned() {
                Ok(slot) => break slot,
                Err(TryAcquireError::Closed) => return Err(ShareUsed),
                Err(TryAcquireError::NoPermits) => {}
            }
            let now = Instant::now();
            let grace = self.table().grace(begun, now);
            for _ in 0..self.at_once {
                let leaves = self.table().oldest(now, grace);
                ask_to_leave(leaves);
            }
            if let Ok(Ok(slot)) = timeout(LOOK_AGAIN, self.slots.clone().acquire_owned()).await {
                break slot;
            }
        };
        Ok(self.occupy(holder, slot))
    }

    /// A slot if one is free.
    pub(super) fn free(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionSlot> {
        let slot = self.slots.clone().try_acquire_owned().ok()?;
        Some(self.occupy(self.holder(peer), slot))
    }

    /// The client that an address counts for; `None` for a proxy.
    fn holder(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        (!self.proxies.iter().any(|network| network.contains(&peer))).then(|| Networks::of(peer).client)
    }

    fn occupy(self: &Arc<Self>, holder: Option<IpAddr>, slot: OwnedSemaphorePermit) -> ConnectionSlot {
        let mut table = self.table();
        let state = Arc::new(ConnectionState {
            slots: Arc::clone(self),
            id: table.next_id(),
            leave: Notify::new(),
            under_way: AtomicBool::new(false),
            answered: AtomicBool::new(false),
        });
        table.add(state.id, holder, Arc::clone(&state), Instant::now());
        ConnectionSlot { state, _slot: slot }
    }

    /// A poisoned lock is used all the same: no change under it can be left half done.
    fn table(&self) -> MutexGuard<'_, Table<Arc<ConnectionState>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ask_to_leave(state: Option<Arc<ConnectionState>>) {
    if let Some(state) = state {
        state.leave.notify_one();
    }
}

/// The slot of one connection, freed on drop.
pub(super) struct ConnectionSlot {
    state: Arc<ConnectionState>,
    _slot: OwnedSemaphorePermit,
}

impl ConnectionSlot {
    pub(super) fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.state.slots.table().remove(self.state.id);
    }
}

/// The state of one connection, shared with its body and stream.
pub(super) struct ConnectionState {
    slots: Arc<ConnectionSlots>,
    id: u64,
    leave: Notify,
    /// From the complete request to the last byte of its response.
    under_way: AtomicBool,
    /// Whether the whole response has been handed to the HTTP library.
    answered: AtomicBool,
}

impl ConnectionState {
    /// The head has arrived; a body follows.
    pub(super) fn body_arrives(&self) {
        self.answered.store(false, Ordering::Release);
        self.slots.table().set(self.id, Stage::Body, Instant::now());
    }

    /// The whole request has arrived.
    pub(super) fn works(&self) {
        // The response to the previous request may not be written yet.
        self.answered.store(false, Ordering::Release);
        self.under_way.store(true, Ordering::Release);
        self.slots.table().set(self.id, Stage::Work, Instant::now());
    }

    /// The whole response has been handed over; it still has to be written.
    pub(super) fn answered(&self) {
        self.answered.store(true, Ordering::Release);
    }

    /// Everything handed over has been written.
    pub(super) fn written(&self) {
        if self.answered.swap(false, Ordering::AcqRel) {
            self.waits();
        }
    }

    /// Nothing is under way.
    pub(super) fn waits(&self) {
        self.under_way.store(false, Ordering::Release);
        let (now, slots) = (Instant::now(), &self.slots);
        let leaves = {
            let mut table = slots.table();
            table.set(self.id, Stage::Wait, now);
            (slots.looking.load(Ordering::Relaxed) && table.rushes(now)).then(|| table.oldest(now, Duration::ZERO))
        };
        ask_to_leave(leaves.flatten());
    }

    /// Completes when the connection has to be closed.
    pub(super) async fn has_to_leave(&self) {
        self.leave.notified().await;
    }

    /// Whether a complete request is not yet fully answered. The connection is then closed after the response.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.load(Ordering::Acquire)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The head of a request has not arrived completely.
    Wait,
    /// The body of a request is arriving.
    Body,
    /// A request is being handled or answered.
    Work,
    /// It was asked to close and no longer counts.
    Leave,
}

/// Connections by the time they entered their stage.
#[derive(Debug, Default)]
struct Queues {
    waiting: BTreeMap<u64, (u64, Instant)>,
    bodies: BTreeMap<u64, (u64, Instant)>,
}

impl Queues {
    fn add(&mut self, turn: u64, id: u64, stage: Stage, now: Instant) {
        match stage {
            Stage::Wait => drop(self.waiting.insert(turn, (id, now))),
            Stage::Body => drop(self.bodies.insert(turn, (id, now))),
            Stage::Work | Stage::Leave => {}
        }
    }

    fn remove(&mut self, turn: u64) {
        self.waiting.remove(&turn);
        self.bodies.remove(&turn);
    }

    /// The connection to close first: one that has waited for at least `grace`, or a body that has been arriving for
    /// it.
    fn first(&self, now: Instant, grace: Duration) -> Option<u64> {
        let first = |line: &BTreeMap<u64, (u64, Instant)>, grace| {
            let (id, since) = line.values().next()?;
            (now.saturating_duration_since(*since) >= grace).then_some(*id)
        };
        first(&self.waiting, grace).or_else(|| first(&self.bodies, GRACE))
    }
}

#[derive(Debug)]
struct Entry<S> {
    holder: Option<IpAddr>,
    stage: Stage,
    turn: u64,
    state: S,
}

#[derive(Debug, Default)]
struct Client {
    count: usize,
    lines: Queues,
}

#[derive(Debug)]
struct Table<S> {
    counter: u64,
    entries: HashMap<u64, Entry<S>>,
    lines: Queues,
    holders: HashMap<IpAddr, Client>,
    /// Until when new connections skip the grace.
    rush_ends: Option<Instant>,
}

impl<S> Default for Table<S> {
    fn default() -> Self {
        Self { counter: 0, entries: HashMap::new(), lines: Queues::default(), holders: HashMap::new(), rush_ends: None }
    }
}

impl<S: Clone> Table<S> {
    fn next_id(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    fn add(&mut self, id: u64, holder: Option<IpAddr>, state: S, now: Instant) {
        if let Some(holder) = holder {
            self.holders.entry(holder).or_default().count += 1;
        }
        self.entries.insert(id, Entry { holder, stage: Stage::Work, turn: 0, state });
        self.set(id, Stage::Wait, now);
    }

    /// Sets the stage of a connection, unless it was asked to close.
    fn set(&mut self, id: u64, stage: Stage, now: Instant) {
        let turn = self.next_id();
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.stage != Stage::Leave) else { return };
        let before = std::mem::replace(&mut entry.turn, turn);
        entry.stage = stage;
        let holder = entry.holder.and_then(|holder| self.holders.get_mut(&holder)).map(|holder| &mut holder.lines);
        for lines in [Some(&mut self.lines), holder].into_iter().flatten() {
            lines.remove(before);
            lines.add(turn, id, stage, now);
        }
    }

    /// The connection no longer counts; returns its entry.
    fn leaves(&mut self, id: u64, now: Instant) -> Option<S> {
        self.set(id, Stage::Leave, now);
        let entry = self.entries.get(&id)?;
        let state = entry.state.clone();
        self.uncount(entry.holder);
        Some(state)
    }

    fn uncount(&mut self, holder: Option<IpAddr>) {
        let Some(holder) = holder else { return };
        if let Some(held) = self.holders.get_mut(&holder) {
            held.count -= 1;
            if held.count == 0 {
                self.holders.remove(&holder);
            }
        }
    }

    fn remove(&mut self, id: u64) {
        if self.entries.get(&id).is_some_and(|entry| entry.stage != Stage::Leave) {
            self.leaves(id, Instant::now());
        }
        self.entries.remove(&id);
    }

    /// Makes room within an address's share if it is used up; returns the connection to close for it.
    fn within_share(&mut self, holder: IpAddr, share: usize, now: Instant) -> Result<Option<S>, ShareUsed> {
        let Some(held) = self.holders.get(&holder).filter(|held| held.count >= share) else { return Ok(None) };
        // No grace here: the new connection belongs to the same address.
        let id = held.lines.first(now, Duration::ZERO).ok_or(ShareUsed)?;
        Ok(self.leaves(id, now))
    }

    /// The grace that applies to a new connection that has been looking since `begun`. It is zero once that one has
    /// waited for `GRACE`: clients that send without a pause never wait that long.
    fn grace(&mut self, begun: Instant, now: Instant) -> Duration {
        if now.saturating_duration_since(begun) >= GRACE {
            self.rush_ends = Some(now + RUSH);
        }
        if self.rushes(now) { Duration::ZERO } else { GRACE }
    }

    /// Whether a new connection has recently waited in vain.
    fn rushes(&self, now: Instant) -> bool {
        self.rush_ends.is_some_and(|end| now < end)
    }

    /// The connection to close when all slots are taken.
    fn oldest(&mut self, now: Instant, grace: Duration) -> Option<S> {
        let id = self.lines.first(now, grace)?;
        self.leaves(id, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn table(of: &[&str]) -> (Table<u64>, Instant) {
        let (mut table, now) = (Table::default(), Instant::now());
        for address in of {
            let id = table.next_id();
            table.add(id, (*address != "proxy").then(|| ip(address)), id, now);
        }
        (table, now)
    }

    fn ids(table: &Table<u64>) -> Vec<u64> {
        let mut ids: Vec<u64> = table.entries.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn the_one_that_waited_longest_makes_room_and_then_the_slowest_body() {
        let (mut table, now) = table(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "proxy"]);
        let [a, b, c, d] = ids(&table)[..] else { panic!("four") };
        table.set(a, Stage::Work, now);
        table.set(b, Stage::Body, now);
        table.set(c, Stage::Body, now + GRACE);
        assert_eq!(table.oldest(now, GRACE), None, "whoever has just come has a moment");
        assert_eq!(table.oldest(now + GRACE, GRACE), Some(d));
        assert_eq!(table.oldest(now + GRACE, GRACE), Some(b));
        assert_eq!(table.oldest(now + GRACE, GRACE), None, "bodies have a moment, and what is worked on is not cut");
        assert_eq!(table.oldest(now + 2 * GRACE, GRACE), Some(c));
        assert_eq!(table.oldest(now + 2 * GRACE, GRACE), None);
        // After its response it waits, behind those that wait already.
        table.set(a, Stage::Wait, now);
        assert_eq!(table.oldest(now + GRACE, GRACE), Some(a));
        table.set(a, Stage::Wait, now);
        assert_eq!(table.oldest(now + 2 * GRACE, GRACE), None, "it was asked already");
        for id in [a, b, c, d] {
            table.remove(id);
        }
        assert!(table.holders.is_empty() && table.entries.is_empty());
        assert!(table.lines.waiting.is_empty() && table.lines.bodies.is_empty());
    }

    #[test]
    fn a_body_that_is_slow_makes_room_for_those_who_have_just_come() {
        let (mut table, now) = table(&["10.0.0.1", "10.0.0.2"]);
        let [slow, new] = ids(&table)[..] else { panic!("two") };
        table.set(slow, Stage::Body, now);
        table.set(new, Stage::Wait, now + GRACE);
        assert_eq!(table.oldest(now + GRACE, GRACE), Some(slow));
        assert_eq!(table.oldest(now + GRACE, GRACE), None);
    }

    #[test]
    fn those_who_ask_without_a_pause_make_room_for_one_who_has_waited() {
        let (mut table, now) = table(&["10.0.0.1", "10.0.0.2"]);
        let [first, second] = ids(&table)[..] else { panic!("two") };
        table.set(first, Stage::Work, now);
        table.set(second, Stage::Wait, now);
        assert_eq!(table.oldest(now, GRACE), None);
        assert_eq!(table.oldest(now, Duration::ZERO), Some(second), "what is worked on is not cut");
        assert_eq!(table.oldest(now, Duration::ZERO), None);
    }

    #[test]
    fn one_who_has_waited_in_vain_spares_those_behind_it_the_wait() {
        let (mut table, begun) = table(&[]);
        assert_eq!(table.grace(begun, begun), GRACE);
        assert_eq!(table.grace(begun, begun + GRACE), Duration::ZERO);
        let next = begun + GRACE + LOOK_AGAIN;
        assert_eq!(table.grace(next, next), Duration::ZERO);
        let later = begun + GRACE + RUSH;
        assert_eq!(table.grace(later, later), GRACE);
    }

    #[test]
    fn an_address_makes_room_for_itself() {
        let (mut table, now) = table(&["10.0.0.2", "10.0.0.1", "10.0.0.1"]);
        let [other, first, second] = ids(&table)[..] else { panic!("three") };
        assert_eq!(table.within_share(ip("10.0.0.1"), 3, now), Ok(None));
        assert_eq!(table.within_share(ip("10.0.0.1"), 2, now), Ok(Some(first)), "its own, though they have just come");
        assert_eq!(table.within_share(ip("10.0.0.1"), 2, now), Ok(None), "whoever was asked to leave counts no more");
        table.set(second, Stage::Work, now);
        assert_eq!(table.within_share(ip("10.0.0.1"), 1, now), Err(ShareUsed));
        assert_eq!(table.oldest(now + GRACE, GRACE), Some(other));
    }
}
