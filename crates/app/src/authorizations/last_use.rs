//! When keys were last used, as shown to owners and developers. Noted in memory and written every few seconds, so that
//! calls do not wait for the disk; a crash loses the last few seconds.

use crate::App;
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::authorizations::{self, Authorization};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The keys used since the last write, with the time of their last use.
#[derive(Default)]
pub struct LastUse(Mutex<HashMap<(AccountId, AuthorizationId), Instant>>);

impl LastUse {
    pub(super) fn note(&self, authorization: &Authorization, at: Instant) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert((authorization.account.clone(), authorization.id.clone()), at);
    }
}

/// Writes the noted uses. When the store fails, those not yet written are lost.
pub async fn write_down(app: &App) -> Result<(), StoreError> {
    let used = std::mem::take(&mut *app.last_use().0.lock().unwrap_or_else(PoisonError::into_inner));
    let mut used: Vec<_> = used.into_iter().collect();
    // Sorted, so that two nodes cannot deadlock; in portions, so that other writers do not wait long.
    used.sort_unstable();
    for portion in used.chunks(200) {
        let portion = portion.to_vec();
        app.store()
            .write_unlogged(move |tx| {
                for ((account, id), at) in &portion {
                    authorizations::set_last_used(tx, account, id, *at)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(())
}
