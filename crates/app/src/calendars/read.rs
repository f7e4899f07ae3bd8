//! Read a calendar, with nothing but its address.

use super::{filling, hash};
use crate::App;
use crate::secrets::{Hash, Usage};
use slotkeeper_domain::calendar::Window;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::secret::CalendarToken;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::calendars::{self, Calendar};
use slotkeeper_store::tables::change_log;
use slotkeeper_store::{Snapshot, StoreError};

/// Why there is no calendar.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The address leads nowhere: it never did, was replaced, or has ended. Nobody is told which.
    #[error("there is no such calendar")]
    Gone,
    /// It was written too often of late.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What names a state of a calendar: another one, or another day, has another tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarTag(String);

impl CalendarTag {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A calendar, as a program gets it.
#[derive(Debug)]
pub enum CalendarFile {
    /// It is as the program knows it.
    Same(CalendarTag),
    File(CalendarTag, String),
}

/// What is known of a calendar before anything in it is read: enough to tell whether it has changed.
struct Head {
    calendar: Calendar,
    account: Account,
    changes: i64,
}

/// The calendar with this token, or that it is the one that `knows` says yes to.
///
/// Whether it has changed is told by two rows that are found by their keys: the calendar's, and the last change of its account.
/// Only when there was one since, or the day is another, is what is booked read.
///
/// # Errors
/// [`ReadError`].
pub async fn read(
    app: &App,
    token: &CalendarToken,
    knows: impl Fn(&CalendarTag) -> bool,
) -> Result<CalendarFile, ReadError> {
    let token_hash = hash(app, token);
    let account = token.account().ok_or(ReadError::Gone)?;
    let now = app.now();
    let place = account.clone();
    let head = app.store().read(move |db| head(db, &place, &token_hash)).await?;
    let Some(first) = head else { return Err(ReadError::Gone) };
    app.calendar_use().note(&account, &first.calendar.id, now);
    let known = tag(app, &first, now);
    if knows(&known) {
        return Ok(CalendarFile::Same(known));
    }
    app.calendar_limit().count(&account, &first.calendar.id, now)?;
    let unit = app.clone();
    app.store()
        .read(move |db| {
            // Once more, so that the tag is of the snapshot that the file is made of.
            let Some(head) = self::head(db, &account, &token_hash)? else { return Err(ReadError::Gone) };
            let file = filling::file(db, &unit, (&head.calendar, &head.account), now)?.ok_or(ReadError::Gone)?;
            Ok(CalendarFile::File(tag(&unit, &head, now), file))
        })
        .await
}

fn head(db: &mut Snapshot, account: &AccountId, token_hash: &Hash) -> Result<Option<Head>, StoreError> {
    let Some(calendar) = calendars::find(db, account, token_hash)? else { return Ok(None) };
    let (account, last) = (accounts::find(db, account)?, change_log::last(db, account)?);
    Ok(account.zip(last).map(|(account, (changes, _))| Head { calendar, account, changes }))
}

/// Keyed, because it tells how much happens in the account. Another version of the program may write the same in another way.
fn tag(app: &App, head: &Head, now: Instant) -> CalendarTag {
    let today = Window::around(now, &head.account.zone).today.to_string();
    let (id, changes, version) = (head.calendar.id.as_str(), head.changes.to_string(), env!("CARGO_PKG_VERSION"));
    let parts = [id, &changes, &today, version].map(str::as_bytes);
    let hash = app.vault().hash_parts(Usage::CalendarTag, &parts);
    CalendarTag(hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
