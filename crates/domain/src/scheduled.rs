//! Scheduled products: their events, and the events that a booking attends.
//!
//! Searches and bookings use the same functions, so that an event is offered if and only if it can be booked.

use crate::block::SeatCount;
use crate::booking_rules::RuleViolation;
use crate::catalogue::{Catalogue, DropIn, Product, ProductKind, Schedule};
use crate::event::EventId;
use crate::id::ResourceId;
use crate::inventory::{EventRequest, Span};
use crate::recurrence::Occurrence;
use crate::time::{Instant, Zone};

const MOST_CLASSES: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    pub product: &'a Product,
    /// Of a course, the schedule yields its classes.
    pub schedule: &'a Schedule,
    pub occurrence: Occurrence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course<'a> {
    pub product: &'a Product,
    pub schedule: &'a Schedule,
    /// Sorted by start.
    pub classes: Vec<Occurrence>,
}

/// The events that a booking attends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSelection<'a> {
    /// The event or, of a course, its first class.
    pub event: EventId,
    /// The class at which attendance starts, if that is not the first.
    pub enrolled_from: Option<EventId>,
    /// The single class, if the booking is not for the whole course.
    pub drop_in: Option<EventId>,
    /// Every event that the booking takes seats of.
    pub attends: Vec<Event<'a>>,
}

/// The ids by which a client names what it books (wire reference, section 4.6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventChoice {
    /// The event; of a course its first class, or the class under which a search offered it.
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

/// What the booking rules are checked against.
#[derive(Debug, Clone, Copy)]
pub struct RuleContext<'a> {
    /// When the booking is made.
    pub now: Instant,
    /// The time zone of the business.
    pub zone: &'a Zone,
    /// Whether the rules for customers are skipped, as for bookings by staff.
    pub relaxed: bool,
}

impl<'a> Event<'a> {
    #[must_use]
    pub fn id(&self) -> EventId {
        EventId { product: self.product.id.clone(), schedule: self.schedule.id.clone(), date: self.occurrence.date }
    }

    #[must_use]
    pub fn span(&self) -> Span {
        Span { from: self.occurrence.starts_at, to: self.occurrence.ends_at }
    }

    /// A request for seats of this event.
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

    /// The resources that the event needs, each with its capacity. A resource that has left the catalogue is no longer
    /// needed.
    #[must_use]
    pub fn resources(&self, catalogue: &Catalogue) -> Vec<(ResourceId, u32)> {
        let known = |id: &ResourceId| catalogue.resource(id).map(|(_, resource)| (id.clone(), resource.capacity));
        self.schedule.resources.iter().filter_map(known).collect()
    }

    fn check(&self, context: RuleContext<'_>) -> Result<(), RuleViolation> {
        if context.relaxed {
            Ok(())
        } else {
            self.product.rules.check(self.occurrence.starts_at, context.now, context.zone)
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

    /// The class at this position, counted from 0.
    #[must_use]
    pub fn class(&self, position: usize) -> Option<Event<'a>> {
        let occurrence = *self.classes.get(position)?;
        Some(Event { product: self.product, schedule: self.schedule, occurrence })
    }

    fn position(&self, id: &EventId) -> Option<usize> {
        self.classes.iter().position(|class| class.date == id.date)
    }

    /// The position from which the course can be booked now: the first class or, with late enrolment, the first class
    /// that the booking rules still allow.
    #[must_use]
    pub fn open_from(&self, context: RuleContext<'_>) -> Option<usize> {
        let late = self.late_enrolment();
        let mut open = (0..self.classes.len()).filter(|position| *position == 0 || late);
        open.find(|position| self.class(*position).is_some_and(|class| class.check(context).is_ok()))
    }

    fn late_enrolment(&self) -> bool {
        matches!(self.product.kind, ProductKind::FixedCourse { late_enrolment: true, .. })
    }

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

/// The event with this id, whether or not it can be booked.
#[must_use]
pub fn event<'a>(product: &'a Product, id: &EventId, zone: &Zone) -> Option<Event<'a>> {
    let schedule =
        schedules_of(product).iter().find(|schedule| schedule.id == id.schedule && product.id == id.product)?;
    let occurrence = schedule.recurrence.on(id.date, product.length, zone)?;
    Some(Event { product, schedule, occurrence })
}

/// The event of a product that starts at this time, whether or not it can be booked. If several do, the one with the
/// schedule of `near`; `None` if there is none or the choice is ambiguous.
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

/// The events that start from `first` to `last`, both included, and that the booking rules allow now; free seats are
/// not checked. Of a course, its single classes if it is sold by the class only, otherwise nothing: see [`courses`].
/// Unsorted.
#[must_use]
pub fn events<'a>(product: &'a Product, first: Instant, last: Instant, context: RuleContext<'_>) -> Vec<Event<'a>> {
    if matches!(product.kind, ProductKind::FixedCourse { .. }) && !product.drop_in_only() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for schedule in schedules_of(product) {
        let occurrences = schedule.recurrence.between(first, last, product.length, context.zone);
        let events = occurrences.map(|occurrence| Event { product, schedule, occurrence });
        found.extend(events.filter(|event| event.check(context).is_ok()));
    }
    found
}

