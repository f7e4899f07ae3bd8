//! Model check of the inventory with two events and one guide.
//!
//! The rows of the database are a list of claims. Clients hold, book, cancel, block, move and reschedule, and time
//! passes. As in the program, every action has three steps: lock, read and decide, write. All interleavings of the
//! steps are explored, to the depths stated below, and after every step nothing is allocated twice. The same search
//! without the lock must find a double allocation; otherwise it would prove nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::ResourceId;
use slotkeeper_domain::inventory::{
    Allocation, AllocationError, AllocationRequest, AppointmentRequest, CurrentClaims, EventOccupancy, EventRequest,
    Occupancy, ResourceAbsence, ResourceDemand, SeatClaim, Span, Timeline, allocation_for, fits_within,
};
use slotkeeper_domain::time::Instant;
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Owner {
    Hold(u8),
    Booking(u8),
    SeatBlock(u8),
    Block,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Claim {
    owner: Owner,
    claimed: Claimed,
    /// The tick at which the claim ends by itself.
    ends: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Claimed {
    /// Of one of the two events.
    Seats { event: usize, seats: u32, private: bool },
    /// The guide, in one of three hours.
    Guide { hour: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Holds seats of an event and releases the hold that the client has.
    Hold { event: usize, seats: u32 },
    /// Books seats and releases the hold and the booking that the client has.
    Book { event: usize, seats: u32 },
    /// Books an event as a private one.
    BookPrivately { event: usize },
    /// Moves the client's booking to another event.
    Move { event: usize },
    /// Books a lesson with the guide, or reschedules the client's lesson.
    Lesson { hour: u8 },
    /// Cancels the client's booking.
    Cancel,
    /// Blocks the guide for an hour, even if the guide is allocated.
    Block { hour: u8 },
    /// Blocks seats of an event and releases those that the client has blocked.
    BlockSeats { event: usize, seats: SeatCount },
    /// Releases the seats that the client has blocked.
    UnblockSeats,
    /// Time passes, and the holds of earlier ticks end.
    Tick,
}

const SEATS: u32 = 2;
const GUIDED_HOUR: u8 = 1;

fn event_id(event: usize) -> EventId {
    format!("312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-{:02}", event + 1).parse().unwrap()
}

fn guide() -> ResourceId {
    "312RS00001".parse().unwrap()
}

fn hour(hour: u8) -> Span {
    let from = Instant::from_millis(i64::from(hour) * 3_600_000);
    Span { from, to: from.after(Duration::from_secs(3_600)) }
}

/// The state that all clients share: rows, time and lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Shared {
    claims: BTreeSet<Claim>,
    tick: u8,
    locked_by: Option<u8>,
}

impl Shared {
    fn live(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| claim.ends.is_none_or(|ends| self.tick < ends))
    }

    /// The claims of all other owners.
    fn occupancy(&self, except: &[Owner]) -> Occupancy {
        let mut occupancy = Occupancy::default();
        let (mut guided, mut tour) = (Vec::new(), false);
        for claim in self.live().filter(|claim| !except.contains(&claim.owner)) {
            match &claim.claimed {
                Claimed::Seats { event, seats, private } => {
                    let known: &mut EventOccupancy = occupancy.events.entry(event_id(*event)).or_default();
                    known.taken += seats;
                    known.private |= private;
                    known.visited = true;
                    tour |= *event == 1;
                }
                Claimed::Guide { hour: at } => guided.push((hour(*at), None, claim.owner == Owner::Block)),
            }
        }
        // An event claims its guide once, however many bookings it has.
        guided.extend(tour.then(|| (hour(GUIDED_HOUR), Some(event_id(1)), false)));
        occupancy.resources.insert(guide(), Timeline::of(guided));
        occupancy
    }

    /// A double allocation, if there is one.
    fn double_allocation(&self) -> Option<String> {
        for event in 0..2 {
            let of_event: Vec<(u32, bool)> = self
                .live()
                .filter_map(|claim| match claim.claimed {
                    Claimed::Seats { event: at, seats, private } if at == event => Some((seats, private)),
                    _ => None,
                })
                .collect();
            let taken: u32 = of_event.iter().map(|(seats, _)| seats).sum();
            if taken > SEATS {
                return Some(format!("{taken} seats of event {event}"));
            }
            if of_event.len() > 1 && of_event.iter().any(|(_, private)| *private) {
                return Some(format!("event {event} is private and shared"));
            }
        }
        for at in 0..3 {
            let lesson = |claim: &&Claim| claim.owner != Owner::Block && claim.claimed == (Claimed::Guide { hour: at });
            let seated = |claim: &Claim| matches!(claim.claimed, Claimed::Seats { event: 1, .. });
            let lessons = self.live().filter(lesson).count();
            let things = lessons + usize::from(at == GUIDED_HOUR && self.live().any(seated));
            if things > 1 {
                return Some(format!("the guide does {things} things in hour {at}"));
            }
        }
        None
    }
}

/// A client: the number of its finished actions, and the step of the current one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Client {
    name: u8,
    done: usize,
    step: Step,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Begin,
    Locked,
    /// The claims to write; `None` if the request was refused.
    Decided(Option<Vec<Claim>>),
}

