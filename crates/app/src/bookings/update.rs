//! Change a booking: its people, options, price, or when it is. What is not said stays as it was.

use super::place::{PlaceError, Placing, Reach};
use super::rights::{ReadBookings, WriteBookings};
use crate::App;
use crate::benefits::{self, Asking};
use crate::letters::{News, Notify, follow_up, tell};
use crate::payments::record;
use crate::right::May;
use crate::take::{Take, take};
use slotkeeper_domain::account::Language;
use slotkeeper_domain::appointment::AppointmentId;
use slotkeeper_domain::booking::{BookingNumber, check_participants};
use slotkeeper_domain::catalogue::{Catalogue, Product};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{ProductId, ResourceId};
use slotkeeper_domain::inventory::{Holder, Span};
use slotkeeper_domain::options::{ChosenOption, OptionInput, choose};
use slotkeeper_domain::order::{Options, Order, Plan, bytes_of, check_size};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::price::Adjustment;
use slotkeeper_domain::scheduled::{self, EventChoice};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::customers;

/// What is to be different. Lists replace what was there.
#[derive(Debug, Clone, Default)]
pub struct BookingChange {
    /// Another product.
    pub product: Option<ProductId>,
    /// Another event, or other classes of a course.
    pub choice: EventChoice,
    /// Another appointment, as a search offered it.
    pub appointment: Option<AppointmentId>,
    /// When an appointment starts; or when another event of the product does, if none is named.
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
    /// Further codes of promotions and vouchers.
    pub codes: Codes,
    /// The reference in the caller's system; empty to have none any more. So are the other texts.
    pub external_ref: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// From which address.
    pub source_ip: Option<String>,
    /// Whether it is changed as staff would.
    pub relaxed: bool,
    /// Who is told by e-mail.
    pub notify: Notify,
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
    let (unit, notify) = (app.clone(), change.notify);
    let changed = app
        .store()
        .write(move |tx| {
            let booking = bookings::lock(tx, &placing.account.id, &number)?.ok_or(PlaceError::NoBooking)?;
            reach.check(booking.application.as_ref(), PlaceError::NoBooking)?;
            if booking.canceled.is_some() {
                return Err(PlaceError::Canceled);
            }
            let mut changed = write(tx, &unit, &placing, booking, &change)?;
            let at = tx.moment(&placing.account.id)?;
            changed.changed.iter_mut().for_each(|stamp| stamp.at = at);
            Ok(changed)
        })
        .await;
    if notify.anybody() {
        app.mail_waiting().notify_one();
    }
    changed
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
    let order = order(&booking, change, &catalogue, &placing.account)?;
    // A booking that stays when it is keeps its time, whatever the rules say of new ones.
    let stays = stays(&booking, &order);
    let terms = Placing { relaxed: placing.relaxed || stays, ..placing.clone() };
    if !placing.relaxed {
        let product = catalogue.product(&booking.product);
        let rules = product.map(|product| product.rules).unwrap_or_default();
        rules.check_change(booking.span.from, placing.now).map_err(PlaceError::TooLate)?;
        if let Some(product) = catalogue.product(&order.product).filter(|_| order.party != booking.party) {
            order.party.check(product, &catalogue, false).map_err(slotkeeper_domain::order::OrderRefused::Party)?;
        }
    }
    let member = placing.asks_for_member(&catalogue, &order.product) && {
        let customer = customers::find(tx, account, &booking.customer)?;
        placing.is_member(customer.and_then(|customer| customer.membership).as_ref())
    };
    let mut plan = terms.plan(&catalogue, &order, member)?;
    // Other options can make it longer; then it has to fit like a new one.
    if plan.span != booking.span && terms.relaxed && !placing.relaxed {
        plan = placing.plan(&catalogue, &order, member)?;
    }
    let had = bytes_of(&booking.details.options, &booking.details.adjustments);
    check_size(&plan.options, &order.adjustments, had)?;
    let mut resources = booking.details.resources.clone();
    if !(stays && same_claims(&booking, &order, &plan, change, &catalogue)) {
        let holder = Holder::Booking(booking.number.clone());
        let instead_of = std::slice::from_ref(&holder);
        let zone = &placing.account.zone;
        let wish = Take { wish: &plan.wish, holder: &holder, instead_of, expires_at: None, zone };
        resources = take(tx, account, &wish, placing.now)?.resources;
    }
    // Locked, because what the customer has is used.
    let customer = customers::lock(tx, account, &booking.customer)?.ok_or(PlaceError::NoBooking)?;
    let asking = Asking {
        placing,
        catalogue: &catalogue,
        plan: &plan,
        party: &order.party,
        codes: &change.codes,
        customer: Some(&booking.customer),
        booking: Some(&booking),
        promise: None,
        strict: !placing.relaxed && (order.party != booking.party || order.product != booking.product),
    };
    let bargain = benefits::lock(tx, asking)?;
    let due = bargain.settled.price.gross.minor().saturating_sub(booking.paid);
    let drawn = bargain.pay_with_vouchers(due)?;
    let credited = benefits::payments(drawn, placing);
    let agent = placing.agent(tx)?;
    let mut details = booking.details.clone();
    // Those who were named and are no longer in the party are forgotten.
    details.participants.retain(|person| check_participants(std::slice::from_ref(person), &order.party).is_ok());
    details.options = plan.options;
    details.adjustments = order.adjustments;
    details.resources = resources;
    details.private_event = order.private_event;
    details.price = bargain.settled.price.clone();
    details.benefits = bargain.benefits();
    details.product_name = plan.product.name.r#in(placing.account.languages.default_language()).to_owned();
    details.source = said(change.source.as_ref(), details.source.as_ref());
    details.source_ip = said(change.source_ip.as_ref(), details.source_ip.as_ref());
    let before = booking.clone();
    let changed = Booking {
        product: plan.product.id.clone(),
        event: plan.event,
        enrolled_event: plan.enrolled_event,
        drop_in_event: plan.drop_in_event,
        span: plan.span,
        title: customer.person.display_name(),
        external_ref: said(change.external_ref.as_ref(), booking.external_ref.as_ref()),
        party: order.party,
        details,
        paid: record::total(placing, booking.paid, credited.iter().map(|payment| payment.amount))?,
        changed: Some(Stamp { at: placing.now, agent: agent.clone() }),
        changes: booking.changes + 1,
        ..booking
    };
    bookings::update(tx, account, &changed)?;
    tx.record(placing.actor.change(
        account,
        placing.now,
        Subject::booking(&changed.number, changed.application.as_ref()),
        Kind::Updated,
    ));
    if bargain.use_up(tx, account, (&changed.number, &changed.customer), drawn)? {
        let creator = customers::find(tx, account, &changed.customer)?.and_then(|customer| customer.application);
        let customer = Subject::customer(&changed.customer, creator.as_ref());
        tx.record(placing.actor.change(account, placing.now, customer, Kind::Updated));
    }
    for input in &credited {
        record::write(tx, placing, &changed, input, agent.clone())?;
    }
    follow_up::plan(tx, app, (&placing.account, &catalogue), &changed, Some(&before))?;
    tell(tx, app, (&placing.account, &catalogue), &changed, (News::Changed, change.notify))?;
    Ok(changed)
}

