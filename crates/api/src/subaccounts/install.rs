//! `POST /subaccounts/{subaccountId}/apikeys`: a key of a subaccount for the calling application.

use crate::answer::CreatedEmpty;
use crate::body::NewWithoutBody;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use crate::wording::Sentence;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::idempotency::Answering;
use slotkeeper_app::subaccounts::install::{InstallError, install as add};
use slotkeeper_app::subaccounts::rights::ManageSubaccounts;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::secret::ApiKey;

/// Makes a key with what the portal's key allows; whatever other keys the application has in the subaccount end. The new
/// one is the last segment of `Location`, and stands nowhere else.
pub(crate) async fn install(
    caller: Caller<ManageSubaccounts>,
    State(app): State<App>,
    Id(subaccount): Id<AccountId>,
    NewWithoutBody { key }: NewWithoutBody,
) -> Result<CreatedEmpty, ApiError> {
    let (unit, of) = (app.clone(), subaccount.clone());
    let answering = Answering::new(key, move |made: &ApiKey| {
        CreatedEmpty::new(&unit, &format!("/subaccounts/{of}/apikeys/{}", made.expose()))
    });
    let with = caller.holder().authorization().id.clone();
    add(&app, caller.access(), with, subaccount, answering).await.map_err(|error| match error {
        InstallError::NoSubaccount => ApiError::absent::<AccountId>(),
        InstallError::Ended => ApiError::wrong_keys(),
        InstallError::TooMany | InstallError::KeyEnded => ApiError::conflict(error.sentence()),
        InstallError::UsedOtherwise(error) => error.into(),
        InstallError::Store(error) => error.into(),
    })
}
