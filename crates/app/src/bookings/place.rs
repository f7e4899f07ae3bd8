//! What holds, bookings and changes of bookings share: errors, the context of the order, and the check of the scope.

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
    /// There is no such customer, or it is outside the visibility of the principal.
    #[error("no such customer")]
    NoCustomer,
    /// The customer is visible, but not within the scope of the write permission.
    #[error("the customer cannot get linked people from this application")]
    NotYourCustomer,
    /// The customer has no such linked person.
    #[error("no such linked person")]
    NoLinkedPerson,
    #[error("the customer has {MOST_LINKED} linked people")]
    TooManyLinked,
    /// The limit is set in the configuration and holds for applications.
    #[error("the business has {0} customers, as many as it can have")]
    TooManyCustomers(u32),
    /// There is no such hold, or another application made it.
    #[error("no such hold")]
    NoHold,
    #[error("the hold has become a booking")]
    HoldIsBooked,
    /// There is no such booking, or it is outside the visibility of the principal.
    #[error("no such booking")]
    NoBooking,
    /// The booking was moved by time alone, and no event starts at that time.
    #[error("no event of the product starts at this time")]
    NoEventThen,
    /// The booking is visible, but not within the scope of the write permission.
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
        /// As the client sent it, cut to the length of a code.
        typed: String,
        why: CodeError,
    },
    /// Names the promotion, which other bookings have used up since the hold was made.
    #[error("the promotion of the hold has been used up: {0}")]
    PromotionGone(String),
    #[error("the price of the hold no longer holds: {0}")]
    PromiseBroken(QuoteLapsed),
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    /// The account is not a business: it has no currency.
    #[error("the account takes no bookings")]
    NoBusiness,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonPlace {
    Customer,
    LinkedPerson,
    /// A new person among the participants of a booking.
    Participant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    Promotion,
    Voucher,
}

/// Why the price of a hold is not valid any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteLapsed {
    #[error("prepaid credits have been used up")]
    Prepaid,
    /// The customer's credit in money.
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

/// What a principal may change, and what it may read. A thing that it may only read is refused; one that it may not
/// read is reported as absent.
#[derive(Debug, Clone)]
pub(crate) struct ChangeScope {
    changes: Visibility,
    sees: Option<Visibility>,
}

impl ChangeScope {
    /// The scopes of the unit: changes by its own action, reading by the action `Reads`.
    pub(crate) fn of<Reads: Action>(unit: &Unit) -> Self {
        let reads = unit.grant().access::<Reads>();
        Self { changes: unit.visibility().clone(), sees: reads.map(|access| access.visibility().clone()) }
    }

    /// Whether a thing may be changed that the application `creator` made (`None`: not made by an application).
    /// `absent` is the error for a thing that the principal may not read.
    pub(crate) fn check(&self, creator: Option<&ApplicationId>, absent: BookingError) -> Result<(), BookingError> {
        match self.to(creator) {
            AccessLevel::Changed => Ok(()),
            AccessLevel::Seen => Err(BookingError::NotYours),
            AccessLevel::Absent => Err(absent),
        }
    }

    /// The level of access to a thing that the application `creator` made; `None`: not made by an application.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessLevel {
    Changed,
    /// Readable, but not changeable.
    Seen,
    /// Reported as absent.
    Absent,
}

/// The claims that an order replaces.
#[derive(Default)]
pub(crate) struct ReplacedClaims {
    pub(crate) owners: Vec<ClaimOwner>,
    /// The hold, if it has not expired; its price is guaranteed.
    pub(crate) live: Option<Hold>,
}

/// The context of an order: account, actor, time, and whether the booking rules apply.
#[derive(Clone)]
pub(crate) struct BookingContext {
    pub(crate) account: Account,
    pub(crate) currency: Currency,
    pub(crate) actor: Actor,
    pub(crate) now: Instant,
    /// Whether the booking rules for customers are ignored, as for staff.
    pub(crate) relaxed: bool,
}

impl BookingContext {
    pub(crate) fn of(unit: &Unit, relaxed: bool) -> Result<Self, BookingError> {
        Self::within(unit.account(), unit.grant().actor(), unit.now(), relaxed)
    }

    /// The context at another time, as if the order were placed then.
    pub(crate) fn within(account: &Account, actor: &Actor, now: Instant, relaxed: bool) -> Result<Self, BookingError> {
        let currency = account.currency.ok_or(BookingError::NoBusiness)?;
        Ok(Self { account: account.clone(), currency, actor: actor.clone(), now, relaxed })
    }

    /// The claims and the price of an order. `member`: whether its customer has a valid membership.
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

    /// Whether the order requires a membership. Only then is the customer read.
    pub(crate) fn asks_for_member(&self, catalogue: &Catalogue, product: &ProductId) -> bool {
        !self.relaxed && catalogue.product(product).is_some_and(|product| product.members_only)
    }

    /// Whether the membership is valid today, in the zone of the account.
    pub(crate) fn is_member(&self, membership: Option<&Membership>) -> bool {
        membership.is_some_and(|membership| membership.covers(self.account.zone.date_of(self.now)))
    }

    /// The application that acts; `None` for a user and the system.
    pub(crate) fn application(&self) -> Option<&ApplicationId> {
        self.actor.application()
    }

    /// The name of the application or user that acts, as bookings show it; `None` for the system.
    pub(crate) fn agent(&self, db: &mut Snapshot) -> Result<Option<String>, StoreError> {
        match &self.actor {
            Actor::Application(developer, id) | Actor::Key(Key { developer, application: id, .. }) => {
                Ok(applications::find(db, developer, id)?.map(|application| application.name.to_string()))
            }
            Actor::User(account, id) => Ok(users::find(db, account, id)?.map(|user| user.name.to_string())),
            Actor::System => Ok(None),
        }
    }

    /// Locks the previous hold of the order. An expired one still has its claims released, but guarantees nothing.
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