/// A text as it is to be: an empty one takes away what was there.
fn said(said: Option<&String>, was: Option<&String>) -> Option<String> {
    said.or(was).filter(|text| !text.is_empty()).cloned()
}

/// The booking as it is to be. Clients read a booking, change a part of it and write all of it back (wire reference, section
/// 3.2): a member that is as it was says nothing where another says something new.
fn order(
    booking: &Booking,
    change: &BookingChange,
    catalogue: &Catalogue,
    account: &Account,
) -> Result<Order, PlaceError> {
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
    if known.is_some_and(|product| product.flexible().is_some()) {
        let was = Some(&booking.span).filter(|_| same_product && booking.event.is_none());
        set_times(&mut order, booking, change, was);
    } else {
        order.choice = choice(booking, &change.choice, same_product);
        // Clients also move a booking by its times alone (wire reference, section 7, flow 4).
        if let (Some(product), Some(at)) = (known.filter(|_| stays(booking, &order)), change.starts_at)
            && at != booking.span.from
        {
            let near = booking.event.as_ref();
            let event = scheduled::starting_at(product, at, near, &account.zone).ok_or(PlaceError::NoEventThen)?;
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
    let resources = change.resources.clone().filter(|said| was.is_none() || *said != booking.details.resources);
    order.appointment.clone_from(&change.appointment);
    let moves = change.appointment.is_some() || starts_at.is_some() || was.is_none();
    order.starts_at = if change.appointment.is_some() { starts_at } else { starts_at.or(from) };
    // One that moves or gets other options is as long as those make it, unless its end is said.
    let keeps_length = !moves && matches!(order.options, Options::Kept(_));
    order.ends_at = ends_at.or(to.filter(|_| keeps_length));
    match resources {
        Some(resources) => order.resources = resources,
        None if moves => order.preferred.clone_from(&booking.details.resources),
        None => order.resources.clone_from(&booking.details.resources),
    }
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
    catalogue: &Catalogue,
) -> bool {
    let same_resources = change.resources.as_ref().is_none_or(|resources| *resources == booking.details.resources);
    order.party.seats(catalogue) == booking.party.seats(catalogue)
        && order.private_event == booking.details.private_event
        && plan.span == booking.span
        && same_resources
}
