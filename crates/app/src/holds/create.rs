//! Hold seats or resources for a while, and say what the booking will cost.

use crate::access::Access;
use crate::allocation::{NewClaim, allocate};
use crate::bookings::party::{CustomerInput, Naming, ParticipantInput};
use crate::bookings::place::{BookingContext, BookingError};
use crate::bookings::rights::WriteBookings;
use crate::discounts::{self, PricingRequest};
use crate::idempotency::{Answering, StoredResponse};
use crate::{App, random};
use slotkeeper_domain::booking::{Participant, Who, check_participants};
use slotkeeper_domain::code::Codes;
use slotkeeper_domain::customer::About;
use slotkeeper_domain::id::{ApplicationId, HoldId};
use slotkeeper_domain::inventory::ClaimOwner;
use slotkeeper_domain::order::{Order, check_size};
use slotkeeper_domain::quote::{Quote, QuotedOrder};
use slotkeeper_store::Tx;
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

/// Holds all of it or nothing; the hold before it ends in the same transaction, and stays if this one is refused. Holds are
/// no part of an account's story: nothing is recorded.
///
/// # Errors
/// [`PlaceError`].
pub async fn create<A: StoredResponse>(
    app: &App,
    may: &Access<WriteBookings>,
    application: &ApplicationId,
    new: NewHold,
    answering: Answering<Hold, A>,
) -> Result<A, BookingError> {
    let placing = BookingContext::new(app, may, new.relaxed)?;
    let (unit, application, id): (_, _, HoldId) = (app.clone(), application.clone(), random::id());
    let hold = move |tx: &mut Tx| {
        answering.run(tx, &unit, placing.whose(), placing.now, |tx| {
            let account = &placing.account.id;
            let catalogue = unit.catalogues().of(tx, account)?;
            let member = placing.for_member(tx, &catalogue, &new.order.product, new.customer.as_ref())?;
            let plan = placing.plan(&catalogue, &new.order, member)?;
            check_size(&plan.options, &new.order.adjustments, 0)?;
            let customer = match &new.customer {
                Some(CustomerInput::New(person)) => {
                    person.checked(&catalogue, About::Customer, "customer")?;
                    None
                }
                Some(CustomerInput::Known(id, sight)) => {
                    let customer = customers::find(tx, account, id)?;
                    let seen = customer.filter(|customer| sight.shows(customer.application.as_ref()));
                    let seen = seen.ok_or(BookingError::NoCustomer)?;
                    placing.may_link(&new.naming, &seen, &new.participants)?;
                    Some(seen.id)
                }
                None => None,
            };
            placing.check_people(tx, &catalogue, customer.as_ref(), &new.participants)?;
            let people: Vec<Participant> = new
                .participants
                .iter()
                .map(|input| Participant { person: Who::Unknown, category: input.category.clone(), index: input.index })
                .collect();
            check_participants(&people, &new.order.party)?;
            let replaced = placing.previous_hold(tx, new.previous_hold.as_ref())?;
            let expires_at = placing.now.after(Duration::from_secs(u64::from(new.seconds)));
            let holder = ClaimOwner::Hold(id.clone());
            let wish = NewClaim {
                wish: &plan.wish,
                holder: &holder,
                instead_of: &replaced.holders,
                expires_at: Some(expires_at),
                zone: &placing.account.zone,
            };
            allocate(tx, account, &wish, placing.now)?;
            if let Some(previous) = &new.previous_hold {
                holds::end(tx, account, previous, placing.now, None)?;
            }
            let asking = PricingRequest {
                placing: &placing,
                catalogue: &catalogue,
                plan: &plan,
                party: &new.order.party,
                codes: &new.codes,
                customer: customer.as_ref(),
                booking: None,
                promise: None,
                // Without a customer nobody knows yet who has which credits; somebody new has none.
                strict: !placing.relaxed && new.customer.is_some(),
            };
            let bargain = discounts::look(tx, asking)?;
            let drawn = bargain.pay(bargain.settled.price.gross.minor())?;
            let mut quote = Quote::of(&bargain.settled, drawn, customer.is_some());
            quote.held = Some(QuotedOrder::of(&plan, &new.order, &new.codes, customer.as_ref()));
            let (id, application) = (id.clone(), application.clone());
            let hold = Hold { id, application, quote, created_at: placing.now, expires_at, booking: None };
            holds::insert(tx, account, &hold)?;
            tx.require_live_key(&placing.actor);
            Ok(hold)
        })
    };
    app.store().write_unlogged(hold).await
}
