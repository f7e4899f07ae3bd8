//! A small inventory, and everything that can happen to it.
//!
//! The rows of a database are a list of claims here. Clients hold, replace, book, cancel, block, move and reschedule, and time
//! passes. Each thing they do has three steps, as in the program: lock, read what others have and decide, write. All
//! interleavings of the steps are tried, up to the depths stated below, and after each step nothing may be given twice. The
//! same search without the lock must find something given twice, or it could find nothing at all.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::ResourceId;
use slotkeeper_domain::inventory::{
    AllocationError, AppointmentRequest, CurrentClaims, EventOccupancy, EventRequest, Grant, Occupancy,
    ResourceAbsence, ResourceDemand, SeatClaim, Span, Timeline, Wish, allocation_for, fits_within,
};
use slotkeeper_domain::time::Instant;
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

/// Who holds a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Holder {
    Hold(u8),
    Booking(u8),
    SeatBlock(u8),
    Block,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Claim {
    holder: Holder,
    what: What,
    /// Ends at this tick by itself.
    ends: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum What {
    /// Seats of one of the two events.
    Seats { event: usize, seats: u32, private: bool },
    /// The guide, in one of three hours.
    Guide { hour: u8 },
}

/// Something a client can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Holds seats of an event, in place of the hold it has.
    Hold { event: usize, seats: u32 },
    /// Books, in place of the hold it has.
    Book { event: usize, seats: u32 },
    /// Takes an event as a whole.
    BookPrivately { event: usize },
    /// Moves its booking to another event.
    Move { event: usize },
    /// Books a lesson, or reschedules the one it has: the guide in an hour.
    Lesson { hour: u8 },
    /// Cancels what it has booked.
    Cancel,
    /// Blocks the guide for an hour. It asks nobody: it takes what it wants.
    Block { hour: u8 },
    /// Blocks seats of an event, in place of those it has blocked.
    BlockSeats { event: usize, seats: SeatCount },
    /// Gives back the seats it has blocked.
    UnblockSeats,
    /// Time passes: holds that were made before end.
    Tick,
}

/// Seats of each event.
const SEATS: u32 = 2;
/// The hour of the second event, which needs the guide.
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

/// What all clients share: the rows, the time, and the lock.
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

    /// What others than these holders have.
    fn standing(&self, except: &[Holder]) -> Occupancy {
        let mut standing = Occupancy::default();
        let (mut guided, mut tour) = (Vec::new(), false);
        for claim in self.live().filter(|claim| !except.contains(&claim.holder)) {
            match &claim.what {
                What::Seats { event, seats, private } => {
                    let known: &mut EventOccupancy = standing.events.entry(event_id(*event)).or_default();
                    known.taken += seats;
                    known.private |= private;
                    known.visited = true;
                    tour |= *event == 1;
                }
                What::Guide { hour: at } => guided.push((hour(*at), None, claim.holder == Holder::Block)),
            }
        }
        // An event holds its guide once, however many come to it.
        guided.extend(tour.then(|| (hour(GUIDED_HOUR), Some(event_id(1)), false)));
        standing.resources.insert(guide(), Timeline::of(guided));
        standing
    }

    /// What must never be: more than there is, given away.
    fn given_twice(&self) -> Option<String> {
        for event in 0..2 {
            let of_event: Vec<(u32, bool)> = self
                .live()
                .filter_map(|claim| match claim.what {
                    What::Seats { event: at, seats, private } if at == event => Some((seats, private)),
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
            let lesson = |claim: &&Claim| claim.holder != Holder::Block && claim.what == (What::Guide { hour: at });
            let seated = |claim: &Claim| matches!(claim.what, What::Seats { event: 1, .. });
            let lessons = self.live().filter(lesson).count();
            let things = lessons + usize::from(at == GUIDED_HOUR && self.live().any(seated));
            if things > 1 {
                return Some(format!("the guide does {things} things in hour {at}"));
            }
        }
        None
    }
}

/// One client: how many of its deeds are done, and how far it is with the next.
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
    /// What was decided from what was read; nothing when it was refused.
    Decided(Option<Vec<Claim>>),
}

impl Client {
    fn new(name: u8) -> Self {
        Self { name, done: 0, step: Step::Begin }
    }

    /// What it holds that a deed takes the place of.
    fn instead_of(&self, deed: Deed) -> Vec<Holder> {
        let (hold, booking) = (Holder::Hold(self.name), Holder::Booking(self.name));
        match deed {
            Deed::BlockSeats { .. } | Deed::UnblockSeats => vec![Holder::SeatBlock(self.name)],
            Deed::Hold { .. } => vec![hold],
            Deed::Move { .. } | Deed::Cancel => vec![booking],
            Deed::Book { .. } | Deed::BookPrivately { .. } | Deed::Lesson { .. } => vec![hold, booking],
            Deed::Block { .. } | Deed::Tick => Vec::new(),
        }
    }

