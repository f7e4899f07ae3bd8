//! Who a session belongs to.

use crate::App;
use crate::caller::SignedIn;
use crate::secrets::Usage;
use slotkeeper_domain::secret::SessionToken;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{accounts, sessions, users};

/// Who carries this token; nobody when it is unknown, expired or ended.
pub async fn find(app: &App, token: &SessionToken) -> Result<Option<SignedIn>, StoreError> {
    let Some(account_id) = token.account() else { return Ok(None) };
    let session_hash = app.vault().hash(Usage::Session, token.expose());
    let now = app.now();
    app.store()
        .read(move |db| {
            let Some(user_id) = sessions::find(db, &account_id, &session_hash, now)? else { return Ok(None) };
            let user = users::find(db, &account_id, &user_id)?;
            let account = accounts::find(db, &account_id)?;
            Ok(user.zip(account).map(|(user, account)| SignedIn { user, account, session_hash }))
        })
        .await
}
