//! Scheduled products: which events there are, and what a booking of them attends.
//!
//! A search and a booking ask the same questions here, so that every event a search offers can be booked, and no other.

use crate::block::SeatCount;
use crate::booking_rules::RuleViolation;
use crate::catalogue::{Catalogue, DropIn, Product, ProductKind, Schedule};
use crate::event::EventId;
use crate::id::ResourceId;
use crate::inventory::{EventRequest, Span};
use crate::recurrence::Occurrence;
use crate::time::{Instant, Zone};

/// Most classes a course can have.
const MOST_CLASSES: usize = 400;

/// One event of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    pub product: &'a Product,
    /// What it belongs to; of a course, its classes.
    pub schedule: &'a Schedule,
    pub occurrence: Occurrence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course<'a> {
    pub product: &'a Product,
    pub schedule: &'a Schedule,
    /// Its classes, in order.
    pub classes: Vec<Occurrence>,
}

/// What a booking attends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSelection<'a> {
    /// What is booked: the event or, of a course, its first class.
    pub event: EventId,
    /// The class at which attendance starts, if that is a later one.
    pub enrolled_from: Option<EventId>,
    /// The one class, if only one is booked.
    pub drop_in: Option<EventId>,
    /// Every event it takes seats of.
    pub attends: Vec<Event<'a>>,
}

/// The ids with which a booking names what it attends (wire reference, section 4.6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventChoice {
    /// The event; of a course the first class, or the one with which a search offered it.
    pub event: Option<EventId>,
    /// The class at which attendance starts.
    pub enrolled_from: Option<EventId>,
    pub drop_in: Option<EventId>,
}

/// Why an event cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventNotBookable {
    #[error("no such event of the product")]
    NoEvent,
    #[error("the events are not of one course")]
    OtherCourse,
    #[error("the course is booked as a whole")]
    NoDropIn,
    #[error("the course is booked by single classes")]
    DropInOnly,
    #[error("the course has begun")]
    Begun,
    /// A course is joined at its first class that can still be booked.
    #[error("an earlier class can still be booked")]
    NotFirst,
    #[error(transparent)]
    NotNow(#[from] RuleViolation),
}

/// What rules a booking has to keep.
#[derive(Debug, Clone, Copy)]
pub struct RuleContext<'a> {
    /// When it is made.
    pub now: Instant,
    /// On which clock the product runs.
    pub zone: &'a Zone,
    /// Whether it is made as staff would, past the rules for customers.
    pub relaxed: bool,
}

impl<'a> Event<'a> {
    #[must_use]
    pub fn id(&self) -> EventId {
        EventId { product: self.product.id.clone(), schedule: self.schedule.id.clone(), date: self.occurrence.date }
    }

    /// From when to when it is.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { from: self.occurrence.starts_at, to: self.occurrence.ends_at }
    }

    /// So many seats of it, as a wish.
    #[must_use]
    pub fn request(&self, seats: u32, private: bool, catalogue: &Catalogue) -> EventRequest {
        EventRequest {
            event: self.id(),
            span: self.span(),
            capacity: self.schedule.seats,
            seats: SeatCount::Exactly(seats),
            private,
            resources: self.resources(catalogue),
        }
    }

    /// What it needs, and how many things each can do at once. What the catalogue no longer has is not needed any more.
    #[must_use]
    pub fn resources(&self, catalogue: &Catalogue) -> Vec<(ResourceId, u32)> {
        let known = |id: &ResourceId| catalogue.resource(id).map(|(_, resource)| (id.clone(), resource.capacity));
        self.schedule.resources.iter().filter_map(known).collect()
    }

    fn check(&self, moment: RuleContext<'_>) -> Result<(), RuleViolation> {
        if moment.relaxed {
            Ok(())
        } else {
            self.product.rules.check(self.occurrence.starts_at, moment.now, moment.zone)
        }
    }
}

impl<'a> Course<'a> {
    fn of(product: &'a Product, schedule: &'a Schedule, zone: &Zone) -> Self {
        let occurrences =
            schedule.recurrence.days().filter_map(|day| schedule.recurrence.on(day, product.length, zone));
        let mut classes: Vec<Occurrence> = occurrences.take(MOST_CLASSES).collect();
        classes.sort_by_key(|class| (class.starts_at, class.date));
        Self { product, schedule, classes }
    }

