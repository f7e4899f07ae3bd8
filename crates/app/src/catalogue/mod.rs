//! The catalogue of an account: read by everybody, kept in memory by its version.

pub mod begin;
pub mod read;

use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::AccountId;
use slotkeeper_store::tables::catalogue;
use slotkeeper_store::{Snapshot, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many catalogues are kept. Past that, all are forgotten and read again when they are asked for.
const MOST: usize = 5_000;

/// Catalogues in memory, each with the version it was read at.
#[derive(Default)]
pub(crate) struct Catalogues(Mutex<HashMap<AccountId, (i64, Arc<Catalogue>)>>);

impl Catalogues {
    /// The catalogue as the snapshot or transaction sees it: one look at its version, and nothing more if it is known.
    pub(crate) fn of(&self, db: &mut Snapshot, account: &AccountId) -> Result<Arc<Catalogue>, StoreError> {
        let version = catalogue::version(db, account)?;
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, catalogue)) = lock().get(account)
            && *known == version
        {
            return Ok(Arc::clone(catalogue));
        }
        let loaded = Arc::new(catalogue::load(db, account)?);
        let mut kept = lock();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(account.clone(), (version, Arc::clone(&loaded)));
        Ok(loaded)
    }
}
