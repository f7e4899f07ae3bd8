//! Orders: from what a client asks to book to a plan with the allocation request and the price. Holds, bookings and
//! changes all go through [`plan`].

use crate::account::Language;
use crate::appointment::{Appointment, AppointmentEnd, AppointmentId, AppointmentNotBookable, StartSearch};
use crate::catalogue::{Catalogue, DropIn, Pricing, Product, ProductKind};
use crate::event::EventId;
use crate::id::{ProductId, ResourceId, TaxId};
use crate::inventory::{AllocationRequest, EventRequest, Span};
use crate::money::{Money, SumError};
use crate::options::{self, ChosenOption, OptionError, OptionInput};
use crate::party::{Party, PartyError};
use crate::price::{self, Adjustment, Price, PriceLine};
use crate::scheduled::{self, EventChoice, EventNotBookable, EventSelection, RuleContext};
use crate::text::json_bytes;
use crate::time::Instant;

/// Maximum number of price adjustments.
pub const MOST_ADJUSTMENTS: usize = 100;

/// Maximum size of a booking's options and price adjustments together, in bytes of the JSON that is stored.
pub const LARGEST_WISHES: usize = 32 * 1024;

/// What a client asks to book.
#[derive(Debug, Clone)]
pub struct Order {
    pub product: ProductId,
    /// The event of a scheduled product.
    pub choice: EventChoice,
    /// The appointment that a search offered.
    pub appointment: Option<AppointmentId>,
    /// The start of an appointment.
    pub starts_at: Option<Instant>,
    /// The end of an appointment; `None` for its usual length.
    pub ends_at: Option<Instant>,
    pub party: Party,
    pub options: Options,
    /// Resources that an appointment must use.
    pub resources: Vec<ResourceId>,
    /// Resources that an appointment uses if they are free.
    pub preferred: Vec<ResourceId>,
    /// Whether the booking takes the event for itself.
    pub private_event: bool,
    pub adjustments: Vec<Adjustment>,
}

#[derive(Debug, Clone)]
pub enum Options {
    /// The given options; defaults for the others.
    Chosen(Vec<OptionInput>),
    /// The options of the booking that is changed.
    Kept(Vec<ChosenOption>),
}

/// What an order allocates and costs.
#[derive(Debug, Clone)]
pub struct OrderPlan<'a> {
    pub product: &'a Product,
    /// The event; of a course its first class. `None` for appointments.
    pub event: Option<EventId>,
    /// The class at which attendance starts, if that is not the first.
    pub enrolled_event: Option<EventId>,
    /// The single class, if the booking is not for the whole course.
    pub drop_in_event: Option<EventId>,
    /// Of a course, the times of the first class that is attended.
    pub span: Span,
    pub request: AllocationRequest,
    /// In the order of the product.
    pub options: Vec<ChosenOption>,
    /// The parts of the price before taxes.
    pub lines: Vec<PriceLine>,
    /// The price without promotions, vouchers and prepaid credits.
    pub price: Price,
}

/// The parts of an order that are limited in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderPart {
    Options,
    Adjustments,
}

