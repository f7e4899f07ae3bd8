//! Search for events and appointments that a party can book, with a display price.

use super::{CourseSchedule, Moving, ReadAvailability, SearchError, event_slots, open_to_customers, product, without};
use crate::context::Read;
use slotkeeper_domain::appointment::{self, StartSearch};
use slotkeeper_domain::catalogue::{Catalogue, Product};
use slotkeeper_domain::id::{AccountId, ProductId, ResourceId};
use slotkeeper_domain::inventory::{Occupancy, Span};
use slotkeeper_domain::money::Money;
use slotkeeper_domain::options::{OptionInput, choose};
use slotkeeper_domain::order::display_price;
use slotkeeper_domain::party::Party;
use slotkeeper_domain::scheduled::RuleContext;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::account_zones;
use slotkeeper_store::tables::occupancy::{self, FreedClaims};
use slotkeeper_store::{Snapshot, StoreError};
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct MatchingSearch {
    pub product: ProductId,
    /// The first start, inclusive.
    pub first: Instant,
    /// The last start, inclusive.
    pub last: Instant,
    pub party: Party,
    pub options: Vec<OptionInput>,
    /// Resources that must be used.
    pub resources: Vec<ResourceId>,
    /// Whether the booking rules for customers are ignored, as for staff.
    pub relaxed: bool,
    /// A booking whose claims count as free, because it is to be moved.
    pub moving: Option<Moving>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The id of an event or of an appointment's slot, to be booked with.
    pub event: String,
    pub span: Span,
    /// The display price; `None` for appointments and where nothing is charged.
    pub price: Option<Money>,
    /// The resources used, public ones only.
    pub resources: Vec<ResourceId>,
    pub course: Option<CourseSchedule>,
}

/// What the party can book, by start.
pub fn matching(cx: &mut Read<'_, ReadAvailability>, search: &MatchingSearch) -> Result<Vec<Match>, SearchError> {
    let catalogue = cx.catalogue()?;
    let (db, unit) = cx.db();
    let (account, now) = (unit.account(), unit.now());
    // Refused while a zone move is under way: the claims would be compared with the schedule of other rules.
    account_zones::require_current_rules(db, &account.id, &account.zone)?;
    let wanted = product(&catalogue, &search.product)?;
    search.party.check(wanted, &catalogue, search.relaxed)?;
    let chosen = choose(wanted, &search.options, account.languages.default_language())?;
    if let Some(unknown) = search.resources.iter().find(|id| catalogue.resource(id).is_none()) {
        return Err(SearchError::NoResource(unknown.clone()));
    }
    if !open_to_customers(wanted) {
        return Ok(Vec::new());
    }
    let without = without(db, &account.id, search.moving.as_ref(), now)?;
    let moment = RuleContext { now, zone: &account.zone, relaxed: search.relaxed };
    if let Some(appointments) = StartSearch::new(wanted, &catalogue, &search.resources, moment) {
        let length = wanted.length_with(&chosen);
        // Staff may book into the past.
        let first = search.first.max(if search.relaxed { Instant::from_millis(0) } else { now });
        let around = (first, length.end(search.last, &account.zone));
        let others = resources(db, &account.id, wanted, &catalogue, around, (now, without.as_ref()))?;
        let free = appointments.free(first, search.last, length, &others);
        let offer = |(span, resources): (Span, Vec<ResourceId>)| {
            let id = appointment::id(&search.product, span.from, &resources, &account.zone);
            let resources = public(&catalogue, resources);
            Match { event: id.to_string(), span, price: None, resources, course: None }
        };
        return Ok(free.into_iter().map(offer).collect());
    }
    let (times, terms) = ((search.first, search.last), (moment, without.as_ref()));
    let slots = event_slots(db, &account.id, &catalogue, &[wanted], times, terms)?;
    let seats = search.party.seats(&catalogue);
    let nothing = account.currency.map(Money::zero);
    let price = nothing.and_then(|nothing| display_price(wanted, &search.party, &chosen, nothing).ok());
    let price = price.filter(|_| wanted.pricing.is_some());
    let fits = |slot: &super::EventSlot| {
        !slot.private && seats <= slot.left && search.resources.iter().all(|id| slot.resources.contains(id))
    };
    let offers = slots.into_iter().filter(fits).map(|slot| Match {
        event: slot.event.to_string(),
        span: slot.span,
        price,
        resources: slot.resources,
        course: slot.course,
    });
    Ok(offers.collect())
}

fn public(catalogue: &Catalogue, resources: Vec<ResourceId>) -> Vec<ResourceId> {
    let is_public = |id: &ResourceId| catalogue.resource(id).is_some_and(|(kind, _)| kind.is_public);
    resources.into_iter().filter(is_public).collect()
}

/// The claims on the resources that appointments of the product could use, from `from` until the gap after `to`.
fn resources(
    db: &mut Snapshot,
    account: &AccountId,
    product: &Product,
    catalogue: &Catalogue,
    (from, to): (Instant, Instant),
    (now, without): (Instant, Option<&FreedClaims>),
) -> Result<Occupancy, StoreError> {
    let mut occupancy = Occupancy::default();
    let Some(flexible) = product.flexible() else { return Ok(occupancy) };
    let gap = Duration::from_secs(60 * u64::from(flexible.gap_minutes));
    let span = Span { from, to: to.after(gap) };
    for need in &flexible.needs {
        let kinds = catalogue.resource_types.iter().filter(|kind| kind.id == need.resource_type);
        for resource in kinds.flat_map(|kind| &kind.resources) {
            let timeline = occupancy::timeline(db, account, &resource.id, span, now, without)?;
            occupancy.resources.insert(resource.id.clone(), timeline);
        }
    }
    Ok(occupancy)
}
