//! A cache of what API keys open, because every call needs it and it changes seldom.
//!
//! A revocation on this node counts at once, because the store raises its version before it answers; one on another
//! node counts within [`STALE_AFTER`]. Keys that open nothing are not cached, so that calls with wrong keys cannot fill
//! it.

use crate::access::Grant;
use crate::secrets::Hash;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::authorizations::Authorization;
use slotkeeper_store::tables::secret_keys::StoredSecretKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Entries older than this are read again, because another node may have changed them.
const STALE_AFTER: Duration = Duration::from_secs(1);

/// Most entries; when the cache is full it is emptied.
const MOST: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Opens {
    pub grant: Arc<Grant>,
    pub authorization: Arc<Authorization>,
    /// The application's secret keys that had not ended at the time of reading.
    pub secret_keys: Vec<StoredSecretKey>,
}

struct Known {
    opens: Arc<Opens>,
    version: u64,
    read_at: Instant,
}

/// Cached entries by the hash of the API key.
#[derive(Default)]
pub(crate) struct KnownKeys(Mutex<HashMap<Hash, Known>>);

impl KnownKeys {
    /// The entry, if it is fresh and was read at this `version`, the store's
    /// [`keys_version`](slotkeeper_store::Store::keys_version).
    pub(super) fn get(&self, key_hash: &Hash, version: u64, now: Instant) -> Option<Arc<Opens>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(key_hash).filter(|known| known.version == version)?;
        // A range, because a clock that was set back makes an entry stale, too.
        let fresh = (known.read_at..known.read_at.after(STALE_AFTER)).contains(&now);
        fresh.then(|| Arc::clone(&known.opens))
    }

    /// Caches an entry. `version` and `now` must be from before it was read, or a revocation in between would be
    /// missed.
    pub(super) fn keep(&self, key_hash: Hash, version: u64, now: Instant, opens: Opens) -> Arc<Opens> {
        let opens = Arc::new(opens);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key_hash, Known { opens: Arc::clone(&opens), version, read_at: now });
        opens
    }
}
