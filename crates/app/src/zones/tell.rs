//! Remove the list of what moved, and tell those who run the business.

use super::{Ended, PieceOutcome, ZoneMoveContext, conflicts};
use crate::App;
use crate::outbox::{self, AccountEmail};
use crate::users::list::MOST_USERS;
use slotkeeper_domain::account::Role;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{account_zones, users, zone_moves};
use std::sync::Arc;

/// How many rows one transaction removes.
const PIECE: i64 = 500;

pub(super) async fn piece(app: &App, moving: Arc<ZoneMoveContext>) -> Result<PieceOutcome, StoreError> {
    let (unit, moved) = (app.clone(), Arc::clone(&moving));
    let ended = app.store().write_unlogged(move |tx| {
        let (account, state) = (&moved.account, &moved.state);
        if zone_moves::remove_some(tx, &account.id, PIECE)? > 0 {
            return Ok(None);
        }
        if !account_zones::end(tx, &account.id)? {
            return Ok(Some(None));
        }
        let found = conflicts::lines(tx, &unit, account, unit.now())?;
        if state.moved > 0 {
            let email = AccountEmail::clock_changed(&account.name, account.zone.name(), state.moved, &found);
            for user in users::list(tx, &account.id, MOST_USERS)? {
                if user.email_confirmed_at.is_some() && user.role != Role::Staff {
                    outbox::send(tx, &unit, &account.id, &user.email_address, &email)?;
                }
            }
        }
        Ok::<_, StoreError>(Some(Some(found.len())))
    });
    Ok(match ended.await? {
        None => PieceOutcome::Done,
        Some(None) => PieceOutcome::None,
        Some(Some(conflicts)) => {
            app.mail_waiting().notify_one();
            let (account, zone) = (moving.account.id.clone(), moving.account.zone.name().to_owned());
            PieceOutcome::Last(Ended { account, zone, moved: moving.state.moved, conflicts })
        }
    })
}
