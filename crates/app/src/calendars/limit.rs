//! Limit on how often the file of a calendar feed is written. Counted in memory, because the limit should not cost a
//! write itself. Responses that the file is unchanged are not counted, because they are cheap.

use slotkeeper_domain::id::{AccountId, CalendarId};
use slotkeeper_domain::throttle::{Limit, TooMany};
use slotkeeper_domain::time::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Several programs may share an address, and each fetches the file after a change.
const LIMIT: Limit = Limit { burst: 30, interval: Duration::from_secs(20) };

/// From this number of feeds on, those without recent fetches are removed from memory.
const MANY: usize = 10_000;

/// The state of the limit of each feed. Only existing feeds are counted, so that wrong addresses do not fill the
/// memory.
#[derive(Default)]
pub(crate) struct FileLimit(Mutex<HashMap<(AccountId, CalendarId), Instant>>);

impl FileLimit {
    /// Counts one file; fails when there were too many.
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
