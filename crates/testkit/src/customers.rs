//! Customers' memberships and passwords, which no page offers yet. The owner of the business sets them.

use crate::client::PASSWORD;
use crate::server::TestServer;
use slotkeeper_app::caller::AccountMember;
use slotkeeper_app::customers::{membership, password};
use slotkeeper_app::sessions::{find, sign_in};
use slotkeeper_app::throttle::Origin;
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::membership::Membership;
use slotkeeper_domain::secret::Password;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings::{self, Stamp};
use slotkeeper_store::tables::users;
use std::net::Ipv4Addr;

impl TestServer {
    /// The owner of a business, signed in.
    async fn owner_of(&self, account: &str) -> AccountMember {
        let account: AccountId = account.parse().unwrap();
        let owner = self.app().store().read(move |db| Ok::<_, StoreError>(users::first_owner(db, &account)?.unwrap()));
        let address = owner.await.unwrap().email_address;
        let from = Origin::of(Ipv4Addr::LOCALHOST.into());
        let opened = sign_in::sign_in(self.app(), address, Password::new(PASSWORD), from, None).await.unwrap();
        find::find(self.app(), &opened.token).await.unwrap().unwrap().as_colleague().unwrap()
    }

    /// Makes a customer a member from one day, such as `2026-05-01`, to another or without end.
    pub async fn make_member(&self, account: &str, customer: &str, since: &str, until: Option<&str>) {
        let until = until.map(|day| day.parse().unwrap());
        let given = Membership::new(since.parse().unwrap(), until).unwrap();
        let owner = self.owner_of(account).await;
        let found = membership::set(self.app(), &owner, customer.parse().unwrap(), Some(given)).await.unwrap();
        assert!(found, "there is no such customer");
    }

    pub async fn end_membership(&self, account: &str, customer: &str) {
        let owner = self.owner_of(account).await;
        let found = membership::set(self.app(), &owner, customer.parse().unwrap(), None).await.unwrap();
        assert!(found, "there is no such customer");
    }

    /// Sets or removes a customer's password. The error is the message for the owner.
    pub async fn give_password(&self, account: &str, customer: &str, text: Option<&str>) -> Result<(), String> {
        let owner = self.owner_of(account).await;
        let given = password::set(self.app(), &owner, customer.parse().unwrap(), text.map(Password::new)).await;
        given.map_err(|error| error.to_string())
    }

    /// Sets the title of a customer's bookings, as an earlier version of the program stored it.
    pub async fn title_as_before(&self, account: &str, customer: &str, title: &str) {
        let (account, customer): (AccountId, CustomerId) = (account.parse().unwrap(), customer.parse().unwrap());
        let (title, changed) = (title.to_owned(), Stamp { at: self.app().now(), agent: None });
        let written = self.app().store().write_unlogged(move |tx| {
            let beginning = (Instant::from_millis(i64::MIN), "");
            for booking in bookings::lock_some_of_customer(tx, &account, &customer, beginning, 100)? {
                bookings::retitle(tx, &account, &booking.number, &title, &changed)?;
            }
            Ok::<_, StoreError>(())
        });
        written.await.unwrap();
    }
}
