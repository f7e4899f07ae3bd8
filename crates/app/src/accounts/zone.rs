//! Correct the time zone of an account. No page does it: an account has the zone that it signed up with, and only whoever runs the
//! server can put right what was wrong then.

use crate::App;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Zone;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{account_zones, accounts};

/// Puts an account into another zone. What lies ahead keeps its time on the clock, as when the rules of a zone change: it is
/// moved, and until that is done nothing is given away. False when there is no such account.
///
/// # Errors
/// [`StoreError::Moving`] while it is being moved already; when the store fails.
pub async fn correct(app: &App, account: AccountId, zone: Zone) -> Result<bool, StoreError> {
    let now = app.now();
    app.store()
        .write(move |tx| {
            let Some(was) = accounts::find(tx, &account)?.map(|account| account.zone) else { return Ok(false) };
            account_zones::record_rules(tx, &account, &was)?;
            let same = was.rules_id() == zone.rules_id();
            if !same && !account_zones::begin(tx, &account, was.rules_id(), &zone, now)? {
                return Err(StoreError::Moving);
            }
            accounts::set_zone(tx, &account, &zone)?;
            tx.record(Actor::System.change(&account, now, Subject::account(&account), Kind::Updated));
            Ok(true)
        })
        .await
}
