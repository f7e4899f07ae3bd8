//! What API keys open, in memory: it is asked on every call and changes seldom.
//!
//! A revocation on this node counts at once, because the store counts it before it answers; one on another node
//! within [`STALE_AFTER`]. Keys that open nothing are not remembered, so that nobody can fill the memory with them.

use crate::access::Grant;
use crate::secrets::Hash;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::authorizations::Authorization;
use slotkeeper_store::tables::secret_keys::StoredSecretKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// After this time a key is looked up again, because of what other nodes may have done.
const STALE_AFTER: Duration = Duration::from_secs(1);

/// How many keys are known at most. Past that, all are forgotten and looked up again when they are used.
const MOST: usize = 10_000;

/// What an API key opens.
#[derive(Debug)]
pub(crate) struct Opens {
    pub grant: Arc<Grant>,
    pub authorization: Arc<Authorization>,
    /// The application's secret keys that had not ended when this was read.
    pub secret_keys: Vec<StoredSecretKey>,
}

struct Known {
    opens: Arc<Opens>,
    version: u64,
    read_at: Instant,
}

/// What the keys that were used lately open, by their hashes.
#[derive(Default)]
pub(crate) struct KnownKeys(Mutex<HashMap<Hash, Known>>);

impl KnownKeys {
    /// What the key opens, if that is known and certain. `version` is the store's
    /// [`keys_version`](slotkeeper_store::Store::keys_version).
    pub(super) fn get(&self, key_hash: &Hash, version: u64, now: Instant) -> Option<Arc<Opens>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(key_hash).filter(|known| known.version == version)?;
        // A clock that was put back makes it stale too.
        let fresh = (known.read_at..known.read_at.after(STALE_AFTER)).contains(&now);
        fresh.then(|| Arc::clone(&known.opens))
    }

    /// Remembers what the key opens. `version` and `now` are from before it was read.
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
