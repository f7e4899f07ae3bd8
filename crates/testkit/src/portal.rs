//! Portals, which no page can open.

use crate::client::{PASSWORD, Visitor};
use crate::server::TestServer;
use slotkeeper_app::accounts::sign_up;
use slotkeeper_app::passwords::Asker;
use slotkeeper_app::random;
use slotkeeper_app::subaccounts::adopt::{AdoptError, adopt};
use slotkeeper_domain::account::{AccountKind, Languages, Role};
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::secret::Password;
use slotkeeper_domain::time::Zone;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::users::User;

impl Visitor {
    /// The owner of a new portal account, signed in, and the account's id.
    pub async fn portal(server: &TestServer, name: &str, email: &str) -> (Self, String) {
        let account = server.open(AccountKind::Portal, name, email).await;
        let visitor = Self::new(server);
        assert_eq!(visitor.sign_in(email).await.location(), "/backoffice");
        (visitor, account)
    }
}

impl TestServer {
    /// Opens a business as a subaccount of the portal; returns its id. Its owner signs in with `email`.
    pub async fn subaccount(&self, portal: &str, name: &str, email: &str) -> String {
        let account = self.open(AccountKind::Business, name, email).await;
        self.adopt(portal, &account).await;
        account
    }

    /// Makes a business a subaccount of the portal.
    pub async fn adopt(&self, portal: &str, business: &str) {
        self.try_adopt(portal, business).await.unwrap();
    }

    /// As `adopt`, returning the error.
    pub async fn try_adopt(&self, portal: &str, business: &str) -> Result<(), AdoptError> {
        let (portal, business) = (portal.parse().unwrap(), business.parse().unwrap());
        let now = self.app().now();
        self.app().store().write(move |tx| adopt(tx, &portal, &business, &Actor::System, now)).await
    }

    async fn open(&self, kind: AccountKind, name: &str, email: &str) -> String {
        let now = self.app().now();
        let account = Account {
            id: random::id(),
            kind,
            name: name.parse().unwrap(),
            country: Some("PT".parse().unwrap()),
            zone: Zone::named("Europe/Lisbon").unwrap(),
            currency: Some("EUR".parse().unwrap()),
            languages: Languages::parse_list("en-GB").unwrap(),
            created_at: now,
        };
        let owner = User {
            account: account.id.clone(),
            id: random::id(),
            email_address: email.parse().unwrap(),
            name: "Petra".parse().unwrap(),
            role: Role::Owner,
            password_hash: Some(
                self.app().passwords().hash(Asker::Within(&account.id, None), Password::new(PASSWORD)).await.unwrap(),
            ),
            email_confirmed_at: Some(now),
            created_at: now,
        };
        let id = account.id.to_string();
        let open = move |tx: &mut slotkeeper_store::Tx| sign_up::create(tx, &account, &owner);
        self.app().store().write::<_, StoreError>(open).await.unwrap();
        id
    }
}
