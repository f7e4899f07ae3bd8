//! Read the catalogue.

use crate::App;
use crate::access::{Access, Action};
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::AccountId;
use slotkeeper_store::{Snapshot, StoreError};
use std::sync::Arc;

/// The catalogue of the account that a key opens. Every key may see it (wire reference, section 3.7).
pub async fn read<R: Action>(app: &App, access: &Access<R>) -> Result<Arc<Catalogue>, StoreError> {
    let (id, unit) = (access.account().id.clone(), app.clone());
    app.store().read(move |db| unit.catalogues().of(db, &id)).await
}

/// The catalogue of an account, as a snapshot or transaction sees it.
pub fn read_within(db: &mut Snapshot, app: &App, account: &AccountId) -> Result<Arc<Catalogue>, StoreError> {
    app.catalogues().of(db, account)
}
