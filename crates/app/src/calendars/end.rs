//! End a calendar: its address leads nowhere any more.

use super::CalendarOwner;
use crate::App;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, CalendarId, UserId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::calendars;
use slotkeeper_store::{StoreError, Tx};

/// Ends the calendar with this id. Whether it was there: it may have ended before.
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

/// Ends all calendars that a person made, within the transaction that removes the person: their own, and those of resources,
/// whose addresses they know as well.
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
