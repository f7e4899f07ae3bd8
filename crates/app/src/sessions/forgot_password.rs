//! Ask for a link to choose a new password.

use super::links::LinkError;
use crate::App;
use crate::outbox::{self, AccountEmail};
use crate::throttle::{self, Origin, link_mail};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::link::Purpose;
use slotkeeper_store::tables::users;

/// Sends a link to choose a new password, if somebody signs in with this address. The answer is the same if not.
///
/// # Errors
/// [`LinkError::TooMany`], or when the store fails.
pub async fn forgot_password(app: &App, address: EmailAddress, from: Origin) -> Result<(), LinkError> {
    throttle::take::<LinkError>(app, &link_mail(address.as_str(), from)).await?;
    let unit = app.clone();
    app.store()
        .write_unlogged(move |tx| {
            if let Some(user) = users::find_by_email(tx, &address)? {
                // Whoever has not confirmed the address may be a stranger to it, and the name a stranger's words.
                let name = user.email_confirmed_at.map(|_| &user.name);
                outbox::send_link(tx, &unit, &user, Purpose::ResetPassword, |links| {
                    AccountEmail::reset_password(name, links.main)
                })?;
            }
            Ok::<_, LinkError>(())
        })
        .await?;
    app.mail_waiting().notify_one();
    Ok(())
}
