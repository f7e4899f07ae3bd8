//! Choose a password with a link: after forgetting the old one, or with an invitation.

use super::links::{LinkError, look, place, take, updated};
use crate::App;
use crate::passwords::Asker;
use crate::throttle::{self, Bucket, Origin};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::{LinkToken, Password};
use slotkeeper_store::tables::{links, sessions, users};

/// Which links lead here.
static PURPOSES: [Purpose; 2] = [Purpose::ResetPassword, Purpose::AcceptInvitation];

/// Gives the person a new password, or the first one. Every session and every other link of the person ends, and wrong
/// guesses at the old one are forgiven.
///
/// Whoever was invited receives e-mail at the address, so that is confirmed as well. A new password confirms nothing:
/// somebody else may have opened the account, and confirming is a question of its own.
///
/// # Errors
/// [`LinkError`].
pub async fn choose_password(app: &App, token: &LinkToken, password: Password, from: Origin) -> Result<(), LinkError> {
    let (account, hash) = place(app, token)?;
    // A link that does not work takes nobody's turn.
    let link = look(app, token, &PURPOSES).await?;
    let password_hash = app.passwords().hash(Asker::Known(&link.user.email_address), password).await?;
    let now = app.now();
    let address = app
        .store()
        .write(move |tx| {
            let (user, purpose) = take(tx, &account, &hash, &PURPOSES, now)?;
            if !users::set_password(tx, &account, &user, &password_hash)? {
                return Err(LinkError::Gone);
            }
            if purpose == Purpose::AcceptInvitation {
                users::confirm_email(tx, &account, &user, now)?;
            }
            sessions::delete_of_user(tx, &account, &user)?;
            links::delete_of_user(tx, &account, &user)?;
            tx.record(updated(&account, &user, now));
            users::find(tx, &account, &user)?.map(|user| user.email_address).ok_or(LinkError::Gone)
        })
        .await?;
    let name = address.as_str();
    Ok(throttle::forgive(app, &[Bucket::SignInHere(name, from), Bucket::SignInAnywhere(name)]).await?)
}