    fn has_seats(&self, shared: &Shared) -> bool {
        let booked = |claim: &Claim| claim.holder == Holder::Booking(self.name);
        shared.live().any(|claim| booked(claim) && matches!(claim.what, What::Seats { .. }))
    }

    /// What it has of what it wishes for, if it changes something to have no more than it has.
    fn keeps(&self, deed: Deed, holder: Holder, request: &Wish, shared: &Shared) -> Option<Grant> {
        let has = |other: &Holder| shared.live().any(|claim| claim.holder == *other);
        if !self.instead_of(deed).into_iter().filter(has).eq([holder]) {
            return None;
        }
        let mut held = CurrentClaims::default();
        for claim in shared.live().filter(|claim| claim.holder == holder) {
            match claim.what {
                What::Seats { event, seats, private } => {
                    held.seats.push(SeatClaim { event: event_id(event), seats, private });
                }
                What::Guide { hour: at } => held.resources.push((guide(), hour(at))),
            }
        }
        fits_within(request, &held)
    }

    /// Reads and decides.
    fn decide(&self, deed: Deed, shared: &Shared) -> Option<Vec<Claim>> {
        let others = shared.standing(&self.instead_of(deed));
        let (hold, booking) = (Holder::Hold(self.name), Holder::Booking(self.name));
        let so_many = SeatCount::Exactly;
        let (event, seats, private, holder, ends) = match deed {
            Deed::Hold { event, seats } => (event, so_many(seats), false, hold, Some(shared.tick + 1)),
            Deed::Book { event, seats } => (event, so_many(seats), false, booking, None),
            Deed::BookPrivately { event } => (event, so_many(1), true, booking, None),
            Deed::BlockSeats { event, seats } => (event, seats, false, Holder::SeatBlock(self.name), None),
            Deed::Move { event } if self.has_seats(shared) => (event, so_many(1), false, booking, None),
            Deed::Move { .. } => return None,
            Deed::Lesson { hour: at } => {
                let needs = vec![ResourceDemand { candidates: vec![(guide(), 1)], count: 1 }];
                let request =
                    Wish { appointment: Some(AppointmentRequest { span: hour(at), needs }), ..Wish::default() };
                let grant =
                    self.keeps(deed, booking, &request, shared).or_else(|| allocation_for(&request, &others).ok())?;
                assert_eq!(grant.resources, [guide()]);
                return Some(vec![Claim { holder: booking, what: What::Guide { hour: at }, ends: None }]);
            }
            Deed::Block { hour: at } => {
                let absence = Some(ResourceAbsence { span: hour(at), resources: vec![(guide(), 1)] });
                assert_eq!(allocation_for(&Wish { absence, ..Wish::default() }, &others), Ok(Grant::default()));
                return Some(vec![Claim { holder: Holder::Block, what: What::Guide { hour: at }, ends: None }]);
            }
            Deed::Cancel | Deed::UnblockSeats | Deed::Tick => return Some(Vec::new()),
        };
        let span = hour(u8::try_from(event).unwrap());
        let resources = if event == 1 { vec![(guide(), 1)] } else { Vec::new() };
        let request = EventRequest { event: event_id(event), span, capacity: SEATS, seats, private, resources };
        let whole = Wish { events: vec![request.clone()], ..Wish::default() };
        if let Some(kept) = self.keeps(deed, holder, &whole, shared) {
            let what = What::Seats { event, seats: kept.seats[0].seats, private: kept.seats[0].private };
            return Some(vec![Claim { holder, what, ends }]);
        }
        let granted = allocation_for(&whole, &others);
        check_against_search(&request, &others, &granted);
        let seats = granted.ok()?.seats[0].seats;
        if request.seats == SeatCount::AllLeft {
            assert_eq!(others.of_event(&request.event).left(SEATS), seats);
        }
        Some(vec![Claim { holder, what: What::Seats { event, seats, private }, ends }])
    }

    /// Does its next step; whether it could.
    fn go_on(&mut self, deeds: &[Deed], shared: &mut Shared, locking: bool) -> bool {
        let Some(deed) = deeds.get(self.done).copied() else { return false };
        match std::mem::replace(&mut self.step, Step::Begin) {
            Step::Begin => {
                if locking && shared.locked_by.is_some() {
                    return false;
                }
                shared.locked_by = locking.then_some(self.name);
                self.step = Step::Locked;
            }
            Step::Locked => self.step = Step::Decided(self.decide(deed, shared)),
            Step::Decided(decided) => {
                shared.tick += u8::from(deed == Deed::Tick);
                if let Some(claims) = decided {
                    let gone = self.instead_of(deed);
                    shared.claims.retain(|claim| !gone.contains(&claim.holder));
                    shared.claims.extend(claims);
                }
                shared.locked_by = None;
                self.done += 1;
            }
        }
        true
    }
}

