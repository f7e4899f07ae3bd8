//! Place an order: what holds, bookings and changes of bookings have in common.

use crate::App;
use crate::access::{Access, Action};
use crate::allocation::ClaimError;
use crate::idempotency::KeyReused;
use slotkeeper_domain::account::Currency;
use slotkeeper_domain::booking::ParticipantsError;
use slotkeeper_domain::booking_rules::TooLate;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::change::{Actor, Key};
use slotkeeper_domain::code::CodeError;
use slotkeeper_domain::customer::{MOST_LINKED, PersonError};
use slotkeeper_domain::id::{AccountId, ApplicationId, HoldId, ProductId};
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::membership::Membership;
use slotkeeper_domain::money::Money;
use slotkeeper_domain::order::{Order, OrderError, OrderPlan, OrderTerms, plan};
use slotkeeper_domain::scheduled::RuleContext;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::holds::{self, Hold};
use slotkeeper_store::tables::{applications, users};
use slotkeeper_store::{Snapshot, StoreError, Tx};

/// Why something is not booked, held or changed.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// The order makes no sense, or the rules are against it.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// There is not so much left.
    #[error(transparent)]
    Full(#[from] slotkeeper_domain::inventory::AllocationError),
    /// The people named do not go with the numbers.
    #[error(transparent)]
    Participants(#[from] ParticipantsError),
    /// What is said of a person is not taken.
    #[error("{at}: {why}")]
    Person {
        /// Which member of the request.
        at: &'static str,
        why: PersonError,
    },
    /// There is no such person linked to the customer.
    #[error("participants.details: the customer has no linked person with the given personId.")]
    NoPerson,
    /// Somebody has to be the customer.
    #[error("customerId or customer is missing: a booking is somebody's.")]
    NeedsCustomer,
    /// There is no such customer, or the key may not know of it.
    #[error("customerId: there is no such customer.")]
    NoCustomer,
    /// Somebody new is to be linked to a customer who may not be changed.
    #[error("participants.details: this API key may not add people to this customer.")]
    NotYourCustomer,
    /// There is no such person linked to the customer in the path.
    #[error("there is no such person")]
    NoLinkedPerson,
    /// The customer has as many linked people as there can be.
    #[error("A customer can have {MOST_LINKED} linked people at most.")]
    TooManyLinked,
    /// The business has as many customers as whoever runs the server allows.
    #[error("This business has as many customers as it can have here: {0}.")]
    TooManyCustomers(u32),
    /// The hold to be replaced is none of this application's.
    #[error("previousHoldId: there is no such hold.")]
    NoHold,
    /// The hold to be replaced has become a booking.
    #[error("previousHoldId: this hold has become a booking already.")]
    HoldIsBooked,
    /// There is no such booking, or the key may not know of it.
    #[error("there is no such booking")]
    NoBooking,
    /// No event of the product starts at the time to which the booking is to be moved.
    #[error("startTime: no event of this product starts then. Name the event in eventId, or take the start of one.")]
    NoEventThen,
    /// The key sees the booking, and may not change it.
    #[error("This API key can change only bookings that its application created.")]
    NotYours,
    #[error("This booking has been cancelled.")]
    Cancelled,
    /// It is too late to change or cancel it.
    #[error(transparent)]
    TooLate(#[from] TooLate),
    /// Money that was received is in another currency than the account's.
    #[error("The amount of a payment must be in {0}, the currency of this business.")]
    Currency(&'static str),
    /// Amounts add up to more than can be counted.
    #[error("The payments add up to more than can be counted.")]
    TooMuch,
    /// A code cannot be used.
    #[error("{member}: the code “{typed}” cannot be used: {why}.")]
    Code {
        /// Which member of the request.
        member: &'static str,
        /// The code as it was typed, not longer than codes are.
        typed: String,
        why: CodeError,
    },
    /// The hold was priced with a promotion that others have used up since.
    #[error(
        "previousHoldId: the promotion “{0}”, with which the hold was priced, has been used up. Ask for a new hold."
    )]
    PromotionGone(String),
    /// The booking would cost more than the hold said.
    #[error("previousHoldId: {0} Ask for a new hold.")]
    PromiseBroken(QuoteLapsed),
    /// The key of the request belongs to another request.
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    /// The account has no currency; it is no business.
    #[error("This account does not take bookings.")]
    NoBusiness,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a hold was priced with and is there no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteLapsed {
    #[error("prepaid credits of the customer, with which the hold was priced, have been used up.")]
    Prepaid,
    /// What the customer has with the business.
    #[error("credit of the customer, which was to pay a part of what the hold costs, has been used up.")]
    Credit,
    #[error("the price with which the hold was made has gone up.")]
    Price,
}

impl From<ClaimError> for BookingError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Full(full) => Self::Full(full),
            ClaimError::Store(error) => Self::Store(error),
        }
    }
}

/// What somebody may change, and what they see: a thing that is seen and may not be changed is refused, one that is not seen
/// is not there.
#[derive(Debug, Clone)]
pub(crate) struct ChangeScope {
    changes: Visibility,
    sees: Option<Visibility>,
}

impl ChangeScope {
    pub(crate) fn of<R: Action, S: Action>(access: &Access<R>, sees: Option<&Access<S>>) -> Self {
        Self { changes: access.visibility().clone(), sees: sees.map(|access| access.visibility().clone()) }
    }

