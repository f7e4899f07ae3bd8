//! Place an order: what holds, bookings and changes of bookings have in common.

use crate::access::Action;
use crate::allocation::ClaimError;
use crate::context::Unit;
use crate::idempotency::KeyReused;
use slotkeeper_domain::account::Currency;
use slotkeeper_domain::booking::ParticipantsError;
use slotkeeper_domain::booking_rules::TooLate;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::change::{Actor, Key};
use slotkeeper_domain::code::CodeError;
use slotkeeper_domain::customer::{MOST_LINKED, PersonError};
use slotkeeper_domain::id::{ApplicationId, HoldId, ProductId};
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

/// Why a booking, a hold or a change of one is refused.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Full(#[from] slotkeeper_domain::inventory::AllocationError),
    #[error(transparent)]
    Participants(#[from] ParticipantsError),
    #[error("{place:?}: {why}")]
    Person { place: PersonPlace, why: PersonError },
    #[error("a participant is not linked to the customer")]
    NoPerson,
    #[error("no customer is named")]
    NeedsCustomer,
    /// Or the key does not see the customer.
    #[error("no such customer")]
    NoCustomer,
    /// The access does not allow changes of this customer.
    #[error("the customer cannot get linked people from this application")]
    NotYourCustomer,
    /// The customer that was named has no such linked person.
    #[error("no such linked person")]
    NoLinkedPerson,
    #[error("the customer has {MOST_LINKED} linked people")]
    TooManyLinked,
    /// The limit is in the configuration.
    #[error("the business has {0} customers, as many as it can have")]
    TooManyCustomers(u32),
    /// Or the hold is of another application.
    #[error("no such hold")]
    NoHold,
    #[error("the hold has become a booking")]
    HoldIsBooked,
    /// Or the key does not see the booking.
    #[error("no such booking")]
    NoBooking,
    /// A move by time alone needs an event that starts then.
    #[error("no event of the product starts at this time")]
    NoEventThen,
    /// The key sees the booking, and cannot change it.
    #[error("the booking was not created by this application")]
    NotYours,
    #[error("the booking has been cancelled")]
    Cancelled,
    #[error(transparent)]
    TooLate(#[from] TooLate),
    #[error("a payment is not in {}, the currency of the business", .0.as_str())]
    Currency(Currency),
    #[error("the payments are more than can be counted")]
    TooMuch,
    #[error("a code of a {kind:?} cannot be used: {why}")]
    Code {
        kind: CodeKind,
        /// The code as it was typed, cut to the length of a code.
        typed: String,
        why: CodeError,
    },
    /// With the name of the promotion. Other bookings have used it up since the hold was made.
    #[error("the promotion of the hold has been used up: {0}")]
    PromotionGone(String),
    #[error("the price of the hold no longer holds: {0}")]
    PromiseBroken(QuoteLapsed),
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    /// The account has no currency, so it is no business.
    #[error("the account takes no bookings")]
    NoBusiness,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which person of a request an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonPlace {
    Customer,
    /// A person linked to a customer, who is created or changed alone.
    LinkedPerson,
    /// A new person among the participants of a booking.
    Participant,
}

/// What a code is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    Promotion,
    Voucher,
}

/// Why a hold no longer has the price it was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteLapsed {
    #[error("prepaid credits have been used up")]
    Prepaid,
    /// Of the credit that the customer has with the business.
    #[error("credit has been used up")]
    Credit,
    #[error("the price has gone up")]
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
    /// What the principal may change in this unit, and what it may read by the action `Reads`.
    pub(crate) fn of<Reads: Action>(unit: &Unit) -> Self {
        let reads = unit.grant().access::<Reads>();
        Self { changes: unit.visibility().clone(), sees: reads.map(|access| access.visibility().clone()) }
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
    pub(crate) fn of(unit: &Unit, relaxed: bool) -> Result<Self, BookingError> {
        Self::within(unit.account(), unit.grant().actor(), unit.now(), relaxed)
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
