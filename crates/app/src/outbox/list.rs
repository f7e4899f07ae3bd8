//! List what became of a business's mails.

use crate::App;
use crate::caller::Manager;
use slotkeeper_domain::account::Role;
use slotkeeper_domain::id::MailId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::outbox::{self, EmailRecord};

/// How many mails a page has.
const PAGE: i64 = 50;

/// Where a page of mails begins: behind this one.
pub type Before = (Instant, MailId);

/// Mails of the account, the latest first, as far as the person may know of them, and where the next page begins if there is one.
pub async fn list(
    app: &App,
    manager: &Manager,
    before: Option<Before>,
) -> Result<(Vec<EmailRecord>, Option<Before>), StoreError> {
    let account = manager.account.id.clone();
    // Who forgot a password, or got a key, is a matter between that person and the owner.
    let only = (manager.user.role != Role::Owner).then(|| manager.user.email_address.clone());
    let mut emails =
        app.store().read(move |db| outbox::list(db, &account, before.as_ref(), only.as_ref(), PAGE + 1)).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = emails.len() > page;
    emails.truncate(page);
    let next = emails.last().filter(|_| more).map(|email| (email.created_at, email.id.clone()));
    Ok((emails, next))
}