/// Why an order is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    #[error("no such product")]
    NoProduct,
    /// The business does not let applications book it.
    #[error("the product is not booked by applications")]
    Closed,
    /// Only customers with a membership that covers today can book it.
    #[error("the product is for members")]
    MembersOnly,
    /// Of a product that is paid with prepaid credits alone.
    #[error("the product needs a prepaid credit for each person")]
    PrepaidOnly,
    /// Of a product with scheduled events.
    #[error("no event is named")]
    NeedsEvent,
    /// Of a product with appointments.
    #[error("no start is given")]
    NeedsStart,
    #[error(transparent)]
    Event(#[from] EventNotBookable),
    #[error(transparent)]
    Appointment(#[from] AppointmentNotBookable),
    #[error("the appointment is of another product")]
    OtherProduct,
    #[error(transparent)]
    Party(#[from] PartyError),
    #[error(transparent)]
    Option(#[from] OptionError),
    #[error("the product has no private events")]
    NoPrivateEvents,
    /// More than [`MOST_ADJUSTMENTS`].
    #[error("too many price adjustments")]
    TooManyAdjustments,
    /// More than [`LARGEST_WISHES`] bytes.
    #[error("options and price adjustments have {bytes} bytes, more than {LARGEST_WISHES}")]
    TooLarge {
        /// The larger of the two.
        larger: OrderPart,
        /// Bytes of both together, as JSON.
        bytes: usize,
    },
    /// Of a price adjustment.
    #[error("no such tax: {0}")]
    NoTax(TaxId),
    #[error("a price or tax would be negative")]
    Negative,
    /// A sum is too large, or a price adjustment is in another currency.
    #[error("no price: {0}")]
    Price(#[from] SumError),
}

/// The circumstances under which an order is planned.
#[derive(Debug, Clone, Copy)]
pub struct OrderTerms<'a> {
    /// The time, and whether the booking rules apply.
    pub context: RuleContext<'a>,
    /// Whether the customer is a member now.
    pub member: bool,
    /// Zero in the account's currency.
    pub zero: Money,
    /// The language in which the names of chosen options are stored.
    pub language: Language,
}

/// Checks an order and computes what it allocates and costs. Free seats and resources are not checked: that is decided
/// later, under locks.
///
/// # Errors
/// [`OrderError`]: the first reason found.
pub fn plan<'a>(catalogue: &'a Catalogue, order: &Order, terms: OrderTerms<'_>) -> Result<OrderPlan<'a>, OrderError> {
    // The order of the checks decides which error a client gets.
    let product = catalogue.product(&order.product).ok_or(OrderError::NoProduct)?;
    let relaxed = terms.context.relaxed;
    if !product.api_bookings_allowed {
        return Err(OrderError::Closed);
    }
    // Staff can book members-only products for non-members.
    if product.members_only && !(relaxed || terms.member) {
        return Err(OrderError::MembersOnly);
    }
    order.party.check(product, catalogue, relaxed)?;
    if order.private_event && !product.allow_private_events {
        return Err(OrderError::NoPrivateEvents);
    }
    if order.adjustments.len() > MOST_ADJUSTMENTS {
        return Err(OrderError::TooManyAdjustments);
    }
    let mut taxes = order.adjustments.iter().flat_map(|adjustment| &adjustment.taxes);
    if let Some(unknown) = taxes.find(|id| catalogue.tax(id).is_none()) {
        return Err(OrderError::NoTax(unknown.clone()));
    }
    let options = match &order.options {
        Options::Chosen(inputs) => options::choose(product, inputs, terms.language)?,
        Options::Kept(chosen) => chosen.clone(),
    };
    let selected = if product.flexible().is_some() {
        appointment(product, catalogue, order, &options, terms.context)?
    } else {
        selection(product, catalogue, order, terms.context)?
    };
    let pricing = pricing(product, selected.drop_in.is_some());
    let lines = price::lines(product, pricing, &order.party, &options, &order.adjustments)?;
    let price = price::total(&lines, catalogue, terms.zero)?;
    if price.is_negative() {
        return Err(OrderError::Negative);
    }
    let Selection { event, enrolled, drop_in, span, request } = selected;
    Ok(OrderPlan {
        product,
        event,
        enrolled_event: enrolled,
        drop_in_event: drop_in,
        span,
        request,
        options,
        lines,
        price,
    })
}

#[must_use]
pub fn bytes_of(options: &[ChosenOption], adjustments: &[Adjustment]) -> usize {
    json_bytes(options) + json_bytes(adjustments)
}

/// Checks options and adjustments against the limit on stored bytes. `before` is the size that a changed booking had:
/// one from before this limit may keep its size, but not grow.
///
/// # Errors
/// [`OrderError::TooLarge`].
pub fn check_size(options: &[ChosenOption], adjustments: &[Adjustment], before: usize) -> Result<(), OrderError> {
    let bytes = bytes_of(options, adjustments);
    // `before` is 0 for a new booking.
    if bytes <= LARGEST_WISHES || bytes <= before {
        return Ok(());
    }
    let of_options = json_bytes(options);
    let larger = if of_options > bytes - of_options { OrderPart::Options } else { OrderPart::Adjustments };
    Err(OrderError::TooLarge { larger, bytes })
}

/// The price that a search shows for a party: without taxes that are only added at checkout.
///
/// # Errors
/// If an amount is too large.
pub fn display_price(
    product: &Product,
    party: &Party,
    chosen: &[ChosenOption],
    zero: Money,
) -> Result<Money, SumError> {
    let pricing = pricing(product, product.drop_in_only());
    price::display(&price::lines(product, pricing, party, chosen, &[])?, zero)
}

/// The product's prices; for a single class of a course its own prices, if it has any.
#[must_use]
pub fn pricing(product: &Product, single_class: bool) -> Option<&Pricing> {
    match &product.kind {
        ProductKind::FixedCourse { drop_in, drop_in_rates: Some(pricing), .. }
            if single_class && *drop_in != DropIn::No =>
        {
            Some(pricing)
        }
        _ => product.pricing.as_ref(),
    }
}

struct Selection {
    event: Option<EventId>,
    enrolled: Option<EventId>,
    drop_in: Option<EventId>,
    span: Span,
    request: AllocationRequest,
}

fn selection(
    product: &Product,
    catalogue: &Catalogue,
    order: &Order,
    context: RuleContext<'_>,
) -> Result<Selection, OrderError> {
    let EventChoice { event, enrolled_from, drop_in } = &order.choice;
    if event.is_none() && enrolled_from.is_none() && drop_in.is_none() {
        return Err(OrderError::NeedsEvent);
    }
    let EventSelection { event, enrolled_from, drop_in, attends } =
        scheduled::selection(product, &order.choice, context)?;
    let seats = order.party.seats(catalogue);
    let span = attends.first().ok_or(EventNotBookable::NoEvent)?.span();
    let events: Vec<EventRequest> =
        attends.iter().map(|event| event.request(seats, order.private_event, catalogue)).collect();
    let request = AllocationRequest { events, ..AllocationRequest::default() };
    Ok(Selection { event: Some(event), enrolled: enrolled_from, drop_in, span, request })
}

fn appointment(
    product: &Product,
    catalogue: &Catalogue,
    order: &Order,
    chosen: &[ChosenOption],
    context: RuleContext<'_>,
) -> Result<Selection, OrderError> {
    let offered = order.appointment.as_ref();
    if offered.is_some_and(|offered| offered.product != product.id) {
        return Err(OrderError::OtherProduct);
    }
    // Times in the request win over those in the offered id: a client moves an appointment by its times and may still
    // send the old id.
    let starts_at = order.starts_at.or(offered.map(|offered| offered.starts_at)).ok_or(OrderError::NeedsStart)?;
    let resources = match offered {
        Some(offered) if order.resources.is_empty() => &offered.resources,
        _ => &order.resources,
    };
    let end = order.ends_at.map_or_else(|| AppointmentEnd::After(product.length_with(chosen)), AppointmentEnd::At);
    let search = StartSearch::new(product, catalogue, resources, context).ok_or(OrderError::NeedsEvent)?;
    let search = search.preferring(&order.preferred);
    let Appointment { span, request } = search.at(starts_at, end)?;
    let request = AllocationRequest { appointment: Some(request), ..AllocationRequest::default() };
    Ok(Selection { event: None, enrolled: None, drop_in: None, span, request })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::time::Zone;

    #[test]
    fn what_is_for_members_is_booked_by_members_and_by_staff() {
        let mut catalogue = testing::catalogue();
        catalogue.products[0].members_only = true;
        let event = "312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-06-12".parse().expect("an id");
        let order = Order {
            product: catalogue.products[0].id.clone(),
            choice: EventChoice { event: Some(event), ..EventChoice::default() },
            appointment: None,
            starts_at: None,
            ends_at: None,
            party: Party::parse_list("Cadults:1").expect("a party"),
            options: Options::Chosen(Vec::new()),
            resources: Vec::new(),
            preferred: Vec::new(),
            private_event: false,
            adjustments: Vec::new(),
        };
        let zone = Zone::utc();
        // 1 June 2026.
        let now = Instant::from_millis(1_780_272_000_000);
        for (member, relaxed, refused) in
            [(false, false, Some(OrderError::MembersOnly)), (true, false, None), (false, true, None)]
        {
            let context = RuleContext { now, zone: &zone, relaxed };
            let terms = OrderTerms { context, member, zero: testing::euros(0), language: Language::BRITISH_ENGLISH };
            assert_eq!(plan(&catalogue, &order, terms).err(), refused, "member {member}, staff {relaxed}");
        }
    }

    #[test]
    fn what_is_larger_than_it_may_be_can_only_become_smaller() {
        let line = |length| Adjustment {
            unit_price: testing::euros(1),
            quantity: 1,
            description: "x".repeat(length),
            taxes: Vec::new(),
        };
        let lines = |count, length| vec![line(length); count];
        let large = bytes_of(&[], &lines(100, 1_000));
        assert!(large > LARGEST_WISHES);
        for (lines, before, taken) in [
            (lines(100, 100), 0, true),
            (lines(100, 1_000), 0, false),
            (lines(100, 1_000), large, true),
            (lines(99, 1_000), large, true),
            (lines(100, 1_001), large, false),
        ] {
            let bytes = bytes_of(&[], &lines);
            let refused = OrderError::TooLarge { larger: OrderPart::Adjustments, bytes };
            assert_eq!(check_size(&[], &lines, before), if taken { Ok(()) } else { Err(refused) });
        }
    }
}