    /// Whether what this application created, or with none somebody else, may be changed; `absent` is the answer for what is
    /// not there.
    pub(crate) fn check(&self, creator: Option<&ApplicationId>, absent: BookingError) -> Result<(), BookingError> {
        match self.to(creator) {
            AccessLevel::Changed => Ok(()),
            AccessLevel::Seen => Err(BookingError::NotYours),
            AccessLevel::Absent => Err(absent),
        }
    }

    /// How far it reaches what this application created, or with none somebody else.
    pub(crate) fn to(&self, creator: Option<&ApplicationId>) -> AccessLevel {
        if self.changes.shows(creator) {
            AccessLevel::Changed
        } else if self.sees.as_ref().is_some_and(|visibility| visibility.shows(creator)) {
            AccessLevel::Seen
        } else {
            AccessLevel::Absent
        }
    }
}

/// How far somebody reaches a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessLevel {
    /// It may be changed.
    Changed,
    /// It is seen, and no more.
    Seen,
    /// It is as good as not there.
    Absent,
}

/// What an order takes the place of.
#[derive(Default)]
pub(crate) struct ReplacedClaims {
    pub(crate) owners: Vec<ClaimOwner>,
    /// The hold, if it has not ended: what it said is promised.
    pub(crate) live: Option<Hold>,
}

/// Who places an order, where, when.
#[derive(Clone)]
pub(crate) struct BookingContext {
    pub(crate) account: Account,
    pub(crate) currency: Currency,
    pub(crate) actor: Actor,
    pub(crate) now: Instant,
    /// Whether it is done as staff would.
    pub(crate) relaxed: bool,
}

impl BookingContext {
    pub(crate) fn new<R: Action>(app: &App, access: &Access<R>, relaxed: bool) -> Result<Self, BookingError> {
        Self::within(access.account(), access.actor(), app.now(), relaxed)
    }

    /// As if somebody placed it at another time.
    pub(crate) fn within(account: &Account, actor: &Actor, now: Instant, relaxed: bool) -> Result<Self, BookingError> {
        let currency = account.currency.ok_or(BookingError::NoBusiness)?;
        Ok(Self { account: account.clone(), currency, actor: actor.clone(), now, relaxed })
    }

    /// What an order takes and costs; `member` says whether it is for somebody who is a member now.
    pub(crate) fn plan<'a>(
        &self,
        catalogue: &'a Catalogue,
        order: &Order,
        member: bool,
    ) -> Result<OrderPlan<'a>, BookingError> {
        let currency = |money: &Money| money.currency() == self.currency;
        if !order.adjustments.iter().all(|adjustment| currency(&adjustment.unit_price)) {
            return Err(OrderError::Price(slotkeeper_domain::money::SumError::Currencies).into());
        }
        let moment = RuleContext { now: self.now, zone: &self.account.zone, relaxed: self.relaxed };
        let language = self.account.languages.default_language();
        Ok(plan(catalogue, order, OrderTerms { context: moment, member, zero: Money::zero(self.currency), language })?)
    }

    /// Whether an order for this product asks who it is for: only then is anybody looked up.
    pub(crate) fn asks_for_member(&self, catalogue: &Catalogue, product: &ProductId) -> bool {
        !self.relaxed && catalogue.product(product).is_some_and(|product| product.members_only)
    }

    /// Whether somebody with this membership is a member now.
    pub(crate) fn is_member(&self, membership: Option<&Membership>) -> bool {
        membership.is_some_and(|membership| membership.covers(self.account.zone.date_of(self.now)))
    }

    /// Whose keys a request's own key is among.
    pub(crate) fn whose(&self) -> (&AccountId, Option<&ApplicationId>) {
        (&self.account.id, self.application())
    }

    /// The application that acts, if it is one.
    pub(crate) fn application(&self) -> Option<&ApplicationId> {
        self.actor.application()
    }

    /// The name of who acts, as bookings show it: an application's or a person's. Nothing for somebody who was not signed in,
    /// such as a customer.
    pub(crate) fn agent(&self, db: &mut Snapshot) -> Result<Option<String>, StoreError> {
        match &self.actor {
            Actor::Application(developer, id) | Actor::Key(Key { developer, application: id, .. }) => {
                Ok(applications::find(db, developer, id)?.map(|application| application.name.to_string()))
            }
            Actor::User(account, id) => Ok(users::find(db, account, id)?.map(|user| user.name.to_string())),
            Actor::System => Ok(None),
        }
    }

    /// Looks at the hold that this order replaces, and locks it. One that has ended is as good as none.
    pub(crate) fn previous_hold(&self, tx: &mut Tx, id: Option<&HoldId>) -> Result<ReplacedClaims, BookingError> {
        let (Some(id), Some(application)) = (id, self.application()) else { return Ok(ReplacedClaims::default()) };
        let hold = holds::lock(tx, &self.account.id, application, id)?.ok_or(BookingError::NoHold)?;
        match hold.booking {
            Some(_) => Err(BookingError::HoldIsBooked),
            None => {
                let owners = vec![ClaimOwner::Hold(hold.id.clone())];
                Ok(ReplacedClaims { owners, live: Some(hold).filter(|hold| hold.expires_at > self.now) })
            }
        }
    }
}
