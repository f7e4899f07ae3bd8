//! Replace an application's secret key. The old keys go on working for the overlap that the developer chooses.

use super::register::{Registered, new_secret_key, store_secret_key};
use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{ApplicationId, SecretKeyId};
use slotkeeper_domain::secret_key::{MOST_WORKING, Overlap};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::{applications, secret_keys};

#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// `current` is not the current key any more, because the form was sent twice.
    #[error("the secret key was replaced before")]
    ReplacedBefore,
    /// [`MOST_WORKING`] keys work already. Ending them at once is always possible.
    #[error("too many secret keys work at the same time")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a new secret key in place of `current`, and sets when the old ones end. `None` when the developer has no such
/// application.
pub async fn replace_secret(
    app: &App,
    developer: &Developer,
    id: ApplicationId,
    current: SecretKeyId,
    overlap: Overlap,
) -> Result<Option<Registered>, ReplaceError> {
    let now = app.now();
    let secret_key = new_secret_key();
    let (unit, developer) = (app.clone(), developer.clone());
    app.store()
        .write(move |tx| {
            let account = &developer.account.id;
            let Some(application) = applications::find(tx, account, &id)? else { return Ok(None) };
            let working = secret_keys::working_locked(tx, account, &id, now)?;
            if working.first().is_none_or(|newest| newest.id != current) {
                return Err(ReplaceError::ReplacedBefore);
            }
            if working.len() >= MOST_WORKING && overlap != Overlap::None {
                return Err(ReplaceError::TooMany);
            }
            secret_keys::end_all(tx, account, &id, overlap.end(now))?;
            let new = store_secret_key(tx, &unit, &application, &secret_key, now)?;
            tx.record(developer.change(now, Subject::secret_key(&new), Kind::Created));
            Ok(Some(Registered { application, secret_key: secret_key.clone() }))
        })
        .await
}
