//! Confirm an e-mail address with the link that was sent there, or have the link sent again.

use super::links::{LinkError, place, take, updated};
use crate::App;
use crate::caller::SignedIn;
use crate::outbox::{self, AccountEmail};
use crate::throttle::{self, Origin, link_mail};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;
use slotkeeper_store::tables::users;

/// Notes that the person receives e-mail at the address: has the link, and has the account. Anybody can open an
/// account with somebody else's address; that somebody has the link only, and must not lend the account the address.
///
/// # Errors
/// [`LinkError::Gone`], also when the link is for another person; otherwise when the store fails.
pub async fn confirm_email(app: &App, person: &SignedIn, token: &LinkToken) -> Result<(), LinkError> {
    let (account, hash) = place(app, token)?;
    let person = person.clone();
    let now = app.now();
    app.store()
        .write(move |tx| {
            let (user, _) = take(tx, &account, &hash, &[Purpose::ConfirmEmail], now)?;
            if (&account, &user) != (&person.account.id, &person.user.id) {
                // Rolls back: the link goes on working for whom it is for.
                return Err(LinkError::Gone);
            }
            users::confirm_email(tx, &account, &user, now)?;
            tx.record(updated(&account, &user, now));
            Ok(())
        })
        .await
}

/// Sends the link that confirms the person's address once more, unless it is confirmed.
///
/// # Errors
/// [`LinkError::TooMany`], or when the store fails.
pub async fn send_again(app: &App, person: &SignedIn, from: Origin) -> Result<(), LinkError> {
    if person.user.email_confirmed_at.is_some() {
        return Ok(());
    }
    let address = person.user.email_address.as_str();
    throttle::take::<LinkError>(app, &link_mail(address, from)).await?;
    let (unit, user) = (app.clone(), person.user.clone());
    app.store()
        .write_unlogged(move |tx| {
            outbox::send_link(tx, &unit, &user, Purpose::ConfirmEmail, |links| {
                AccountEmail::confirm_email(links.main)
            })?;
            Ok::<_, LinkError>(())
        })
        .await?;
    app.mail_waiting().notify_one();
    Ok(())
}
