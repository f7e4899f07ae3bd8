//! Appointments: the start times of a product with flexible times, and the resources that an appointment needs.
//!
//! Searches and bookings use the same functions, so that a start is offered if and only if it can be booked.

mod id;

pub use id::{AppointmentId, NotAnAppointmentId, id};

use crate::booking_rules::RuleViolation;
use crate::catalogue::{
    AppointmentRules, Catalogue, OpenDays, OpeningHours, Product, ProductKind, Resource, ResourceRequirement,
};
use crate::id::ResourceId;
use crate::inventory::{AllocationError, AppointmentRequest, Occupancy, ResourceDemand, Span, resources_for};
use crate::options::{self, ChosenOption};
use crate::recurrence::Length;
use crate::scheduled::RuleContext;
use crate::time::{Instant, Zone};
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// The longest appointment; as long as the longest range of a search.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Why an appointment cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppointmentNotBookable {
    #[error("no appointment starts at this time")]
    NoStart,
    #[error("the end is not within 31 days after the start")]
    NoEnd,
    /// The opening hours end before the appointment would.
    #[error("no time for an appointment of this length")]
    NoTime,
    #[error("the product does not use the resource {0}")]
    NotThis(ResourceId),
    #[error("the resource {0} does not work the whole time")]
    Away(ResourceId),
    #[error("more resources than the product uses")]
    TooManyResources,
    #[error(transparent)]
    NotNow(#[from] RuleViolation),
}

/// An appointment that can be booked if its resources are free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Without the gap after it.
    pub span: Span,
    pub request: AppointmentRequest,
}

impl Product {
    /// The rules for appointments, if the product has flexible times.
    #[must_use]
    pub fn flexible(&self) -> Option<&AppointmentRules> {
        match &self.kind {
            ProductKind::FlexibleTime(flexible) => Some(flexible),
            ProductKind::Fixed { .. } | ProductKind::FixedCourse { .. } => None,
        }
    }

    /// The length of an appointment with these options, at least one minute.
    #[must_use]
    pub fn length_with(&self, chosen: &[ChosenOption]) -> Length {
        match self.length {
            Length::Minutes(minutes) => {
                let sum = i64::from(minutes).saturating_add(options::minutes(chosen, self)).max(1);
                Length::Minutes(u32::try_from(sum).unwrap_or(u32::MAX))
            }
            days @ Length::Days(_) => days,
        }
    }
}

/// The parameters of a search for start times that are the same for every start.
#[derive(Debug, Clone)]
pub struct StartSearch<'a> {
    product: &'a Product,
    flexible: &'a AppointmentRules,
    catalogue: &'a Catalogue,
    wanted: &'a [ResourceId],
    preferred: &'a [ResourceId],
    context: RuleContext<'a>,
    /// Opening hours computed in advance, for a search over many starts.
    open: Option<&'a OpenTimes<'a>>,
}

/// The opening hours of a product and of its resources during a search, computed once for each day.
#[derive(Debug)]
struct OpenTimes<'a> {
    product: OpenDays<'a>,
    resources: HashMap<&'a ResourceId, OpenDays<'a>>,
}

impl<'a> StartSearch<'a> {
    /// A search for appointments that use all `wanted` resources; `None` if the product has no flexible times.
    #[must_use]
    pub fn new(
        product: &'a Product,
        catalogue: &'a Catalogue,
        wanted: &'a [ResourceId],
        context: RuleContext<'a>,
    ) -> Option<Self> {
        Some(Self { product, flexible: product.flexible()?, catalogue, wanted, preferred: &[], context, open: None })
    }

    /// Allocates these resources first where they are free.
    #[must_use]
    pub fn preferring(self, preferred: &'a [ResourceId]) -> Self {
        Self { preferred, ..self }
    }

    /// The appointment with this start and end; free resources are not checked.
    ///
    /// # Errors
    /// [`AppointmentNotBookable`]: the first reason found.
    pub fn at(&self, starts_at: Instant, end: AppointmentEnd) -> Result<Appointment, AppointmentNotBookable> {
        let zone = self.context.zone;
        let ends_at = match end {
            AppointmentEnd::After(length) => length.end(starts_at, zone),
            AppointmentEnd::At(ends_at) => ends_at,
        };
        if ends_at <= starts_at || ends_at.since(starts_at) > LONGEST {
            return Err(AppointmentNotBookable::NoEnd);
        }
        if !self.context.relaxed {
            let day = zone.date_of(starts_at);
            // An opening over midnight is two openings, one on each day, so it is enough to look at the day of the
            // start.
            let openings = match self.open {
                Some(open) => open.product.on(day),
                None => self.flexible.hours.on(day, zone).into(),
            };
            let opening = openings.iter().copied().find(|(open, close)| *open <= starts_at && starts_at < *close);
            let (open, close) = opening.ok_or(AppointmentNotBookable::NoStart)?;
            if !starts_at.since(open).as_millis().is_multiple_of(self.step().as_millis()) {
                return Err(AppointmentNotBookable::NoStart);
            }
            let covers = || match self.open {
                Some(open) => open.product.cover(starts_at, ends_at, (day, zone.date_of(ends_at))),
                None => self.flexible.hours.cover(starts_at, ends_at, zone),
            };
            if close < ends_at && !covers() {
                return Err(AppointmentNotBookable::NoTime);
            }
            self.product.rules.check(starts_at, self.context.now, zone)?;
        }
        self.request(Span { from: starts_at, to: ends_at })
    }