    /// One of its classes, counted from 0.
    #[must_use]
    pub fn class(&self, position: usize) -> Option<Event<'a>> {
        let occurrence = *self.classes.get(position)?;
        Some(Event { product: self.product, schedule: self.schedule, occurrence })
    }

    /// Where a class is in the course.
    fn position(&self, id: &EventId) -> Option<usize> {
        self.classes.iter().position(|class| class.date == id.date)
    }

    /// The class from which the course can be booked: the first, or, with late enrolment, the first that can still be.
    #[must_use]
    pub fn open_from(&self, moment: RuleContext<'_>) -> Option<usize> {
        let late = self.late_enrolment();
        let mut open = (0..self.classes.len()).filter(|position| *position == 0 || late);
        open.find(|position| self.class(*position).is_some_and(|class| class.check(moment).is_ok()))
    }

    fn late_enrolment(&self) -> bool {
        matches!(self.product.kind, ProductKind::FixedCourse { late_enrolment: true, .. })
    }

    /// The classes from this one on.
    pub fn from(&self, position: usize) -> impl Iterator<Item = Event<'a>> {
        (position..self.classes.len()).filter_map(|position| self.class(position))
    }
}

fn schedules_of(product: &Product) -> &[Schedule] {
    match &product.kind {
        ProductKind::Fixed { schedules } | ProductKind::FixedCourse { schedules, .. } => schedules,
        ProductKind::FlexibleTime(_) => &[],
    }
}

/// The event with this id, whether it can be booked or not.
#[must_use]
pub fn event<'a>(product: &'a Product, id: &EventId, zone: &Zone) -> Option<Event<'a>> {
    let schedule =
        schedules_of(product).iter().find(|schedule| schedule.id == id.schedule && product.id == id.product)?;
    let occurrence = schedule.recurrence.on(id.date, product.length, zone)?;
    Some(Event { product, schedule, occurrence })
}

/// The event of a product that starts at this time, whether it can be booked or not. Of several it is the one of the same
/// schedule as `near`; nothing if there is none, or if there are several and nothing tells them apart.
#[must_use]
pub fn starting_at(product: &Product, at: Instant, near: Option<&EventId>, zone: &Zone) -> Option<EventId> {
    let starting = schedules_of(product).iter().filter_map(|schedule| {
        let occurrence = schedule.recurrence.between(at, at, product.length, zone).next()?;
        Some(Event { product, schedule, occurrence }.id())
    });
    let found: Vec<_> = starting.collect();
    let same = found.iter().find(|event| near.is_some_and(|near| near.schedule == event.schedule));
    same.or(found.first().filter(|_| found.len() == 1)).cloned()
}

/// The events of a product that start from `first` to `last`, both included, and that can be booked at this moment if
/// seats are left. Of a course it is single classes if it is sold by the class, and no event otherwise: see [`courses`].
/// In no order.
#[must_use]
pub fn events<'a>(product: &'a Product, first: Instant, last: Instant, moment: RuleContext<'_>) -> Vec<Event<'a>> {
    if matches!(product.kind, ProductKind::FixedCourse { .. }) && !product.drop_in_only() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for schedule in schedules_of(product) {
        let occurrences = schedule.recurrence.between(first, last, product.length, moment.zone);
        let events = occurrences.map(|occurrence| Event { product, schedule, occurrence });
        found.extend(events.filter(|event| event.check(moment).is_ok()));
    }
    found
}

/// The courses of a product that can be joined at this moment if seats are left, each with the class from which, if that
/// starts from `first` to `last`, both included. In no order.
#[must_use]
pub fn courses<'a>(
    product: &'a Product,
    first: Instant,
    last: Instant,
    moment: RuleContext<'_>,
) -> Vec<(Course<'a>, Event<'a>, usize)> {
    if !matches!(product.kind, ProductKind::FixedCourse { .. }) || product.drop_in_only() {
        return Vec::new();
    }
    let open = |schedule| {
        let course = Course::of(product, schedule, moment.zone);
        let position = course.open_from(moment)?;
        let class = course.class(position)?;
        let starts_at = class.occurrence.starts_at;
        (first <= starts_at && starts_at <= last).then_some((course, class, position))
    };
    schedules_of(product).iter().filter_map(open).collect()
}

