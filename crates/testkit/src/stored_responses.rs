//! Stored responses of idempotent requests, changed directly.

use crate::server::TestServer;
use slotkeeper_app::secrets::Usage;
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::secret::{API_KEY_RANDOM_LENGTH, ApiKey};
use slotkeeper_store::tables::kept_answers::{self, KeyOf};
use slotkeeper_store::{StoreError, Tx};

impl TestServer {
    /// Swaps the responses stored under two idempotency keys of an application.
    pub async fn swap_stored_responses(&self, api_key: &str, keys: [&str; 2]) {
        let account: AccountId = ApiKey::new(api_key).account().unwrap();
        let application = &api_key[1 + API_KEY_RANDOM_LENGTH..][..ApplicationId::LENGTH];
        let application: ApplicationId = application.parse().unwrap();
        let [one, other] = keys.map(|key| self.app().vault().hash(Usage::IdempotencyKey, key));
        let swap = move |tx: &mut Tx| {
            let of = |hash| KeyOf { account: &account, application: &application, hash };
            let (first, second) = (kept_answers::find(tx, of(&one))?, kept_answers::find(tx, of(&other))?);
            kept_answers::fill(tx, of(&one), &second.unwrap().answer)?;
            kept_answers::fill(tx, of(&other), &first.unwrap().answer)?;
            Ok::<_, StoreError>(())
        };
        self.store().write_unlogged(swap).await.unwrap();
    }
}
