//! Update the description and the callback URL of an application. The name never changes.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::callback::CallbackUrl;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_store::tables::applications;
use slotkeeper_store::{StoreError, Tx};

/// Changes the description. False when the developer has no such application.
pub async fn set_description(
    app: &App,
    developer: &Developer,
    id: ApplicationId,
    description: String,
) -> Result<bool, StoreError> {
    update(app, developer, id, move |tx, developer, id| {
        applications::set_description(tx, &developer.account.id, id, &description)
    })
    .await
}

/// Sets or removes the callback URL. Questions already shown to an owner keep the one they were asked with. False when
/// the developer has no such application.
pub async fn set_callback_url(
    app: &App,
    developer: &Developer,
    id: ApplicationId,
    callback_url: Option<CallbackUrl>,
) -> Result<bool, StoreError> {
    update(app, developer, id, move |tx, developer, id| {
        applications::set_callback_url(tx, &developer.account.id, id, callback_url.as_ref())
    })
    .await
}

async fn update(
    app: &App,
    developer: &Developer,
    id: ApplicationId,
    write: impl Fn(&mut Tx, &Developer, &ApplicationId) -> Result<bool, StoreError> + Send + 'static,
) -> Result<bool, StoreError> {
    let now = app.now();
    let developer = developer.clone();
    app.store()
        .write(move |tx| {
            let known = write(tx, &developer, &id)?;
            if known {
                tx.record(developer.change(now, Subject::application(&id), Kind::Updated));
            }
            Ok(known)
        })
        .await
}
