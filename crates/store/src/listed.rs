//! What is listed by the time of its creation or change gets the time of the transaction that creates or changes it. A row that
//! was deleted for good is not there any more, and gets none.

use crate::sql::{Sql, statements};
use slotkeeper_domain::change::{Change, Kind, Thing};

statements! {
    BOOKING_CREATED = "UPDATE booking SET touched_at = ?3, created_at = ?3 WHERE account_id = ?1 AND number = ?2";
    BOOKING_UPDATED = "UPDATE booking SET touched_at = ?3, changed_at = ?3 WHERE account_id = ?1 AND number = ?2";
    BOOKING_CANCELED = "UPDATE booking SET touched_at = ?3, changed_at = ?3, canceled_at = ?3
                        WHERE account_id = ?1 AND number = ?2";
    SEAT_BLOCK_CREATED = "UPDATE seat_block SET touched_at = ?3, created_at = ?3 WHERE account_id = ?1 AND id = ?2";
    SEAT_BLOCK_UPDATED = "UPDATE seat_block SET touched_at = ?3, changed_at = ?3 WHERE account_id = ?1 AND id = ?2";
    RESOURCE_BLOCK_CREATED = "UPDATE resource_block SET touched_at = ?3, created_at = ?3 WHERE account_id = ?1 AND id = ?2";
    RESOURCE_BLOCK_UPDATED = "UPDATE resource_block SET touched_at = ?3, changed_at = ?3 WHERE account_id = ?1 AND id = ?2";
    CUSTOMER_CREATED = "UPDATE customer SET created_at = ?3 WHERE account_id = ?1 AND id = ?2";
    /// Money that was received when it was recorded, as far as anybody said.
    PAYMENT_CREATED = "UPDATE payment SET received_at = CASE WHEN received_at = created_at THEN ?3 ELSE received_at END,
                                          created_at = ?3
                       WHERE account_id = ?1 AND id = ?2";
    /// What is brought in keeps its times, and is found by this one.
    BOOKING_BROUGHT_IN = "UPDATE booking SET touched_at = ?3 WHERE account_id = ?1 AND number = ?2";
    SEAT_BLOCK_BROUGHT_IN = "UPDATE seat_block SET touched_at = ?3 WHERE account_id = ?1 AND id = ?2";
    RESOURCE_BLOCK_BROUGHT_IN = "UPDATE resource_block SET touched_at = ?3 WHERE account_id = ?1 AND id = ?2";
}

/// The statement that gives a thing its time; nothing for what no range of times finds.
pub(crate) fn timing(change: &Change, from_the_past: bool) -> Option<Sql> {
    Some(match (change.thing, change.kind) {
        (Thing::Booking, _) if from_the_past => BOOKING_BROUGHT_IN,
        (Thing::SeatBlock, _) if from_the_past => SEAT_BLOCK_BROUGHT_IN,
        (Thing::ResourceBlock, _) if from_the_past => RESOURCE_BLOCK_BROUGHT_IN,
        _ if from_the_past => return None,
        (Thing::Booking, Kind::Created) => BOOKING_CREATED,
        (Thing::Booking, Kind::Updated) => BOOKING_UPDATED,
        (Thing::Booking, Kind::Deleted) => BOOKING_CANCELED,
        (Thing::SeatBlock, Kind::Created) => SEAT_BLOCK_CREATED,
        (Thing::SeatBlock, Kind::Updated) => SEAT_BLOCK_UPDATED,
        (Thing::ResourceBlock, Kind::Created) => RESOURCE_BLOCK_CREATED,
        (Thing::ResourceBlock, Kind::Updated) => RESOURCE_BLOCK_UPDATED,
        (Thing::Customer, Kind::Created) => CUSTOMER_CREATED,
        (Thing::Payment, Kind::Created) => PAYMENT_CREATED,
        _ => return None,
    })
}
