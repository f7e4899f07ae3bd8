//! Create a booking, with or without a hold before it.

use super::party::{CustomerInput, ParticipantInput};
use super::place::{PlaceError, Placing};
use super::rights::WriteBookings;
use crate::right::May;
use crate::take::{Take, take};
use crate::{App, random};
use slotkeeper_domain::booking::{BookingDetails, BookingNumber};
use slotkeeper_domain::change::{Actor, Kind, Thing};
use slotkeeper_domain::id::{CustomerId, HoldId};
use slotkeeper_domain::inventory::Holder;
use slotkeeper_domain::money::{Money, NoSum};
use slotkeeper_domain::order::Order;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::holds;
use slotkeeper_store::tables::payments::{self, Payment};
use slotkeeper_store::{StoreError, Tx};
use std::sync::Arc;

/// What is to be booked, for whom.
#[derive(Debug, Clone)]
pub struct NewBooking {
    /// What.
    pub order: Order,
    /// Whose it is.
    pub customer: Option<CustomerInput>,
    /// Who comes, as far as they are named.
    pub participants: Vec<ParticipantInput>,
    /// The hold that it takes the place of.
    pub previous_hold: Option<HoldId>,
    /// The reference in the caller's system.
    pub external_ref: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// From which address.
    pub source_ip: Option<String>,
    /// Whether the customer is to be reminded.
    pub reminders: bool,
    /// Whether the customer is to be thanked.
    pub thank_you: bool,
    /// Money that was received for it.
    pub payments: Vec<PaymentInput>,
    /// Whether it is made as staff would.
    pub relaxed: bool,
}

/// Money that was received.
#[derive(Debug, Clone)]
pub struct PaymentInput {
    /// When; now, if it is not said.
    pub received_at: Option<Instant>,
    /// How much.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// The name of another method.
    pub method_other: Option<String>,
    /// Why.
    pub reason: String,
    /// For the business alone.
    pub comment: Option<String>,
    /// The gateway that processed it.
    pub gateway_name: Option<String>,
    /// What the gateway calls it.
    pub transaction_id: Option<String>,
}

/// How often to draw another number when one is taken: one in ten thousand billion is.
const DRAWS: u32 = 3;

/// Books all of it or nothing: seats or resources, customer, people, payments, and the end of the hold before it, in one
/// transaction.
///
/// # Errors
/// [`PlaceError`].
pub async fn create(app: &App, may: &May<WriteBookings>, new: NewBooking) -> Result<Booking, PlaceError> {
    let placing = Placing::new(app, may, new.relaxed)?;
    let (app, new) = (app.clone(), Arc::new(new));
    let mut draws = 0;
    loop {
        draws += 1;
        let ids = (BookingNumber::from_random(u64::from_le_bytes(random::bytes())), random::id());
        let (unit, placing, new) = (app.clone(), placing.clone(), Arc::clone(&new));
        let written = app.store().write(move |tx| write(tx, &unit, &placing, &new, &ids)).await;
        match written {
            Err(PlaceError::Store(error)) if draws < DRAWS && error.broke("booking_pkey") => {}
            other => return other,
        }
    }
}

/// Books the same within a transaction that others write in as well, as this actor and at this instant: for data that
/// comes from elsewhere, with the past in it. A number that is taken breaks the transaction.
///
/// # Errors
/// [`PlaceError`].
pub fn create_within(
    tx: &mut Tx,
    app: &App,
    account: &Account,
    actor: &Actor,
    at: Instant,
    new: &NewBooking,
) -> Result<Booking, PlaceError> {
    let placing = Placing::within(account, actor, at, new.relaxed)?;
    let ids = (BookingNumber::from_random(u64::from_le_bytes(random::bytes())), random::id());
    write(tx, app, &placing, new, &ids)
}

fn write(
    tx: &mut Tx,
    app: &App,
    placing: &Placing,
    new: &NewBooking,
    (number, new_customer): &(BookingNumber, CustomerId),
) -> Result<Booking, PlaceError> {
    let account = &placing.account.id;
    let catalogue = app.catalogues().of(tx, account)?;
    let member = placing.for_member(tx, &catalogue, &new.order.product, new.customer.as_ref())?;
    let plan = placing.plan(&catalogue, &new.order, member)?;
    let customer = new.customer.as_ref().ok_or(PlaceError::NeedsCustomer)?;
    let replaced = placing.previous_hold(tx, new.previous_hold.as_ref())?;
    let holder = Holder::Booking(number.clone());
    let wish = Take { wish: &plan.wish, holder: &holder, instead_of: &replaced, expires_at: None };
    let grant = take(tx, account, &wish, placing.now)?;
    if let Some(id) = &new.previous_hold {
        holds::end(tx, account, id, placing.now, Some(number))?;
    }
    let (customer, is_new) = placing.customer(tx, app, &catalogue, customer, new_customer)?;
    if is_new {
        tx.record(placing.actor.change(account, placing.now, Thing::Customer, customer.id.as_str(), Kind::Created));
    }
    let order = &new.order;
    let participants = placing.participants(tx, &catalogue, &customer.id, &order.party, &new.participants)?;
    let agent = placing.agent(tx)?;
    let paid = new.payments.iter().try_fold(Money::zero(placing.currency), |sum, payment| sum.plus(payment.amount));
    let booking = Booking {
        number: number.clone(),
        application: placing.application().cloned(),
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
            price: plan.price,
            product_name: plan.product.name.r#in(placing.account.languages.default_language()).to_owned(),
            source: new.source.clone(),
            source_ip: new.source_ip.clone(),
            reminders: new.reminders,
            thank_you: new.thank_you,
            cancelation_reason: None,
            cancelation_fee: None,
        },
        paid: paid
            .map_err(|error| match error {
                NoSum::Currencies => PlaceError::Currency(placing.currency.as_str()),
                NoSum::TooLarge => PlaceError::TooMuch,
            })?
            .minor(),
        accepted: !plan.product.accept_deny,
        no_show: false,
        created: Stamp { at: placing.now, agent: agent.clone() },
        changed: None,
        canceled: None,
        cancelation_tracked: false,
    };
    bookings::insert(tx, account, &booking)?;
    tx.record(placing.actor.change(account, placing.now, Thing::Booking, number.as_str(), Kind::Created));
    for input in &new.payments {
        record_payment(tx, placing, &booking, input, agent.clone())?;
    }
    Ok(booking)
}

fn record_payment(
    tx: &mut Tx,
    placing: &Placing,
    booking: &Booking,
    input: &PaymentInput,
    agent: Option<String>,
) -> Result<(), StoreError> {
    let payment = Payment {
        id: random::id(),
        application: placing.application().cloned(),
        booking: Some(booking.number.clone()),
        customer: Some(booking.customer.clone()),
        received_at: input.received_at.unwrap_or(placing.now),
        created_at: placing.now,
        amount: input.amount.minor(),
        method: input.method,
        method_other: input.method_other.clone(),
        reason: input.reason.clone(),
        description: Some(format!("{} ({})", booking.details.product_name, booking.number)),
        comment: input.comment.clone(),
        agent,
        gateway_name: input.gateway_name.clone(),
        transaction_id: input.transaction_id.clone(),
    };
    payments::insert(tx, &placing.account.id, &payment)?;
    tx.record(placing.actor.change(
        &placing.account.id,
        placing.now,
        Thing::Payment,
        payment.id.as_str(),
        Kind::Created,
    ));
    Ok(())
}