/// The course that an event is a class of.
#[must_use]
pub fn course<'a>(product: &'a Product, id: &EventId, zone: &Zone) -> Option<Course<'a>> {
    let schedule =
        schedules_of(product).iter().find(|schedule| schedule.id == id.schedule && product.id == id.product)?;
    matches!(product.kind, ProductKind::FixedCourse { .. }).then(|| Course::of(product, schedule, zone))
}

/// What a booking with these ids attends, if that can be booked at this moment and seats are left.
///
/// # Errors
/// [`NoVisit`].
pub fn selection<'a>(
    product: &'a Product,
    choice: &EventChoice,
    moment: RuleContext<'_>,
) -> Result<EventSelection<'a>, EventNotBookable> {
    match &product.kind {
        ProductKind::Fixed { .. } => {
            let id = choice.event.as_ref().ok_or(EventNotBookable::NoEvent)?;
            let event = event(product, id, moment.zone).ok_or(EventNotBookable::NoEvent)?;
            event.check(moment)?;
            Ok(EventSelection { event: event.id(), enrolled_from: None, drop_in: None, attends: vec![event] })
        }
        ProductKind::FixedCourse { drop_in, .. } => visit_course(product, *drop_in, choice, moment),
        ProductKind::FlexibleTime(_) => Err(EventNotBookable::NoEvent),
    }
}

/// When those are there who attend a course from this class on, or a single event: each class, in order. Nothing if the
/// product no longer has the event.
#[must_use]
pub fn attended(product: &Product, first: &EventId, zone: &Zone) -> Vec<Span> {
    match course(product, first, zone) {
        Some(course) => {
            let from = course.position(first);
            from.map(|from| course.from(from).map(|class| class.span()).collect()).unwrap_or_default()
        }
        None => event(product, first, zone).map(|event| event.span()).into_iter().collect(),
    }
}

fn visit_course<'a>(
    product: &'a Product,
    drop_in: DropIn,
    choice: &EventChoice,
    moment: RuleContext<'_>,
) -> Result<EventSelection<'a>, EventNotBookable> {
    let EventChoice { event, enrolled_from, drop_in: single } = choice;
    let named = single.as_ref().or(enrolled_from.as_ref()).or(event.as_ref()).ok_or(EventNotBookable::NoEvent)?;
    if event.as_ref().is_some_and(|event| (&event.product, &event.schedule) != (&named.product, &named.schedule)) {
        return Err(EventNotBookable::OtherCourse);
    }
    let course = course(product, named, moment.zone).ok_or(EventNotBookable::NoEvent)?;
    let position = course.position(named).ok_or(EventNotBookable::NoEvent)?;
    let first = course.class(0).ok_or(EventNotBookable::NoEvent)?;
    let class = course.class(position).ok_or(EventNotBookable::NoEvent)?;
    if single.is_some() || drop_in == DropIn::Only {
        if drop_in == DropIn::No {
            return Err(EventNotBookable::NoDropIn);
        }
        // Who wants the rest of the course must not get one class of it.
        if single.is_none() && enrolled_from.is_some() {
            return Err(EventNotBookable::DropInOnly);
        }
        class.check(moment)?;
        return Ok(EventSelection {
            event: first.id(),
            enrolled_from: None,
            drop_in: Some(class.id()),
            attends: vec![class],
        });
    }
    if position > 0 && !course.late_enrolment() && !moment.relaxed {
        return Err(EventNotBookable::Begun);
    }
    class.check(moment).map_err(|error| match error {
        RuleViolation::Past if !course.late_enrolment() => EventNotBookable::Begun,
        error => error.into(),
    })?;
    if !moment.relaxed && course.open_from(moment) != Some(position) {
        return Err(EventNotBookable::NotFirst);
    }
    Ok(EventSelection {
        event: first.id(),
        enrolled_from: (position > 0).then(|| class.id()),
        drop_in: None,
        attends: course.from(position).collect(),
    })
}
