//! A few weeks of bookings, with full, nearly full and empty events.

use super::catalogue::Offer;
use super::{customers, discounts};
use jiff::civil::{Weekday, time};
use slotkeeper_app::App;
use slotkeeper_app::access::Access;
use slotkeeper_app::bookings::cancel::{Cancellation, cancel, mark_no_show};
use slotkeeper_app::bookings::create::{NewBooking, create};
use slotkeeper_app::bookings::decide::accept;
use slotkeeper_app::bookings::party::{CustomerInput, Naming, ParticipantInput, PersonInput, WhoInput};
use slotkeeper_app::bookings::place::BookingError;
use slotkeeper_app::context::import;
use slotkeeper_app::emails::Notify;
use slotkeeper_app::payments::record::PaymentInput;
use slotkeeper_domain::catalogue::{OptionDefinition, OptionKind, Product, ProductKind};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{CustomerId, ProductId};
use slotkeeper_domain::money::Money;
use slotkeeper_domain::options::OptionInput;
use slotkeeper_domain::order::{Options, Order, OrderTerms, plan};
use slotkeeper_domain::party::Party;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::scheduled::{EventChoice, RuleContext, events};
use slotkeeper_domain::secret::HashedPassword;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::applications::Application;
use slotkeeper_store::tables::users::User;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Participants by category: adults, children, infants, families.
type Numbers = [u32; 4];

/// How many customers were created by the application, so that its `_own` keys see them and their bookings.
const OF_APPLICATION: usize = 9;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// All bookings, in the order of their creation.
pub(super) struct Bookings {
    customers: Vec<PersonInput>,
    planned: Vec<Planned>,
}

/// A booking and what is done with it after its creation.
struct Planned {
    created_at: Instant,
    by_application: bool,
    /// The index in the list of customers.
    customer: usize,
    new: NewBooking,
    then: DemoOutcome,
}

struct Draft {
    order: Order,
    starts_at: Instant,
    then: DemoOutcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum DemoOutcome {
    Stays,
    Cancelled,
    Accepted,
    NoShow,
}

/// Who makes changes in the demo.
pub(super) struct DemoActors<'a> {
    pub(super) account: &'a Account,
    pub(super) application: &'a Application,
    pub(super) manager: &'a User,
    /// The password hash of the one customer who has a password.
    pub(super) customer_password: &'a HashedPassword,
}

/// What every step of making up bookings needs.
struct BookingGenerator<'a> {
    offer: &'a Offer,
    account: &'a Account,
    now: Instant,
}

impl Bookings {
    /// Makes up bookings of the offered products.
    pub(super) fn invent(offer: &Offer, account: &Account, now: Instant) -> anyhow::Result<Self> {
        let inventor = BookingGenerator { offer, account, now };
        let mut drafts = inventor.tours()?;
        drafts.extend(inventor.cruises()?);
        drafts.extend(inventor.courses()?);
        drafts.extend(inventor.lessons()?);
        let mut dated: Vec<(Instant, Draft)> =
            (0_u32..).zip(drafts).map(|(number, draft)| (inventor.created_at(number, &draft), draft)).collect();
        dated.sort_by_key(|(created_at, draft)| (*created_at, draft.starts_at));
        let customers = customers::invent()?;
        let others = customers.len().saturating_sub(OF_APPLICATION).max(1);
        let mut planned = Vec::with_capacity(dated.len());
        for (number, (created_at, draft)) in dated.into_iter().enumerate() {
            let by_application = number % 3 == 0;
            let customer = if by_application {
                number / 3 % OF_APPLICATION
            } else {
                OF_APPLICATION + (number - number / 3) % others
            };
            let then = draft.then;
            let new = inventor.new_booking(number, by_application, draft)?;
            planned.push(Planned { created_at, by_application, customer, new, then });
        }
        Ok(Self { customers, planned })
    }

    /// Writes everything in a transaction.
    pub(super) fn write(&self, tx: &mut Tx, app: &App, actors: &DemoActors<'_>) -> Result<(), BookingError> {
        for (customer, id) in &self.write_bookings(tx, app, actors)? {
            customers::settle(tx, actors, *customer, id)?;
        }
        Ok(())
    }

