//! The demo's mail box: everything the server wrote, where no mail server takes it.

use super::{EmailContent, content};
use crate::App;
use slotkeeper_domain::id::{AccountId, MailId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::outbox::{self, OutboxEmail};

/// How many mails the box shows.
const SHOWN: i64 = 100;

/// The latest mails, newest first.
pub async fn latest(app: &App) -> Result<Vec<OutboxEmail>, StoreError> {
    app.store().read(|db| outbox::latest(db, SHOWN)).await
}

/// A mail and its body; nothing when there is no such mail or its body is gone.
pub async fn open(
    app: &App,
    account: AccountId,
    id: MailId,
) -> Result<Option<(OutboxEmail, EmailContent)>, StoreError> {
    let email = app.store().read(move |db| outbox::find(db, &account, &id)).await?;
    Ok(email.and_then(|email| {
        let content = content(app, &email).ok().flatten()?;
        Some((email, content))
    }))
}
