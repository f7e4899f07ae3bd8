//! Search for the events of scheduled products, with the seats left.

use super::{EventSlot, Moving, ReadAvailability, SearchError, event_slots, open_to_customers, product, without};
use crate::context::Read;
use slotkeeper_domain::catalogue::Product;
use slotkeeper_domain::id::ProductId;
use slotkeeper_domain::scheduled::RuleContext;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::account_zones;

#[derive(Debug, Clone)]
pub struct SlotSearch {
    /// `None`: all products that customers can book.
    pub product: Option<ProductId>,
    /// The first start, inclusive.
    pub first: Instant,
    /// The last start, inclusive.
    pub last: Instant,
    /// Whether the booking rules for customers are ignored, as for staff.
    pub relaxed: bool,
    /// A booking whose claims count as free, because it is to be moved.
    pub moving: Option<Moving>,
}

/// The events that can be booked, by start. Full ones are included, with no seats left.
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
