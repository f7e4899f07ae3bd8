//! When calendar feeds were last fetched. Noted in memory and written every few seconds, like the last use of keys
//! ([`crate::authorizations::last_use`]).

use crate::App;
use slotkeeper_domain::id::{AccountId, CalendarId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::calendars;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The feeds fetched since the last write.
#[derive(Default)]
pub struct LastUse(Mutex<HashMap<(AccountId, CalendarId), Instant>>);

impl LastUse {
    pub(super) fn note(&self, account: &AccountId, id: &CalendarId, at: Instant) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert((account.clone(), id.clone()), at);
    }
}

/// Writes the noted uses. When the store fails, those not yet written are lost.
pub async fn write_down(app: &App) -> Result<(), StoreError> {
    let used = std::mem::take(&mut *app.calendar_use().0.lock().unwrap_or_else(PoisonError::into_inner));
    let mut used: Vec<_> = used.into_iter().collect();
    // Sorted, so that two nodes cannot deadlock; in portions, so that other writers do not wait long.
    used.sort_unstable();
    for portion in used.chunks(200) {
        let portion = portion.to_vec();
        app.store()
            .write_unlogged(move |tx| {
                for ((account, id), at) in &portion {
                    calendars::set_last_used(tx, account, id, *at)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(())
}
