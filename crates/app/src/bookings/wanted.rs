//! The order that a change of a booking amounts to, and whether it affects claims or price.

use super::place::BookingError;
use super::update::BookingChange;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::{BookingRules, Catalogue, Product};
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{ProductId, ResourceId};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::options::{ChosenOption, OptionInput, choose};
use slotkeeper_domain::order::{Options, Order, OrderPlan};
use slotkeeper_domain::scheduled::{self, EventChoice};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::bookings::Booking;
use std::collections::BTreeSet;

/// The booking rules of a product; the defaults if it is no longer in the catalogue.
pub(super) fn rules_of(catalogue: &Catalogue, product: &ProductId) -> BookingRules {
    catalogue.product(product).map(|product| product.rules).unwrap_or_default()
}

/// The order for the changed booking. Clients read a booking, change a part and write all of it back (wire reference,
/// section 3.2), so a member equal to the current value is not a wish of its own where another member changes.
pub(super) fn order(
    booking: &Booking,
    change: &BookingChange,
    catalogue: &Catalogue,
    account: &Account,
) -> Result<Order, BookingError> {
    let product = change.product.clone().unwrap_or_else(|| booking.product.clone());
    let known = catalogue.product(&product);
    let same_product = product == booking.product;
    let options = options(booking, change, known, same_product, account.languages.default_language());
    let mut order = Order {
        product,
        choice: EventChoice::default(),
        appointment: None,
        starts_at: None,
        ends_at: None,
        party: change.party.clone().unwrap_or_else(|| booking.party.clone()),
        options,
        resources: Vec::new(),
        preferred: Vec::new(),
        private_event: change.private_event.unwrap_or(booking.details.private_event),
        adjustments: change.adjustments.clone().unwrap_or_else(|| booking.details.adjustments.clone()),
    };
    // An appointment stays one when its product is no longer in the catalogue.
    let appointed = known.map_or(same_product && booking.event.is_none(), |product| product.flexible().is_some());
    if appointed {
        let was = Some(&booking.span).filter(|_| same_product && booking.event.is_none());
        set_times(&mut order, booking, change, was);
    } else {
        order.choice = choice(booking, &change.choice, same_product);
        // Clients also move a booking by its times alone (wire reference, section 7, flow 4).
        if let (Some(product), Some(at)) = (known.filter(|_| stays(booking, &order)), change.starts_at)
            && at != booking.span.from
        {
            let near = booking.event.as_ref();
            let event = scheduled::starting_at(product, at, near, &account.zone).ok_or(BookingError::NoEventThen)?;
            order.choice = choice(booking, &EventChoice { event: Some(event), ..EventChoice::default() }, same_product);
        }
    }
    Ok(order)
}

fn choice(booking: &Booking, said: &EventChoice, same_product: bool) -> EventChoice {
    let new = |said: &Option<EventId>, was: &Option<EventId>| said.clone().filter(|_| said != was);
    let enrolled_from = new(&said.enrolled_from, &booking.enrolled_event);
    let drop_in = new(&said.drop_in, &booking.drop_in_event);
    match new(&said.event, &booking.event) {
        // Another event. A drop-in stays a drop-in.
        Some(event)
            if same_product && booking.drop_in_event.is_some() && drop_in.is_none() && enrolled_from.is_none() =>
        {
            EventChoice { event: None, enrolled_from: None, drop_in: Some(event) }
        }
        Some(event) => EventChoice { event: Some(event), enrolled_from, drop_in },
        None if !same_product => EventChoice { event: None, enrolled_from, drop_in },
        None => EventChoice {
            event: booking.event.clone(),
            enrolled_from: said.enrolled_from.clone().or(booking.enrolled_event.clone()),
            drop_in: said.drop_in.clone().or(booking.drop_in_event.clone()),
        },
    }
}

