//! See to it that the answer for a range of times is complete.

use crate::App;
use crate::access::Access;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::change_log;
use std::time::Duration;

/// How far ahead of this server's clock a range may end and be complete all the same: so far may a client's clock be wrong.
/// What changes meanwhile counts as changed at that end, so much too late.
const AHEAD: Duration = Duration::from_secs(10);

/// A search whose range of times can be answered completely: nothing older than its end appears later.
pub struct Settled<S>(S);

impl<S> std::ops::Deref for Settled<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

/// The search, once nothing of the account can happen before the end of its range any more. Without an end there is nothing
/// to wait for.
pub(crate) async fn settle<A, S>(
    app: &App,
    access: &Access<A>,
    end: Option<Instant>,
    search: S,
) -> Result<Settled<S>, StoreError> {
    if let Some(end) = end {
        settle_account(app, &access.account().id, end).await?;
    }
    Ok(Settled(search))
}

/// Has nothing of an account happen before `end` from now on: whatever is read afterwards and is older than `end` is all there
/// will ever be. Where `end` is later than [`AHEAD`], only what is older than now.
///
/// Most ranges end before the account's last change and cost one look at its row. One that ends after it writes that down,
/// which waits for who is about to commit a change there, and for the disk.
pub(crate) async fn settle_account(app: &App, account: &AccountId, end: Instant) -> Result<(), StoreError> {
    let now = app.now();
    let end = if end <= now.after(AHEAD) { end } else { now };
    let of = account.clone();
    let until = app.store().read(move |db| change_log::time_floor(db, &of)).await?;
    if until.is_none_or(|until| until >= end) {
        return Ok(());
    }
    let of = account.clone();
    app.store().write_unlogged(move |tx| change_log::raise_time_floor(tx, &of, end)).await
}
