//! From what somebody wants to book to what that takes and costs: the one way for holds, bookings and changes.

use crate::account::Language;
use crate::appointment::{Appointment, AppointmentEnd, AppointmentId, AppointmentNotBookable, StartSearch};
use crate::catalogue::{Catalogue, DropIn, Pricing, Product, ProductKind};
use crate::event::EventId;
use crate::id::{ProductId, ResourceId, TaxId};
use crate::inventory::{EventRequest, Span, Wish};
use crate::money::{Money, SumError};
use crate::options::{self, ChosenOption, OptionError, OptionInput};
use crate::party::{Party, PartyError};
use crate::price::{self, Adjustment, Price, PriceLine};
use crate::scheduled::{self, EventChoice, EventNotBookable, EventSelection, RuleContext};
use crate::text::json_bytes;
use crate::time::Instant;

/// Most extra lines on a price.
pub const MOST_ADJUSTMENTS: usize = 100;

/// Most bytes that the options and the extra lines of a booking have together, written as JSON, which is how they are stored.
pub const LARGEST_WISHES: usize = 32 * 1024;

/// What somebody wants to book.
#[derive(Debug, Clone)]
pub struct Order {
    pub product: ProductId,
    /// Which event, of a scheduled product.
    pub choice: EventChoice,
    /// Which appointment, as a search offered it.
    pub appointment: Option<AppointmentId>,
    /// When an appointment starts.
    pub starts_at: Option<Instant>,
    /// When an appointment ends, if not after its usual length.
    pub ends_at: Option<Instant>,
    pub party: Party,
    pub options: Options,
    /// Resources that an appointment is to use.
    pub resources: Vec<ResourceId>,
    /// Resources that are taken first, if they are free.
    pub preferred: Vec<ResourceId>,
    /// Whether the event is to be theirs alone.
    pub private_event: bool,
    /// Extra lines on the price.
    pub adjustments: Vec<Adjustment>,
}

/// The options of an order.
#[derive(Debug, Clone)]
pub enum Options {
    /// As they are chosen now; defaults for the others.
    Chosen(Vec<OptionInput>),
    /// As they were before.
    Kept(Vec<ChosenOption>),
}

/// What an order takes and costs.
#[derive(Debug, Clone)]
pub struct OrderPlan<'a> {
    pub product: &'a Product,
    /// The event; of a course its first class. Absent for appointments.
    pub event: Option<EventId>,
    /// The class at which attendance starts, if that is a later one.
    pub enrolled_event: Option<EventId>,
    /// The one class, if only one is booked.
    pub drop_in_event: Option<EventId>,
    /// From when to when it is; of a course, the first class that is attended.
    pub span: Span,
    pub request: Wish,
    /// The options, in the product's order.
    pub options: Vec<ChosenOption>,
    /// What the price is made of, before taxes.
    pub lines: Vec<PriceLine>,
    /// What it costs those who have no promotion, voucher or prepaid credit.
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

/// On which terms an order is taken.
#[derive(Debug, Clone, Copy)]
pub struct OrderTerms<'a> {
    /// When, and whether as staff.
    pub moment: RuleContext<'a>,
    /// Whether it is for somebody who is a member now.
    pub member: bool,
    /// Zero in the account's currency.
    pub nothing: Money,
    /// The language in which chosen options are written down.
    pub language: Language,
}

