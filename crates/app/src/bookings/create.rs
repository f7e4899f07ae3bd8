//! Create a booking, with or without a previous hold.

use super::party::{CustomerInput, Naming, ParticipantInput};
use super::place::{BookingContext, BookingError};
use super::rights::WriteBookings;
use crate::allocation::{NewClaim, allocate};
use crate::context::{Wake, Write, WriteContext};
use crate::discounts::{self, PricingRequest, QuoteGuarantee};
use crate::emails::{BookingEvent, Notify, follow_up, queue_booking_emails};
use crate::payments::record::{self, PaymentInput};
use crate::random;
use slotkeeper_domain::booking::{BookingDetails, BookingNumber};
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::id::HoldId;
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::order::{Order, OrderPlan, check_size};
use slotkeeper_domain::quote::QuotedOrder;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::holds::{self, Hold};

#[derive(Debug, Clone)]
pub struct NewBooking {
    pub order: Order,
    pub customer: Option<CustomerInput>,
    /// The participants that are named; there may be fewer than in the party.
    pub participants: Vec<ParticipantInput>,
    /// Whose linked people may be named as participants.
    pub naming: Naming,
    /// The hold that the booking replaces.
    pub previous_hold: Option<HoldId>,
    /// The client's own reference.
    pub external_ref: Option<String>,
    /// The channel or campaign it comes from, as the client names it.
    pub source: Option<String>,
    pub source_ip: Option<String>,
    /// Whether the customer gets reminders.
    pub reminders: bool,
    /// Whether the customer gets a thank-you e-mail.
    pub thank_you: bool,
    /// Codes of promotions, coupons and vouchers.
    pub codes: Codes,
    /// Payments received with the booking.
    pub payments: Vec<PaymentInput>,
    /// Whether the booking rules for customers are ignored, as for staff.
    pub relaxed: bool,
    /// The recipients of the e-mail about it.
    pub notify: Notify,
}

/// Creates the booking with all it needs or nothing: claims, customer, linked people, payments, and the end of the
/// previous hold.
pub fn create(cx: &mut Write<'_, WriteBookings>, new: &NewBooking) -> Result<Booking, BookingError> {
    let mut booking = write(cx, new)?;
    booking.created.at = cx.change_time()?;
    Ok(booking)
}

