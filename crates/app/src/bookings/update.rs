//! Change a booking: people, options, price or time. Members of the change that are absent keep their value.

use super::party::{Naming, ParticipantInput};
use super::place::{BookingContext, BookingError, ChangeScope};
use super::rights::{ReadBookings, WriteBookings};
use super::wanted::{only_noted, order, rules_of, same_claims, stays};
use crate::App;
use crate::allocation::{NewClaim, allocate};
use crate::context::{Wake, Write, WriteContext};
use crate::discounts::{self, PricingRequest};
use crate::emails::{BookingEvent, Notify, follow_up, queue_booking_emails};
use crate::payments::record;
use slotkeeper_domain::appointment::{self, AppointmentId, AppointmentNotBookable};
use slotkeeper_domain::booking::{BookingNumber, Participant, check_participants};
use slotkeeper_domain::booking_rules::BookingAction;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::id::{ProductId, ResourceId};
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::options::OptionInput;
use slotkeeper_domain::order::{OrderError, bytes_of, check_size};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::price::Adjustment;
use slotkeeper_domain::scheduled::EventChoice;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::customers::{self, Customer};

/// The changes to a booking. Lists replace the previous ones.
#[derive(Debug, Clone, Default)]
pub struct BookingChange {
    pub product: Option<ProductId>,
    /// Another event, or other classes of a course.
    pub choice: EventChoice,
    /// Another slot, as found by a search.
    pub appointment: Option<AppointmentId>,
    /// The start of an appointment, or of another event of the product if `choice` is empty.
    pub starts_at: Option<Instant>,
    pub ends_at: Option<Instant>,
    pub party: Option<Party>,
    /// Replace all participants named before.
    pub participants: Option<Vec<ParticipantInput>>,
    pub options: Option<Vec<OptionInput>>,
    /// All resources of an appointment.
    pub resources: Option<Vec<ResourceId>>,
    /// Whether the event is booked as a private event.
    pub private_event: Option<bool>,
    /// Manual price lines.
    pub adjustments: Option<Vec<Adjustment>>,
    /// Codes of promotions, coupons and vouchers, in addition to those used before.
    pub codes: Codes,
    /// The client's own reference. An empty text deletes it; so do the next two.
    pub external_ref: Option<String>,
    /// The channel or campaign it comes from, as the client names it.
    pub source: Option<String>,
    pub source_ip: Option<String>,
    /// Whether the booking rules for customers are ignored, as for staff.
    pub relaxed: bool,
    /// The recipients of the e-mail about it.
    pub notify: Notify,
}

/// Changes a booking and computes its price anew. If time or quantity change, allocates the new claims and releases the
/// old ones. `naming` says whose linked people the request may name.
pub fn update(
    cx: &mut Write<'_, WriteBookings>,
    number: &BookingNumber,
    (change, naming): (&BookingChange, &Naming),
) -> Result<Booking, BookingError> {
    let (tx, unit) = cx.tx();
    let booking = bookings::lock(tx, unit.account_id(), number)?.ok_or(BookingError::NoBooking)?;
    ChangeScope::of::<ReadBookings>(unit).check(booking.application.as_ref(), BookingError::NoBooking)?;
    if booking.cancelled.is_some() {
        return Err(BookingError::Cancelled);
    }
    let mut changed = write(cx, booking, (change, naming))?;
    let at = cx.change_time()?;
    changed.changed.iter_mut().for_each(|stamp| stamp.at = at);
    Ok(changed)
}