impl Client {
    fn new(name: u8) -> Self {
        Self { name, done: 0, step: Step::Begin }
    }

    /// The owners whose claims the action replaces.
    fn replaced_owners(&self, action: Action) -> Vec<Owner> {
        let (hold, booking) = (Owner::Hold(self.name), Owner::Booking(self.name));
        match action {
            Action::BlockSeats { .. } | Action::UnblockSeats => vec![Owner::SeatBlock(self.name)],
            Action::Hold { .. } => vec![hold],
            Action::Move { .. } | Action::Cancel => vec![booking],
            Action::Book { .. } | Action::BookPrivately { .. } | Action::Lesson { .. } => vec![hold, booking],
            Action::Block { .. } | Action::Tick => Vec::new(),
        }
    }

    fn has_seats(&self, shared: &Shared) -> bool {
        let booked = |claim: &Claim| claim.owner == Owner::Booking(self.name);
        shared.live().any(|claim| booked(claim) && matches!(claim.claimed, Claimed::Seats { .. }))
    }

    /// The allocation from the claims that the client has, if the action changes one owner and needs no more.
    fn keep_claims(
        &self,
        action: Action,
        owner: Owner,
        request: &AllocationRequest,
        shared: &Shared,
    ) -> Option<Allocation> {
        let has = |other: &Owner| shared.live().any(|claim| claim.owner == *other);
        if !self.replaced_owners(action).into_iter().filter(has).eq([owner]) {
            return None;
        }
        let mut current = CurrentClaims::default();
        for claim in shared.live().filter(|claim| claim.owner == owner) {
            match claim.claimed {
                Claimed::Seats { event, seats, private } => {
                    current.seats.push(SeatClaim { event: event_id(event), seats, private });
                }
                Claimed::Guide { hour: at } => current.resources.push((guide(), hour(at))),
            }
        }
        fits_within(request, &current)
    }

