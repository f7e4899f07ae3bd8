//! Rows that are stored for a while and swept later, read directly.

use crate::server::TestServer;
use slotkeeper_app::secrets::Usage;
use slotkeeper_domain::id::{AccountId, QuestionId, WebhookId};
use slotkeeper_domain::secret::SessionToken;
use slotkeeper_store::tables::{deliveries, questions};

impl TestServer {
    /// The stored last state of a deleted thing, for a webhook of the account.
    pub async fn last_state(&self, account: &str, webhook: &str, thing: &str) -> Option<String> {
        let (account, webhook): (AccountId, WebhookId) = (account.parse().unwrap(), webhook.parse().unwrap());
        let thing = thing.to_owned();
        let found = self.store().read(move |db| deliveries::kept_payload(db, (&account, &webhook), &thing));
        found.await.unwrap()
    }

    /// The `state` of a question asked in the session with this token; `None` if the question is gone, `Some(None)`
    /// if the `state` is no longer stored.
    pub async fn state_of_question(&self, session: &str, question: &str) -> Option<Option<String>> {
        let hash = self.app().vault().hash(Usage::Session, session);
        let account = SessionToken::new(session).account().unwrap();
        let question: QuestionId = question.parse().unwrap();
        let found = self.store().read(move |db| questions::find(db, &account, &question, &hash));
        found.await.unwrap().map(|question| question.state)
    }
}
