//! Choose the secret key that signs deliveries in the header that has room for one signature.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{applications, secret_keys};

/// From now on the newest secret key signs. Before this, the oldest working one does, so that receivers have time to
/// learn the new one. False when the developer has no such application, or it has no working key.
pub async fn sign_with_newest(app: &App, developer: &Developer, id: ApplicationId) -> Result<bool, StoreError> {
    let (developer, now) = (developer.clone(), app.now());
    app.store()
        .write(move |tx| {
            let account = &developer.account.id;
            if applications::find(tx, account, &id)?.is_none() {
                return Ok(false);
            }
            let working = secret_keys::working_locked(tx, account, &id, now)?;
            let Some(newest) = working.first() else { return Ok(false) };
            applications::set_signing_key(tx, account, &id, &newest.id)?;
            tx.record(developer.change(now, Subject::application(&id), Kind::Updated));
            Ok(true)
        })
        .await
}