    /// The claims to write; `None` if the request is refused.
    fn decide(&self, action: Action, shared: &Shared) -> Option<Vec<Claim>> {
        let others = shared.occupancy(&self.replaced_owners(action));
        let (hold, booking) = (Owner::Hold(self.name), Owner::Booking(self.name));
        let exactly = SeatCount::Exactly;
        let (event, seats, private, owner, ends) = match action {
            Action::Hold { event, seats } => (event, exactly(seats), false, hold, Some(shared.tick + 1)),
            Action::Book { event, seats } => (event, exactly(seats), false, booking, None),
            Action::BookPrivately { event } => (event, exactly(1), true, booking, None),
            Action::BlockSeats { event, seats } => (event, seats, false, Owner::SeatBlock(self.name), None),
            Action::Move { event } if self.has_seats(shared) => (event, exactly(1), false, booking, None),
            Action::Move { .. } => return None,
            Action::Lesson { hour: at } => {
                let needs = vec![ResourceDemand { candidates: vec![(guide(), 1)], count: 1 }];
                let request = AllocationRequest {
                    appointment: Some(AppointmentRequest { span: hour(at), needs }),
                    ..AllocationRequest::default()
                };
                let allocation = self
                    .keep_claims(action, booking, &request, shared)
                    .or_else(|| allocation_for(&request, &others).ok())?;
                assert_eq!(allocation.resources, [guide()]);
                return Some(vec![Claim { owner: booking, claimed: Claimed::Guide { hour: at }, ends: None }]);
            }
            Action::Block { hour: at } => {
                let absence = Some(ResourceAbsence { span: hour(at), resources: vec![(guide(), 1)] });
                assert_eq!(
                    allocation_for(&AllocationRequest { absence, ..AllocationRequest::default() }, &others),
                    Ok(Allocation::default())
                );
                return Some(vec![Claim { owner: Owner::Block, claimed: Claimed::Guide { hour: at }, ends: None }]);
            }
            Action::Cancel | Action::UnblockSeats | Action::Tick => return Some(Vec::new()),
        };
        let span = hour(u8::try_from(event).unwrap());
        let resources = if event == 1 { vec![(guide(), 1)] } else { Vec::new() };
        let request = EventRequest { event: event_id(event), span, capacity: SEATS, seats, private, resources };
        let whole = AllocationRequest { events: vec![request.clone()], ..AllocationRequest::default() };
        if let Some(kept) = self.keep_claims(action, owner, &whole, shared) {
            let claimed = Claimed::Seats { event, seats: kept.seats[0].seats, private: kept.seats[0].private };
            return Some(vec![Claim { owner, claimed, ends }]);
        }
        let allocation = allocation_for(&whole, &others);
        check_against_search(&request, &others, &allocation);
        let seats = allocation.ok()?.seats[0].seats;
        if request.seats == SeatCount::AllLeft {
            assert_eq!(others.of_event(&request.event).left(SEATS), seats);
        }
        Some(vec![Claim { owner, claimed: Claimed::Seats { event, seats, private }, ends }])
    }

    /// Does the next step. Returns whether there was one that could be done.
    fn advance(&mut self, actions: &[Action], shared: &mut Shared, locking: bool) -> bool {
        let Some(action) = actions.get(self.done).copied() else { return false };
        match std::mem::replace(&mut self.step, Step::Begin) {
            Step::Begin => {
                if locking && shared.locked_by.is_some() {
                    return false;
                }
                shared.locked_by = locking.then_some(self.name);
                self.step = Step::Locked;
            }
            Step::Locked => self.step = Step::Decided(self.decide(action, shared)),
            Step::Decided(decided) => {
                shared.tick += u8::from(action == Action::Tick);
                if let Some(claims) = decided {
                    let replaced = self.replaced_owners(action);
                    shared.claims.retain(|claim| !replaced.contains(&claim.owner));
                    shared.claims.extend(claims);
                }
                shared.locked_by = None;
                self.done += 1;
            }
        }
        true
    }
}

/// A request is granted if and only if a search would have offered it.
fn check_against_search(request: &EventRequest, others: &Occupancy, allocation: &Result<Allocation, AllocationError>) {
    let occupancy = others.of_event(&request.event);
    let free = request.resources.iter().all(|needed| others.has_room(needed, request.span, Some(&request.event)));
    let left = occupancy.left(request.capacity);
    let fits = match request.seats {
        SeatCount::Exactly(seats) => seats <= left,
        SeatCount::AllLeft => left > 0,
    };
    let offered = free && fits && !(request.private && occupancy.taken > 0);
    assert_eq!(allocation.is_ok(), offered, "{request:?} {others:?}");
}

