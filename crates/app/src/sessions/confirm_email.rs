//! Confirm an e-mail address with the link that was sent there, or have the link sent again.

use super::links::{LinkError, place, take, updated};
use crate::App;
use crate::caller::SignedIn;
use crate::mail::{self, Letter};
use crate::throttle::{self, Bucket, Origin};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;
use slotkeeper_store::tables::users;

/// Notes that mail arrives at the address of whom the link is for.
///
/// # Errors
/// [`LinkError::Gone`], or when the store fails.
pub async fn confirm_email(app: &App, token: &LinkToken) -> Result<(), LinkError> {
    let (account, hash) = place(app, token)?;
    let now = app.now();
    app.store()
        .write(move |tx| {
            let user = take(tx, &account, &hash, &[Purpose::ConfirmEmail], now)?;
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
    throttle::take::<LinkError>(app, &[Bucket::LinkMail(address), Bucket::LinkMailFrom(from)]).await?;
    let (unit, user) = (app.clone(), person.user.clone());
    app.store()
        .tidy(move |tx| {
            mail::send_link(tx, &unit, &user, Purpose::ConfirmEmail, Letter::confirm_email)?;
            Ok::<_, LinkError>(())
        })
        .await?;
    app.mail_waiting().notify_one();
    Ok(())
}