/// What an order takes and costs; whether it is free is decided elsewhere, under locks.
///
/// # Errors
/// [`OrderRefused`].
pub fn plan<'a>(catalogue: &'a Catalogue, order: &Order, terms: OrderTerms<'_>) -> Result<OrderPlan<'a>, OrderError> {
    let product = catalogue.product(&order.product).ok_or(OrderError::NoProduct)?;
    let relaxed = terms.moment.relaxed;
    if !product.api_bookings_allowed {
        return Err(OrderError::Closed);
    }
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
    let mut named = order.adjustments.iter().flat_map(|adjustment| &adjustment.taxes);
    if let Some(unknown) = named.find(|id| catalogue.tax(id).is_none()) {
        return Err(OrderError::NoTax(unknown.clone()));
    }
    let options = match &order.options {
        Options::Chosen(inputs) => options::choose(product, inputs, terms.language)?,
        Options::Kept(chosen) => chosen.clone(),
    };
    let whats = if product.flexible().is_some() {
        appointment(product, catalogue, order, &options, terms.moment)?
    } else {
        selection(product, catalogue, order, terms.moment)?
    };
    let pricing = pricing(product, whats.drop_in.is_some());
    let lines = price::lines(product, pricing, &order.party, &options, &order.adjustments)?;
    let price = price::total(&lines, catalogue, terms.nothing)?;
    if price.is_negative() {
        return Err(OrderError::Negative);
    }
    let What { event, enrolled, drop_in, span, request } = whats;
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

/// How many bytes the options and the extra lines of a booking have together as JSON.
#[must_use]
pub fn bytes_of(options: &[ChosenOption], adjustments: &[Adjustment]) -> usize {
    json_bytes(options) + json_bytes(adjustments)
}

/// Whether the options and the extra lines of a booking or hold are few enough bytes to be stored. Of a booking that had `before`
/// bytes, from a time without this limit, they may be fewer than that.
///
/// # Errors
/// [`OrderRefused::TooLarge`].
pub fn check_size(options: &[ChosenOption], adjustments: &[Adjustment], before: usize) -> Result<(), OrderError> {
    let bytes = bytes_of(options, adjustments);
    if bytes <= LARGEST_WISHES || bytes <= before {
        return Ok(());
    }
    let of_options = json_bytes(options);
    let larger = if of_options > bytes - of_options { OrderPart::Options } else { OrderPart::Adjustments };
    Err(OrderError::TooLarge { larger, bytes })
}

/// What is shown while looking for an event for this party: its price without taxes that are only added at checkout.
///
/// # Errors
/// When it is too large.
pub fn display_price(
    product: &Product,
    party: &Party,
    chosen: &[ChosenOption],
    nothing: Money,
) -> Result<Money, SumError> {
    let pricing = pricing(product, product.drop_in_only());
    price::display(&price::lines(product, pricing, party, chosen, &[])?, nothing)
}

/// The rates of a product, or those of a single class of a course where it has any.
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

struct What {
    event: Option<EventId>,
    enrolled: Option<EventId>,
    drop_in: Option<EventId>,
    span: Span,
    request: Wish,
}

fn selection(
    product: &Product,
    catalogue: &Catalogue,
    order: &Order,
    moment: RuleContext<'_>,
) -> Result<What, OrderError> {
    let EventChoice { event, enrolled_from, drop_in } = &order.choice;
    if event.is_none() && enrolled_from.is_none() && drop_in.is_none() {
        return Err(OrderError::NeedsEvent);
    }
    let EventSelection { event, enrolled_from, drop_in, attends } =
        scheduled::selection(product, &order.choice, moment)?;
    let seats = order.party.seats(catalogue);
    let span = attends.first().ok_or(EventNotBookable::NoEvent)?.span();
    let events: Vec<EventRequest> =
        attends.iter().map(|event| event.request(seats, order.private_event, catalogue)).collect();
    let request = Wish { events, ..Wish::default() };
    Ok(What { event: Some(event), enrolled: enrolled_from, drop_in, span, request })
}

fn appointment(
    product: &Product,
    catalogue: &Catalogue,
    order: &Order,
    chosen: &[ChosenOption],
    moment: RuleContext<'_>,
) -> Result<What, OrderError> {
    let offered = order.appointment.as_ref();
    if offered.is_some_and(|offered| offered.product != product.id) {
        return Err(OrderError::OtherProduct);
    }
    // What is said beside the id of an offer wins over what the offer had: a booking is moved by its times.
    let starts_at = order.starts_at.or(offered.map(|offered| offered.starts_at)).ok_or(OrderError::NeedsStart)?;
    let resources = match offered {
        Some(offered) if order.resources.is_empty() => &offered.resources,
        _ => &order.resources,
    };
    let end = order.ends_at.map_or_else(|| AppointmentEnd::After(product.length_with(chosen)), AppointmentEnd::At);
    let search = StartSearch::new(product, catalogue, resources, moment).ok_or(OrderError::NeedsEvent)?;
    let search = search.preferring(&order.preferred);
    let Appointment { span, request } = search.at(starts_at, end)?;
    let request = Wish { appointment: Some(request), ..Wish::default() };
    Ok(What { event: None, enrolled: None, drop_in: None, span, request })
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
            let moment = RuleContext { now, zone: &zone, relaxed };
            let terms = OrderTerms { moment, member, nothing: testing::euros(0), language: Language::BRITISH_ENGLISH };
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
