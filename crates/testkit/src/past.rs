//! Rows as programs stored them that allowed more than today's limits.

use crate::server::TestServer;
use slotkeeper_app::clock::Clock;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::price::Adjustment;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings;

impl TestServer {
    /// Gives a booking `lines` price adjustments of zero, each with a description of `bytes` bytes, ignoring today's
    /// limits.
    pub async fn enlarge_booking(&self, account: &str, number: &str, lines: usize, bytes: usize) {
        let account: AccountId = account.parse().unwrap();
        let number = number.parse().unwrap();
        let now = self.clock.now();
        self.store()
            .write(move |tx| {
                let mut booking = bookings::lock(tx, &account, &number)?.unwrap();
                let nothing = slotkeeper_domain::money::Money::zero(booking.details.price.gross.currency());
                let description = "x".repeat(bytes);
                let line = Adjustment { unit_price: nothing, quantity: 1, description, taxes: Vec::new() };
                booking.details.adjustments = vec![line; lines];
                bookings::update(tx, &account, &booking)?;
                tx.record(Actor::System.change(&account, now, Subject::booking(&number, None), Kind::Updated));
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
}
