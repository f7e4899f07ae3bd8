//! List what has changed, for an application that may have missed something.

use crate::App;
use crate::access::Action;
use crate::authorizations::check::KeyHolder;
use crate::blocks::rights::ReadBlocks;
use crate::bookings::rights::ReadBookings;
use crate::customers::rights::ReadCustomers;
use crate::payments::rights::ReadPayments;
use crate::secrets::Usage;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_domain::webhook::Domain;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::change_log::{self, ChangeEntry};

/// A part of the log.
#[derive(Debug)]
pub struct ChangesPage {
    /// What changed of the things that the key may read, in order.
    pub changes: Vec<(Domain, ChangeEntry)>,
    /// Where the next part begins.
    pub last: LogMark,
    /// Whether there is more behind it.
    pub more: bool,
}

/// A place in an account's log, right behind a change.
///
/// Outside it is sealed: the number of a change tells how much has happened to things that the key may know nothing of. What is
/// sealed is another text each time, so that one cannot even see whether anything happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogMark(i64);

impl LogMark {
    pub const BEGINNING: Self = Self(0);

    /// Says it to a client with a key of this account. The text is as long for every place.
    #[must_use]
    pub fn seal(self, app: &App, account: &AccountId) -> String {
        let owner = [account.as_str().as_bytes()];
        URL_SAFE_NO_PAD.encode(app.vault().seal_for(Usage::ChangeMark, &owner, &format!("{:020}", self.0)))
    }

    /// Reads what [`LogMark::seal`] said.
    fn open(app: &App, account: &AccountId, text: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let opened = app.vault().open_for(Usage::ChangeMark, &[account.as_str().as_bytes()], &sealed).ok()?;
        opened.parse().ok().map(Self)
    }
}

/// From where on somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    Beginning,
    /// From a mark on, as it was said.
    Mark(String),
    /// From a number on, as they were said before there were marks. Numbers that came later mean the last of those.
    Number(i64),
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The mark is none of this account.
    #[error("the mark cannot be read")]
    NoMark,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What changed from there on, at most `limit` changes; only of things that the key may read (wire reference, section 2.2).
///
/// # Errors
/// [`ListError`].
pub async fn list(app: &App, holder: &KeyHolder, from: Start, limit: usize) -> Result<ChangesPage, ListError> {
    let account = holder.account().id.clone();
    let sights: Vec<(Domain, Visibility)> =
        Domain::ALL.iter().filter_map(|domain| Some((*domain, visibility(holder, *domain)?))).collect();
    let (from, known) = match from {
        Start::Beginning => (LogMark::BEGINNING, None),
        Start::Mark(text) => (LogMark::open(app, &account, &text).ok_or(ListError::NoMark)?, None),
        Start::Number(number) => (LogMark::BEGINNING, Some(number)),
    };
    let one_more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let read = app.store().read(move |db| {
        // By a later number one could feel one's way to how many there are.
        let after = match known {
            Some(number) => number.min(change_log::numbered_until(db, &account)?),
            None => from.0,
        };
        let mut found = Vec::new();
        for (domain, visibility) in &sights {
            let entries = change_log::after(db, &account, (domain.thing(), visibility), after, one_more)?;
            found.extend(entries.into_iter().map(|entry| (*domain, entry)));
        }
        Ok::<_, StoreError>((after, found))
    });
    let (after, mut changes) = read.await?;
    changes.sort_by_key(|(_, entry)| entry.number);
    let more = changes.len() > limit;
    changes.truncate(limit);
    let last = changes.last().map_or(LogMark(after), |(_, entry)| LogMark(entry.number));
    Ok(ChangesPage { changes, last, more })
}

/// Whose things of a domain the key may read.
pub(crate) fn visibility(holder: &KeyHolder, domain: Domain) -> Option<Visibility> {
    fn of<R: Action>(holder: &KeyHolder) -> Option<Visibility> {
        holder.access::<R>().map(|access| access.visibility().clone())
    }
    match domain {
        Domain::Bookings => of::<ReadBookings>(holder),
        Domain::Customers => of::<ReadCustomers>(holder),
        Domain::Payments => of::<ReadPayments>(holder),
        Domain::SeatBlocks | Domain::ResourceBlocks => of::<ReadBlocks>(holder),
    }
}
