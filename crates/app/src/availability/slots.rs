//! List the events of scheduled products with the seats that are left.

use super::{EventSlot, Moving, ReadAvailability, SearchError, event_slots, open_to_customers, product, without};
use crate::context::Read;
use slotkeeper_domain::catalogue::Product;
use slotkeeper_domain::id::ProductId;
use slotkeeper_domain::scheduled::RuleContext;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::account_zones;

/// Which events to look for. Times are inclusive.
#[derive(Debug, Clone)]
pub struct SlotSearch {
    /// Of this product; of all that customers can book, if none is named.
    pub product: Option<ProductId>,
    /// Starting from then on.
    pub first: Instant,
    pub last: Instant,
    /// Whether to look as staff would, past the rules for when customers can book.
    pub relaxed: bool,
    /// The booking that is to be moved, if one is.
    pub moving: Option<Moving>,
}

/// The events that can be booked, by start; full ones with no seats left.
///
/// # Errors
/// [`SearchError`].
pub fn slots(cx: &mut Read<'_, ReadAvailability>, search: &SlotSearch) -> Result<Vec<EventSlot>, SearchError> {
    let catalogue = cx.catalogue()?;
    let (db, unit) = cx.db();
    let (id, zone, now) = (unit.account_id(), unit.zone(), unit.now());
    account_zones::require_current_rules(db, id, zone)?;
    let context = RuleContext { now, zone, relaxed: search.relaxed };
    let products: Vec<&Product> = match &search.product {
        Some(wanted) => {
            let product = product(&catalogue, wanted)?;
            if product.flexible().is_some() {
                return Err(SearchError::NotScheduled);
            }
            vec![product]
        }
        None => catalogue.products.iter().collect(),
    };
    let products: Vec<&Product> = products.into_iter().filter(|product| open_to_customers(product)).collect();
    let without = without(db, id, search.moving.as_ref(), now)?;
    let times = (search.first, search.last);
    Ok(event_slots(db, id, &catalogue, &products, times, (context, without.as_ref()))?)
}