/// What a search would have offered is what was granted, and nothing else.
fn check_against_search(request: &EventRequest, others: &Occupancy, granted: &Result<Grant, AllocationError>) {
    let standing = others.of_event(&request.event);
    let free = request.resources.iter().all(|needed| others.has_room(needed, request.span, Some(&request.event)));
    let left = standing.left(request.capacity);
    let fits = match request.seats {
        SeatCount::Exactly(seats) => seats <= left,
        SeatCount::AllLeft => left > 0,
    };
    let offered = free && fits && !(request.private && standing.taken > 0);
    assert_eq!(granted.is_ok(), offered, "{request:?} {others:?}");
}

/// Every interleaving of the clients' deeds; what was given twice, if anything was.
fn explore(programs: &[&[Deed]], locking: bool) -> Option<String> {
    let clients: Vec<Client> = (0..u8::try_from(programs.len()).unwrap()).map(Client::new).collect();
    let mut seen = HashSet::new();
    let mut open = vec![(Shared::default(), clients)];
    while let Some((shared, clients)) = open.pop() {
        if let Some(found) = shared.given_twice() {
            return Some(found);
        }
        for position in 0..clients.len() {
            let (mut shared, mut clients) = (shared.clone(), clients.clone());
            if clients[position].go_on(programs[position], &mut shared, locking)
                && seen.insert((shared.clone(), clients.clone()))
            {
                open.push((shared, clients));
            }
        }
    }
    None
}

const DEEDS: [Deed; 16] = [
    Deed::Hold { event: 0, seats: 1 },
    Deed::Hold { event: 1, seats: 2 },
    Deed::Book { event: 0, seats: 1 },
    Deed::Book { event: 0, seats: 2 },
    Deed::Book { event: 1, seats: 1 },
    Deed::BookPrivately { event: 0 },
    Deed::Move { event: 0 },
    Deed::Move { event: 1 },
    Deed::Lesson { hour: 1 },
    Deed::Lesson { hour: 2 },
    Deed::Cancel,
    Deed::Block { hour: 1 },
    Deed::BlockSeats { event: 0, seats: SeatCount::AllLeft },
    Deed::BlockSeats { event: 1, seats: SeatCount::Exactly(1) },
    Deed::UnblockSeats,
    Deed::Tick,
];

/// One client after the other: every sequence of five deeds, each by either of two clients, which are 32⁵ sequences.
#[test]
fn every_sequence_of_five_deeds_gives_nothing_twice() {
    let mut states: HashSet<Shared> = HashSet::from([Shared::default()]);
    for _ in 0..5 {
        let mut next = HashSet::new();
        for state in &states {
            for name in 0..2 {
                for deed in DEEDS {
                    let (mut shared, mut client) = (state.clone(), Client::new(name));
                    while client.go_on(&[deed], &mut shared, true) {}
                    assert_eq!(shared.given_twice(), None, "{deed:?} after {state:?}");
                    next.insert(shared);
                }
            }
        }
        states.extend(next);
    }
    assert!(states.len() > 300, "{} states", states.len());
}

/// Two clients at once, one with every two deeds, one with every one: all interleavings of their steps, under the lock.
#[test]
fn two_clients_at_once_give_nothing_twice() {
    for first in DEEDS {
        for second in DEEDS {
            for other in DEEDS {
                let programs: [&[Deed]; 2] = [&[first, second], &[other]];
                assert_eq!(explore(&programs, true), None, "{programs:?}");
            }
        }
    }
}

/// Three clients at once, each with every deed.
#[test]
fn three_clients_at_once_give_nothing_twice() {
    for first in DEEDS {
        for second in DEEDS {
            for third in DEEDS {
                let programs: [&[Deed]; 3] = [&[first], &[second], &[third]];
                assert_eq!(explore(&programs, true), None, "{programs:?}");
            }
        }
    }
}

/// The search sees what it looks for: without the lock, seats and the guide are given twice.
#[test]
fn without_the_lock_the_search_finds_what_was_given_twice() {
    let found = |one: Deed, other: Deed| explore(&[&[one], &[other]], false);
    let two = Deed::Book { event: 0, seats: 2 };
    assert_eq!(found(two, two), Some("4 seats of event 0".to_owned()));
    let lesson = Deed::Lesson { hour: 1 };
    let rest = Deed::BlockSeats { event: 0, seats: SeatCount::AllLeft };
    assert_eq!(found(two, rest), Some("4 seats of event 0".to_owned()));
    assert_eq!(found(lesson, lesson), Some("the guide does 2 things in hour 1".to_owned()));
    assert!(found(lesson, Deed::Book { event: 1, seats: 1 }).is_some());
    assert!(found(Deed::BookPrivately { event: 0 }, Deed::Hold { event: 0, seats: 1 }).is_some());
}