    fn step(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.flexible.step_minutes.max(1)))
    }

    fn request(&self, span: Span) -> Result<Appointment, AppointmentNotBookable> {
        let zone = self.context.zone;
        let days = (zone.date_of(span.from), zone.date_of(span.to));
        let works = |resource: &Resource| self.works(resource, span, days);
        let mut wanted: BTreeSet<&ResourceId> = self.wanted.iter().collect();
        let mut needs = Vec::with_capacity(self.flexible.needs.len());
        for need in &self.flexible.needs {
            let resources = self.resources_of(need);
            let mut left = usize::try_from(need.count).unwrap_or(usize::MAX);
            // A wanted resource becomes a demand of its own with a single candidate.
            for resource in resources {
                // Several requirements can name the same type, so a wanted resource counts only once.
                if left == 0 || !wanted.remove(&resource.id) {
                    continue;
                }
                if !works(resource) {
                    return Err(AppointmentNotBookable::Away(resource.id.clone()));
                }
                needs.push(ResourceDemand { candidates: vec![(resource.id.clone(), resource.capacity)], count: 1 });
                left -= 1;
            }
            let others = resources.iter().filter(|resource| !self.wanted.contains(&resource.id));
            let working = others.filter(|resource| works(resource));
            let mut candidates: Vec<(ResourceId, u32)> =
                working.map(|resource| (resource.id.clone(), resource.capacity)).collect();
            // A stable sort: preferred resources first, otherwise in the order of the business.
            candidates.sort_by_key(|(id, _)| !self.preferred.contains(id));
            if left > 0 {
                needs.push(ResourceDemand { candidates, count: left });
            }
        }
        if let Some(more) = wanted.first() {
            let mut used = self.flexible.needs.iter().flat_map(|need| self.resources_of(need));
            let used = used.any(|resource| resource.id == **more);
            return Err(if used {
                AppointmentNotBookable::TooManyResources
            } else {
                AppointmentNotBookable::NotThis((*more).clone())
            });
        }
        let gap = Duration::from_secs(60 * u64::from(self.flexible.gap_minutes));
        let taken = Span { from: span.from, to: span.to.after(gap) };
        Ok(Appointment { span, request: AppointmentRequest { span: taken, needs } })
    }

    fn resources_of(&self, need: &ResourceRequirement) -> &'a [Resource] {
        let kind = self.catalogue.resource_types.iter().find(|kind| kind.id == need.resource_type);
        kind.map_or(&[][..], |kind| &kind.resources)
    }

    /// Whether the resource works during all of `span`, which lies on `days`, both included. Always true for staff.
    fn works(&self, resource: &Resource, span: Span, days: (Date, Date)) -> bool {
        let covers = |hours: &OpeningHours| match self.open.and_then(|open| open.resources.get(&resource.id)) {
            Some(open) => open.cover(span.from, span.to, days),
            None => hours.cover(span.from, span.to, self.context.zone),
        };
        self.context.relaxed || resource.hours.as_ref().is_none_or(covers)
    }

    fn open_times(&self, first: Date, last: Date) -> OpenTimes<'a> {
        let needed = |kind: &&crate::catalogue::ResourceType| {
            self.flexible.needs.iter().any(|need| need.resource_type == kind.id)
        };
        let resources = self.catalogue.resource_types.iter().filter(needed).flat_map(|kind| &kind.resources);
        let during = |hours: &'a OpeningHours| hours.during(first, last, self.context.zone);
        let resources = resources.filter_map(|resource| Some((&resource.id, during(resource.hours.as_ref()?))));
        OpenTimes { product: during(&self.flexible.hours), resources: resources.collect() }
    }

    /// The free appointments of this length that start from `first` to `last`, both included, sorted by start, with the
    /// resources that each would get.
    #[must_use]
    pub fn free(
        &self,
        first: Instant,
        last: Instant,
        length: Length,
        others: &Occupancy,
    ) -> Vec<(Span, Vec<ResourceId>)> {
        let zone = self.context.zone;
        let mut found = Vec::new();
        // No appointment of the search ends later than the last one.
        let open = self.open_times(zone.date_of(first), zone.date_of(length.end(last, zone)));
        let search = StartSearch { open: Some(&open), ..self.clone() };
        let days = std::iter::successors(Some(zone.date_of(first)), |day| day.tomorrow().ok());
        for day in days.take_while(|day| *day <= zone.date_of(last)) {
            for (opens, close) in open.product.on(day).iter().copied() {
                let starts = std::iter::successors(Some(opens), |start| Some(start.after(self.step())));
                for start in starts.take_while(|start| *start < close && *start <= last).filter(|start| first <= *start)
                {
                    if let Some(free) = search.free_at(start, length, others) {
                        found.push(free);
                    }
                }
            }
        }
        found
    }

    fn free_at(&self, start: Instant, length: Length, others: &Occupancy) -> Option<(Span, Vec<ResourceId>)> {
        let context = RuleContext { relaxed: false, ..self.context };
        // Staff are offered the same starts as customers, but the booking rules (lead time, booking window) do not
        // apply to them.
        let search = Self { context, ..self.clone() };
        let appointment = match search.at(start, AppointmentEnd::After(length)) {
            Err(AppointmentNotBookable::NotNow(_)) if self.context.relaxed => {
                self.at(start, AppointmentEnd::After(length))
            }
            other => other,
        };
        let appointment = appointment.ok()?;
        let resources: Result<_, AllocationError> = resources_for(&appointment.request, others);
        Some((appointment.span, resources.ok()?))
    }
}