/// Sets times and resources of an appointment; `was` is its current time, if it stays an appointment of the product.
fn set_times(order: &mut Order, booking: &Booking, change: &BookingChange, was: Option<&Span>) {
    let new = |said: Option<Instant>, was: Option<Instant>| said.filter(|_| said != was);
    let (from, to) = (was.map(|span| span.from), was.map(|span| span.to));
    let starts_at = new(change.starts_at, from);
    let ends_at = new(change.ends_at, to);
    order.appointment.clone_from(&change.appointment);
    let moves = change.appointment.is_some() || starts_at.is_some() || was.is_none();
    order.starts_at = if change.appointment.is_some() { starts_at } else { starts_at.or(from) };
    // When it is moved or its options change, they determine the length, unless an end is given.
    let keeps_length = !moves && matches!(order.options, Options::Kept(_));
    order.ends_at = ends_at.or(to.filter(|_| keeps_length));
    let as_it_was = keeps_length && ends_at.is_none();
    // An empty list means that none are named.
    match change.resources.as_ref().filter(|named| !named.is_empty()) {
        // Named resources are required, except when they are an echo of all current ones.
        Some(named) if !as_it_was || !same(named, &booking.details.resources) => order.resources.clone_from(named),
        // Only the length changes: it stays with the same resources.
        None if !moves && !as_it_was => order.resources.clone_from(&booking.details.resources),
        // When it is moved, the current resources are preferred, but others may replace them.
        _ => order.preferred.clone_from(&booking.details.resources),
    }
}

fn same(some: &[ResourceId], others: &[ResourceId]) -> bool {
    some.iter().collect::<BTreeSet<_>>() == others.iter().collect::<BTreeSet<_>>()
}

/// The options of the order. Unchanged ones are kept even if the product no longer offers them. An echo of the options
/// of the old product is ignored when the product changes.
fn options(
    booking: &Booking,
    change: &BookingChange,
    product: Option<&Product>,
    same_product: bool,
    language: Language,
) -> Options {
    let kept = &booking.details.options;
    if !same_product {
        let old = format!("{}_", booking.product);
        let of_old = |input: &&OptionInput| input.id.as_ref().is_some_and(|id| id.starts_with(&old));
        let said = change.options.iter().flatten().filter(|input| !of_old(input));
        return Options::Chosen(said.cloned().collect());
    }
    let Some(said) = &change.options else { return Options::Kept(kept.clone()) };
    let echoed = |input: &OptionInput| {
        let known = kept.iter().find(|option| input.id.as_ref() == Some(&option.id));
        known.is_some_and(|option| option.words.1 == input.value)
    };
    let chosen = product.and_then(|product| choose(product, said, language).ok());
    let same = |chosen: &Vec<ChosenOption>| {
        chosen.len() == kept.len()
            && chosen.iter().zip(kept).all(|(one, other)| (&one.id, &one.value) == (&other.id, &other.value))
    };
    if chosen.as_ref().is_some_and(same) || (said.len() == kept.len() && said.iter().all(echoed)) {
        Options::Kept(kept.clone())
    } else {
        Options::Chosen(said.clone())
    }
}

/// Whether product, event and times are unchanged.
pub(super) fn stays(booking: &Booking, order: &Order) -> bool {
    let same_product = order.product == booking.product;
    let same_classes = order.choice.event == booking.event
        && order.choice.enrolled_from == booking.enrolled_event
        && order.choice.drop_in == booking.drop_in_event;
    let same_times = match booking.event {
        Some(_) => true,
        None => {
            order.appointment.is_none()
                && order.starts_at == Some(booking.span.from)
                && order.ends_at.is_none_or(|ends_at| ends_at == booking.span.to)
        }
    };
    same_product && same_classes && same_times
}

/// Whether a booking that is not moved needs exactly the claims it has.
pub(super) fn same_claims(booking: &Booking, order: &Order, plan: &OrderPlan<'_>, catalogue: &Catalogue) -> bool {
    order.party.seats(catalogue) == booking.party.seats(catalogue)
        && order.private_event == booking.details.private_event
        && plan.span == booking.span
        && (order.resources.is_empty() || same(&order.resources, &booking.details.resources))
}

/// Whether only notes change: claims, price and time are unchanged.
pub(super) fn only_noted(booking: &Booking, order: &Order, change: &BookingChange) -> bool {
    stays(booking, order)
        && order.resources.is_empty()
        && order.party == booking.party
        && order.private_event == booking.details.private_event
        && order.adjustments == booking.details.adjustments
        && matches!(order.options, Options::Kept(_))
        && change.codes == Codes::default()
}
