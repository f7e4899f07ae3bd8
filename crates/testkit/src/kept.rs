//! What is kept for a while and then tidied away, in the hands of somebody who can read rows.

use crate::server::TestServer;
use slotkeeper_app::secrets::Usage;
use slotkeeper_domain::id::{AccountId, QuestionId, WebhookId};
use slotkeeper_domain::secret::SessionToken;
use slotkeeper_store::tables::{deliveries, questions};

impl TestServer {
    /// The last state of a thing that was deleted, as it is kept for a webhook of the account.
    pub async fn last_state(&self, account: &str, webhook: &str, thing: &str) -> Option<String> {
        let (account, webhook): (AccountId, WebhookId) = (account.parse().unwrap(), webhook.parse().unwrap());
        let thing = thing.to_owned();
        let found = self.store().read(move |db| deliveries::kept_payload(db, (&account, &webhook), &thing));
        found.await.unwrap()
    }

    /// The `state` of a question that was asked in the session with this token, if it is kept; nothing when the question is gone.
    pub async fn state_of_question(&self, session: &str, question: &str) -> Option<Option<String>> {
        let hash = self.app().vault().hash(Usage::Session, session);
        let account = SessionToken::new(session).account().unwrap();
        let question: QuestionId = question.parse().unwrap();
        let found = self.store().read(move |db| questions::find(db, &account, &question, &hash));
        found.await.unwrap().map(|question| question.state)
    }
}
