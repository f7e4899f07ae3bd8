//! Sign out.

use crate::App;
use crate::secrets::Usage;
use slotkeeper_domain::secret::SessionToken;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::sessions;

/// Ends the session; one that does not exist is ended already.
pub async fn sign_out(app: &App, token: &SessionToken) -> Result<(), StoreError> {
    let Some(account) = token.account() else { return Ok(()) };
    let hash = app.vault().hash(Usage::Session, token.expose());
    app.store().write_unlogged(move |tx| sessions::delete(tx, &account, &hash)).await
}
