//! Decline an invitation, with the link that came with it.

use crate::sessions::links::{LinkError, place, take};
use crate::{App, throttle};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;
use slotkeeper_store::tables::{links, users};

/// Removes the person who was invited from the account again, which frees the address, and keeps the account from inviting
/// that address for 90 days.
///
/// # Errors
/// [`LinkError::Gone`], also once a password was chosen; otherwise when the store fails.
pub async fn decline(app: &App, token: &LinkToken) -> Result<(), LinkError> {
    let (account, hash) = place(app, token)?;
    let (unit, now) = (app.clone(), app.now());
    app.store()
        .write(move |tx| {
            let (id, _) = take(tx, &account, &hash, &[Purpose::AcceptInvitation], now)?;
            let invited = users::find(tx, &account, &id)?.filter(|user| user.password_hash.is_none());
            let user = invited.ok_or(LinkError::Gone)?;
            if !users::delete(tx, &user)? {
                return Err(LinkError::Gone);
            }
            links::delete_of_user(tx, &account, &id)?;
            throttle::decline(tx, &unit, &account, user.email_address.as_str())?;
            tx.record(Actor::User(account.clone(), id.clone()).change(
                &account,
                now,
                Subject::user(&id),
                Kind::Deleted,
            ));
            Ok(())
        })
        .await
}
