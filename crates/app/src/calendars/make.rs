//! Make a calendar feed.

use super::{CalendarOwner, hash};
use crate::{App, random};
use slotkeeper_domain::calendar::CalendarOf;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::CalendarId;
use slotkeeper_domain::secret::CalendarToken;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{calendars, users};
use slotkeeper_store::{StoreError, Tx};

#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// There is a feed already, or another one than the form says, because the form was sent twice.
    #[error("the calendar was made or replaced before")]
    MadeBefore,
    /// There is no such resource, or the user was removed meanwhile.
    #[error("there is nothing to make a calendar of")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the feed and returns its secret address, which cannot be read again.
pub async fn make(app: &App, mine: &CalendarOwner) -> Result<CalendarToken, MakeError> {
    let now = app.now();
    let new = CalendarDraft::draw(mine);
    let (unit, mine, token) = (app.clone(), mine.clone(), new.token.clone());
    app.store().write(move |tx| write(tx, &unit, &mine, &new, now)).await?;
    Ok(token)
}

/// The random parts of a feed, drawn before the transaction, because that may run more than once.
pub(super) struct CalendarDraft {
    id: CalendarId,
    pub(super) token: CalendarToken,
}

impl CalendarDraft {
    pub(super) fn draw(mine: &CalendarOwner) -> Self {
        Self { id: random::id(), token: CalendarToken::compose(&mine.person.account.id, &random::token(32)) }
    }
}

pub(super) fn write(
    tx: &mut Tx,
    app: &App,
    mine: &CalendarOwner,
    new: &CalendarDraft,
    now: Instant,
) -> Result<(), MakeError> {
    let CalendarOwner { person, of } = mine;
    let account = &person.account.id;
    // Locked, so that a removal of the user at the same time either prevents this feed or finds and ends it.
    users::find_locked(tx, account, &person.user.id)?.ok_or(MakeError::NotFound)?;
    if let CalendarOf::Resource(resource) = of {
        app.catalogues().of(tx, account)?.resource(resource).ok_or(MakeError::NotFound)?;
    }
    let hash = hash(app, &new.token);
    match calendars::insert(tx, account, &new.id, of, &hash, &person.user.id, now) {
        Err(error) if calendars::is_taken(&error) => return Err(MakeError::MadeBefore),
        written => written?,
    }
    tx.record(person.change(now, Subject::calendar(&new.id), Kind::Created));
    Ok(())
}
