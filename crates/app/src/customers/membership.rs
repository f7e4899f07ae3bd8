//! Make a customer a member, or take the membership away. The API only shows memberships (wire reference, section 6.13).

use crate::App;
use crate::caller::AccountMember;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, CustomerId};
use slotkeeper_domain::membership::Membership;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::customers;
use slotkeeper_store::{StoreError, Tx};

/// Gives a customer of the colleague's business this membership, or none. Whether there is such a customer.
pub async fn set(
    app: &App,
    colleague: &AccountMember,
    id: CustomerId,
    membership: Option<Membership>,
) -> Result<bool, StoreError> {
    let (account, actor, now) = (colleague.account.id.clone(), colleague.actor(), app.now());
    app.store().write(move |tx| set_within(tx, &account, &actor, now, &id, membership.as_ref())).await
}

/// Does the same within a transaction that others write in as well, as this actor and at this instant.
pub fn set_within(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    id: &CustomerId,
    membership: Option<&Membership>,
) -> Result<bool, StoreError> {
    let Some(known) = customers::lock(tx, account, id)? else { return Ok(false) };
    let found = customers::set_membership(tx, account, id, membership)?;
    if found {
        tx.record(actor.change(account, at, Subject::customer(id, known.application.as_ref()), Kind::Updated));
    }
    Ok(found)
}
