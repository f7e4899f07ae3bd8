//! Create a customer. One whose e-mail address is known already is another customer (wire reference, section 9).

use super::rights::WriteCustomers;
use super::show::CustomerView;
use crate::access::Access;
use crate::bookings::party::{CustomerInput, PersonInput};
use crate::bookings::place::{BookingContext, BookingError};
use crate::idempotency::{Answering, StoredResponse};
use crate::{App, random};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::credit::Credit;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::customers::Statistics;

/// Creates a customer.
///
/// # Errors
/// When what is said of the person is not taken, or the store fails.
pub async fn create<A: StoredResponse>(
    app: &App,
    access: &Access<WriteCustomers>,
    input: PersonInput,
    answering: Answering<CustomerView, A>,
) -> Result<A, BookingError> {
    let context = BookingContext::new(app, access, false)?;
    let (unit, id): (_, CustomerId) = (app.clone(), random::id());
    let input = CustomerInput::New(Box::new(input));
    let create = move |tx: &mut Tx| {
        answering.run(tx, &unit, context.whose(), context.now, |tx| {
            let account = &context.account.id;
            let catalogue = unit.catalogues().of(tx, account)?;
            let (mut customer, _) = context.customer(tx, &catalogue, &input, &id)?;
            tx.record(context.actor.change(
                account,
                context.now,
                Subject::customer(&id, context.application()),
                Kind::Created,
            ));
            context.has_room_for_customer(tx, &unit)?;
            customer.created_at = tx.change_time(account)?;
            Ok(CustomerView { customer, statistics: Statistics::default(), credit: Credit::default() })
        })
    };
    app.store().write(create).await
}
