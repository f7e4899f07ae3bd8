//! End a calendar feed; its address stops working.

use super::CalendarOwner;
use crate::App;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, CalendarId, UserId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::calendars;
use slotkeeper_store::{StoreError, Tx};

/// Ends the feed with this id. False when it had ended already.
pub async fn end(app: &App, mine: &CalendarOwner, id: CalendarId) -> Result<bool, StoreError> {
    let now = app.now();
    let mine = mine.clone();
    app.store()
        .write(move |tx| {
            let ended = calendars::delete(tx, &mine.person.account.id, &id, &mine.of)?;
            if ended {
                tx.record(mine.person.change(now, Subject::calendar(&id), Kind::Deleted));
            }
            Ok(ended)
        })
        .await
}

/// Ends all feeds that a user made, in the transaction that removes the user: also those of resources, because the user
/// knows their addresses.
pub(crate) fn end_of_maker(
    tx: &mut Tx,
    account: &AccountId,
    maker: &UserId,
    by: &Actor,
    now: Instant,
) -> Result<(), StoreError> {
    for id in calendars::delete_of_creator(tx, account, maker)? {
        tx.record(by.change(account, now, Subject::calendar(&id), Kind::Deleted));
    }
    Ok(())
}
