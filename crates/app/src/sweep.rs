//! Tidies away what has ended by itself. Nothing depends on it: what expired is not found even while it is there.

use crate::App;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{
    buckets, claims, deliveries, holds, kept_answers, links, list_pages, outbox, questions, secret_keys, sessions,
    sign_up_invitations, webhooks, zone_moves,
};
use std::time::Duration;

/// How many rows of each kind one round takes, so that it never holds the writer up.
const ROUND: i64 = 500;
/// How long a hold is remembered after it has ended, to tell what became of it.
const HOLD_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long a claim that has ended may lie about. Whoever wants the same seats removes it at once.
const CLAIM_KEPT: Duration = Duration::from_secs(60);
/// How long a mail is remembered after it was delivered, given up or only kept. Its text can hold a key.
const MAIL_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long the last state of a thing that was deleted is kept, or until no notice that will show it waits any more: it may be
/// all that is left of a person.
const ITEM_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long the developer can see what became of a delivery.
const DELIVERY_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long it is remembered how what has changed was listed before: as long as a page token works, and a while for nodes
/// whose clocks differ.
const LISTED_KEPT: Duration = Duration::from_secs(70 * 60);

/// Deletes some of what expired. Whether there may be more.
pub async fn sweep(app: &App) -> Result<bool, StoreError> {
    let now = app.now();
    let most = app
        .store()
        .write_unlogged(move |tx| {
            let rows = [
                questions::sweep(tx, now, ROUND)?,
                sessions::sweep(tx, now, ROUND)?,
                links::sweep(tx, now, ROUND)?,
                sign_up_invitations::sweep(tx, now, ROUND)?,
                buckets::sweep(tx, now, ROUND)?,
                secret_keys::sweep(tx, now, ROUND)?,
                outbox::sweep(tx, now.before(MAIL_KEPT), ROUND)?,
                holds::sweep(tx, now.before(HOLD_KEPT), ROUND)?,
                kept_answers::sweep(tx, now, ROUND)?,
                list_pages::sweep(tx, now.before(LISTED_KEPT), ROUND)?,
                deliveries::sweep(tx, (now.before(DELIVERY_KEPT), now.before(ITEM_KEPT)), now, ROUND)?,
                webhooks::sweep(tx, now.before(DELIVERY_KEPT), ROUND)?,
                zone_moves::sweep(tx, now, ROUND)?,
                claims::sweep(tx, now.before(CLAIM_KEPT), now, ROUND)?,
            ];
            Ok::<_, StoreError>(rows.into_iter().max().unwrap_or(0))
        })
        .await?;
    Ok(i64::try_from(most).unwrap_or(i64::MAX) >= ROUND)
}
