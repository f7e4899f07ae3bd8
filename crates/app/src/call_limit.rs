//! The limit on calls with an API key (wire reference, section 1.6). Counted in memory, because it should not cost a
//! write on every call; so each node counts for itself, and a restart begins at zero.
//!
//! Each key has its own count. Owners consent to each, which limits their number, except in subaccounts: there an
//! application with a portal's key can replace its own key at will. These successive keys share one count.

use slotkeeper_domain::call_rate::{CallRate, Counted, EmptyAt};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::authorizations::{Authorization, GrantedBy};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// From this number of keys on, those without recent calls are removed from memory.
const MANY: usize = 10_000;

pub(crate) struct CallLimit {
    rate: Option<CallRate>,
    buckets: Mutex<HashMap<Counting, EmptyAt>>,
}

#[derive(PartialEq, Eq, Hash)]
enum Counting {
    Key(AuthorizationId),
    /// Shared by all keys that the application installs in the account.
    Installation(AccountId, ApplicationId),
}

impl Counting {
    fn of(authorization: &Authorization) -> Self {
        match authorization.granted_by {
            GrantedBy::Owner(_) => Self::Key(authorization.id.clone()),
            GrantedBy::Portal(_) => {
                Self::Installation(authorization.account.clone(), authorization.application.clone())
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub rate: CallRate,
    pub left: Counted,
}

#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("too many calls")]
pub struct TooManyCalls {
    pub rate: CallRate,
    /// Time until the next call is allowed.
    pub wait: Duration,
}

impl CallLimit {
    pub(crate) fn new(rate: Option<CallRate>) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Counts a call with a key, and fails when the limit is reached. `None` without a limit.
    pub(crate) fn count(&self, key: &Authorization, now: Instant) -> Result<Option<Allowance>, TooManyCalls> {
        let Some(rate) = self.rate else { return Ok(None) };
        let counting = Counting::of(key);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(empty_at) = buckets.get_mut(&counting) {
            let left = rate.count(*empty_at, now).map_err(|TooMany { wait }| TooManyCalls { rate, wait })?;
            *empty_at = left.empty_at;
            return Ok(Some(Allowance { rate, left }));
        }
        if buckets.len() >= MANY {
            buckets.retain(|_, empty_at| !CallRate::is_empty(*empty_at, now));
        }
        let left = rate.count(EmptyAt::default(), now).map_err(|TooMany { wait }| TooManyCalls { rate, wait })?;
        buckets.insert(counting, left.empty_at);
        Ok(Some(Allowance { rate, left }))
    }
}
