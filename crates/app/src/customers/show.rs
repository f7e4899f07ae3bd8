//! Read customers, and the people linked to them.

use super::rights::ReadCustomers;
use crate::bookings::rights::ReadBookings;
use crate::context::{Read, ReadContext};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::StoreError;
pub use slotkeeper_store::tables::customers::CustomerView;
use slotkeeper_store::tables::linked_people::{self, LinkedPerson};
use slotkeeper_store::tables::{bookings, customers};
use std::collections::HashMap;

/// The customer with this id; `None` when there is none that the principal may see.
pub fn show(cx: &mut Read<'_, ReadCustomers>, id: &CustomerId) -> Result<Option<CustomerView>, StoreError> {
    let (db, unit) = cx.db();
    let found = customers::show(db, unit.account_id(), id, unit.now())?;
    Ok(found.filter(|view| unit.visibility().shows(view.customer.application.as_ref())))
}

/// The customer of a booking; `None` when the principal may not see the booking, or not the customer.
pub fn of_booking(
    cx: &mut Read<'_, ReadCustomers>,
    number: &BookingNumber,
) -> Result<Option<CustomerView>, StoreError> {
    let Some(readable) = cx.grant().access::<ReadBookings>() else { return Ok(None) };
    let (db, unit) = cx.db();
    let booking = bookings::find(db, unit.account_id(), number)?;
    match booking.filter(|booking| readable.visibility().shows(booking.application.as_ref())) {
        Some(booking) => show(cx, &booking.customer),
        None => Ok(None),
    }
}

/// Customers and linked people by their ids.
#[derive(Debug, Default)]
pub struct People {
    pub customers: HashMap<CustomerId, CustomerView>,
    pub linked: HashMap<LinkedPersonId, LinkedPerson>,
}

/// Of the customers with these ids those within the visibility, and of the people with those ids the ones linked to them.
pub fn people(
    cx: &mut ReadContext<'_>,
    visibility: &Visibility,
    ids: &[CustomerId],
    linked: &[LinkedPersonId],
) -> Result<People, StoreError> {
    let (db, unit) = cx.db();
    let seen = customers::show_many(db, unit.account_id(), ids, unit.now())?.into_iter();
    let seen = seen.filter(|view| visibility.shows(view.customer.application.as_ref()));
    let customers: HashMap<_, _> = seen.map(|view| (view.customer.id.clone(), view)).collect();
    let linked = linked_people::show_many(db, unit.account_id(), linked, unit.now())?.into_iter();
    let linked = linked.filter(|person| customers.contains_key(&person.customer));
    let linked = linked.map(|person| (person.id.clone(), person)).collect();
    Ok(People { customers, linked })
}
