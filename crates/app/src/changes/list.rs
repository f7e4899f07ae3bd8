//! List the change log, for applications that may have missed deliveries.

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

#[derive(Debug)]
pub struct ChangesPage {
    /// The changes of things that the key may read, in order of their numbers.
    pub changes: Vec<(Domain, ChangeEntry)>,
    /// The mark after which the next page begins.
    pub last: LogMark,
    /// Whether more changes follow.
    pub more: bool,
}

/// A position in an account's change log, just after a change.
///
/// Clients get it sealed, because the number would reveal how many changes there are of things that the key may not
/// read. Each sealing differs, so that equal marks cannot be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogMark(i64);

impl LogMark {
    pub const BEGINNING: Self = Self(0);

    /// The sealed mark for a client with a key of this account. Its length is the same for every position.
    #[must_use]
    pub fn seal(self, app: &App, account: &AccountId) -> String {
        let owner = [account.as_str().as_bytes()];
        URL_SAFE_NO_PAD.encode(app.vault().seal_for(Usage::ChangeMark, &owner, &format!("{:020}", self.0)))
    }

    /// Opens what [`LogMark::seal`] made; `None` if it is not a mark of this account.
    fn open(app: &App, account: &AccountId, text: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let opened = app.vault().open_for(Usage::ChangeMark, &[account.as_str().as_bytes()], &sealed).ok()?;
        opened.parse().ok().map(Self)
    }
}

/// Where a list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    Beginning,
    /// After a mark, as the client sent it.
    Mark(String),
    /// After a number, as responses contained before there were marks. Later numbers count as the last of those.
    Number(i64),
}

#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("the mark cannot be read")]
    NoMark,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// At most `limit` changes after `from`, only of things that the key may read (wire reference, section 2.2).
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
        // With larger numbers a client could find out how many changes there are.
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

/// The things of a domain that the key may read; `None` if it may read none.
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
