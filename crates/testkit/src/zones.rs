//! Clocks that are set by other rules than before, as after newer time zone data was put in place: an account whose rows were made
//! by the rules of one zone is put into another.

use crate::server::TestServer;
use slotkeeper_app::accounts::zone;
use slotkeeper_app::zones;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Zone;

impl TestServer {
    /// Has the clock of an account set by the rules of another zone. What was booked has not moved yet.
    pub async fn set_clock_as_in(&self, account: &str, name: &str) {
        let zone = Zone::named(name).unwrap();
        assert!(zone::correct(self.app(), account.parse().unwrap(), zone).await.unwrap());
    }

    /// Does one piece of what is to be moved; false when there is nothing more.
    pub async fn move_a_piece(&self, account: &str) -> bool {
        zones::step(self.app(), &account.parse::<AccountId>().unwrap()).await.unwrap()
    }

    /// Moves everything, as a server does when it starts.
    pub async fn move_to_the_clock(&self) {
        zones::survey(self.app()).await.unwrap();
        zones::work(self.app()).await.unwrap();
    }
}
