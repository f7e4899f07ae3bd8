//! Some of a customer's bookings at a time: no transaction is longer because somebody has booked much.

use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::bookings::{self, OfCustomer};
use slotkeeper_store::{StoreError, Tx};

/// How many bookings one transaction takes.
const PIECE: i64 = 20;

/// How many bytes of details they may have together: a row is read and written with all that it holds. The first is taken
/// whatever it has.
const PIECE_BYTES: i64 = 256 * 1024;

/// Some bookings of a customer, locked, and whether there are more behind them.
pub(super) struct Piece {
    pub(super) bookings: Vec<OfCustomer>,
    pub(super) more: bool,
}

impl Piece {
    pub(super) const BEGINNING: (Instant, &str) = (Instant::from_millis(i64::MIN), "");

    /// None, of a customer who may have some.
    pub(super) fn unknown() -> Self {
        Self { bookings: Vec::new(), more: true }
    }

    /// Those after one, by start and number.
    pub(super) fn after(
        tx: &mut Tx,
        account: &AccountId,
        customer: &CustomerId,
        last: (Instant, &str),
    ) -> Result<Self, StoreError> {
        let mut found = bookings::lock_some_of_customer(tx, account, customer, last, PIECE)?;
        let mut bytes = 0;
        let fit = found.iter().take_while(|booking| {
            let first = bytes == 0;
            bytes += booking.bytes;
            first || bytes <= PIECE_BYTES
        });
        let fit = fit.count();
        found.truncate(fit);
        let piece = Self { bookings: found, more: false };
        // Not by their number: of those that were found, others may have moved some while they were waited for.
        let more = bookings::has_more_of_customer(tx, account, customer, piece.last().unwrap_or(last))?;
        Ok(Self { more, ..piece })
    }

    /// The last of them, by start and number.
    pub(super) fn last(&self) -> Option<(Instant, &str)> {
        self.bookings.last().map(|last| (last.starts_at, last.number.as_str()))
    }
}