    /// Writes the bookings and their customers; returns the customers' ids by index.
    fn write_bookings(
        &self,
        tx: &mut Tx,
        app: &App,
        actors: &DemoActors<'_>,
    ) -> Result<BTreeMap<usize, CustomerId>, BookingError> {
        let through = Actor::Application(actors.application.account.clone(), actors.application.id.clone());
        let account = Arc::new(actors.account.clone());
        let account = || Arc::clone(&account);
        let mut known: BTreeMap<usize, CustomerId> = BTreeMap::new();
        for planned in &self.planned {
            let actor = if planned.by_application { &through } else { &Actor::System };
            let customer = match known.get(&planned.customer) {
                Some(id) => Some(CustomerInput::Known(id.clone(), Visibility::All)),
                None => self.customers.get(planned.customer).cloned().map(|new| CustomerInput::New(Box::new(new))),
            };
            let new = NewBooking { customer, ..planned.new.clone() };
            let at = planned.created_at;
            let booking = import(tx, app, &Access::import(account(), actor.clone()), at, |cx| create(cx, &new))?;
            known.insert(planned.customer, booking.customer.clone());
            let (number, later) = (&booking.number, at.after(HOUR / 2));
            match planned.then {
                DemoOutcome::Stays => {}
                DemoOutcome::Cancelled => {
                    let reason = Some("Plans have changed.".to_owned());
                    let cancellation = Cancellation { track: true, reason, relaxed: true, ..Cancellation::default() };
                    import(tx, app, &Access::import(account(), actor.clone()), later, |cx| {
                        cancel(cx, number, &cancellation)
                    })?;
                }
                DemoOutcome::Accepted => {
                    import(tx, app, &Access::import(account(), actors.manager()), later, |cx| {
                        accept(cx, number, Notify::default())
                    })?;
                }
                // Clients expect that a booking to which nobody came is cancelled (wire reference, section 6.10).
                DemoOutcome::NoShow => {
                    let over = booking.span.to;
                    import(tx, app, &Access::import(account(), actors.manager()), over, |cx| mark_no_show(cx, number))?;
                }
            }
        }
        // After the bookings: earlier, it would have paid for some of them.
        if let (Some(customer), Some(last)) = (known.get(&0), self.planned.last()) {
            discounts::grant(tx, actors.account, &Actor::System, last.created_at, customer)?;
        }
        Ok(known)
    }
}

impl DemoActors<'_> {
    pub(super) fn manager(&self) -> Actor {
        Actor::User(self.manager.account.clone(), self.manager.id.clone())
    }
}