fn write(
    cx: &mut WriteContext<'_>,
    booking: Booking,
    (change, naming): (&BookingChange, &Naming),
) -> Result<Booking, BookingError> {
    let catalogue = cx.catalogue()?;
    if change.notify.is_anyone() {
        cx.after_commit(Wake::Outbox);
    }
    let (tx, unit) = cx.tx();
    let (app, context, account) = (unit.app(), &BookingContext::of(unit, change.relaxed)?, unit.account_id());
    let order = order(&booking, change, &catalogue, &context.account)?;
    let deed = if only_noted(&booking, &order, change) { BookingAction::Note } else { BookingAction::Change };
    let allow = |deed| rules_of(&catalogue, &booking.product).allow(deed, booking.span.from, context.now);
    if !context.relaxed {
        allow(deed)?;
        if let Some(product) = catalogue.product(&order.product).filter(|_| order.party != booking.party) {
            order.party.check(product, &catalogue, false).map_err(OrderError::Party)?;
        }
    }
    // After the start the price is final, and a product that is no longer in the catalogue has none; notes can still be
    // changed.
    if deed == BookingAction::Note
        && (allow(BookingAction::Change).is_err() || catalogue.product(&booking.product).is_none())
    {
        return note(tx, app, context, &catalogue, booking, (change, naming));
    }
    // A booking that is not moved keeps its time, even where the rules would not allow a new one there.
    let stays = stays(&booking, &order);
    let terms = BookingContext { relaxed: context.relaxed || stays, ..context.clone() };
    let member = context.asks_for_member(&catalogue, &order.product) && {
        let customer = customers::find(tx, account, &booking.customer)?;
        context.is_member(customer.and_then(|customer| customer.membership).as_ref())
    };
    let mut plan = terms.plan(&catalogue, &order, member)?;
    if terms.relaxed && !context.relaxed {
        // Other options can make it longer; then the rules for new bookings apply.
        if plan.span != booking.span {
            plan = context.plan(&catalogue, &order, member)?;
        }
        // Newly named resources must be available.
        let others = order.resources.iter().filter(|id| !booking.details.resources.contains(id));
        if let Some(id) = appointment::first_unavailable(&catalogue, others, plan.span, &context.account.zone) {
            return Err(OrderError::Appointment(AppointmentNotBookable::Away(id.clone())).into());
        }
    }
    let had = bytes_of(&booking.details.options, &booking.details.adjustments);
    check_size(&plan.options, &order.adjustments, had)?;
    let mut resources = booking.details.resources.clone();
    if !(stays && same_claims(&booking, &order, &plan, &catalogue)) {
        let owner = ClaimOwner::Booking(booking.number.clone());
        let instead_of = std::slice::from_ref(&owner);
        let zone = &context.account.zone;
        let request = NewClaim { request: &plan.request, owner: &owner, instead_of, expires_at: None, zone };
        resources = allocate(tx, account, &request, context.now)?.resources;
    }
    // Locked, because vouchers and promotions of the customer are used.
    let customer = customers::lock(tx, account, &booking.customer)?.ok_or(BookingError::NoBooking)?;
    let participants = participants(tx, context, &catalogue, (&booking, &customer), &order.party, (change, naming))?;
    let pricing = PricingRequest {
        context,
        catalogue: &catalogue,
        plan: &plan,
        party: &order.party,
        codes: &change.codes,
        customer: Some(&booking.customer),
        booking: Some(&booking),
        guarantee: None,
        strict: !context.relaxed && (order.party != booking.party || order.product != booking.product),
    };
    let priced = discounts::lock(tx, pricing)?;
    let due = priced.discounted.price.gross.minor().saturating_sub(booking.paid);
    let redemption = priced.pay_with_vouchers(due)?;
    let credited = discounts::payments(redemption, context);
    let agent = context.agent(tx)?;
    let mut details = booking.details.clone();
    details.participants = participants;
    details.options = plan.options;
    details.adjustments = order.adjustments;
    details.resources = resources;
    details.private_event = order.private_event;
    details.price = priced.discounted.price.clone();
    details.discounts = priced.discounts();
    details.product_name = plan.product.name.r#in(context.account.languages.default_language()).to_owned();
    let before = booking.clone();
    let changed = Booking {
        product: plan.product.id.clone(),
        event: plan.event,
        enrolled_event: plan.enrolled_event,
        drop_in_event: plan.drop_in_event,
        span: plan.span,
        party: order.party,
        details,
        paid: record::total(context, booking.paid, credited.iter().map(|payment| payment.amount))?,
        ..booking
    };
    let changed = noted(context, changed, change, &customer, agent.clone());
    bookings::update(tx, account, &changed)?;
    record_change(tx, context, &changed);
    if priced.use_up(tx, account, (&changed.number, &changed.customer), redemption)? {
        let customer = Subject::customer(&changed.customer, customer.application.as_ref());
        tx.record(context.actor.change(account, context.now, customer, Kind::Updated));
    }
    for input in &credited {
        record::write(tx, context, &changed, input, agent.clone())?;
    }
    follow_up::plan(tx, app, (&context.account, &catalogue), &changed, Some(&before))?;
    queue_booking_emails(tx, app, (&context.account, &catalogue), &changed, (BookingEvent::Changed, change.notify))?;
    Ok(changed)
}

/// Changes participants and notes only, without pricing or allocating.
fn note(
    tx: &mut Tx,
    app: &App,
    context: &BookingContext,
    catalogue: &Catalogue,
    booking: Booking,
    (change, naming): (&BookingChange, &Naming),
) -> Result<Booking, BookingError> {
    let account = &context.account.id;
    let customer = customers::lock(tx, account, &booking.customer)?.ok_or(BookingError::NoBooking)?;
    let people = participants(tx, context, catalogue, (&booking, &customer), &booking.party, (change, naming))?;
    let agent = context.agent(tx)?;
    let mut changed = noted(context, booking, change, &customer, agent);
    changed.details.participants = people;
    bookings::update(tx, account, &changed)?;
    record_change(tx, context, &changed);
    queue_booking_emails(tx, app, (&context.account, catalogue), &changed, (BookingEvent::Changed, change.notify))?;
    Ok(changed)
}

/// The participants: those of the change, or those named before who still fit the party.
fn participants(
    tx: &mut Tx,
    context: &BookingContext,
    catalogue: &Catalogue,
    (booking, customer): (&Booking, &Customer),
    party: &Party,
    (change, naming): (&BookingChange, &Naming),
) -> Result<Vec<Participant>, BookingError> {
    let named = &booking.details.participants;
    match &change.participants {
        Some(inputs) => context.replacing(tx, catalogue, (named, customer), party, (inputs, naming)),
        None => {
            let comes = |person: &&Participant| check_participants(std::slice::from_ref(*person), party).is_ok();
            Ok(named.iter().filter(comes).cloned().collect())
        }
    }
}

/// The booking with the notes of the change, and with the time and name of who changed it.
fn noted(
    context: &BookingContext,
    mut booking: Booking,
    change: &BookingChange,
    customer: &Customer,
    agent: Option<String>,
) -> Booking {
    booking.title = customer.person.display_name();
    booking.external_ref = said(change.external_ref.as_ref(), booking.external_ref.as_ref());
    let details = &mut booking.details;
    details.source = said(change.source.as_ref(), details.source.as_ref());
    details.source_ip = said(change.source_ip.as_ref(), details.source_ip.as_ref());
    booking.changed = Some(Stamp { at: context.now, agent });
    booking.changes += 1;
    booking
}

fn record_change(tx: &mut Tx, context: &BookingContext, booking: &Booking) {
    let subject = Subject::booking(&booking.number, booking.application.as_ref());
    tx.record(context.actor.change(&context.account.id, context.now, subject, Kind::Updated));
}

/// The new value of a text; an empty one deletes it.
fn said(said: Option<&String>, was: Option<&String>) -> Option<String> {
    said.or(was).filter(|text| !text.is_empty()).cloned()
}
