//! Rows that are listed by the time of their creation or change get the time of the transaction that creates or changes
//! them. A row that was deleted gets none.

use crate::sql::{Sql, statements};
use slotkeeper_domain::change::{Change, Kind, Thing};

statements! {
    BOOKING_CREATED = "UPDATE booking SET touched_at = ?3, created_at = ?3 WHERE account_id = ?1 AND number = ?2";
    BOOKING_UPDATED = "UPDATE booking SET touched_at = ?3, changed_at = ?3 WHERE account_id = ?1 AND number = ?2";
    BOOKING_CANCELLED = "UPDATE booking SET touched_at = ?3, changed_at = ?3, canceled_at = ?3
                        WHERE account_id = ?1 AND number = ?2";
    SEAT_BLOCK_CREATED = "UPDATE seat_block SET touched_at = ?3, created_at = ?3 WHERE account_id = ?1 AND id = ?2";
    SEAT_BLOCK_UPDATED = "UPDATE seat_block SET touched_at = ?3, changed_at = ?3 WHERE account_id = ?1 AND id = ?2";
    RESOURCE_BLOCK_CREATED = "UPDATE resource_block SET touched_at = ?3, created_at = ?3 WHERE account_id = ?1 AND id = ?2";
    RESOURCE_BLOCK_UPDATED = "UPDATE resource_block SET touched_at = ?3, changed_at = ?3 WHERE account_id = ?1 AND id = ?2";
    CUSTOMER_CREATED = "UPDATE customer SET created_at = ?3 WHERE account_id = ?1 AND id = ?2";
    /// `received_at` follows only if it was not given, which is when it equals `created_at`.
    PAYMENT_CREATED = "UPDATE payment SET received_at = CASE WHEN received_at = created_at THEN ?3 ELSE received_at END,
                                          created_at = ?3
                       WHERE account_id = ?1 AND id = ?2";
    /// Imported rows keep their times of creation and change; only `touched_at`, by which changes are found, is set.
    BOOKING_IMPORTED = "UPDATE booking SET touched_at = ?3 WHERE account_id = ?1 AND number = ?2";
    SEAT_BLOCK_IMPORTED = "UPDATE seat_block SET touched_at = ?3 WHERE account_id = ?1 AND id = ?2";
    RESOURCE_BLOCK_IMPORTED = "UPDATE resource_block SET touched_at = ?3 WHERE account_id = ?1 AND id = ?2";
}

/// The statement that sets the times of a changed row; `None` for things that are not searched by time.
pub(crate) fn set_times(change: &Change, keep_times: bool) -> Option<Sql> {
    Some(match (change.thing, change.kind) {
        (Thing::Booking, _) if keep_times => BOOKING_IMPORTED,
        (Thing::SeatBlock, _) if keep_times => SEAT_BLOCK_IMPORTED,
        (Thing::ResourceBlock, _) if keep_times => RESOURCE_BLOCK_IMPORTED,
        _ if keep_times => return None,
        (Thing::Booking, Kind::Created) => BOOKING_CREATED,
        (Thing::Booking, Kind::Updated) => BOOKING_UPDATED,
        (Thing::Booking, Kind::Deleted) => BOOKING_CANCELLED,
        (Thing::SeatBlock, Kind::Created) => SEAT_BLOCK_CREATED,
        (Thing::SeatBlock, Kind::Updated) => SEAT_BLOCK_UPDATED,
        (Thing::ResourceBlock, Kind::Created) => RESOURCE_BLOCK_CREATED,
        (Thing::ResourceBlock, Kind::Updated) => RESOURCE_BLOCK_UPDATED,
        (Thing::Customer, Kind::Created) => CUSTOMER_CREATED,
        (Thing::Payment, Kind::Created) => PAYMENT_CREATED,
        _ => return None,
    })
}
