//! Hold seats or resources for a while, and say what the booking will cost.

use crate::allocation::{NewClaim, allocate};
use crate::bookings::party::{CustomerInput, Naming, ParticipantInput};
use crate::bookings::place::{BookingContext, BookingError, PersonPlace};
use crate::bookings::rights::WriteBookings;
use crate::context::Write;
use crate::discounts::{self, PricingRequest};
use crate::random;
use slotkeeper_domain::booking::{Participant, Who, check_participants};
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::customer::About;
use slotkeeper_domain::id::HoldId;
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::order::{Order, check_size};
use slotkeeper_domain::quote::{Quote, QuotedOrder};
use slotkeeper_store::tables::customers;
use slotkeeper_store::tables::holds::{self, Hold};
use std::time::Duration;

/// How long a hold lasts if nothing is said (wire reference, section 6.3).
pub const USUAL_SECONDS: u32 = 300;
/// How long a hold can last.
pub const MOST_SECONDS: u32 = 600;

/// What is to be held.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// What is to be booked.
    pub order: Order,
    /// Whose the booking will be, if that is known.
    pub customer: Option<CustomerInput>,
    /// Who will come, as far as they are named.
    pub participants: Vec<ParticipantInput>,
    /// Whose people can be named.
    pub naming: Naming,
    /// Codes of promotions and vouchers. They are looked at, and not used up.
    pub codes: Codes,
    /// The hold that it takes the place of.
    pub previous_hold: Option<HoldId>,
    /// For how many seconds.
    pub seconds: u32,
    /// Whether it is made as staff would.
    pub relaxed: bool,
}

/// Holds all of it or nothing. The hold before it ends in the same transaction, and stays if this one is refused. Holds are not
/// in the account's change log.
///
/// # Errors
/// [`BookingError`].
pub fn create(cx: &mut Write<'_, WriteBookings>, new: &NewHold) -> Result<Hold, BookingError> {
    let catalogue = cx.catalogue()?;
    let (tx, unit) = cx.tx();
    let (account, context) = (unit.account_id(), BookingContext::of(unit, new.relaxed)?);
    // Holds belong to an application.
    let application = unit.application().cloned().ok_or(BookingError::NoHold)?;
    let id: HoldId = random::id();
    let member = context.for_member(tx, &catalogue, &new.order.product, new.customer.as_ref())?;
    let plan = context.plan(&catalogue, &new.order, member)?;
    check_size(&plan.options, &new.order.adjustments, 0)?;
    let customer = match &new.customer {
        Some(CustomerInput::New(person)) => {
            person.checked(&catalogue, About::Customer, PersonPlace::Customer)?;
            None
        }
        Some(CustomerInput::Known(id, visibility)) => {
            let customer = customers::find(tx, account, id)?;
            let seen = customer.filter(|customer| visibility.shows(customer.application.as_ref()));
            let seen = seen.ok_or(BookingError::NoCustomer)?;
            context.may_link(&new.naming, &seen, &new.participants)?;
            Some(seen.id)
        }
        None => None,
    };
    context.check_people(tx, &catalogue, customer.as_ref(), &new.participants)?;
    let people: Vec<Participant> = new
        .participants
        .iter()
        .map(|input| Participant { person: Who::Unknown, category: input.category.clone(), index: input.index })
        .collect();
    check_participants(&people, &new.order.party)?;
    let replaced = context.previous_hold(tx, new.previous_hold.as_ref())?;
    let expires_at = context.now.after(Duration::from_secs(u64::from(new.seconds)));
    let owner = ClaimOwner::Hold(id.clone());
    let request = NewClaim {
        request: &plan.request,
        owner: &owner,
        instead_of: &replaced.owners,
        expires_at: Some(expires_at),
        zone: &context.account.zone,
    };
    allocate(tx, account, &request, context.now)?;
    if let Some(previous) = &new.previous_hold {
        holds::end(tx, account, previous, context.now, None)?;
    }
    let pricing = PricingRequest {
        context: &context,
        catalogue: &catalogue,
        plan: &plan,
        party: &new.order.party,
        codes: &new.codes,
        customer: customer.as_ref(),
        booking: None,
        guarantee: None,
        // Without a customer nobody knows yet who has which credits; somebody new has none.
        strict: !context.relaxed && new.customer.is_some(),
    };
    let priced = discounts::look(tx, pricing)?;
    let redemption = priced.pay(priced.discounted.price.gross.minor())?;
    let mut quote = Quote::of(&priced.discounted, redemption, customer.is_some());
    quote.held = Some(QuotedOrder::of(&plan, &new.order, &new.codes, customer.as_ref()));
    let hold = Hold { id, application, quote, created_at: context.now, expires_at, booking: None };
    holds::insert(tx, account, &hold)?;
    Ok(hold)
}
