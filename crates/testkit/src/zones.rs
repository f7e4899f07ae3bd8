//! New time zone rules for an account, simulated by giving it another zone without moving its rows.

use crate::server::TestServer;
use slotkeeper_app::accounts::zone;
use slotkeeper_app::zones;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Zone;

impl TestServer {
    /// Gives an account the rules of another zone. Its bookings are not moved yet.
    pub async fn set_clock_as_in(&self, account: &str, name: &str) {
        let zone = Zone::named(name).unwrap();
        assert!(zone::correct(self.app(), account.parse().unwrap(), zone).await.unwrap());
    }

    /// Moves one chunk; false when nothing is left.
    pub async fn move_a_piece(&self, account: &str) -> bool {
        zones::step(self.app(), &account.parse::<AccountId>().unwrap()).await.unwrap()
    }

    /// Moves everything, as a server does at its start.
    pub async fn move_to_the_clock(&self) {
        zones::survey(self.app()).await.unwrap();
        zones::work(self.app()).await.unwrap();
    }
}
