//! Make sure that a range of change times is complete before it is listed (decision 29).

use crate::App;
use crate::access::Access;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::change_log;
use std::time::Duration;

/// How far a range may end after this server's now and still be made complete, to allow for the client's clock. Changes
/// committed in the meantime get the end of the range as their time.
const AHEAD: Duration = Duration::from_secs(10);

/// A search whose range is complete: no later commit gets a time before its end.
pub struct Settled<S>(S);

impl<S> std::ops::Deref for Settled<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

/// The search, once its range is complete. Without an end there is nothing to wait for.
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

/// Makes sure that no later commit of the account gets a time before `end`; if `end` is more than [`AHEAD`] in the
/// future, before now.
///
/// Most ranges end before the last change of the account and cost one read of its row. Otherwise the end is written
/// there, which waits for transactions of the account about to commit, and for the disk.
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
