//! Show a customer.

use super::rights::ReadCustomers;
use crate::App;
use crate::right::May;
use slotkeeper_domain::credit::Credit;
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::credits;
use slotkeeper_store::tables::customers::{self, Customer, LinkedPerson, Statistics};
use slotkeeper_store::{Snapshot, StoreError};

/// A customer with what the customer has booked.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The customer.
    pub customer: Customer,
    /// What the customer has booked.
    pub statistics: Statistics,
    /// What the customer has with the business.
    pub credit: Credit,
}

pub(super) fn shown(
    db: &mut Snapshot,
    account: &AccountId,
    customer: Customer,
    now: Instant,
) -> Result<Shown, StoreError> {
    let statistics = customers::statistics(db, account, &customer.id, now)?;
    let credit = credits::find(db, account, &customer.id)?;
    Ok(Shown { customer, statistics, credit })
}

/// The customer with this id; nothing if the key may not know of it.
///
/// # Errors
/// When the store fails.
pub async fn show(app: &App, may: &May<ReadCustomers>, id: CustomerId) -> Result<Option<Shown>, StoreError> {
    let (account, sight, now) = (may.account().id.clone(), may.sight().clone(), app.now());
    app.store()
        .read(move |db| {
            let customer = customers::find(db, &account, &id)?;
            let seen = customer.filter(|customer| sight.shows(customer.application.as_ref()));
            seen.map(|customer| shown(db, &account, customer, now)).transpose()
        })
        .await
}

/// The customers with these ids that the key may know of, each with the people linked to it: for bookings that are shown with
/// the people in them.
///
/// # Errors
/// When the store fails.
pub async fn show_many(
    app: &App,
    may: &May<ReadCustomers>,
    ids: Vec<CustomerId>,
) -> Result<Vec<(Shown, Vec<LinkedPerson>)>, StoreError> {
    let (account, sight, now) = (may.account().id.clone(), may.sight().clone(), app.now());
    app.store()
        .read(move |db| {
            let mut found = Vec::with_capacity(ids.len());
            for id in &ids {
                let customer = customers::find(db, &account, id)?;
                if let Some(customer) = customer.filter(|customer| sight.shows(customer.application.as_ref())) {
                    let linked = customers::linked(db, &account, id)?;
                    found.push((shown(db, &account, customer, now)?, linked));
                }
            }
            Ok::<_, StoreError>(found)
        })
        .await
}
