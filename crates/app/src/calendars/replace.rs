//! Replace a calendar feed's address; the old one stops working at once.

use super::CalendarOwner;
use super::make::{CalendarDraft, MakeError, write};
use crate::App;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::CalendarId;
use slotkeeper_domain::secret::CalendarToken;
use slotkeeper_store::tables::calendars;

/// Makes a feed in place of `current`.
///
/// # Errors
/// [`MakeError::MadeBefore`] when `current` has been replaced or ended already; otherwise as [`super::make::make`].
pub async fn replace(app: &App, mine: &CalendarOwner, current: CalendarId) -> Result<CalendarToken, MakeError> {
    let now = app.now();
    let new = CalendarDraft::draw(mine);
    let (unit, mine, token) = (app.clone(), mine.clone(), new.token.clone());
    app.store()
        .write(move |tx| {
            if !calendars::delete(tx, &mine.person.account.id, &current, &mine.of)? {
                return Err(MakeError::MadeBefore);
            }
            tx.record(mine.person.change(now, Subject::calendar(&current), Kind::Deleted));
            write(tx, &unit, &mine, &new, now)
        })
        .await?;
    Ok(token)
}
