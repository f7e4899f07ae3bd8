//! Change a booking: its people, options, price, or when it is. What is not said stays as it was.

use super::place::{PlaceError, Placing, Reach};
use super::rights::{ReadBookings, WriteBookings};
use crate::App;
use crate::right::May;
use crate::take::{Take, take};
use slotkeeper_domain::appointment::AppointmentId;
use slotkeeper_domain::booking::{BookingNumber, check_participants};
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::id::{ProductId, ResourceId};
use slotkeeper_domain::inventory::Holder;
use slotkeeper_domain::options::OptionInput;
use slotkeeper_domain::order::{Options, Order, Plan};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::price::Adjustment;
use slotkeeper_domain::scheduled::EventChoice;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};

/// What is to be different. Lists replace what was there.
#[derive(Debug, Clone, Default)]
pub struct BookingChange {
    /// Another product.
    pub product: Option<ProductId>,
    /// Another event, or other classes of a course.
    pub choice: EventChoice,
    /// Another appointment, as a search offered it.
    pub appointment: Option<AppointmentId>,
    /// When an appointment starts.
    pub starts_at: Option<Instant>,
    /// When an appointment ends.
    pub ends_at: Option<Instant>,
    /// Who comes.
    pub party: Option<Party>,
    /// The options.
    pub options: Option<Vec<OptionInput>>,
    /// The resources of an appointment.
    pub resources: Option<Vec<ResourceId>>,
    /// Whether the event is to be theirs alone.
    pub private_event: Option<bool>,
    /// Extra lines on the price.
    pub adjustments: Option<Vec<Adjustment>>,
    /// The reference in the caller's system.
    pub external_ref: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// From which address.
    pub source_ip: Option<String>,
    /// Whether it is changed as staff would.
    pub relaxed: bool,
}

/// Changes a booking, computes its price anew and, if it is to be at another time or for others, takes what that takes and
/// gives back what it had, in one transaction.
///
/// # Errors
/// [`PlaceError`].
pub async fn update(
    app: &App,
    may: &May<WriteBookings>,
    sees: Option<&May<ReadBookings>>,
    number: BookingNumber,
    change: BookingChange,
) -> Result<Booking, PlaceError> {
    let placing = Placing::new(app, may, change.relaxed)?;
    let reach = Reach::of(may, sees);
    let unit = app.clone();
    app.store()
        .write(move |tx| {
            let booking = bookings::lock(tx, &placing.account.id, &number)?.ok_or(PlaceError::NoBooking)?;
            reach.check(booking.application.as_ref(), PlaceError::NoBooking)?;
            if booking.canceled.is_some() {
                return Err(PlaceError::Canceled);
            }
            write(tx, &unit, &placing, booking, &change)
        })
        .await
}

