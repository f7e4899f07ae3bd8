//! What a booking is to be when a request changes it, and whether that takes or costs anything else.

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

/// When bookings of a product can be changed; one that is gone has no rules of its own.
pub(super) fn rules_of(catalogue: &Catalogue, product: &ProductId) -> BookingRules {
    catalogue.product(product).map(|product| product.rules).unwrap_or_default()
}

/// The booking as it is to be. Clients read a booking, change a part of it and write all of it back (wire reference, section
/// 3.2): a member that is as it was says nothing where another says something new.
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
    // An appointment stays one when its product is gone.
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
        // Another event. Who had a single class has a single class.
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

/// When the appointment is to be, and with what; `was` is when it is now.
fn set_times(order: &mut Order, booking: &Booking, change: &BookingChange, was: Option<&Span>) {
    let new = |said: Option<Instant>, was: Option<Instant>| said.filter(|_| said != was);
    let (from, to) = (was.map(|span| span.from), was.map(|span| span.to));
    let starts_at = new(change.starts_at, from);
    let ends_at = new(change.ends_at, to);
    order.appointment.clone_from(&change.appointment);
    let moves = change.appointment.is_some() || starts_at.is_some() || was.is_none();
    order.starts_at = if change.appointment.is_some() { starts_at } else { starts_at.or(from) };
    // One that moves or gets other options is as long as those make it, unless its end is said.
    let keeps_length = !moves && matches!(order.options, Options::Kept(_));
    order.ends_at = ends_at.or(to.filter(|_| keeps_length));
    let as_it_was = keeps_length && ends_at.is_none();
    // An empty list names none.
    match change.resources.as_ref().filter(|named| !named.is_empty()) {
        // What is named is what it gets, or nothing changes; but where all of it stays, an echo says nothing.
        Some(named) if !as_it_was || !same(named, &booking.details.resources) => order.resources.clone_from(named),
        // One that stays and becomes longer or shorter is with whom it was.
        None if !moves && !as_it_was => order.resources.clone_from(&booking.details.resources),
        // One that moves keeps what it has where that can be, and others do where not.
        _ => order.preferred.clone_from(&booking.details.resources),
    }
}

fn same(some: &[ResourceId], others: &[ResourceId]) -> bool {
    some.iter().collect::<BTreeSet<_>>() == others.iter().collect::<BTreeSet<_>>()
}

/// The options as they are to be. Those that are as they were are kept, also where the product no longer has them so; those
/// of the old product say nothing about another.
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

/// Whether it stays when it is.
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

/// Whether one that stays when it is also takes no more and no less than it has.
pub(super) fn same_claims(booking: &Booking, order: &Order, plan: &OrderPlan<'_>, catalogue: &Catalogue) -> bool {
    order.party.seats(catalogue) == booking.party.seats(catalogue)
        && order.private_event == booking.details.private_event
        && plan.span == booking.span
        && (order.resources.is_empty() || same(&order.resources, &booking.details.resources))
}

/// Whether a change is of what is noted alone: what the booking takes, what it costs and when it is are as they were.
pub(super) fn only_noted(booking: &Booking, order: &Order, change: &BookingChange) -> bool {
    stays(booking, order)
        && order.resources.is_empty()
        && order.party == booking.party
        && order.private_event == booking.details.private_event
        && order.adjustments == booking.details.adjustments
        && matches!(order.options, Options::Kept(_))
        && change.codes == Codes::default()
}
