//! Create a customer. One whose e-mail address is known already is another customer (wire reference, section 9).

use super::rights::WriteCustomers;
use super::show::CustomerView;
use crate::bookings::party::{CustomerInput, PersonInput};
use crate::bookings::place::{BookingContext, BookingError};
use crate::context::Write;
use crate::random;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::credit::Credit;
use slotkeeper_store::tables::customers::Statistics;

/// Creates a customer.
///
/// # Errors
/// [`BookingError::Person`], [`BookingError::TooManyCustomers`].
pub fn create(cx: &mut Write<'_, WriteCustomers>, input: &PersonInput) -> Result<CustomerView, BookingError> {
    let catalogue = cx.catalogue()?;
    let (tx, unit) = cx.tx();
    let context = BookingContext::of(unit, false)?;
    let input = CustomerInput::New(Box::new(input.clone()));
    let (mut customer, _) = context.customer(tx, &catalogue, &input, &random::id())?;
    tx.record(context.actor.change(
        unit.account_id(),
        unit.now(),
        Subject::customer(&customer.id, unit.application()),
        Kind::Created,
    ));
    context.has_room_for_customer(tx, unit.app())?;
    customer.created_at = cx.change_time()?;
    Ok(CustomerView { customer, statistics: Statistics::default(), credit: Credit::default() })
}
