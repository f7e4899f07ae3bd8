//! Catalogues of accounts, cached by their version.

pub mod begin;
pub mod read;

use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::AccountId;
use slotkeeper_store::tables::catalogue;
use slotkeeper_store::{Snapshot, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most catalogues in the cache; when it is full it is emptied.
const MOST: usize = 5_000;

/// The cached catalogues, each with the version it was read at.
#[derive(Default)]
pub(crate) struct Catalogues(Mutex<HashMap<AccountId, (i64, Arc<Catalogue>)>>);

impl Catalogues {
    /// The catalogue at the version that the snapshot or transaction sees. If that is cached, only the version is read.
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