fn write(
    tx: &mut Tx,
    app: &App,
    placing: &Placing,
    booking: Booking,
    change: &BookingChange,
) -> Result<Booking, PlaceError> {
    let account = &placing.account.id;
    let catalogue = app.catalogues().of(tx, account)?;
    let order = order(&booking, change);
    // A booking that stays when it is keeps its time, whatever the rules say of new ones.
    let stays = stays(&booking, &order);
    let terms = Placing { relaxed: placing.relaxed || stays, ..placing.clone() };
    if !placing.relaxed {
        let product = catalogue.product(&booking.product);
        let rules = product.map(|product| product.rules).unwrap_or_default();
        rules.check_change(booking.span.from, placing.now).map_err(PlaceError::TooLate)?;
        if let Some(product) = catalogue.product(&order.product) {
            order.party.check(product, &catalogue, false).map_err(slotkeeper_domain::order::OrderRefused::Party)?;
        }
    }
    let plan = terms.plan(&catalogue, &order)?;
    let mut resources = booking.details.resources.clone();
    if !(stays && same_claims(&booking, &order, &plan, change, &catalogue)) {
        let holder = Holder::Booking(booking.number.clone());
        let instead_of = std::slice::from_ref(&holder);
        let wish = Take { wish: &plan.wish, holder: &holder, instead_of, expires_at: None };
        resources = take(tx, account, &wish, placing.now)?.resources;
    }
    let mut details = booking.details.clone();
    // Those who were named and are no longer in the party are forgotten.
    details.participants.retain(|person| check_participants(std::slice::from_ref(person), &order.party).is_ok());
    details.options = plan.options;
    details.adjustments = order.adjustments;
    details.resources = resources;
    details.private_event = order.private_event;
    details.price = plan.price;
    details.product_name = plan.product.name.r#in(placing.account.languages.default_language()).to_owned();
    details.source = change.source.clone().or(details.source);
    details.source_ip = change.source_ip.clone().or(details.source_ip);
    let changed = Booking {
        product: plan.product.id.clone(),
        event: plan.event,
        enrolled_event: plan.enrolled_event,
        drop_in_event: plan.drop_in_event,
        span: plan.span,
        external_ref: change.external_ref.clone().or(booking.external_ref.clone()),
        party: order.party,
        details,
        changed: Some(Stamp { at: placing.now, agent: placing.agent(tx)? }),
        ..booking
    };
    bookings::update(tx, account, &changed)?;
    tx.record(placing.actor.change(account, placing.now, Thing::Booking, changed.number.as_str(), Kind::Updated));
    Ok(changed)
}

/// The booking as it is to be.
fn order(booking: &Booking, change: &BookingChange) -> Order {
    let said = &change.choice;
    let is_said = said.event.is_some() || said.enrolled_from.is_some() || said.drop_in.is_some();
    let same_event = said.event.is_none() || said.event == booking.event;
    let choice = EventChoice {
        event: said.event.clone().or(booking.event.clone()),
        // A class of the old course says nothing about another event.
        enrolled_from: said.enrolled_from.clone().or(booking.enrolled_event.clone().filter(|_| same_event)),
        drop_in: said.drop_in.clone().or(booking.drop_in_event.clone().filter(|_| same_event)),
    };
    let appointment = booking.event.is_none() && !is_said;
    let offered = change.appointment.is_some();
    let moved = change.starts_at.is_some_and(|starts_at| starts_at != booking.span.from);
    let was = |at: Instant| (appointment && !offered).then_some(at);
    // Without an end of its own, one that moves or gets other options is as long as those make it.
    let ends_at = change.ends_at.or(was(booking.span.to).filter(|_| !moved && change.options.is_none()));
    Order {
        product: change.product.clone().unwrap_or_else(|| booking.product.clone()),
        choice,
        appointment: change.appointment.clone(),
        starts_at: change.starts_at.filter(|_| appointment || offered).or(was(booking.span.from)),
        ends_at: ends_at.filter(|_| appointment || offered),
        party: change.party.clone().unwrap_or_else(|| booking.party.clone()),
        options: match &change.options {
            Some(inputs) => Options::Chosen(inputs.clone()),
            None => Options::Kept(booking.details.options.clone()),
        },
        resources: change
            .resources
            .clone()
            .unwrap_or_else(|| if offered { Vec::new() } else { booking.details.resources.clone() }),
        private_event: change.private_event.unwrap_or(booking.details.private_event),
        adjustments: change.adjustments.clone().unwrap_or_else(|| booking.details.adjustments.clone()),
    }
}

/// Whether it stays when it is.
fn stays(booking: &Booking, order: &Order) -> bool {
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
fn same_claims(
    booking: &Booking,
    order: &Order,
    plan: &Plan<'_>,
    change: &BookingChange,
    catalogue: &slotkeeper_domain::catalogue::Catalogue,
) -> bool {
    let same_resources = change.resources.as_ref().is_none_or(|resources| *resources == booking.details.resources);
    order.party.seats(catalogue) == booking.party.seats(catalogue)
        && order.private_event == booking.details.private_event
        && plan.span == booking.span
        && same_resources
}
