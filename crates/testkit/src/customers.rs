//! What a business can do with its customers, and no page lets it do yet: memberships and passwords.

use crate::server::TestServer;
use slotkeeper_app::clock::Clock;
use slotkeeper_app::customers::{membership, password};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::membership::Membership;
use slotkeeper_domain::secret::Password;

impl TestServer {
    /// Makes a customer a member from one day, such as `2026-05-01`, to another or for good.
    pub async fn make_member(&self, account: &str, customer: &str, since: &str, until: Option<&str>) {
        let (account, customer): (AccountId, CustomerId) = (account.parse().unwrap(), customer.parse().unwrap());
        let until = until.map(|day| day.parse().unwrap());
        let given = Membership::new(since.parse().unwrap(), until).unwrap();
        let now = self.clock.now();
        let found = self
            .store()
            .write(move |tx| membership::set_within(tx, &account, &Actor::System, now, &customer, Some(&given)))
            .await
            .unwrap();
        assert!(found, "there is no such customer");
    }

    /// Gives a customer a password.
    pub async fn give_password(&self, account: &str, customer: &str, text: &str) {
        let (account, customer): (AccountId, CustomerId) = (account.parse().unwrap(), customer.parse().unwrap());
        let hash = self.app().passwords().hash(Password::new(text)).await.unwrap();
        let now = self.clock.now();
        let found = self
            .store()
            .write(move |tx| password::set_within(tx, &account, &Actor::System, now, &customer, Some(&hash)))
            .await
            .unwrap();
        assert!(found, "there is no such customer");
    }
}