/// Explores every interleaving and returns the first double allocation.
fn explore(programs: &[&[Action]], locking: bool) -> Option<String> {
    let clients: Vec<Client> = (0..u8::try_from(programs.len()).unwrap()).map(Client::new).collect();
    let mut seen = HashSet::new();
    let mut open = vec![(Shared::default(), clients)];
    while let Some((shared, clients)) = open.pop() {
        if let Some(found) = shared.double_allocation() {
            return Some(found);
        }
        for position in 0..clients.len() {
            let (mut shared, mut clients) = (shared.clone(), clients.clone());
            if clients[position].advance(programs[position], &mut shared, locking)
                && seen.insert((shared.clone(), clients.clone()))
            {
                open.push((shared, clients));
            }
        }
    }
    None
}

const ACTIONS: [Action; 16] = [
    Action::Hold { event: 0, seats: 1 },
    Action::Hold { event: 1, seats: 2 },
    Action::Book { event: 0, seats: 1 },
    Action::Book { event: 0, seats: 2 },
    Action::Book { event: 1, seats: 1 },
    Action::BookPrivately { event: 0 },
    Action::Move { event: 0 },
    Action::Move { event: 1 },
    Action::Lesson { hour: 1 },
    Action::Lesson { hour: 2 },
    Action::Cancel,
    Action::Block { hour: 1 },
    Action::BlockSeats { event: 0, seats: SeatCount::AllLeft },
    Action::BlockSeats { event: 1, seats: SeatCount::Exactly(1) },
    Action::UnblockSeats,
    Action::Tick,
];

/// One client at a time: every sequence of five actions, each by one of two clients, which are 32⁵ sequences.
#[test]
fn every_sequence_of_five_actions_allocates_nothing_twice() {
    let mut states: HashSet<Shared> = HashSet::from([Shared::default()]);
    for _ in 0..5 {
        let mut next = HashSet::new();
        for state in &states {
            for name in 0..2 {
                for action in ACTIONS {
                    let (mut shared, mut client) = (state.clone(), Client::new(name));
                    while client.advance(&[action], &mut shared, true) {}
                    assert_eq!(shared.double_allocation(), None, "{action:?} after {state:?}");
                    next.insert(shared);
                }
            }
        }
        states.extend(next);
    }
    assert!(states.len() > 300, "{} states", states.len());
}

/// Two clients at once, one with every pair of actions and one with every action.
#[test]
fn two_clients_at_once_allocate_nothing_twice() {
    for first in ACTIONS {
        for second in ACTIONS {
            for other in ACTIONS {
                let programs: [&[Action]; 2] = [&[first, second], &[other]];
                assert_eq!(explore(&programs, true), None, "{programs:?}");
            }
        }
    }
}

/// Three clients at once, each with every action.
#[test]
fn three_clients_at_once_allocate_nothing_twice() {
    for first in ACTIONS {
        for second in ACTIONS {
            for third in ACTIONS {
                let programs: [&[Action]; 3] = [&[first], &[second], &[third]];
                assert_eq!(explore(&programs, true), None, "{programs:?}");
            }
        }
    }
}

/// Without the lock, the search finds seats and the guide allocated twice.
#[test]
fn without_the_lock_the_search_finds_double_allocations() {
    let found = |one: Action, other: Action| explore(&[&[one], &[other]], false);
    let two = Action::Book { event: 0, seats: 2 };
    assert_eq!(found(two, two), Some("4 seats of event 0".to_owned()));
    let lesson = Action::Lesson { hour: 1 };
    let rest = Action::BlockSeats { event: 0, seats: SeatCount::AllLeft };
    assert_eq!(found(two, rest), Some("4 seats of event 0".to_owned()));
    assert_eq!(found(lesson, lesson), Some("the guide does 2 things in hour 1".to_owned()));
    assert!(found(lesson, Action::Book { event: 1, seats: 1 }).is_some());
    assert!(found(Action::BookPrivately { event: 0 }, Action::Hold { event: 0, seats: 1 }).is_some());
}
