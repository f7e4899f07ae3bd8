//! Read the catalogue.

use crate::App;
use crate::access::{Access, Action};
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_store::StoreError;
use std::sync::Arc;

/// The catalogue of the account. Every API key may read it (wire reference, section 3.7).
pub async fn read<A: Action>(app: &App, access: &Access<A>) -> Result<Arc<Catalogue>, StoreError> {
    app.read(access, |cx| cx.catalogue()).await
}