fn write(cx: &mut WriteContext<'_>, new: &NewBooking) -> Result<Booking, BookingError> {
    let catalogue = cx.catalogue()?;
    if new.notify.is_anyone() {
        cx.after_commit(Wake::Outbox);
    }
    let (tx, unit) = cx.tx();
    let (app, context) = (unit.app(), &BookingContext::of(unit, new.relaxed)?);
    let account = unit.account_id();
    // If the number is taken, the store runs the unit again, which draws another one.
    let number = &BookingNumber::from_random(u64::from_le_bytes(random::bytes()));
    let replaced = context.previous_hold(tx, new.previous_hold.as_ref())?;
    let plan = planned(tx, context, &catalogue, new, replaced.live.as_ref())?;
    check_size(&plan.options, &new.order.adjustments, 0)?;
    let customer = new.customer.as_ref().ok_or(BookingError::NeedsCustomer)?;
    let owner = ClaimOwner::Booking(number.clone());
    let zone = &context.account.zone;
    let request =
        NewClaim { request: &plan.request, owner: &owner, instead_of: &replaced.owners, expires_at: None, zone };
    let grant = allocate(tx, account, &request, context.now)?;
    if let Some(id) = &new.previous_hold {
        holds::end(tx, account, id, context.now, Some(number))?;
    }
    let (customer, is_new) = context.customer(tx, &catalogue, customer, &random::id())?;
    if is_new {
        tx.record(context.actor.change(
            account,
            context.now,
            Subject::customer(&customer.id, context.application()),
            Kind::Created,
        ));
    }
    let order = &new.order;
    if !is_new {
        context.may_link(&new.naming, &customer, &new.participants)?;
    }
    let participants = context.participants(tx, &catalogue, &customer.id, &order.party, &new.participants)?;
    let agent = context.agent(tx)?;
    let known = (!is_new).then_some(&customer.id);
    let booked = QuotedOrder::of(&plan, order, &new.codes, known);
    let guarantee = replaced.live.as_ref().map(|hold| QuoteGuarantee::of(hold, &plan, &booked));
    let pricing = PricingRequest {
        context,
        catalogue: &catalogue,
        plan: &plan,
        party: &order.party,
        codes: &new.codes,
        customer: known,
        booking: None,
        guarantee,
        strict: !context.relaxed,
    };
    let priced = discounts::lock(tx, pricing)?;
    let customer_creator = customer.application;
    let received = record::total(context, 0, new.payments.iter().map(|payment| payment.amount))?;
    // What was received in payments is not redeemed from prepaid credit, too.
    let gross = priced.discounted.price.gross.minor();
    let redemption = priced.pay(gross.saturating_sub(received).min(gross))?;
    guarantee.map_or(Ok(()), |guarantee| guarantee.check_payment(gross, received, redemption))?;
    let credited = discounts::payments(redemption, context);
    let paid = record::total(context, received, credited.iter().map(|payment| payment.amount))?;
    let booking = Booking {
        number: number.clone(),
        application: context.application().cloned(),
        product: plan.product.id.clone(),
        event: plan.event,
        enrolled_event: plan.enrolled_event,
        drop_in_event: plan.drop_in_event,
        span: plan.span,
        title: customer.person.display_name(),
        customer: customer.id,
        external_ref: new.external_ref.clone(),
        party: order.party.clone(),
        details: BookingDetails {
            participants,
            options: plan.options,
            adjustments: order.adjustments.clone(),
            resources: grant.resources,
            private_event: order.private_event,
            price: priced.discounted.price.clone(),
            discounts: priced.discounts(),
            product_name: plan.product.name.r#in(context.account.languages.default_language()).to_owned(),
            source: new.source.clone(),
            source_ip: new.source_ip.clone(),
            reminders: new.reminders,
            thank_you: new.thank_you,
            cancellation_reason: None,
            cancellation_fee: None,
        },
        paid,
        accepted: !plan.product.accept_deny,
        no_show: false,
        created: Stamp { at: context.now, agent: agent.clone() },
        changed: None,
        cancelled: None,
        cancellation_tracked: false,
        changes: 0,
    };
    bookings::insert(tx, account, &booking)?;
    tx.record(context.actor.change(
        account,
        context.now,
        Subject::booking(number, context.application()),
        Kind::Created,
    ));
    let owners = (number, &booking.customer);
    if priced.use_up(tx, account, owners, redemption)? && !is_new {
        let customer = Subject::customer(&booking.customer, customer_creator.as_ref());
        tx.record(context.actor.change(account, context.now, customer, Kind::Updated));
    }
    for input in new.payments.iter().chain(&credited) {
        record::write(tx, context, &booking, input, agent.clone())?;
    }
    follow_up::plan(tx, app, (&context.account, &catalogue), &booking, None)?;
    queue_booking_emails(tx, app, (&context.account, &catalogue), &booking, (BookingEvent::Booked, new.notify))?;
    // Last, because it blocks other new customers of the account until COMMIT.
    if is_new {
        context.has_room_for_customer(tx, app)?;
    }
    Ok(booking)
}

/// The plan of the booking. For the event or slot of a live hold, rules of time and membership are applied as of the
/// time the hold was made: the hold promised that it can be booked, even if a deadline passes in the meantime.
fn planned<'a>(
    tx: &mut Tx,
    context: &BookingContext,
    catalogue: &'a Catalogue,
    new: &NewBooking,
    hold: Option<&Hold>,
) -> Result<OrderPlan<'a>, BookingError> {
    let for_member =
        |tx: &mut Tx, at: &BookingContext| at.for_member(tx, catalogue, &new.order.product, new.customer.as_ref());
    if let Some((hold, held)) = hold.and_then(|hold| Some((hold, hold.quote.held.as_ref()?))) {
        let then = BookingContext { now: hold.created_at, ..context.clone() };
        let same = matches!(&new.customer, Some(CustomerInput::Known(id, _)) if held.is_for(id));
        let member = for_member(tx, if same { &then } else { context })?;
        if let Ok(plan) = then.plan(catalogue, &new.order, member)
            && held.has_times_of(&plan)
        {
            return Ok(plan);
        }
    }
    let member = for_member(tx, context)?;
    context.plan(catalogue, &new.order, member)
}
