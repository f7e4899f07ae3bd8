//! Send a mail again that was given up.

use crate::App;
use crate::caller::Manager;
use slotkeeper_domain::id::MailId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::outbox;

/// Has a mail of the account tried again from the beginning; whether it was given up, and may be sent again: a mail to somebody
/// else that is not about a booking may hold a link or a key, and whoever it is for asks for a new one.
pub async fn again(app: &App, manager: &Manager, id: MailId) -> Result<bool, StoreError> {
    let (account, own, now) = (manager.account.id.clone(), manager.user.email_address.clone(), app.now());
    let sent = app.store().write_unlogged(move |tx| outbox::resend(tx, &account, &id, &own, now)).await?;
    if sent {
        app.mail_waiting().notify_one();
    }
    Ok(sent)
}
