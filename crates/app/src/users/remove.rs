//! Remove somebody from the account.

use crate::App;
use crate::calendars::end::end_of_maker;
use crate::caller::Owner;
use slotkeeper_domain::account::Role;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::UserId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{links, outbox, sessions, users};

/// Removes a manager or a member of staff, with every session and link, the calendars that the person made and the e-mails that
/// wait for the person; frees the e-mail address. Whether there was such a person: owners are not removed.
pub async fn remove(app: &App, owner: &Owner, id: UserId) -> Result<bool, StoreError> {
    let now = app.now();
    let owner = owner.clone();
    app.store()
        .write(move |tx| {
            let account = &owner.account.id;
            let Some(user) = users::find(tx, account, &id)?.filter(|user| user.role != Role::Owner) else {
                return Ok(false);
            };
            // The user first: whoever signs in at this moment has a session by then, and it ends with the others.
            if !users::delete(tx, &user)? {
                return Ok(false);
            }
            sessions::delete_of_user(tx, account, &id)?;
            links::delete_of_user(tx, account, &id)?;
            outbox::discard_of_member(tx, account, &user.email_address, now)?;
            end_of_maker(tx, account, &id, &owner.actor(), now)?;
            tx.record(owner.change(now, Subject::user(&id), Kind::Deleted));
            Ok(true)
        })
        .await
}