impl BookingGenerator<'_> {
    /// Some days before the start, and at least an hour ago.
    fn created_at(&self, number: u32, draft: &Draft) -> Instant {
        let ahead = draft.starts_at.before(HOUR * (26 + number * 31 % 200));
        ahead.min(self.now.before(HOUR * (1 + number * 17 % 120)))
    }

    fn product(&self, id: &ProductId) -> anyhow::Result<&Product> {
        self.offer.catalogue.product(id).ok_or_else(|| anyhow::anyhow!("the example data lacks a product"))
    }

    /// The events of a product over the past two weeks and the next four, in order.
    fn events(&self, id: &ProductId) -> anyhow::Result<Vec<(EventId, Instant)>> {
        let (first, last) = (self.now.before(HOUR * 24 * 14), self.now.after(HOUR * 24 * 28));
        let found = events(self.product(id)?, first, last, self.moment());
        let mut found: Vec<_> = found.iter().map(|event| (event.id(), event.occurrence.starts_at)).collect();
        found.sort_by_key(|(_, starts_at)| *starts_at);
        Ok(found)
    }

    fn moment(&self) -> RuleContext<'_> {
        RuleContext { now: self.now, zone: &self.account.zone, relaxed: true }
    }

    fn draft(
        &self,
        product: &ProductId,
        event: Option<EventId>,
        starts_at: Instant,
        numbers: Numbers,
    ) -> anyhow::Result<Draft> {
        let order = Order {
            product: product.clone(),
            starts_at: event.is_none().then_some(starts_at),
            choice: EventChoice { event, ..EventChoice::default() },
            appointment: None,
            ends_at: None,
            party: Party::of(self.offer.categories.iter().cloned().zip(numbers))?,
            options: Options::Chosen(Vec::new()),
            preferred: Vec::new(),
            resources: Vec::new(),
            private_event: false,
            adjustments: Vec::new(),
        };
        Ok(Draft { order, starts_at, then: DemoOutcome::Stays })
    }

    /// Of seven events one is full, one nearly full, one has a few participants, one a cancelled booking, and three
    /// are empty; one of the empty ones is booked privately.
    fn tours(&self) -> anyhow::Result<Vec<Draft>> {
        let tour = &self.offer.tour;
        let mut drafts = Vec::new();
        let mut private = true;
        for (position, (event, starts_at)) in self.events(tour)?.into_iter().enumerate() {
            let parties: &[Numbers] = match position % 7 {
                0 => &[[2, 0, 0, 0], [2, 1, 1, 0], [3, 0, 0, 0]],
                2 => &[[1, 0, 0, 1], [2, 0, 0, 0]],
                3 if private && starts_at > self.now.after(HOUR * 72) => &[[5, 0, 0, 0]],
                4 => &[[2, 1, 0, 0]],
                5 => &[[2, 0, 0, 0]],
                _ => &[],
            };
            for numbers in parties {
                let mut draft = self.draft(tour, Some(event.clone()), starts_at, *numbers)?;
                let past = starts_at.after(HOUR * 3) < self.now;
                match position % 7 {
                    3 => {
                        draft.order.private_event = true;
                        private = false;
                    }
                    4 if past && !drafts.iter().any(|draft: &Draft| draft.then == DemoOutcome::NoShow) => {
                        draft.then = DemoOutcome::NoShow;
                    }
                    5 => draft.then = DemoOutcome::Cancelled,
                    _ => {}
                }
                if drafts.len() % 3 == 1 {
                    draft.order.options = Options::Chosen(self.option_inputs(tour, drafts.len())?);
                }
                drafts.push(draft);
            }
        }
        Ok(drafts)
    }

    /// Every other cruise has a booking, and none is full.
    fn cruises(&self) -> anyhow::Result<Vec<Draft>> {
        let cruise = &self.offer.cruise;
        let mut drafts = Vec::new();
        for (position, (event, starts_at)) in self.events(cruise)?.into_iter().enumerate() {
            let parties: &[Numbers] = match position {
                6 => &[[4, 2, 0, 0], [6, 0, 0, 0]],
                0 | 4 | 8 => &[[2, 1, 0, 0]],
                2 | 10 => &[[4, 0, 0, 0]],
                _ => &[],
            };
            for numbers in parties {
                drafts.push(self.draft(cruise, Some(event.clone()), starts_at, *numbers)?);
            }
        }
        Ok(drafts)
    }

    /// For the course that has begun: enrolments from the start, a late one, and a drop-in. For the next course: the
    /// first enrolments.
    fn courses(&self) -> anyhow::Result<Vec<Draft>> {
        let product = self.product(&self.offer.course)?;
        let ProductKind::FixedCourse { schedules, .. } = &product.kind else { return Ok(Vec::new()) };
        let mut drafts = Vec::new();
        for (course, schedule) in schedules.iter().enumerate() {
            let classes: Vec<EventId> = schedule
                .recurrence
                .days()
                .map(|date| EventId { product: product.id.clone(), schedule: schedule.id.clone(), date })
                .collect();
            let plans: &[(usize, bool, Numbers)] = match course {
                0 => &[
                    (0, false, [1, 0, 0, 0]),
                    (0, false, [2, 0, 0, 0]),
                    (0, false, [1, 1, 0, 0]),
                    (1, false, [1, 0, 0, 0]),
                    (1, true, [1, 0, 0, 0]),
                    (2, true, [1, 1, 0, 0]),
                ],
                _ => &[(0, false, [2, 0, 0, 0]), (0, false, [2, 2, 0, 0])],
            };
            for (class, single, numbers) in plans {
                let Some(event) = classes.get(*class) else { continue };
                let starts_at = self.account.zone.instant_of(event.date, schedule.recurrence.starts);
                let mut draft = self.draft(&product.id, classes.first().cloned(), starts_at, *numbers)?;
                if *single {
                    draft.order.choice.drop_in = Some(event.clone());
                } else if *class > 0 {
                    draft.order.choice.enrolled_from = Some(event.clone());
                }
                drafts.push(draft);
            }
        }
        Ok(drafts)
    }

    /// Accepted appointments, and two that wait for acceptance. None is on a Sunday, when there is no coaching, or on
    /// a Monday, when the first guide is off.
    fn lessons(&self) -> anyhow::Result<Vec<Draft>> {
        let coaching = &self.offer.coaching;
        let today = self.account.zone.date_of(self.now);
        let mut drafts = Vec::new();
        for (days, hour, longer, then) in [
            (-9, 10, false, DemoOutcome::Accepted),
            (-4, 14, true, DemoOutcome::Accepted),
            (2, 9, false, DemoOutcome::Accepted),
            (2, 14, true, DemoOutcome::Stays),
            (5, 11, false, DemoOutcome::Accepted),
            (9, 15, false, DemoOutcome::Stays),
        ] {
            let day = today.saturating_add(jiff::Span::new().days(days));
            let later = match day.weekday() {
                Weekday::Sunday => 2,
                Weekday::Monday => 1,
                _ => 0,
            };
            let day = day.saturating_add(jiff::Span::new().days(later));
            let starts_at = self.account.zone.instant_of(day, time(hour, 0, 0, 0));
            let mut draft = self.draft(coaching, None, starts_at, [1, 0, 0, 0])?;
            draft.then = then;
            if longer {
                draft.order.options = Options::Chosen(self.option_inputs(coaching, 0)?);
            }
            drafts.push(draft);
        }
        Ok(drafts)
    }

    /// A value for each option, or for all but one.
    fn option_inputs(&self, product: &ProductId, number: usize) -> anyhow::Result<Vec<OptionInput>> {
        let options = &self.product(product)?.options;
        let left_out = |position: &usize| options.len() > 1 && number % options.len() == *position;
        let request = |(position, option): (usize, &OptionDefinition)| {
            let value = match &option.kind {
                OptionKind::Choice { values, .. } => values.last()?.id.clone(),
                OptionKind::Number { .. } => "2".to_owned(),
                OptionKind::OnOff { .. } => "true".to_owned(),
                OptionKind::Text { .. } => "No nuts, please.".to_owned(),
            };
            let id = Some(option.id.clone());
            (!left_out(&position)).then_some(OptionInput { id, name: None, value })
        };
        Ok(options.iter().enumerate().filter_map(request).collect())
    }

    fn new_booking(&self, number: usize, by_application: bool, draft: Draft) -> anyhow::Result<NewBooking> {
        let Draft { order, starts_at, then } = draft;
        let named = number.is_multiple_of(4) && order.party.number_of(&self.offer.categories[0]) > 0;
        let first =
            || ParticipantInput { who: WhoInput::Customer, category: self.offer.categories[0].clone(), index: 1 };
        let payments = match then {
            DemoOutcome::Cancelled => Vec::new(),
            _ => self.payments(number, by_application, starts_at, &order)?,
        };
        Ok(NewBooking {
            customer: None,
            participants: named.then(first).into_iter().collect(),
            naming: Naming { seen: Visibility::All, changed: Visibility::All },
            previous_hold: None,
            external_ref: by_application.then(|| format!("HD-{:04}", 1_000 + number)),
            source: None,
            source_ip: None,
            reminders: true,
            thank_you: true,
            codes: Codes::default(),
            payments,
            relaxed: true,
            notify: Notify::default(),
            order,
        })
    }

    /// Past bookings and those of the application are paid; some of the others have a deposit.
    fn payments(
        &self,
        number: usize,
        by_application: bool,
        starts_at: Instant,
        order: &Order,
    ) -> anyhow::Result<Vec<PaymentInput>> {
        let currency = self.account.currency.ok_or_else(|| anyhow::anyhow!("the example business has no currency"))?;
        let language = self.account.languages.default_language();
        let terms = OrderTerms { context: self.moment(), member: false, zero: Money::zero(currency), language };
        let gross = plan(&self.offer.catalogue, order, terms)?.price.gross;
        let (amount, method, reason) = match (by_application, starts_at < self.now, number % 2) {
            (true, ..) => (gross, PaymentMethod::CreditCard, "Payment"),
            (_, true, _) => (gross, PaymentMethod::Cash, "Payment"),
            (.., 0) => (Money::new(2_000.min(gross.minor()), currency), PaymentMethod::BankTransfer, "Deposit"),
            _ => return Ok(Vec::new()),
        };
        Ok(vec![PaymentInput {
            received_at: None,
            amount,
            method,
            method_other: None,
            reason: reason.to_owned(),
            comment: None,
            gateway_name: None,
            transaction_id: None,
        }])
    }
}
