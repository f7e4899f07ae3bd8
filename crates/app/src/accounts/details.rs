//! The name and contact details of an account.

use crate::App;
use crate::access::{Access, AnyKey};
use crate::caller::{AccountMember, Owner};
use slotkeeper_domain::account::{ContactDetails, Name};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::accounts;

/// The contact details of the member's own account.
pub async fn read(app: &App, colleague: &AccountMember) -> Result<ContactDetails, StoreError> {
    contact_details(app, colleague.account.id.clone()).await
}

/// The contact details of the account that the API key belongs to.
pub async fn of_key(app: &App, access: &Access<AnyKey>) -> Result<ContactDetails, StoreError> {
    contact_details(app, access.account().id.clone()).await
}

async fn contact_details(app: &App, id: AccountId) -> Result<ContactDetails, StoreError> {
    Ok(app.store().read(move |db| accounts::contact_details(db, &id)).await?.unwrap_or_default())
}

/// Replaces the name and contact details of the owner's account, and records the change.
pub async fn update(app: &App, owner: &Owner, name: Name, contact: ContactDetails) -> Result<(), StoreError> {
    let now = app.now();
    let owner = owner.clone();
    app.store()
        .write(move |tx| {
            let id = &owner.account.id;
            accounts::set_details(tx, id, &name, &contact)?;
            tx.record(owner.change(now, Subject::account(id), Kind::Updated));
            Ok(())
        })
        .await
}
