//! `DELETE /subaccounts/{subaccountId}/apikeys/{apiKey}`: end a key of a subaccount.

use crate::answer::NoContent;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::{Ids, PathId};
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::subaccounts::rights::ManageSubaccounts;
use slotkeeper_app::subaccounts::uninstall::{Uninstalled, uninstall as end};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::secret::ApiKey;
use std::convert::Infallible;
use std::str::FromStr;

/// An API key in a path. Any text can be one; the use case finds out.
pub(crate) struct KeyInPath(ApiKey);

impl FromStr for KeyInPath {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(ApiKey::new(text)))
    }
}

impl PathId for KeyInPath {
    const WHAT: &'static str = "API key";
}

/// Ends a key that the calling application has in the subaccount, whoever granted it.
pub(crate) async fn uninstall(
    caller: Caller<ManageSubaccounts>,
    State(app): State<App>,
    Ids(subaccount, KeyInPath(api_key)): Ids<AccountId, KeyInPath>,
) -> Result<NoContent, ApiError> {
    match end(&app, caller.access(), subaccount, &api_key).await? {
        Uninstalled::Done => Ok(NoContent),
        Uninstalled::NoSubaccount => Err(ApiError::absent::<AccountId>()),
        Uninstalled::NoKey => Err(ApiError::not_found(
            "Your application has no such API key in this subaccount: it has ended, or was never one.",
        )),
    }
}
