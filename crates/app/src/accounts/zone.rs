//! Correct the time zone of an account. Only the operator can do this, from the command line: owners choose the zone
//! when they sign up and no page changes it.

use crate::App;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Zone;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{account_zones, accounts};

/// Sets another zone. Future instants of the account keep their local time: a zone move adapts them, and until it is
/// done nothing can be allocated. False when there is no such account.
///
/// # Errors
/// [`StoreError::Moving`] while a zone move of the account is under way.
pub async fn correct(app: &App, account: AccountId, zone: Zone) -> Result<bool, StoreError> {
    let now = app.now();
    app.store()
        .write(move |tx| {
            let Some(was) = accounts::find(tx, &account)?.map(|account| account.zone) else { return Ok(false) };
            // Instants made so far follow the old zone. The account may have no row yet that says so.
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
