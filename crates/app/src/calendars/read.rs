//! Read a calendar feed by its secret address.

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

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The address was never valid, was replaced, or has ended. Clients do not learn which.
    #[error("there is no such calendar")]
    Gone,
    /// The file was fetched too often.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Names a state of a feed; it changes with every change of the account and every day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarTag(String);

impl CalendarTag {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug)]
pub enum CalendarFile {
    /// The client has this state already.
    Same(CalendarTag),
    File(CalendarTag, String),
}

/// The little that is needed to tell whether a feed has changed.
struct Head {
    calendar: Calendar,
    account: Account,
    changes: i64,
}

/// The feed with this token, or only its tag if `knows` accepts that.
///
/// The tag takes two rows found by key: the feed, and the last change of its account. Bookings are read only after a
/// change or on another day.
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
            // Read again, so that the tag belongs to the snapshot that the file is made from.
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

/// A keyed hash, because the number of changes is private to the account. Contains the program's version, because
/// another one may write the file differently.
fn tag(app: &App, head: &Head, now: Instant) -> CalendarTag {
    let today = Window::around(now, &head.account.zone).today.to_string();
    let (id, changes, version) = (head.calendar.id.as_str(), head.changes.to_string(), env!("CARGO_PKG_VERSION"));
    let parts = [id, &changes, &today, version].map(str::as_bytes);
    let hash = app.vault().hash_parts(Usage::CalendarTag, &parts);
    CalendarTag(hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
