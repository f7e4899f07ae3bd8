//! How often a key may call the API.
//!
//! Counted in memory: a limit that protects the machine must not cost it a write on every call. So each node has a count
//! of its own, and a restart begins anew.
//!
//! Each key has a count of its own (wire reference, section 1.6). An owner has to agree to each, so nobody can have as many
//! as they like, but for one kind: with a portal's key an application makes itself keys of a subaccount, one in place of
//! the other. All that follow each other there are counted as the one that they are.

use slotkeeper_domain::call_rate::{CallRate, Counted, EmptyAt};
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::authorizations::{Authorization, GrantedBy};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// From how many keys on those that have not called for a while are forgotten.
const MANY: usize = 10_000;

/// The calls of all keys.
pub(crate) struct CallLimit {
    rate: Option<CallRate>,
    buckets: Mutex<HashMap<Counting, EmptyAt>>,
}

/// What calls are counted by.
#[derive(PartialEq, Eq, Hash)]
enum Counting {
    /// By a key that an owner granted.
    Key(AuthorizationId),
    /// By whatever key the application has made itself in the account.
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

/// What a key has left after a call.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// What keys are allowed.
    pub rate: CallRate,
    pub left: Counted,
}

/// A key has called too often.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("too many calls")]
pub struct TooManyCalls {
    /// What keys are allowed.
    pub rate: CallRate,
    /// How long until there is room for one more.
    pub wait: Duration,
}

impl CallLimit {
    pub(crate) fn new(rate: Option<CallRate>) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Counts a call with a key; nothing where there is no limit.
    ///
    /// # Errors
    /// When the key has called too often.
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
