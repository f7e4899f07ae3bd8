//! Show a developer's applications.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, SecretKeyId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::applications::{self, Application};
use slotkeeper_store::tables::authorizations::{self, Installation};
use slotkeeper_store::tables::secret_keys::{self, StoredSecretKey};

/// How many installations one page shows.
pub const PAGE: usize = 50;

/// An application with its keys and one page of its installations.
#[derive(Debug)]
pub struct ApplicationView {
    pub application: Application,
    /// The secret keys that work now, the newest first. Without the secrets.
    pub secret_keys: Vec<StoredSecretKey>,
    /// The key that the developer chose to sign notices where there is room for one signature.
    pub signing_key: Option<SecretKeyId>,
    /// One page of live authorizations.
    pub installations: Vec<Installation>,
    /// The last one of this page, when there are more.
    pub next: Option<(AccountId, AuthorizationId)>,
}

/// The developer's applications, oldest first.
pub async fn list(app: &App, developer: &Developer) -> Result<Vec<Application>, StoreError> {
    let account = developer.account.id.clone();
    app.store().read(move |db| applications::list(db, &account, super::register::MOST_APPLICATIONS)).await
}

/// One of the developer's applications, with the installations after the given one; nothing when there is no such
/// application.
pub async fn show(
    app: &App,
    developer: &Developer,
    id: ApplicationId,
    after: Option<(AccountId, AuthorizationId)>,
) -> Result<Option<ApplicationView>, StoreError> {
    let account = developer.account.id.clone();
    let now = app.now();
    app.store()
        .read(move |db| {
            let Some(application) = applications::find(db, &account, &id)? else { return Ok(None) };
            let secret_keys = secret_keys::working(db, &account, &id, now)?;
            let signing_key = applications::signing_key(db, &account, &id)?;
            let after = after.as_ref().map(|(account, id)| (account, id));
            let one_more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            let mut installations = authorizations::installations(db, &account, &id, after, one_more)?;
            let more = installations.len() > PAGE;
            installations.truncate(PAGE);
            let next = installations
                .last()
                .filter(|_| more)
                .map(|last| (last.authorization.account.clone(), last.authorization.id.clone()));
            Ok(Some(ApplicationView { application, secret_keys, signing_key, installations, next }))
        })
        .await
}