/// The first of these resources whose hours do not cover all of `span`.
#[must_use]
pub fn first_unavailable<'a>(
    catalogue: &Catalogue,
    mut resources: impl Iterator<Item = &'a ResourceId>,
    span: Span,
    zone: &Zone,
) -> Option<&'a ResourceId> {
    let hours = |id| catalogue.resource(id).and_then(|(_, resource)| resource.hours.as_ref());
    resources.find(|id| hours(id).is_some_and(|hours| !hours.cover(span.from, span.to, zone)))
}

#[derive(Debug, Clone, Copy)]
pub enum AppointmentEnd {
    /// This long after the start.
    After(Length),
    At(Instant),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Timeline;
    use crate::testing;
    use jiff::civil::{date, time};

    #[test]
    fn starts_are_where_a_resource_is_free_for_the_whole_length_and_the_gap() {
        let catalogue = testing::catalogue();
        let (lessons, zone) = (&catalogue.products[2], Zone::named("Europe/Lisbon").expect("a zone"));
        let at = |hour: i8, minute: i8| zone.instant_of(date(2026, 6, 12), time(hour, minute, 0, 0));
        let context = RuleContext { now: at(0, 0), zone: &zone, relaxed: false };
        let search = StartSearch::new(lessons, &catalogue, &[], context).expect("appointments");
        let starts = |others: &Occupancy, search: &StartSearch<'_>| -> Vec<String> {
            let free = search.free(at(0, 0), at(23, 0), lessons.length_with(&[]), others);
            free.iter()
                .map(|(span, who)| format!("{} {}", &span.from.to_wire_minutes(&zone)[11..16], &who[0].as_str()[9..]))
                .collect()
        };
        let all = starts(&Occupancy::default(), &search);
        assert_eq!((all.len(), all[0].as_str(), all[14].as_str()), (15, "09:00 1", "16:00 1"));
        // The first guide is unavailable until noon; the second has a lesson from 10 to 11 and its gap.
        let mut others = Occupancy::default();
        let span = |from, to| Span { from, to };
        let (ana, rui): (ResourceId, ResourceId) =
            ("312RS00001".parse().expect("an id"), "312RS00002".parse().expect("an id"));
        others.resources.insert(ana, Timeline::of([(span(at(0, 0), at(12, 0)), None, true)]));
        others.resources.insert(rui.clone(), Timeline::of([(span(at(10, 0), at(11, 15)), None, false)]));
        assert_eq!(starts(&others, &search)[..3], ["11:30 2", "12:00 1", "12:30 1"]);
        let with_rui = [rui];
        let search = StartSearch::new(lessons, &catalogue, &with_rui, context).expect("appointments");
        assert_eq!(starts(&others, &search)[..2], ["11:30 2", "12:00 2"]);
        // A start is offered if and only if it can be booked.
        let bookable = |hour, minute| search.at(at(hour, minute), AppointmentEnd::After(lessons.length)).is_ok();
        assert!(bookable(9, 30) && !bookable(9, 15) && !bookable(16, 30) && !bookable(8, 30));
    }
}
