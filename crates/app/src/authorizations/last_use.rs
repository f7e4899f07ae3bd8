//! When keys were last used, for the pages of owners and developers.
//!
//! Kept in memory and written now and then: a call must not wait for a disk to say that it happened. A crash loses
//! the last few seconds of it, which no decision depends on.

use crate::App;
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::authorizations::{self, Authorization};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Which keys were used since the last write.
#[derive(Default)]
pub struct LastUse(Mutex<HashMap<(AccountId, AuthorizationId), Instant>>);

impl LastUse {
    pub(super) fn note(&self, authorization: &Authorization, at: Instant) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert((authorization.account.clone(), authorization.id.clone()), at);
    }
}

/// Writes down which keys were used since the last time.
///
/// # Errors
/// When the store fails; what it was about is forgotten then.
pub async fn write_down(app: &App) -> Result<(), StoreError> {
    let used = std::mem::take(&mut *app.last_use().0.lock().unwrap_or_else(PoisonError::into_inner));
    let mut used: Vec<_> = used.into_iter().collect();
    // Sorted, so that two nodes never wait for each other; in portions, so that nobody waits long for the writer.
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
