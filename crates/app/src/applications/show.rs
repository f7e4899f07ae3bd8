//! A developer's applications.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, SecretKeyId};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::applications::{self, Application};
use slotkeeper_store::tables::authorizations::{self, Installation};
use slotkeeper_store::tables::secret_keys::{self, StoredSecretKey};

/// Installations per page.
pub const PAGE: usize = 50;

#[derive(Debug)]
pub struct ApplicationView {
    pub application: Application,
    /// The secret keys that work now, newest first; without the secrets.
    pub secret_keys: Vec<StoredSecretKey>,
    /// The secret key chosen to sign deliveries in the header that has room for one signature.
    pub signing_key: Option<SecretKeyId>,
    pub installations: Vec<Installation>,
    /// The last installation of this page, when there are more.
    pub next: Option<(AccountId, AuthorizationId)>,
}

/// The developer's applications, oldest first.
pub async fn list(app: &App, developer: &Developer) -> Result<Vec<Application>, StoreError> {
    let account = developer.account.id.clone();
    app.store().read(move |db| applications::list(db, &account, super::register::MOST_APPLICATIONS)).await
}

/// One of the developer's applications, with the page of installations that follows `after`; `None` when there is no
/// such application.
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