/// The courses that the booking rules allow to join now; free seats are not checked. Each comes with the class at which
/// attendance would start and its position. That class starts from `first` to `last`, both included. Unsorted.
#[must_use]
pub fn courses<'a>(
    product: &'a Product,
    first: Instant,
    last: Instant,
    context: RuleContext<'_>,
) -> Vec<(Course<'a>, Event<'a>, usize)> {
    if !matches!(product.kind, ProductKind::FixedCourse { .. }) || product.drop_in_only() {
        return Vec::new();
    }
    let open = |schedule| {
        let course = Course::of(product, schedule, context.zone);
        let position = course.open_from(context)?;
        let class = course.class(position)?;
        let starts_at = class.occurrence.starts_at;
        (first <= starts_at && starts_at <= last).then_some((course, class, position))
    };
    schedules_of(product).iter().filter_map(open).collect()
}

/// The course that has this event as a class.
#[must_use]
pub fn course<'a>(product: &'a Product, id: &EventId, zone: &Zone) -> Option<Course<'a>> {
    let schedule =
        schedules_of(product).iter().find(|schedule| schedule.id == id.schedule && product.id == id.product)?;
    matches!(product.kind, ProductKind::FixedCourse { .. }).then(|| Course::of(product, schedule, zone))
}

/// The events that a booking with these ids attends; free seats are not checked.
///
/// # Errors
/// [`EventNotBookable`]: the first reason found.
pub fn selection<'a>(
    product: &'a Product,
    choice: &EventChoice,
    context: RuleContext<'_>,
) -> Result<EventSelection<'a>, EventNotBookable> {
    match &product.kind {
        ProductKind::Fixed { .. } => {
            let id = choice.event.as_ref().ok_or(EventNotBookable::NoEvent)?;
            let event = event(product, id, context.zone).ok_or(EventNotBookable::NoEvent)?;
            event.check(context)?;
            Ok(EventSelection { event: event.id(), enrolled_from: None, drop_in: None, attends: vec![event] })
        }
        ProductKind::FixedCourse { drop_in, .. } => select_in_course(product, *drop_in, choice, context),
        ProductKind::FlexibleTime(_) => Err(EventNotBookable::NoEvent),
    }
}

/// The times of a single event or, of a course, of all classes from `first` on, sorted. Empty if the product no longer
/// has the event.
#[must_use]
pub fn attended_times(product: &Product, first: &EventId, zone: &Zone) -> Vec<Span> {
    match course(product, first, zone) {
        Some(course) => {
            let from = course.position(first);
            from.map(|from| course.from(from).map(|class| class.span()).collect()).unwrap_or_default()
        }
        None => event(product, first, zone).map(|event| event.span()).into_iter().collect(),
    }
}

fn select_in_course<'a>(
    product: &'a Product,
    drop_in: DropIn,
    choice: &EventChoice,
    context: RuleContext<'_>,
) -> Result<EventSelection<'a>, EventNotBookable> {
    let EventChoice { event, enrolled_from, drop_in: single } = choice;
    // The most specific id decides which class is meant.
    let named = single.as_ref().or(enrolled_from.as_ref()).or(event.as_ref()).ok_or(EventNotBookable::NoEvent)?;
    if event.as_ref().is_some_and(|event| (&event.product, &event.schedule) != (&named.product, &named.schedule)) {
        return Err(EventNotBookable::OtherCourse);
    }
    let course = course(product, named, context.zone).ok_or(EventNotBookable::NoEvent)?;
    let position = course.position(named).ok_or(EventNotBookable::NoEvent)?;
    let first = course.class(0).ok_or(EventNotBookable::NoEvent)?;
    let class = course.class(position).ok_or(EventNotBookable::NoEvent)?;
    if single.is_some() || drop_in == DropIn::Only {
        if drop_in == DropIn::No {
            return Err(EventNotBookable::NoDropIn);
        }
        // A client that names `enrolled_from` wants the rest of the course, so it must not get a single class instead.
        if single.is_none() && enrolled_from.is_some() {
            return Err(EventNotBookable::DropInOnly);
        }
        class.check(context)?;
        return Ok(EventSelection {
            event: first.id(),
            enrolled_from: None,
            drop_in: Some(class.id()),
            attends: vec![class],
        });
    }
    // Without late enrolment customers can only join at the first class.
    if position > 0 && !course.late_enrolment() && !context.relaxed {
        return Err(EventNotBookable::Begun);
    }
    class.check(context).map_err(|error| match error {
        RuleViolation::Past if !course.late_enrolment() => EventNotBookable::Begun,
        error => error.into(),
    })?;
    // Customers join a course at the first class that is still open.
    if !context.relaxed && course.open_from(context) != Some(position) {
        return Err(EventNotBookable::NotFirst);
    }
    Ok(EventSelection {
        event: first.id(),
        enrolled_from: (position > 0).then(|| class.id()),
        drop_in: None,
        attends: course.from(position).collect(),
    })
}
