//! List what has changed, for an application that may have missed something.

use crate::App;
use crate::authorizations::check::KeyHolder;
use crate::blocks::rights::ReadBlocks;
use crate::bookings::rights::ReadBookings;
use crate::customers::rights::ReadCustomers;
use crate::payments::rights::ReadPayments;
use crate::right::Right;
use slotkeeper_domain::right::Sight;
use slotkeeper_domain::webhook::Domain;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::change_log::{Entry, after as entries_after};

/// How many entries of the log one call looks at. Of these the key may know of some, all or none.
const LOOK: i64 = 2_000;

/// A part of the log.
#[derive(Debug)]
pub struct Part {
    /// What changed of the things that the key may read, in order.
    pub changes: Vec<(Domain, Entry)>,
    /// Up to which number the log was looked at: the next part begins after it.
    pub last: i64,
    /// Whether there is more behind it.
    pub more: bool,
}

/// What changed after a number, at most `limit` changes; only of things that the key may read (wire reference, section 2.2).
///
/// # Errors
/// When the store fails.
pub async fn list(app: &App, holder: &KeyHolder, after: i64, limit: usize) -> Result<Part, StoreError> {
    let account = holder.account().id.clone();
    let entries = app.store().read(move |db| entries_after(db, &account, after, LOOK)).await?;
    let looked_at = i64::try_from(entries.len()).unwrap_or(LOOK);
    let sights = Domain::ALL.iter().map(|domain| (*domain, sight(holder, *domain))).collect::<Vec<_>>();
    let seen = |entry: &Entry| {
        let domain = Domain::of(entry.thing)?;
        let sight = sights.iter().find(|(of, _)| *of == domain).and_then(|(_, sight)| sight.as_ref())?;
        sight.shows(entry.creator.as_ref()).then_some(domain)
    };
    let (mut changes, mut last) = (Vec::new(), after);
    for entry in entries {
        let number = entry.number;
        if let Some(domain) = seen(&entry) {
            if changes.len() == limit {
                return Ok(Part { changes, last, more: true });
            }
            changes.push((domain, entry));
        }
        last = number;
    }
    Ok(Part { changes, last, more: looked_at == LOOK })
}

/// Whose things of a domain the key may read.
fn sight(holder: &KeyHolder, domain: Domain) -> Option<Sight> {
    fn of<R: Right>(holder: &KeyHolder) -> Option<Sight> {
        holder.may::<R>().map(|may| may.sight().clone())
    }
    match domain {
        Domain::Bookings => of::<ReadBookings>(holder),
        Domain::Customers => of::<ReadCustomers>(holder),
        Domain::Payments => of::<ReadPayments>(holder),
        Domain::SeatBlocks | Domain::ResourceBlocks => of::<ReadBlocks>(holder),
    }
}
