//! How often a calendar is written anew for one address.
//!
//! Counted in memory, as calls of keys are: a limit that protects the machine must not cost it a write each time. To say that
//! nothing has changed is not counted; that costs no more than to say that there is no such calendar.

use slotkeeper_domain::id::{AccountId, CalendarId};
use slotkeeper_domain::throttle::{Limit, TooMany};
use slotkeeper_domain::time::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Several programs may share an address, and each asks again when something changed.
const LIMIT: Limit = Limit { burst: 30, interval: Duration::from_secs(20) };

/// From how many calendars on those that were not asked for lately are forgotten.
const MANY: usize = 10_000;

/// Until when the bucket of each calendar is busy. Only calendars that exist are counted.
#[derive(Default)]
pub(crate) struct FileLimit(Mutex<HashMap<(AccountId, CalendarId), Instant>>);

impl FileLimit {
    /// Counts a file.
    ///
    /// # Errors
    /// When there were too many.
    pub(super) fn count(&self, account: &AccountId, id: &CalendarId, now: Instant) -> Result<(), TooMany> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account.clone(), id.clone());
        let busy_until = LIMIT.take(buckets.get(&key).copied(), now)?;
        if buckets.len() >= MANY {
            buckets.retain(|_, busy_until| *busy_until > now);
        }
        buckets.insert(key, busy_until);
        Ok(())
    }
}
